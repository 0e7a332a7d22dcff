"""What a look at the inboxes reads: a lab as it stands, or as it was at a step of the past.

Both answer the same questions, so whoever looks need not know which it is. The past is worked out from
the trace. Limits of boxes are not on record; those of now are taken.
"""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any, Protocol

from ..core.box import Outbox
from ..core.component import Component
from ..core.events import DISCARDED, PRINTED
from ..core.microprocess import Microprocess
from ..core.states import ALIVE, ASLEEP, FAILED, NEW
from ..core.thread import RUNNING as THREAD_BUSY
from ..core.waits import THREAD
from ..core.world import World
from ..explain.facts import held_by_thread
from ..history import History, history_of
from .states import exactly, is_rushing, roughly, state_of
from .transcript import Line, transcripts_of


class Moment(Protocol):
    """What can be asked of a lab at a moment, under its lock."""

    #: How the lab is, in a word or a few, and the step that is looked at.
    state: str
    step: int

    def everyone(self) -> list[Component]:
        """The components that are alive, in order of activation."""

    def failures(self) -> list[Microprocess]:
        """Those that have failed, oldest first."""

    def life(self, component: Any) -> str:
        """The engine's word for a component's state."""

    def states(self, components: Collection[Any]) -> dict[Any, tuple[str, str]]:
        """The word of a picture for each, and what more there is to say."""

    def remark(self, component: Any) -> str:
        """Where the thread of a component is, if it has one."""

    def held(self, component: Any, name: str) -> Sequence[Any]:
        """What has left an inbox for the component's own thread and was not taken by it yet."""

    def items(self, component: Any, name: str) -> Sequence[Any]:
        """What waits in an inbox, oldest first."""

    def said(self, component: Any, name: str) -> Sequence[str | None]:
        """The texts of those messages when they came, where they are kept: of such as may have changed since."""

    def lost(self, component: Any) -> list[tuple[str, int]]:
        """The outboxes that have lost messages, and how many."""

    def printed(self, count: int, names: Collection[str]) -> tuple[Line, ...]:
        """The last lines that components have printed."""


class _Now:
    """A lab as it stands."""

    def __init__(self, lab: World) -> None:
        self._lab = lab
        self.state = str(lab.state)
        self.step = lab.step_number

    def everyone(self) -> list[Component]:
        return self._lab.components

    def failures(self) -> list[Microprocess]:
        return self._lab.failures

    def life(self, component: Any) -> str:
        return str(component._life)

    def states(self, components: Collection[Any]) -> dict[Any, tuple[str, str]]:
        return states_of(self._lab, components)

    def remark(self, component: Any) -> str:
        place = getattr(component, "thread_place", None)
        if place is None or (place == THREAD_BUSY and self.state == "running"):
            return ""
        return _thread_in_words(place, _line_of(component) if place == THREAD_BUSY else "")

    def held(self, component: Any, name: str) -> Sequence[Any]:
        return held_by_thread(component, name)

    def items(self, component: Any, name: str) -> Sequence[Any]:
        box = component._in.get(name)
        return box.items if box is not None else ()

    def said(self, component: Any, name: str) -> Sequence[str | None]:
        return ()

    def lost(self, component: Any) -> list[tuple[str, int]]:
        return _lost_by_now(component)

    def printed(self, count: int, names: Collection[str]) -> tuple[Line, ...]:
        return transcripts_of(self._lab).last(count, names)


