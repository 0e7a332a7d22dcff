"""Which way is taken: the graph, one run for each order that differs, or orders that are drawn."""

from __future__ import annotations

import itertools
import random
import sys
import threading
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline, current, explore, labs
from kamlab.core import origins
from kamlab.core.box import Box
from kamlab.exploration import CannotExplore

from . import systems


def test_what_cannot_be_seen_into_is_explored_without_states() -> None:
    """A system that holds a lock is run once for each order that differs, and not called proved."""
    result = explore(systems.locked, lambda keep: len(keep.kept) == 2)
    assert result.how == "traces"
    assert result.complete
    assert not result.proved
    assert "_thread.lock" in result.why_not
    with pytest.raises(CannotExplore, match="cannot be told apart"):
        explore(systems.locked, how="all")


def test_a_hidden_object_that_two_hold_makes_their_slices_depend() -> None:
    """Two components that share what cannot be seen into are run in every order of their slices."""

    class Draws(Component):
        got = 0

        def __init__(self, numbers: Any) -> None:
            super().__init__()
            self.numbers = numbers

        def main(self) -> Any:
            yield
            self.got = self.numbers()

    class Numbers(threading.local):  # holds state in C
        def __init__(self) -> None:
            self.number = 0

        def __call__(self) -> int:
            self.number += 1
            return self.number

    def system() -> Any:
        numbers = Numbers()
        return [Draws(numbers).activate(), Draws(numbers).activate()]

    result = explore(system, lambda both: both[0].got == 1)
    assert result.how == "traces"
    assert result.schedules == 6
    assert result.found[0].names == ("invariant",)


def test_the_same_is_found_by_runs_as_by_the_graph() -> None:
    """Both ways find the lost wake-up, and as many orders that differ."""
    graph, runs = explore(systems.sleeping), explore(systems.sleeping, how="traces")
    assert graph.different == runs.different == 8
    assert [schedule.names for schedule in runs.found] == [("lost wake-up",)]


def test_threads_are_drawn() -> None:
    """A system with a thread of its own is run in orders that are drawn, and the text says that it proves nothing."""
    result = explore(systems.threaded, lambda keep: keep.kept == ["from a thread"], runs=4)
    assert result.how == "random and pct"
    assert result.schedules == 4
    assert not result
    assert "prove nothing about the others" in str(result)


@pytest.mark.parametrize("how", ["random", "pct"])
def test_drawn_orders_find_what_is_likely_and_shrink_it(how: str) -> None:
    """A lost update is found by drawing, and the order that is shown is short and can be opened."""
    result = explore(systems.lost_update(), lambda account: account.balance == 2, how=how, runs=20)
    assert not result.complete
    assert result.found[0].names == ("invariant",)
    assert not result.found[0].minimal
    assert result.found[0].slices <= 12
    lab = result.found[0].open()
    assert lab["Account"].balance < 2  # type: ignore[attr-defined]
    lab.stop()


def test_too_many_states_are_drawn_from() -> None:
    """Where the graph has too many states and nothing was found, orders are drawn as well."""
    result = explore(systems.lost_update(3), lambda account: account.balance == 3, states=40, runs=30)
    assert result.how == "random and pct"
    assert "there are more than 40 states" in result.why_not
    assert result.found


def test_a_builder_that_does_not_repeat_is_noticed() -> None:
    """A system that is built differently each time has no graph, and the text says so."""
    numbers = itertools.count()

    def system() -> Any:
        return systems.Count(1 + next(numbers)).activate()

    result = explore(system, runs=3)
    assert not result.complete
    assert "is not built the same way twice" in result.why_not


def test_what_is_kept_outside_is_noticed() -> None:
    """State that is seen nowhere makes executions differ, which the comparison with the graph notices."""
    kept = iter(range(10**9))

    class Sneaky(Component):
        def main(self) -> Any:
            self.seen = sys.modules["kamlab.exploration"].__dict__.setdefault("_test", kept).__next__() % 7
            yield
            yield

    try:
        result = explore(lambda: [Sneaky().activate(), Sneaky().activate()], runs=3)
    finally:
        sys.modules["kamlab.exploration"].__dict__.pop("_test", None)
    assert not result.proved


