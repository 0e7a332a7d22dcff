"""Comparing two runs: where they part, in words, as a still picture, and as labs to go on with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline, Recording, SeededRandom, diverge, explore
from kamlab.exploration import CannotCompare, Schedule
from kamlab.parts import DataSource, PassThrough
from kamlab.replay.errors import BadRecording, CannotRewind

from . import systems

SYSTEM = systems.lost_update()


@pytest.fixture(name="pair", scope="module")
def _pair() -> tuple[Schedule, Schedule]:
    result = explore(SYSTEM, lambda account: account.balance == 2)
    return next(order for order in result.orders(256) if not order.names), result.found[0]


def test_the_first_choice_message_and_state_are_told(pair: Any) -> None:
    """A right order and a wrong one part at a choice; then a message overtakes another one, and the state differs."""
    found = diverge(*pair)
    assert found
    assert found.step == 2
    assert (found.choice.steps, found.choice.first, found.choice.second) == ((2, 2), "Account_2", "Client_3")
    assert found.message.what == "the 2nd into Account_2.inbox"
    assert (found.message.first, found.message.second) == ("('a', 1) from Client_3", "('b', None) from Client_4")
    assert found.message.steps == (5, 3)
    assert [contrast.what for contrast in found.state] == ["Account_2", "Client_3", "Account_2.inbox"]
    assert [str(contrast) for contrast in found.end] == [
        "Account_2.balance: 2 in the first run, 1 in the second",
    ]


def test_both_runs_stand_side_by_side(pair: Any) -> None:
    """The text has both runs step by step, and marks where they differ; the still picture has both timelines."""
    found = diverge(*pair)
    lines = str(found).splitlines()
    assert lines[0] == "They differ from step 2 on, of 11 slices and 8 slices."
    assert "     1   Graphline_1                                     Graphline_1" in lines
    assert "  *  2   Account_2                                       Client_3: ('a', None) to Account_2.inbox" in lines
    assert (
        "     5   Client_3: takes 0 from inbox, ('a', 1) to A...  Client_3: takes 0 from inbox, ('a', 1) to A..."
        in lines
    )
    assert max(map(len, lines[-11:])) <= 110
    html = found._repr_html_()
    assert html.count("<img") == 2
    assert "the second run" in html
    assert [timeline.at for timeline in found.timelines] == [2, 2]
    assert json.loads(json.dumps(found.data()))["step"] == 2


def test_all_forms_of_a_run_can_be_compared(pair: Any) -> None:
    """Schedules, recordings, lines and labs give the same comparison."""
    right, wrong = pair
    expected = str(diverge(right, wrong))
    with right.open() as lab:
        for one, other in [(right.recording, wrong.line), (right.line, wrong.recording), (right, wrong.line)]:
            assert str(diverge(one, other, build=SYSTEM)) == expected
        assert str(diverge(lab, wrong.line)) == expected
        assert lab.step_number == right.step  # a lab stays as it is
        assert lab.state != "stopped"


def test_equal_runs_are_equal(pair: Any) -> None:
    """Two runs that do the same have no step at which they differ, and say how long they are."""
    found = diverge(pair[0], pair[0].line)
    assert not found
    assert (found.step, found.choice, found.message, found.state, found.end) == (None, None, None, (), ())
    assert str(found) == "They are equal: 11 slices."
    assert "They are equal" in found._repr_html_()


def test_slices_that_have_nothing_to_do_with_each_other_end_alike() -> None:
    """Where only independent slices changed places, no message differs, and neither does the end."""

    def system() -> None:
        Pipeline(DataSource("a"), PassThrough()).activate()
        Pipeline(DataSource("b"), PassThrough()).activate()

    runs = [Lab(build=system, clock="virtual", chooser=SeededRandom(seed)) for seed in (1, 2)]
    for lab in runs:
        lab.run()
    found = diverge(*runs)
    assert found.choice is not None
    assert (found.message, found.end) == (None, ())
    assert "at the end: nothing differs that can be seen" in str(found)
    for lab in runs:
        lab.stop()


def test_a_run_that_ends_earlier_differs_from_there_on(pair: Any) -> None:
    """Of a run and its own beginning the first step that differs is the one after the shorter one."""
    with pair[1].open(4) as lab:
        found = diverge(lab, pair[1])
    assert found.lengths == (4, 8)
    assert (found.step, found.choice) == (5, None)
    assert found.message is not None
    assert found.message.first == "none"


def test_the_labs_open_at_the_difference(pair: Any) -> None:
    """For each run a lab is opened that stands after the first step that differs, and can go to its end."""
    labs = diverge(*pair).open()
    assert [lab.step_number for lab in labs] == [2, 2]
    assert [lab.snapshot().names.of(lab.snapshot().ran) for lab in labs] == ["Account_2", "Client_3"]
    for lab, order in zip(labs, pair, strict=True):
        lab.goto(order.step)
        assert lab.step_number == order.step
        lab.stop()


def test_runs_of_different_systems_are_refused(pair: Any) -> None:
    """Runs that cannot be those of one system are not compared, and the text says what each of them lacks."""
    other = explore(systems.table()).found[0]
    with pytest.raises(CannotCompare, match="only the first has the component Account_2.*only the second has .*Fork_4"):
        diverge(pair[0], other)
    with pytest.raises(CannotCompare, match="the second run is not one of this system: .*the record"):
        diverge(pair[0], other.line)


def test_what_cannot_be_compared_is_refused(pair: Any) -> None:
    """A line without a builder, something else, a run that is not on record: each has its sentence."""
    with pytest.raises(CannotCompare, match="give diverge.*build=system"):
        diverge(pair[0].line, pair[1].line)
    with pytest.raises(CannotCompare, match="the second run is 7; give a recording"):
        diverge(pair[0], 7)  # type: ignore[arg-type]
    with pytest.raises(BadRecording):
        diverge(pair[0], "kamlab1:what")
    with Lab(build=SYSTEM, clock="virtual", record=False) as lab:
        lab.run()
        with pytest.raises(CannotCompare, match="the first run is not on record"):
            diverge(lab, pair[1])


def test_a_lab_that_cannot_be_built_again_is_compared_and_not_opened() -> None:
    """Labs whose systems were activated in a ``with`` can be compared; opening them says why it cannot be done."""

    class Says(Component):
        def __init__(self, word: str) -> None:
            super().__init__()
            self.word = word

        def main(self) -> Any:
            self.send(self.word)
            yield

    labs = []
    for word in ("yes", "no"):
        with Lab(clock="virtual") as lab:
            Pipeline(Says(word), systems.Keep()).activate()
            lab.run()
            labs.append(lab)
    found = diverge(*labs)
    assert found.choice is None
    assert "the 1st into Keep_3.inbox is 'yes' from Says_2 (step 2) in the first run" in str(found)
    with pytest.raises(CannotRewind, match="the first run is that of a lab that does not know"):
        found.open()
    assert Recording.parse(explore(SYSTEM).orders(1)[0].line)  # an order is a run like others
