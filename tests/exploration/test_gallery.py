"""The gallery: what goes wrong in systems of the course and others, by the shortest order; and what is cured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from kamlab import explore
from kamlab.exploration import Backlog, Delivery, LostUpdate, PriorityInversion
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from sampling import FULL, only_in_full

from . import systems
from .course_systems import course_system


def runs_now(processor: Any) -> str | None:
    """Return the task that the processor of the course has dispatched and that has not run yet."""
    boxes = processor.outboxes
    return next((who for who in ("low", "middle", "high") if len(boxes[f"to {who}"])), None)


def waits_for(processor: Any) -> dict[str, str]:
    """Return which task waits for which, as the processor of the course knows."""
    return {processor.waiting: processor.holder} if processor.waiting else {}


def asleep_with_work(worker: Any) -> bool:
    """Return whether the worker of the course sleeps beside a message."""
    return bool(worker.asleep and worker.data_ready())


def is_reordered(screen: Any) -> bool:
    """Return whether the letters on the screen of the course are in another order than those that were sent."""
    sent = iter("LETTER")
    return not all(letter in sent for letter in screen.text)


@dataclass(frozen=True)
class Piece:
    """A system with a fault: its name, how many slices lead there, and how it is seen without :func:`explore`.

    ``is_wrong`` is asked of what the system returns: at ends only, or everywhere.
    """

    system: str | Callable[[], Any]
    name: str
    slices: int
    is_wrong: Callable[[Any], bool] | None = None
    only_ends: bool = True
    how: dict[str, Any] = field(default_factory=dict)

    def broken(self) -> Callable[[], Any]:
        """Return the system."""
        return course_system(self.system, False) if isinstance(self.system, str) else self.system


PRIORITY = {"low": 1, "middle": 2, "high": 3}
INVERSION = PriorityInversion(PRIORITY, waits=waits_for, runs=runs_now)
LETTERS = Delivery("LETTER", lambda screen: screen.text)
ORDERS = Delivery((10, 20, 20), lambda account: account.paid)
ONE_BY_ONE = LostUpdate(lambda account: account.balance, among="Client")

GALLERY = [
    Piece(
        "lost-update",
        "lost update",
        7,
        lambda account: account.balance != 2,
        how={"look_for": LostUpdate(lambda account: account.balance, among=("a", "b"))},
    ),
    Piece(systems.lost_update(3), "lost update", 9, lambda account: account.balance != 3, how={"look_for": ONE_BY_ONE}),
    Piece(
        "race-on-order",
        "invariant",
        7,
        lambda store: bool(store.refused),
        how={"invariant": lambda store: not store.refused},
    ),
    Piece("deadlock", "deadlock", 8, lambda diners: any(diner.meals == 0 for diner in diners)),
    Piece(systems.table(3), "deadlock", 12, lambda diners: any(diner.meals == 0 for diner in diners)),
    Piece("lost-wake-up", "lost wake-up", 9, asleep_with_work),
    Piece(
        "reordering",
        "reordering",
        6,
        is_reordered,
        False,
        how={"look_for": LETTERS},
    ),
    Piece("duplicates", "duplicate", 37, how={"look_for": ORDERS}),
    Piece(
        "priority-inversion",
        "priority inversion",
        8,
        lambda processor: processor.waiting == "high" and runs_now(processor) == "middle",
        False,
        how={"look_for": INVERSION, "ignore": ("Books.log", "Processor.log")},
    ),
    Piece(
        "back-pressure",
        "missing back-pressure",
        4,
        lambda made: made[1].data_ready() > 3,
        False,
        how={"look_for": Backlog(3, "consumer.inbox")},
    ),
    Piece("livelock", "livelock", 6),
    Piece("starvation", "starvation", 4, how={"ignore": ("Server.served", "FairServer.served")}),
    Piece(
        systems.closure,
        "lost update",
        4,
        lambda both: both[0].get() != 2,
        how={"look_for": LostUpdate(lambda both: both[0].get(), among="Closure")},
    ),
    Piece(
        systems.given_dict,
        "lost update",
        4,
        lambda both: both[0].given["n"] != 2,
        how={"look_for": LostUpdate(lambda both: both[0].given["n"], among="GivenDict")},
    ),
    Piece(
        systems.global_list,
        "lost update",
        4,
        lambda both: systems.NUMBERS[0] != 2,
        how={"look_for": LostUpdate(lambda both: systems.NUMBERS[0], among="GlobalList")},
    ),
]
#: Those that take more than a second.
LONG = {"duplicate", "reordering", "priority inversion"}


def named(piece: Piece) -> str:
    """Return the name of a piece in a report."""
    return f"{piece.name} in {piece.system if isinstance(piece.system, str) else piece.system.__qualname__}"


@pytest.mark.parametrize(
    "piece",
    [pytest.param(piece, marks=only_in_full if piece.name in LONG else (), id=named(piece)) for piece in GALLERY],
)
def test_the_fault_is_named_with_the_shortest_order(piece: Piece) -> None:
    """The planted fault has its name, and its order is as short as it is known to be."""
    result = explore(piece.broken(), **piece.how)
    assert result.complete, result
    found = [schedule for schedule in result.found if piece.name in schedule.names]
    assert [schedule.slices for schedule in found] == [piece.slices], result
    assert found[0].minimal


BRUTE = [piece for piece in GALLERY if piece.is_wrong is not None]


@pytest.mark.parametrize(
    "piece",
    [pytest.param(piece, marks=only_in_full if piece.slices > 8 else (), id=named(piece)) for piece in BRUTE],
)
def test_running_again_finds_no_shorter_order(piece: Piece) -> None:
    """Breadth-first, by running each order again from the beginning, nothing wrong is found earlier, and then it is."""
    assert shortest_by_running(piece) == piece.slices


def shortest_by_running(piece: Piece) -> int:
    """Return how many slices the shortest order has after which a system is wrong; equal states are run on once."""
    setting = Setting(piece.broken(), ignore=frozenset(piece.how.get("ignore", ())))
    prefix = Stage(setting).assemble()
    paths: list[list[int]] = [[]]
    seen: set[Any] = set()
    assert piece.is_wrong is not None
    while paths:
        longer = []
        for path in paths:
            stage = Stage(setting).run([*prefix, *path])
            can_run = stage.runnable()
            if (not can_run or not piece.only_ends) and piece.is_wrong(stage.made):
                return len(path)
            state = frozenset(stage.capture().items())
            stage.close()
            if state not in seen:
                seen.add(state)
                longer += [[*path, component] for component in can_run]
        paths = longer
    raise AssertionError("nothing goes wrong")


CURED: dict[str, dict[str, Any]] = {
    "lost-update": {"look_for": LostUpdate(lambda account: account.balance, among=("a", "b"))},
    "race-on-order": {"invariant": lambda store: not store.refused},
    "deadlock": {"invariant": lambda diners: all(diner.meals == 1 for diner in diners)},
    "livelock": {},
    "starvation": {"ignore": ("Server.served", "FairServer.served"), "fair": 2},
    "priority-inversion": {"look_for": INVERSION, "ignore": ("Books.log", "Processor.log", "CuredProcessor.log")},
    "lost-wake-up": {},
    "back-pressure": {"look_for": Backlog(3, "consumer.inbox")},
    "reordering": {"look_for": LETTERS},
    "duplicates": {"look_for": ORDERS},
    "happens-before": {},
}
QUICK = ["lost-update", "race-on-order", "deadlock", "livelock", "starvation", "lost-wake-up", "back-pressure"]


@pytest.mark.parametrize("name", list(CURED) if FULL else QUICK)
def test_nothing_is_named_in_a_cured_system(name: str) -> None:
    """With the right answer of an exercise nothing is named, whatever is looked for; without a log left out, proved."""
    how = CURED[name]
    result = explore(course_system(name, True), **how)
    assert result.complete, result
    assert result.found == (), result
    assert result.proved or "ignore" in how, result
