"""What a wrong order depends on: the two slices whose order decides."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Pipeline, explore

from . import systems


@pytest.mark.parametrize(
    ("system", "invariant", "words"),
    [
        (
            systems.lost_update(),
            lambda account: account.balance == 2,
            "message race, it depends on who came first: "
            "at step 3 Client_4 sends ('b', None) to Account_2.inbox before Client_3 sends ('a', 1)",
        ),
        (
            systems.table(),
            None,
            "at step 3 Philosopher_3 sends 'b' to Fork_5.take before Philosopher_2 sends 'a'",
        ),
        (
            systems.sleeping,
            None,
            "order violation, it depends on who came first: "
            "at step 4 Count_2 wakes Worker_3 before Worker_3 falls asleep",
        ),
        (
            systems.global_number,
            lambda both: systems.NUMBER == 2,
            "at step 2 GlobalNumber_1 reads the global NUMBER",
        ),
        (
            systems.reaching,
            lambda three: three[0].total == 2,
            "at step 3 Reaching_2 reads variables of Idle_1 before Reaching_3 may change variables of Idle_1",
        ),
    ],
)
def test_the_two_slices_that_decide_are_named(system: Any, invariant: Any, words: str) -> None:
    """Who came first, where, and after which step is told of the order in which it goes wrong."""
    schedule = explore(system, invariant).found[0]
    assert words in schedule.race
    assert schedule.race.endswith("the other way round it can end well")
    kind, _, deeds = schedule.race.partition(": ")
    assert f"  {kind}:\n    {deeds}\n" in str(schedule)
    assert f"at step {schedule.decided} " in schedule.race


def test_before_the_slice_that_decides_it_can_still_end_well() -> None:
    """One step earlier the other component may come first, and then the end is right; one step later it cannot."""
    result = explore(systems.lost_update(), lambda account: account.balance == 2)
    schedule = result.found[0]
    assert schedule.decided is not None
    with_same_beginning = [one for one in result.orders(256) if one.path[:2] == schedule.path[:2]]
    assert {one.names for one in with_same_beginning} == {(), ("invariant",)}
    decided = [one for one in with_same_beginning if one.path[2] == schedule.path[2]]
    assert {one.names for one in decided} == {("invariant",)}


def test_what_goes_wrong_in_every_order_depends_on_none() -> None:
    """Where each order goes wrong, no race is named."""

    class Breaks(Component):
        def main(self) -> Any:
            yield
            raise ValueError("broken")

    assert explore(lambda: Pipeline(Breaks(), systems.Keep()).activate()).found[0].race == ""
    assert explore(systems.chain(1), lambda keep: False).found[0].race == ""
