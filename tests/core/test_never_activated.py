"""What a lab says where nothing was activated."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys

import pytest

from kamlab import Component, Graphline, Lab, Pipeline, Seq, ThreadedComponent
from kamlab.parts import DataSource, NullSink

EMPTY = "0 slices: this lab has no components"


class Ends(Component):
    def main(self):
        yield


class Works(ThreadedComponent):
    def main(self):
        pass


class Keeps(Component):
    """Activates what it was given itself, later."""

    def __init__(self, *kept):
        super().__init__()
        self.kept = {"later": list(kept)}

    def main(self):
        yield


MISTAKES = {
    "pipeline": (lambda: Pipeline(DataSource([1]), NullSink()), ["Pipeline"]),
    "component": (Ends, ["Ends"]),
    "thread": (Works, ["Works"]),
    "graphline": (
        lambda: Graphline(A=DataSource([1]), B=NullSink(), linkages={("A", "outbox"): ("B", "inbox")}),
        ["Graphline"],
    ),
    "nested": (lambda: Seq(Pipeline(DataSource([1]), NullSink()), Ends()), ["Seq"]),
    "kept in attributes": (lambda: Keeps(Ends(), Ends()), ["Keeps"]),
    "two": (lambda: (Ends(), Works()), ["Ends", "Works"]),
}
DRIVES = {
    "run": lambda lab: lab.run(),
    "step": lambda lab: lab.step(),
    "step_round": lambda lab: lab.step_round(),
    "step_message": lambda lab: lab.step_message(),
    "arun": lambda lab: asyncio.run(lab.arun()),
}


@pytest.mark.parametrize("drive", DRIVES.values(), ids=DRIVES)
@pytest.mark.parametrize(("make", "names"), MISTAKES.values(), ids=MISTAKES)
def test_what_was_made_and_not_activated_is_named(make, names, drive):
    """A drive with nothing to run names what was made and is part of nothing else, with its line, and the cure."""
    lab = Lab(build=lambda: make() and None)
    said = str(drive(lab))
    assert "0 slices: nothing was activated. You made " in said
    assert "and did not call activate() or run()" in said
    for name in ("Pipeline", "Ends", "Works", "Graphline", "Seq", "Keeps", "DataSource", "NullSink"):
        assert (f"{name}_" in said) is (name in names), said
    assert "line " in said


def test_a_background_run_says_it_as_well(lab, eventually):
    """start() has returned when this is known, so it is reported."""
    Ends()
    lab.start()
    assert eventually(lambda: not lab.running)
    assert "You made Ends_" in str(lab.outcome)
    assert [report for report in lab.reports if "did not call activate()" in report]


def test_the_line_is_that_of_the_user(lab):
    """The line is the one that makes the component, not one of kamlab's."""
    Pipeline(DataSource([1]), NullSink())
    assert "of test_the_line_is_that_of_the_user())" in str(lab.run())


def test_what_is_dropped_at_once_is_named(lab):
    """A component that no variable holds is named as well."""
    Ends()
    gc.collect()
    assert "Ends_" in str(lab.run())


def test_the_user_s_name_is_the_name(lab):
    """A component that has a name of its own is called by it."""
    Ends(name="anna")
    assert "You made anna (" in str(lab.run())


def test_many_are_counted(lab):
    """Three are named, and the others are counted."""
    for _ in range(10):
        Ends()
    assert " and 7 more " in str(lab.run())


def test_an_empty_lab_says_so(lab):
    """A lab in which nothing was made has no components."""
    assert str(lab.run()) == EMPTY
    assert lab.run().reason == "finished"


def test_what_was_made_for_an_earlier_lab_is_not_named():
    """A component that was made while another lab was the newest is not named."""
    with Lab():
        ends = Ends()
    assert str(Lab().run()) == EMPTY
    assert ends.state == "new"


def test_a_reset_lab_forgets_what_was_made(lab):
    """After a reset nothing of before is named."""
    Ends()
    lab.reset()
    assert str(lab.run()) == EMPTY


def test_a_lab_that_has_ended_says_that(lab):
    """Where something was activated, a further run says that every component has ended."""
    Ends().activate()
    lab.run()
    assert str(lab.run()) == "0 slices: every component has ended"


def test_nothing_is_noted_once_something_is_activated(lab):
    """A component is noted only until the first activation, so that none is kept alive."""
    Ends().activate()
    number = id(Ends())
    gc.collect()
    assert not [thing for thing in gc.get_objects() if id(thing) == number and type(thing) is Ends]


# -- in another lab ------------------------------------------------------------------------------------

ACTIVATIONS = {
    "activate": Ends,
    "a chassis": lambda: Pipeline(DataSource([1]), NullSink()),
    "a thread": Works,
}


@pytest.mark.parametrize("drive", DRIVES.values(), ids=DRIVES)
@pytest.mark.parametrize("make", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_what_was_activated_in_another_lab_is_named(make_lab, make, drive):
    """A lab with nothing to run names what went into the current lab since it began, with its line and the cure."""
    lab, current = Lab(), make_lab()
    component = make().activate()
    kind, said = type(component).__name__, str(drive(lab))
    assert f"{EMPTY}. {kind}_1 (line " in said
    assert "of test_what_was_activated_in_another_lab_is_named()) was activated in another lab, the current one" in said
    assert f"write {kind}().activate(lab), or build it in 'with lab:'" in said
    current.stop()


def test_the_default_lab_that_the_activation_makes_is_another_lab():
    """In a fresh process, activate() makes the current lab; the older lab names what went there."""
    code = (
        "from kamlab import Component, Lab\n"
        "class Busy(Component):\n    def main(self):\n        yield\n"
        "lab = Lab()\nBusy().activate()\nprint(lab.run())\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Busy_1 (line 6 of the cell) was activated in another lab, the current one" in said


def test_a_background_run_reports_what_was_activated_elsewhere(make_lab, eventually, capsys):
    """start() has returned when this is known, so it is reported."""
    lab, _ = Lab(), make_lab()
    Ends().activate()
    lab.start()
    assert eventually(lambda: not lab.running)
    assert eventually(lambda: "was activated in another lab" in capsys.readouterr().err)


def test_what_was_activated_before_a_lab_began_is_not_named(make_lab):
    """A lab that begins later says nothing of it, nor one whose components were activated in it."""
    make_lab()
    Ends().activate()
    assert str(Lab().run()) == EMPTY
    lab = Lab()
    Ends().activate(lab)
    assert "another lab" not in str(lab.run())


def test_what_is_put_into_a_lab_that_is_not_the_current_one_is_not_named(make_lab):
    """An explicit activate(lab) is not a mistake."""
    make_lab()
    empty, other = Lab(), Lab()
    Ends().activate(other)
    assert str(empty.run()) == EMPTY
