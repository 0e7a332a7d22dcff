"""An order that was found can be read, pasted and opened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from kamlab import Component, Lab, Pipeline, explore
from kamlab.exploration import CannotExplore
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from kamlab.parts import DataSource, PassThrough
from kamlab.replay import Recording

from . import systems


@pytest.fixture(name="result", scope="module")
def _result() -> object:
    return explore(systems.lost_update(), lambda account: account.balance == 2)


def test_it_opens_where_it_goes_wrong(result: object) -> None:
    """A lab stands at the last step of the order, in the state that is wrong, and can go back."""
    schedule = result.found[0]  # type: ignore[attr-defined]
    lab = schedule.open()
    assert lab.step_number == schedule.step == len(schedule.path)
    assert lab["Account"].balance == 1
    lab.back()
    assert lab.step_number == schedule.step - 1
    lab.stop()


def test_it_opens_where_it_was_decided(result: object) -> None:
    """After the step that decides it, and not before, the lab goes wrong in every order that is drawn."""
    schedule = result.found[0]  # type: ignore[attr-defined]
    assert schedule.decided < schedule.step
    ends = set()
    for _ in range(3):
        lab = schedule.open(schedule.decided)
        assert lab.step_number == schedule.decided
        lab.run()
        ends.add(lab["Account"].balance)
        lab.stop()
    assert 2 not in ends


def test_its_line_is_an_ordinary_run(result: object) -> None:
    """The line plays in any lab that is built the same way."""
    schedule = result.found[0]  # type: ignore[attr-defined]
    assert Recording.parse(schedule.line).steps == schedule.step
    with Lab(build=systems.lost_update(), clock="virtual") as lab:
        lab.replay(schedule.line)
        assert lab["Account"].balance == 1


def test_a_deadlock_is_one_for_the_opened_lab_as_well() -> None:
    """The lab that is opened says of itself that it is in a deadlock."""
    lab = explore(systems.table()).found[0].open()
    assert "deadlock" in lab.why().headline
    lab.stop()


def test_it_reads_well(result: object) -> None:
    """The text says in how many orders it goes wrong, how likely that is, and who runs when."""
    assert str(result).splitlines() == [
        "In 184 of all 256 orders (88 truly different) it goes wrong. Drawn slice by slice, the chance is 75.0%.",
        "invariant: the predicate does not hold at the end",
        "  the shortest order: 7 slices, 6 switches; after step 3 it goes wrong in every order",
        "  message race, it depends on who came first:",
        "    at step 3 Client_4 sends ('b', None) to Account_2.inbox before Client_3 sends ('a', 1); "
        "the other way round it can end well",
        *["  1  Graphline_1", "  2  Client_3", "  3  Client_4", "  4  Account_2"],
        *["  5  Client_3", "  6  Client_4", "  7  Account_2", "  8  Graphline_1"],
    ]
    html = result._repr_html_()  # type: ignore[attr-defined]
    assert "Client_3" in html
    assert "184 of all 256" in html


def test_what_is_right_reads_as_a_proof() -> None:
    """The sentence of a system that is right names all orders."""
    assert str(explore(systems.chain(2))) == "In all 415 orders (16 truly different) nothing goes wrong."


def test_any_order_can_be_opened(result: object) -> None:
    """The orders of a system can be listed, also those in which nothing goes wrong, and opened."""
    orders = result.orders(300)  # type: ignore[attr-defined]
    assert len(orders) == len({schedule.path for schedule in orders}) == 256
    assert sum("invariant" in schedule.names for schedule in orders) == 184
    right = next(schedule for schedule in orders if not schedule.names)
    assert "nothing goes wrong" in str(right)
    lab = right.open()
    assert lab["Account"].balance == 2
    lab.stop()
    with pytest.raises(CannotExplore, match="how='random'"):
        explore(systems.chain(), how="random", runs=1).orders()


def test_its_data_are_plain(result: object) -> None:
    """What a page gets is ready for JSON."""
    assert json.loads(json.dumps(result.data()))["schedules"] == 256  # type: ignore[attr-defined]


def test_no_shorter_order_leads_there() -> None:
    """The order that is shown is as short as running every order by its length finds."""
    result = explore(systems.sleeping)
    assert result.found[0].slices == shortest_by_running()


def shortest_by_running() -> int:
    """Return how many slices the shortest order has after which the worker sleeps beside a message for good."""
    setting = Setting(systems.sleeping)
    first = Stage(setting)
    prefix = first.assemble()
    paths: list[list[int]] = [[]]
    while True:
        longer = []
        for path in paths:
            stage = Stage(setting).run([*prefix, *path])
            can_run = stage.runnable()
            if not can_run and stage.made.asleep and stage.made.data_ready():
                return len(path)
            longer += [[*path, component] for component in can_run]
        paths = longer


def test_a_cell_draws_the_shortest_order_or_the_states() -> None:
    """In a notebook the order that goes wrong is drawn below the sentences, or else the states."""
    wrong = explore(systems.lost_update(), lambda account: account.balance == 2)
    with wrong.found[0].open() as lab:
        diagram = lab.timeline(2, 8)
    for html in (wrong._repr_html_(), wrong.found[0]._repr_html_()):
        assert drawn(html) == drawn(diagram._repr_html_())
    right = explore(lambda: Pipeline(DataSource("ab"), PassThrough()).activate())
    assert drawn(right._repr_html_()) == drawn(right.graph()._repr_html_())


def test_what_is_large_is_drawn_when_it_is_asked_for() -> None:
    """A long order and a graph of many states are not drawn in a cell, where they would not be legible."""
    wrong = explore(lambda: Counter(40).activate(), lambda counter: False)
    assert (drawn(wrong._repr_html_()), len(drawn(wrong.found[0].timeline()._repr_html_()))) == ([], 1)
    right = explore(lambda: Counter(80).activate())
    assert (drawn(right._repr_html_()), len(drawn(right.graph()._repr_html_()))) == ([], 1)


def test_an_order_that_cannot_be_played_again_is_told_in_words() -> None:
    """Where the builder has changed its mind since, a cell says why there is no picture."""
    builds = []

    def fickle() -> Counter:
        return Counter(2 if LATER not in builds else 1).activate()

    wrong = explore(fickle, lambda counter: False)
    builds.append(LATER)
    assert "The order cannot be drawn: " in wrong._repr_html_()


LATER = "later"


class Counter(Component):
    """Runs for some slices."""

    def __init__(self, slices: int) -> None:
        super().__init__()
        self.slices = slices

    def main(self) -> Iterator[None]:
        for _ in range(self.slices):
            yield


def drawn(html: str) -> list[str]:
    """Return the pictures of a cell."""
    return re.findall(r'<img src="[^"]*"', html)
