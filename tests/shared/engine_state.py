"""The state of a lab as a value: two labs that stand at the same moment of the same run have equal ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from kamlab.core.box import made_inboxes_of, made_outboxes_of
from kamlab.core.component import Component
from kamlab.core.events import words_of
from kamlab.core.microprocess import Microprocess
from kamlab.core.task import task_of
from kamlab.core.world import World


@dataclass(frozen=True)
class Standing:
    """One component: its name, its life, the lines it is suspended at, and what waits in its inboxes.

    ``lines`` are line numbers, outermost first; ``inboxes`` pairs of a name and the messages as text;
    ``discarded`` the outboxes that lost messages, and how many; ``timer`` when its pause ends, if so.
    """

    name: str
    life: str
    lines: tuple[int, ...]
    inboxes: tuple[tuple[str, tuple[str, ...]], ...]
    discarded: tuple[tuple[str, int], ...]
    timer: float | None


@dataclass(frozen=True)
class State:
    """A moment: how far the run is, whose turn it is in what order, and how each component stands."""

    step: int
    rounds: int
    time: float
    turns: tuple[str, ...]
    timers: tuple[float, ...]
    components: tuple[Standing, ...]

    def differences(self, other: State) -> Iterator[str]:
        """Yield, in words, where two states differ."""
        for field in fields(self):
            mine, its = getattr(self, field.name), getattr(other, field.name)
            if field.name != "components" and mine != its:
                yield f"{field.name}: {mine!r} and {its!r}"
        for one, two in zip(self.components, other.components, strict=False):
            if one != two:
                yield f"{one} and {two}"


def state_of(lab: World) -> State:
    """Return the state of a lab, between two slices."""
    with lab.lock:
        scheduler = lab.scheduler
        return State(
            scheduler.step,
            scheduler.rounds,
            scheduler.clock.now(),
            tuple(each.short_name for each in scheduler.runnable()),
            tuple(timer.when for timer in scheduler.timers.waiting()),
            tuple(_standing(each) for each in scheduler.members.values()),
        )


def _standing(one: Microprocess) -> Standing:
    inboxes: dict[str, Any] = made_inboxes_of(one) if isinstance(one, Component) else {}
    outboxes: dict[str, Any] = made_outboxes_of(one) if isinstance(one, Component) else {}
    timer = task_of(one).pause_timer
    return Standing(
        one.short_name,
        task_of(one).life,
        tuple(_lines(task_of(one).flow)),
        tuple((name, tuple(map(words_of, box.items))) for name, box in inboxes.items() if box.items),
        tuple((name, box.discarded) for name, box in outboxes.items() if box.discarded),
        timer.when if timer is not None and timer.callback is not None else None,
    )


def _lines(flow: Any) -> Iterator[int]:
    """Yield the lines at which a generator or coroutine, and those it waits for, are suspended."""
    while flow is not None:
        frame = getattr(flow, "gi_frame", None) or getattr(flow, "cr_frame", None)
        if frame is not None:
            yield frame.f_lineno
        flow = getattr(flow, "gi_yieldfrom", None) or getattr(flow, "cr_await", None)
