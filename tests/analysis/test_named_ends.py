"""The outcome of a run names what has gone wrong, as far as the run itself tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Backplane, Component, Graphline, Lab, Pipeline, PublishTo, SeededRandom, SubscribeTo
from kamlab.analysis import why_lab
from kamlab.parts import Collate, DataSource, NullSink, PassThrough
from kamlab.teach import runs


class Takes(Component):
    """Has one fork, and asks for the second: in the middle of something."""

    Inboxes = {"inbox": "", "control": "", "fork": ""}

    async def main(self) -> None:
        await self.receive("fork")
        await self.receive("inbox")


class Polite(Component):
    """Waits for a word before it says one."""

    async def main(self) -> None:
        self.send(await self.receive())


def two(cls: type[Component]) -> None:
    """Activate two that wait for each other."""
    wires = {("a", "outbox"): ("b", "inbox"), ("b", "outbox"): ("a", "inbox")}
    a, b = cls(), cls()
    a.name, b.name = "a", "b"
    Graphline(a=a, b=b, linkages=wires).activate()
    for one in (a, b):
        if "fork" in one.Inboxes:
            one.deliver("fork", "fork")


class Worker(Component):
    """Looks into its inbox, and sleeps a slice later."""

    def main(self) -> Iterator[None]:
        while True:
            for _ in self.messages():
                pass
            yield
            self.pause()
            yield


class Picks(Component):
    """Waits for its other inbox only, and so leaves its first one alone; it looks into both."""

    Inboxes = ("inbox", "control", "other")

    async def main(self) -> None:
        while True:
            await self.receive("other")
            self.recv("inbox")


def test_a_deadlock_is_named_with_its_circle() -> None:
    """Where components wait in a circle that can be nothing else, the outcome says who waits for whom."""
    with Lab(build=lambda: two(Takes), clock="virtual") as lab:
        outcome = lab.run()
        circle = "a waits for a message from b in its 'inbox', b waits for a message from a in its 'inbox'"
        assert outcome.named == f"deadlock: {circle}"
        assert str(outcome).endswith(f"slices: deadlock: {circle}; waiting: Graphline_1, a, b")
        assert outcome.reason == "stuck"
        assert lab.why().certain


def test_what_may_be_rest_is_not_called_a_deadlock() -> None:
    """Two that may have nothing more to say are not named: only the program knows."""
    with Lab(build=lambda: two(Polite), clock="virtual") as lab:
        outcome = lab.run()
        assert lab.why().verdict == "deadlock"
        assert not lab.why().certain
        assert outcome.named == ""
        assert "nothing is left that could wake a component" in str(outcome)


def sleeping() -> None:
    """Activate a worker that can miss a wake-up."""
    Pipeline(DataSource([1, 2]), Worker()).activate()


def outcomes(system: Any, seeds: int = 30) -> set[str]:
    """Return what is named at the ends of some runs in random orders."""
    found = set()
    for seed in range(seeds):
        with Lab(build=system, clock="virtual", chooser=SeededRandom(seed)) as lab:
            found.add(lab.run(max_steps=500).named)
    return found


def test_a_lost_wake_up_is_called_possible() -> None:
    """A sleeper beside messages may have missed a wake-up: that is said only where there is one, and as possible."""
    found = outcomes(sleeping)
    assert "" in found
    assert found - {""} <= {
        "perhaps a lost wake-up: Worker_3 sleeps, and 1 message waits in its 'inbox'",
        "perhaps a lost wake-up: Worker_3 sleeps, and 2 messages wait in its 'inbox'",
    }
    assert found != {""}


def test_one_that_waits_for_another_inbox_has_missed_nothing() -> None:
    """A component that says which inbox it waits for sleeps beside messages in another one by design."""
    assert outcomes(lambda: Pipeline(DataSource([1, 2]), Picks()).activate(), 5) == {""}


def clean_pipeline() -> None:
    """Activate a Pipeline that ends."""
    Pipeline(DataSource("abc"), PassThrough(), Collate()).activate()


def clean_exchange() -> None:
    """Activate a Backplane."""
    Backplane("NEWS").activate()
    Pipeline(SubscribeTo("NEWS"), NullSink()).activate()
    Pipeline(DataSource("ab"), PublishTo("NEWS")).activate()


def clean_loop() -> None:
    """Activate two that send what they receive, with nothing to send."""
    wires = {("a", "outbox"): ("b", "inbox"), ("b", "outbox"): ("a", "inbox")}
    Graphline(a=PassThrough(), b=PassThrough(), linkages=wires).activate()


@pytest.mark.parametrize("system", [clean_pipeline, clean_exchange, clean_loop])
def test_nothing_is_named_in_a_clean_system(system: Any) -> None:
    """What is at rest, or has ended, has no name, in whichever order it ran."""
    assert outcomes(system, 10) == {""}


def test_a_failure_is_told_beside_it() -> None:
    """Who has failed is part of the outcome as before."""

    class Breaks(Component):
        def main(self) -> Iterator[None]:
            yield
            raise ValueError("broken")

    with Lab(clock="virtual") as lab:
        lab.report = lambda text: None  # type: ignore[method-assign]
        Breaks().activate()
        assert str(lab.run()) == "2 slices: every component has ended; failed: Breaks_1"


def test_a_large_lab_is_not_analysed_at_the_end_of_each_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """With many components the outcome names nothing, and ``lab.why()`` still tells."""
    monkeypatch.setattr(why_lab, "MANY", 2)
    with Lab(build=lambda: two(Takes), clock="virtual") as lab:
        assert lab.run().named == ""
        assert lab.why().certain


def test_many_runs_are_not_analysed_one_by_one() -> None:
    """The runs of a course are judged by its exercises; their outcomes name nothing, which saves the time."""
    assert {run.outcome.named for run in runs(lambda: two(Takes), 5)} == {""}
