"""A system is run under many schedules, each of which can be had again."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Graphline, Lab
from kamlab.core.errors import LabIsClosed
from kamlab.teach import Wrong, runs


class Say(Component):
    """Sends a word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def main(self) -> Any:
        self.send(self.word)
        yield


class Keep(Component):
    """Keeps what comes, and ends after two."""

    kept: tuple[str, ...] = ()

    async def main(self) -> None:
        while len(self.kept) < 2:
            self.kept += (await self.receive(),)


class Fail(Component):
    """Fails in its second slice."""

    def main(self) -> Any:
        yield
        raise ValueError("too late")


class Todo(Component):
    """Is not written yet."""

    def main(self) -> Any:
        raise NotImplementedError("write main()")
        yield


class Spin(Component):
    """Never ends."""

    turns = 0

    def main(self) -> Any:
        while True:
            self.turns += 1
            yield


def two_words() -> Keep:
    keep = Keep()
    wires = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
    Graphline(A=Say("ping"), B=Say("pong"), K=keep, linkages=wires).activate()
    return keep


def test_the_orders_of_turns_differ_and_are_the_same_again() -> None:
    """Among some runs both orders occur; the same seeds give the same runs."""
    first = [(run.seed, run.made.kept) for run in runs(two_words, 30)]
    assert {kept for _, kept in first} == {("ping", "pong"), ("pong", "ping")}
    assert [(run.seed, run.made.kept) for run in runs(two_words, 30)] == first
    assert [seed for seed, _ in first] == list(range(30))


def test_the_line_of_a_run_plays_it_again() -> None:
    """A run's line, replayed with the same system, leads to the same end."""
    for run in runs(two_words, 10):
        kept: list[Keep] = []
        lab = Lab(build=lambda kept=kept: kept.append(two_words()), clock="virtual")
        lab.replay(run.line)
        assert (lab.step_number, kept[-1].kept) == (run.step, run.made.kept)
        lab.stop()


def test_the_lab_of_a_run_is_open_until_the_next_begins() -> None:
    """One can look into a run's lab; when the next run begins, and at the end, it is stopped."""
    labs = []
    for run in runs(two_words, 3):
        assert run.lab.state != "stopped"
        assert all(lab.state == "stopped" for lab in labs)
        labs.append(run.lab)
    assert [lab.state for lab in labs] == ["stopped"] * 3


def test_a_run_ends_at_its_condition_or_its_limit() -> None:
    """``until`` is asked after each slice; ``slices`` are the most there are."""
    (run,) = runs(lambda: Spin().activate(), 1, until=lambda run: run.made.turns == 5)
    assert (run.outcome.reason, run.made.turns) == ("condition", 5)
    (run,) = runs(lambda: Spin().activate(), 1, slices=7)
    assert (run.outcome.reason, run.step) == ("max_steps", 7)


def test_a_component_that_fails_is_wrong_with_its_line() -> None:
    """A failure raises Wrong with component, error and line; with ``failures`` it is a run like others."""
    with pytest.raises(Wrong, match=r"Fail_1 failed: ValueError: too late") as caught:
        list(runs(lambda: Fail().activate(), 5))
    assert caught.value.run is not None
    assert caught.value.step == 2
    (run,) = runs(lambda: Fail().activate(), 1, failures=True)
    assert [each.short_name for each in run.failures] == ["Fail_1"]


def test_what_is_not_written_yet_is_still_to_do() -> None:
    """A NotImplementedError of a component is told as something to do, and is about no run."""
    with pytest.raises(Wrong, match=r"^Still to do: write main\(\)$") as caught:
        list(runs(lambda: Todo().activate(), 5))
    assert caught.value.run is None


def test_a_circle_of_waiting_is_told() -> None:
    """A run in which two wait for each other says so; one that is done does not."""

    class Polite(Component):
        async def main(self) -> None:
            await self.receive()
            self.send("after you")

    def circle() -> None:
        wires = {("A", "outbox"): ("B", "inbox"), ("B", "outbox"): ("A", "inbox")}
        Graphline(A=Polite(), B=Polite(), linkages=wires).activate()

    for run in runs(circle, 5):
        assert "Polite_2" in run.deadlock
        assert "Polite_3" in run.deadlock
    for run in runs(two_words, 5):
        assert run.deadlock == ""
    with pytest.raises(LabIsClosed, match="ask in the loop"):
        assert run.deadlock


def test_what_is_no_system_is_refused() -> None:
    """Something that cannot be called is a TypeError that says what is needed."""
    with pytest.raises(TypeError, match="give a function that activates"):
        list(runs(5, 1))  # type: ignore[arg-type]
