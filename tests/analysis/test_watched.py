"""Watched expressions: what they read, that they run nothing, and their history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from kamlab import Component, Lab
from kamlab.analysis import BadWatch
from kamlab.analysis.watched import POINTS, WATCHES, parsed

calls: list[str] = []


class Pair(NamedTuple):
    left: int
    right: int


class Slotted:
    __slots__ = ("depth", "unset")

    def __init__(self) -> None:
        self.depth = 7


class Doubles(Component):
    step_size = 2

    def main(self) -> Iterator[None]:
        self.total = 1
        self.rows = [[0, 1], {"deep": Pair(3, 4)}]
        self.slotted = Slotted()
        for number in range(1000):
            self.total *= 2
            self.rows[0][1] = number
            yield

    @property
    def computed(self) -> int:
        calls.append("computed")
        return 1

    def __getattr__(self, name: str) -> Any:
        calls.append(name)
        raise AttributeError(name)


class Listy(list):  # type: ignore[type-arg]
    def __getitem__(self, index: Any) -> Any:
        calls.append("item")
        return super().__getitem__(index)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab that can go back, with one component that doubles a number in each slice."""
    calls.clear()
    lab = Lab(build=lambda: Doubles().activate(), clock="virtual")
    yield lab
    lab.stop()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("Doubles.total", "8"),
        ("Doubles_1.total", "8"),
        ("Doubles.number", "2"),
        ("Doubles.step_size", "2"),
        ("Doubles.rows[0][-1]", "2"),
        ("Doubles.rows[1]['deep'].right", "4"),
        ("Doubles.slotted.depth", "7"),
    ],
)
def test_attributes_variables_and_items_are_read(lab: Lab, expression: str, value: str) -> None:
    """A path reads attributes, variables of main, class attributes, items, slots and fields, as they are."""
    lab.step(3)
    watched = lab.watch(expression)
    assert (watched.value, watched.error) == (value, "")


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("Doubles.computed", "Doubles_1: 'computed' is computed by code, which is not run"),
        ("Doubles.main", "Doubles_1: 'main' is computed by code, which is not run"),
        ("Doubles.nothing", "Doubles_1: there is no 'nothing'"),
        ("Doubles.rows[9]", "Doubles_1: there is no item 9"),
        ("Doubles.total[0]", "Doubles_1: an item of 'int' cannot be read without running code"),
        ("Doubles.slotted.unset", "Doubles_1: 'unset' has no value yet"),
        ("Halves.total", "no component is called 'Halves' now"),
    ],
)
def test_what_cannot_be_read_says_why_and_runs_nothing(lab: Lab, expression: str, why: str) -> None:
    """A property, a method, a missing name or component gives a reason instead of a value; no code of the user runs."""
    lab.step(3)
    watched = lab.watch(expression)
    assert (watched.value, watched.error) == ("", why)
    assert calls == []


def test_a_component_can_be_given_with_its_path(lab: Lab) -> None:
    """With the component itself the expression is only the path, with ``self`` or without."""
    lab.step(3)
    assert lab.watch("self.total", lab["Doubles"]) == lab.watch("total", lab["Doubles"])
    assert lab.watch("total", lab["Doubles"]).expression == "Doubles_1.total"


def test_a_containers_own_getitem_is_not_called(lab: Lab) -> None:
    """An item of a list of the user's own class is taken past the class's ``__getitem__``."""
    lab.step(1)
    lab["Doubles"].own = Listy([5])  # type: ignore[attr-defined]
    assert lab.watch("Doubles.own[0]").value == "5"
    assert calls == []


@pytest.mark.parametrize(
    "text", ["Doubles", "Doubles.total + 1", "Doubles.f()", "Doubles.rows[:1]", "Doubles.rows[i]", "", "import os", 7]
)
def test_anything_but_a_path_is_refused(lab: Lab, text: Any) -> None:
    """Only names, attributes and constant indices can be watched."""
    with pytest.raises(BadWatch, match="cannot be watched: give the name of a component"):
        lab.watch(text)