def test_components_from_outside_are_refused() -> None:
    """A system that uses a component that its builder did not make cannot be built again, which is told."""
    keep = systems.Keep()

    def system() -> None:
        count = systems.Count(1).activate()
        count.link((count, "outbox"), (keep, "inbox"))

    with pytest.raises(CannotExplore, match=r"Keep_\d+ was not made by the builder: make all components in the fun"):
        explore(system)
    used = systems.Count(1)
    with pytest.raises(CannotExplore, match=r"Count_\d+ was not made by the builder"):
        explore(used.activate)
    numbers = iter([2])
    with pytest.raises(CannotExplore, match="cannot be built a second time: StopIteration"):
        explore(lambda: systems.Count(next(numbers)).activate())


def test_exploring_leaves_nothing_behind() -> None:
    """The methods that are watched, the current lab, random numbers and output are as they were before."""
    looked = Component.data_ready, Component.any_ready, Box.__len__, sys.stdout, origins.listener
    with Lab(clock="virtual") as lab:
        systems.Keep()  # made and not activated, of which the lab could tell
        state, count, made = random.getstate(), len(labs()), list(origins.FRESH.made)
        explore(systems.dice)
        assert random.getstate() == state
        assert current() is lab
        assert origins.FRESH.made == made
        assert len(labs()) == count
    assert (Component.data_ready, Component.any_ready, Box.__len__, sys.stdout, origins.listener) == looked


def test_components_print_nothing_while_they_are_explored(capsys: Any) -> None:
    """What components print in thousands of executions is not shown."""

    class Prints(Component):
        def main(self) -> Any:
            print("hello")
            yield

    assert explore(lambda: Prints().activate())
    assert capsys.readouterr().out == ""


def test_a_global_that_cannot_be_seen_is_told() -> None:
    """A global of a kind that cannot be seen into leaves the result complete, and not proved."""
    result = explore(lambda: [Guarded().activate(), Guarded().activate()])
    assert result.complete
    assert not result.proved
    assert "the global GUARD" in result.why_not


GUARD = threading.Lock()


class Guarded(Component):
    """Names a lock of its module."""

    def main(self) -> Any:
        with GUARD:
            self.seen = True
        yield


@pytest.mark.parametrize(
    ("system", "invariant"),
    [
        (systems.table(3), None),
        (systems.lost_update(), lambda account: account.balance == 2),
        (systems.lost_update(3), lambda account: account.balance == 3),
    ],
)
def test_an_order_that_was_drawn_is_shrunk(system: Any, invariant: Any) -> None:
    """What was drawn and goes wrong is shrunk to the length of the shortest order, wiring included, and called so."""
    drawn = explore(system, invariant, how="random", runs=20).found[0]
    shortest = explore(system, invariant).found[0]
    assert drawn.step == shortest.step
    assert (drawn.shrunk, drawn.minimal, shortest.shrunk) == (True, False, False)
    assert "  a shrunk order: " in str(drawn)


def test_shrinking_joins_turns() -> None:
    """A slice that can as well run right after one of the same component does."""

    class Steps(Component):
        done = False

        def main(self) -> Any:
            for _ in range(3):
                yield
            self.done = True

    def system() -> Any:
        return [Steps().activate(), Steps().activate()]

    drawn = explore(system, lambda both: not all(one.done for one in both), how="random", runs=5).found[0]
    assert drawn.switches == 1


def test_drawn_orders_show_lost_wake_ups_as_well() -> None:
    """A sleeper of a run that was drawn is woken, to see whether it takes what waits: if so, the wake-up was lost."""
    result = explore(systems.sleeping, how="random", runs=30)
    assert [schedule.names for schedule in result.found] == [("lost wake-up",)]
    assert result.found[0].sentence == explore(systems.sleeping).found[0].sentence
    assert result.found[0].step == explore(systems.sleeping).found[0].step
    with result.found[0].open() as lab:
        assert lab["Worker"].asleep
        assert lab["Worker"].data_ready()

    class Deaf(Component):
        async def main(self) -> None:
            await self.receive("control")

    assert not explore(lambda: Pipeline(systems.Count(2), Deaf()).activate(), how="random", runs=10).found
