"""What cannot be explored, or not completely: a named error, or the reason in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Graphline, Lab, explore
from kamlab.exploration import CannotExplore
from kamlab.parts import OneShot


class Counts(Component):
    """Counts without end."""

    count = 0

    def main(self) -> Any:
        while True:
            self.count += 1
            yield


class Floods(Component):
    """Sends without end."""

    def main(self) -> Any:
        while True:
            self.send("more")
            yield


def flooded() -> None:
    """One that floods another one, which takes nothing."""
    Graphline(F=Floods(), I=Idle(), linkages={("F", "outbox"): ("I", "inbox")}).activate()


class Idle(Component):
    """Sleeps."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield


@pytest.mark.parametrize(
    ("system", "grows"),
    [(lambda: Counts().activate(), "the local state of Counts_1"), (flooded, "what waits in Idle_3.inbox")],
)
def test_what_grows_without_end_is_named(system: Any, grows: str) -> None:
    """A system with more and more states is not complete, and what differs most among them is said."""
    result = explore(system, how="all", states=60)
    assert not result.complete
    assert not result.proved
    assert f"what differs most is {grows}, which has had" in result.why_not


@pytest.mark.parametrize("how", ["all", "traces", "random"])
def test_a_predicate_that_raises_is_no_finding(how: str) -> None:
    """An error in a predicate is told as one, with the error, whichever way orders are explored."""

    def asks(made: Any) -> bool:
        return bool(made.nothing)

    said = "asks\\(\\) cannot be asked at the end: AttributeError: 'OneShot' object has no attribute 'nothing'"
    with pytest.raises(CannotExplore, match=said):
        explore(lambda: OneShot("x").activate(), asks, how=how)


def test_a_builder_that_runs_the_lab_is_refused() -> None:
    """A builder that drives the lab would have run one order before any is explored."""

    def system(lab: Any) -> None:
        OneShot("x").activate()
        lab.run()

    with pytest.raises(CannotExplore, match="the builder runs the lab: it may only make and activate components"):
        explore(system)


def test_a_builder_that_activates_nothing_is_refused() -> None:
    """Of a system without components, or in a lab of its own, nothing could be said: that is no proof."""

    def own_lab() -> None:
        with Lab(clock="virtual") as lab:
            OneShot("x").activate()
            lab.run()

    for system in (own_lab, lambda: OneShot("x")):
        with pytest.raises(CannotExplore, match="the builder activates no component in the lab that is explored"):
            explore(system)