def test_the_history_reaches_back_before_the_watch(lab: Lab) -> None:
    """The numbers come from the notes that stepped slices leave, one for each change, also those before the watch."""
    lab.step(3)
    assert lab.watch("Doubles.total").history == ((1, 2), (2, 4), (3, 8))
    lab.step(1)
    assert lab.watches()[0].history[-1] == (4, 16)


def test_an_item_has_a_history_from_the_watch_on(lab: Lab) -> None:
    """What the notes hold as a text only is noted with them while it is watched."""
    lab.step(2)
    assert lab.watch("Doubles.rows[0][1]").history == ((2, 1),)
    lab.step(2)
    assert lab.watches()[0].history == ((3, 2), (4, 3))


def test_a_step_of_the_past_has_its_value(lab: Lab) -> None:
    """At a step of the past the value is the one of then; where none was noted it says so."""
    lab.step(4)
    lab.watch("Doubles.total")
    assert lab.watches(2)[0].value == "4"
    lab.run(max_steps=3)
    assert lab.watches(6)[0].error == "Doubles_1: no value was noted then"
    assert lab.watches()[0].history[-1] == (7, 128)  # the present is known in any case


def test_going_back_and_another_way_cuts_the_history(lab: Lab) -> None:
    """After going back and stepping on, the history is that of the new way; a reset begins another one."""
    lab.watch("Doubles.total")
    lab.step(6)
    lab.back(3)
    assert lab.watches()[0].value == "8"
    lab.step(1)
    assert [step for step, _ in lab.watches()[0].history] == [1, 2, 3, 4]
    lab.reset()
    assert lab.watches()[0].error == "Doubles_1: there is no 'total'"
    lab.step()
    assert lab.watches()[0].history == ((1, 2),)


def test_the_same_expression_is_watched_once(lab: Lab) -> None:
    """A second watch of the same expression is the first; ``unwatch`` takes it away by number or text."""
    first, second = lab.watch("Doubles.total"), lab.watch("Doubles.total")
    other = lab.watch("Doubles.number")
    assert (first.id, other.id) == (second.id, 2)
    lab.unwatch(first.id)
    lab.unwatch("Doubles.number")
    assert len(lab.watches()) == 0
    with pytest.raises(BadWatch, match="1 is not watched; these are: none"):
        lab.unwatch(1)


def test_watches_and_their_points_are_bounded(lab: Lab) -> None:
    """So many expressions are watched at most, and a history has only its newest points."""
    lab.watch("Doubles.number")
    for _ in range(3):
        lab.step(90)
    assert [lab.watches()[0].history[0][0], len(lab.watches()[0].history)] == [271 - POINTS, POINTS]
    for number in range(1, WATCHES):
        lab.watch(f"Doubles.a{number}")
    with pytest.raises(BadWatch, match="watched already"):
        lab.watch("Doubles.more")


def test_nothing_is_read_while_nothing_is_watched(lab: Lab) -> None:
    """Without a watch the notes of stepped slices read nothing more."""
    lab.watch("Doubles.total")
    assert lab.positions.read_watched is not None
    lab.unwatch("Doubles.total")
    assert lab.positions.read_watched is None


def test_names_of_which_there_are_several_are_refused() -> None:
    """An expression that two components answer to gives a reason that names them; their own names work."""
    with Lab(clock="virtual") as lab:
        for _ in range(2):
            Doubles().activate()
        lab.step(2)
        assert "2 components are called 'Doubles'" in lab.watch("Doubles.total").error
        assert lab.watch("Doubles_2.total").value == "2"


def test_an_ended_component_keeps_its_last_value() -> None:
    """A component that has failed or finished can still be read, as long as it exists."""

    class Ends(Component):
        def main(self) -> Iterator[None]:
            self.total = 5
            yield

    with Lab(clock="virtual") as lab:
        ends = Ends().activate()
        lab.run()
        assert lab.watch("Ends.total").value == "5"
        assert ends is not None


def test_expressions_are_read_from_their_syntax() -> None:
    """The path is a tuple of names and indices; the text is what was written."""
    assert parsed("A.b['c'][-1]").path == (("b", False), ("c", True), (-1, True))
    assert parsed("total", "ring 1").text == "ring 1.total"
