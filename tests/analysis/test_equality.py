"""Components whose classes have an equality of their own are told apart, in every view and by the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.analysis.snapshot import from_engine
from kamlab.core.choice import SeededRandom
from kamlab.views import source_of


class Passing(Component):
    """Takes one message at a time and passes it on."""

    def main(self):
        while True:
            while self.data_ready():
                self.seen += 1
                self.send(self.recv())
                yield
            self.pause()
            yield


@dataclass
class Datum(Passing):
    """Equal to all of its class that have seen as much; not hashable, as Python has it."""

    seen: int = 0

    def __post_init__(self):
        super().__init__()


@dataclass(unsafe_hash=True)
class Value(Passing):
    """The same with a hash that changes as it goes."""

    seen: int = 0

    def __post_init__(self):
        super().__init__()


class Alike(Passing):
    """Equal to whatever it is compared with."""

    seen = 0

    def __eq__(self, other):
        return True


class Moody(Passing):
    """Raises when it is compared."""

    seen = 0

    def __eq__(self, other):
        raise TypeError("cannot be compared")

    def __hash__(self):
        raise TypeError("has no hash")


CLASSES = [Datum, Value, Alike, Moody]


def lab_of(kind: Callable[[], Any], **doors: Any) -> Lab:
    """Return a lab with three of a class in a row, the last one a child of the first."""

    def build() -> None:
        one, two, three = kind(), kind(), kind()
        one.link((one, "outbox"), (two, "inbox"))
        one.link((two, "outbox"), (three, "inbox"))
        one.add_children(two, three)
        for each in (one, two, three):
            each.activate()
        for word in "abc":
            one.deliver(word)

    return Lab(build=build, clock="virtual", **doors)


def all_that_is_shown(lab: Lab) -> list[str]:
    """Return every view and explanation of a lab, as text."""
    names = [each.short_name for each in lab.components]
    views = (
        lab.graph,
        lab.inboxes,
        lab.timeline,
        lab.why,
        lab.lost,
        lab.leaks,
        lab.still_running,
        lab.where,
        lab.story,
    )
    told = [str(view()) for view in views]
    for name in names:
        told += [str(lab.why(name)), str(lab.where(name)), str(source_of(lab, lab[name])), str(lab.story(name))]
    return [*told, str(lab.snapshot()), str(lab.histories())]


@pytest.mark.parametrize("kind", CLASSES)
def test_they_are_shown_as_others_are(kind: Any) -> None:
    """At each step all views say what they say of components without an equality; the names are as long."""

    class Plain(Passing):
        seen = 0

    lab, plain = lab_of(kind), lab_of(Plain)
    with lab, plain:
        for _ in range(12):
            lab.step(timeout=0)
            plain.step(timeout=0)
            told = [text.replace(kind.__name__, "Plain") for text in all_that_is_shown(lab)]
            expected = all_that_is_shown(plain)
            assert [_without_code(text) for text in told] == [_without_code(text) for text in expected]


def _without_code(text: str) -> list[str]:
    """Leave out what shows attributes, and how it is indented."""
    return [" ".join(line.split()).strip("- ") for line in text.splitlines() if "seen" not in line]


@pytest.mark.parametrize("kind", CLASSES)
def test_they_are_on_record_and_can_be_gone_back_to(kind: Any) -> None:
    """Engine and record agree at each step, and going back gives the same."""
    with lab_of(kind) as lab:
        live = {0: from_engine(lab)}
        for _ in range(12):
            if lab.step(timeout=0).reason != "steps":
                break
            live[lab.step_number] = from_engine(lab)
        assert {step: lab.snapshot(step) for step in live} == live
        lab.goto(4)
        assert lab.snapshot() == from_engine(lab) == live[4]


@pytest.mark.parametrize("kind", CLASSES)
def test_the_one_that_is_meant_has_the_slice(kind: Any) -> None:
    """choose(), a random chooser and the order of a round are about components, not about what is equal to them."""
    with lab_of(kind) as lab:
        third = lab.components[2]
        lab.choose(third)
        (event,) = lab.step().of_kind("resumed")
        assert event.component is third
    with lab_of(kind, chooser=SeededRandom(3)) as lab:
        while (following := lab.scheduler.next_up()) is not None and lab.step(timeout=0).reason == "steps":
            assert lab.trace.last_runner() is following


@pytest.mark.parametrize("kind", CLASSES)
def test_two_that_are_equal_can_both_be_children(kind: Any) -> None:
    """Adding, removing and unlinking go by the component itself."""
    with Lab(clock="virtual"):
        parent, one, two = kind(), kind(), kind()
        parent.add_children(one, two)
        parent.link((one, "outbox"), (parent, "inbox"))
        parent.remove_child(two)
        assert [each is one for each in parent.children] == [True]
        assert len(parent.switchboard.links) == 1
        parent.unlink(one)
        assert parent.switchboard.links == []