class _Then:
    """A lab as it was after a step, as far as the trace tells.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.
    """

    def __init__(self, lab: World, step: int | None) -> None:
        self._history = history = history_of(lab)
        self._lab = lab
        self._now = step is None or history.check(step) == history.latest
        self.state = str(lab.state) if self._now else "as it was"
        self.step = step = lab.step_number if step is None else step
        self._number = history.end_of(step)
        self._lives = {each: life for each, life in history.states(step).items() if isinstance(each, Component)}
        self._contents = history.contents(step)
        self._lost: Counter[Any] = Counter()
        self._printed: deque[tuple[Any, str]] = deque(maxlen=50)
        if self._now:  # counters and transcripts tell it, without going through the record
            return
        for record in islice(history.records, self._number + 1 - history.first):
            if record[0] is DISCARDED:
                self._lost[_last_of_chain(record[1])] += 1
            elif record[0] is PRINTED:
                self._printed.append(record[1:3])

    def everyone(self) -> list[Component]:
        return [each for each, life in self._lives.items() if life in ALIVE]

    def failures(self) -> list[Microprocess]:
        return [each for each, life in self._lives.items() if life == FAILED]

    def life(self, component: Any) -> str:
        return str(self._lives[component])

    def states(self, components: Collection[Any]) -> dict[Any, tuple[str, str]]:
        return {component: standing(self._history, self._number, component) for component in components}

    def remark(self, component: Any) -> str:
        pause = self._history.pause(component, self._number) if self._lives[component] == ASLEEP else None
        if pause is None or pause[1] is None or pause[1][0] != THREAD:
            return ""
        _, place, _, where = pause[1]
        return _thread_in_words(place, where)

    def held(self, component: Any, name: str) -> Sequence[Any]:
        return self._history.held(component._in.get(name), self._number)

    def items(self, component: Any, name: str) -> Sequence[Any]:
        return self._contents.get(component._in.get(name), ())

    def said(self, component: Any, name: str) -> Sequence[str | None]:
        history = self._history
        return [history.said(arrival) for arrival in history.arrivals_in(component._in.get(name), self._number)]

    def lost(self, component: Any) -> list[tuple[str, int]]:
        if self._now:
            return _lost_by_now(component)
        return [(str(box.name), self._lost[box]) for box in component._out.values() if self._lost[box]]

    def printed(self, count: int, names: Collection[str]) -> tuple[Line, ...]:
        if self._now:
            return transcripts_of(self._lab).last(count, names)
        lines = [Line(each.short_name, text) for each, text in self._printed]
        return tuple([line for line in lines if not names or line.name in names][-count:])


def moment_of(lab: World, step: int | None = None) -> Moment:
    """Return a lab as it stands, or as it was after a step of the past; hold its lock.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.
    """
    if step is None and (is_rushing(lab) or not history_of(lab).is_complete):
        return _Now(lab)
    return _Then(lab, step)


def states_of(lab: World, components: Collection[Any]) -> dict[Any, tuple[str, str]]:
    """Return for each component its state now and what more there is to say of it; hold the lab's lock."""
    if is_rushing(lab):
        return roughly(components)
    history = history_of(lab)
    if not history.is_complete:
        return exactly(lab, components)
    return {component: standing(history, history.next_number - 1, component) for component in components}


def standing(history: History, number: int, component: Any) -> tuple[str, str]:
    """Return the state of a component after an event, and what more there is to say of it."""
    known = history.lives.get(component)
    life = (known.at(number) if known is not None else None) or NEW
    asleep = life == ASLEEP
    pause = history.pause(component, number) if asleep else None
    return state_of(component, life, pause, history.full_target(component, number) if asleep else None)


def _lost_by_now(component: Any) -> list[tuple[str, int]]:
    return [(str(box.name), box.discarded) for box in component._out.values() if box.discarded]


def _thread_in_words(place: str, where: str) -> str:
    """Say where a thread is, from the engine's word for it and, of one that is busy, the line."""
    if place == THREAD_BUSY:
        return f"its thread is busy{where}"
    return f"its thread {place}" if place.startswith(("waits", "pauses")) else ""


def _last_of_chain(box: Any) -> Any:
    """Return the outbox at which a message that led nowhere was lost, by the links there are now."""
    end = box
    while end.onward is not None:
        end = end.onward
    return end if isinstance(end, Outbox) else box


def _line_of(component: Any) -> str:
    """Return the place in the component's main where its thread is, in words."""
    frame = sys._current_frames().get(component._ident)
    while frame is not None and (frame.f_back is None or frame.f_back.f_code.co_name != "_thread_body"):
        frame = frame.f_back
    return f" in line {frame.f_lineno} of {frame.f_code.co_name}()" if frame is not None else ""
