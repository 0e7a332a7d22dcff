"""An exercise says whether what was handed in is right, and opens the run in which it was not."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

import pytest

from kamlab import Component
from kamlab.teach import CheckFailed, Wrong, exercise, runs
from kamlab.teach.exercise import GRADING
from kamlab.teach.verdict import NothingToOpen, Verdict

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
copies = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot run code in a copy of the process")


class Cell(Component):
    """Holds a number."""

    number = 0

    def main(self) -> Any:
        self.pause()
        yield


class Adder(Component):
    """Adds one to a number, in two slices."""

    def __init__(self, cell: Cell, torn: bool) -> None:
        super().__init__()
        self.cell = cell
        self.torn = torn

    def main(self) -> Any:
        before = self.cell.number
        if self.torn:
            yield
        self.cell.number = before + 1
        yield


def system(torn: bool = True) -> Cell:
    """Two that add one to the same number."""
    cell = Cell().activate()
    Adder(cell, torn).activate()
    Adder(cell, torn).activate()
    return cell


@exercise("sum", takes="a function that returns the cell", points=3, seconds=5)
def check(build: Any) -> str:
    """Both additions count."""
    for run in runs(build, 50):
        if run.made.number != 2:
            raise Wrong(f"The number is {run.made.number}, it shall be 2.", run)
    return "It was 2 each time."


def test_what_is_right_passes() -> None:
    """A right answer gives a true verdict with what the check has to say."""
    found = check(lambda: system(torn=False))
    assert found
    assert found.passed
    assert (found.of, found.sentence, found.points, found.line) == ("sum", "It was 2 each time.", 3, "")


def test_what_is_wrong_opens_at_the_step_where_it_is() -> None:
    """A wrong answer gives the sentence, the seed and the line; opened, the lab stands where it went wrong."""
    found = check(system)
    assert not found
    assert found.sentence == "The number is 1, it shall be 2."
    assert isinstance(found.seed, int)
    assert found.line.startswith("kamlab1:")
    lab = found.open()
    assert lab.step_number == found.step
    assert lab["Cell"].number == 1  # type: ignore[attr-defined]
    lab.back(lab.step_number)
    assert lab["Cell"].number == 0  # type: ignore[attr-defined]
    lab.stop()
    assert found.line in str(found)
    assert found.line in found._repr_html_()


def test_the_step_may_be_told() -> None:
    """A check may name the step at which one should look."""

    @exercise("early", takes="a function")
    def early(build: Any) -> None:
        for run in runs(build, 1):
            raise Wrong("Look at the first step.", run, 1)

    lab = early(system).open()
    assert lab.step_number == 1
    lab.stop()


def test_a_stage_makes_the_system_of_what_is_handed_in() -> None:
    """With a stage a class is handed in, and the run opens all the same."""

    def stage(kind: Any) -> Any:
        def build() -> Cell:
            cell = Cell().activate()
            kind(cell, True).activate()
            kind(cell, True).activate()
            return cell

        return build

    @exercise("staged", takes="a class", stage=stage, accepts=lambda each: isinstance(each, type))
    def staged(build: Any) -> None:
        for run in runs(build, 50):
            if run.made.number != 2:
                raise Wrong("No.", run)

    lab = staged(Adder).open()
    assert lab.state == "paused"
    lab.stop()
    assert "a class" in staged(system).sentence


@pytest.mark.parametrize(
    ("handed_in", "said"),
    [
        (5, "of the type int: 5"),
        ("cured", "of the type str: 'cured'"),
        (None, "Still to do"),
        (..., "Still to do"),
        ([system], "of the type list"),
        (Cell.__new__(Cell), "of the type Cell"),
    ],
    ids=["int", "str", "None", "...", "list", "component"],
)
def test_an_answer_of_the_wrong_type_is_told_what_is_taken(handed_in: Any, said: str) -> None:
    """What cannot be checked is named with its type, and what the exercise takes is said."""
    sentence = check(handed_in).sentence
    assert said in sentence
    assert "takes a function that returns the cell" in sentence


def test_nothing_handed_in() -> None:
    """A check that is called without anything says what it takes."""
    assert "Nothing was handed in" in check().sentence


class Lies:
    """Its repr never returns."""

    def __repr__(self) -> str:
        while True:
            pass


def test_an_answer_whose_repr_hangs_is_told_in_time() -> None:
    """Even what cannot be written down is named by its type."""
    assert "of the type Lies" in check(Lies()).sentence


def raises() -> Any:
    return {}["nothing"]


def recurses() -> Any:
    return recurses()


def to_do() -> Any:
    raise NotImplementedError("build the system")


def takes_too_much(_one: Any) -> Any:
    return None


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (raises, "KeyError: 'nothing'"),
        (recurses, "calls itself without an end"),
        (to_do, "Still to do: build the system"),
        (takes_too_much, "TypeError"),
        (lambda: sys.exit(), "calls exit"),
        pytest.param(lambda: os._exit(0), "ends Python", marks=copies),
        pytest.param(lambda: socket.create_server(("127.0.0.1", 0)), "opens a port", marks=copies),
    ],
    ids=["raises", "recurses", "to do", "takes too much", "exits", "ends Python", "opens a port"],
)
def test_what_the_students_code_does_is_said(build: Any, said: str) -> None:
    """Errors, exits and ports become sentences."""
    assert said in check(build).sentence


def test_a_component_that_loops_prints_or_exits_is_said() -> None:
    """The same holds for what is done in a slice."""

    def one(main: Any) -> Any:
        return lambda: type("One", (Component,), {"main": main})().activate()

    def loops(self: Any) -> Any:
        while True:
            pass
        yield

    def prints(self: Any) -> Any:
        while True:
            print("x" * 1000)
        yield

    def exits(self: Any) -> Any:
        sys.exit()
        yield

    quick = exercise("sum", takes="a function", seconds=0.5)(check.body)
    assert "still running after 0.5 seconds" in quick(one(loops)).sentence
    assert "prints without an end" in quick(one(prints)).sentence
    assert "calls exit" in quick(one(exits)).sentence


def test_under_a_grader_a_failed_check_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader sees a failed check as an error and a passed one as none; elsewhere a verdict is returned."""
    monkeypatch.setenv(GRADING, "autograde")
    with pytest.raises(CheckFailed, match="it shall be 2") as caught:
        check(system)
    assert isinstance(caught.value, AssertionError)
    assert not caught.value.verdict
    assert check(lambda: system(torn=False)).passed


def test_a_verdict_without_a_run_has_nothing_to_open() -> None:
    """Opening a verdict that is about no run is a named error that says why."""
    with pytest.raises(NothingToOpen, match="it passed"):
        Verdict("sum", True, "Fine.").open()
    with pytest.raises(NothingToOpen, match="not about one run"):
        check(5).open()


def test_a_sentence_is_escaped() -> None:
    """What a check says is shown as text in a page."""
    assert "<b>bold" not in Verdict("x", False, "<b>bold</b>")._repr_html_().replace("<b style", "")
