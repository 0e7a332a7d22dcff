"""Footprints: what a slice did to which cell, and which slices commute.

A footprint has for each cell the letters of what was done to it. They come from the records that the engine writes,
from what a slice asks to be woken or paused, and from two methods that are watched while a system is explored:
``data_ready`` and ``any_ready`` leave no record, since that would make every lab slower. Two slices of different
components commute unless the letters on some cell conflict:

======== ======================================================== ==================
letter   on an inbox (``B``)                                      conflicts with
======== ======================================================== ==================
``A``    a message was appended                                   ``A E C W``
``T``    its owner took the oldest                                ``C W``
``N``    its owner found something                                ``W``
``E``    its owner found nothing                                  ``A W``
``C``    somebody counted what is there                           ``A T W``
``W``    changed otherwise                                        all
======== ======================================================== ==================

======== ======================================================== ==================
letter   on a life (``L``)                                        conflicts with
======== ======================================================== ==================
``K``    was woken                                                ``P W``
``P``    paused                                                   ``K W``
``F``    ended                                                    ``R W``
``R``    was asked whether it has ended, or is its own slice      ``F W``
``W``    activated, stopped, or set in another way                all
======== ======================================================== ==================

A take wakes all that feed the inbox (``F``), whoever that is in a state: it has ``K`` there, and the pauses of those
have ``S``, which conflict with each other. On a local state (``N``), a global (``G``), links, services and random
numbers ``R`` and ``W`` mean read and written; ``W`` conflicts with both. A take wakes all that send to the box, so it
conflicts with their pauses; that is so by the engine, and makes a large part of the orders that differ.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..core.box import Box, Inbox, made_inboxes_of, made_outboxes_of
from ..core.component import Component
from ..core.events import (
    ACTIVATED,
    DISCARDED,
    FINISHED,
    INSERTED,
    LINKED,
    RECEIVED,
    REMOVED,
    SENT,
    UNLINKED,
)
from ..core.microprocess import runner_of
from ..core.states import ENDED
from ..core.task import task_of
from .cells import ACTIVATIONS, BOX, FEEDERS, LEADS, LIFE, LOCAL, Cell

if TYPE_CHECKING:
    from .stage import Stage

#: What was done to which cells; a text of letters for each.
Marks = dict[Cell, str]

#: The component that ran, and what it did.
Footprint = tuple[int, Marks]

_CONFLICTS = ("AA", "AE", "AC", "AW", "CT", "TW", "NW", "EW", "CW", "WW", "RW", "KP", "KS", "KW", "PW", "FR", "FW")
CONFLICTS = frozenset((*_CONFLICTS, *(pair[::-1] for pair in _CONFLICTS)))


def dependent(one: Footprint, other: Footprint) -> bool:
    """Return whether the order of two slices may matter.

    >>> send, look, take = (1, {("B", 3, "inbox"): "A"}), (3, {("B", 3, "inbox"): "E"}), (3, {("B", 3, "inbox"): "T"})
    >>> dependent(send, look), dependent(send, take), dependent(look, take)
    (True, False, True)
    """
    if one[0] == other[0]:
        return True
    few, many = one[1], other[1]
    if len(many) < len(few):
        few, many = many, few
    for cell, letters in few.items():
        others = many.get(cell)
        if others is not None and any(a + b in CONFLICTS for a in letters for b in others):
            return True
    return False


class Recorder:
    """Notes what a slice does, in the stage on which it runs."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.marks: dict[Cell, set[str]] = {}
        #: Whether the slice did something whose effects elsewhere are not known cell by cell.
        self.is_wide = False
        #: Whether it made a link, which messages move along.
        self.has_linked = False
        #: The components that it woke, by number.
        self.woken: list[int] = []
        #: The same, or the helpers that run in their place, and those that a take has woken.
        self.roused: set[int] = set()
        #: The inboxes out of which it took messages, which wakes those that send there.
        self.taken: list[Cell] = []
        #: The components that pause and are woken when what they sent is taken, and the links that tell whom they feed.
        self.feeding: list[int] = []
        self.followed: set[Cell] = set()
        #: The inboxes of the messages that it sent over lossy links, in order.
        self.lossy: tuple[Cell, ...] = ()
        #: The engine's records of the slice.
        self.records: list[Any] = []

    @property
    def stage(self) -> Stage:
        """The stage on which the slice runs."""
        return self._stage

    def mark(self, cell: Cell, letter: str) -> None:
        """Note what was done to a cell."""
        self.marks.setdefault(cell, set()).add(letter)

    def footprint(self, number: int) -> Footprint:
        """Return what was noted of the slice of a component."""
        return number, {cell: "".join(sorted(letters)) for cell, letters in self.marks.items()}

    def inbox(self, box: Any) -> Cell:
        """Return the cell of an inbox."""
        return (BOX, self._stage.number_of(box.owner), box.name)

    def looked(self, box: Any, counted: bool) -> None:
        """Note that somebody looked into a box, or counted what waits at the end of its chain."""
        end = box.target
        if counted:
            self._used(box)
        if isinstance(end, Inbox):
            self.mark(self.inbox(end), "C" if counted else "N" if end.items else "E")

    # -- the engine's records -------------------------------------------------------------------

    def log(self, record: Any) -> None:
        """Note what a record tells; the engine calls it."""
        self.records.append(record)
        handler = _HANDLERS.get(record[0])
        if handler is not None:
            handler(self, record)

    def sent(self, record: Any) -> None:
        """Note that a message was sent."""
        self.mark(self.inbox(record[2]), "A")
        self._woke(record[2].owner)  # also where that is not active yet, as it may be in another state
        if record[2].limit is not None:
            self.mark(self.inbox(record[2]), "C")
        self._stage.note_sent(record)
        self._used(record[1])

    def discarded(self, record: Any) -> None:
        """Note that a message was sent where nothing is linked."""
        self._used(record[1])

    def _used(self, box: Box | None) -> None:
        while box is not None:
            self.mark(self._leads(box), "R")
            box = box.onward

    def _leads(self, box: Box) -> Cell:
        return (LEADS, self._stage.number_of(box.owner), box.kind, box.name)

    def received(self, record: Any) -> None:
        """Note that a message was taken."""
        cell = self.inbox(record[1])
        self.mark(cell, "W" if (len(record) > 3 and record[3]) or record[1].limit is not None else "T")
        for letter in "RK":
            self.mark((FEEDERS, *cell[1:]), letter)
        self.taken.append(cell)

    def moved(self, record: Any) -> None:
        """Note that a message was moved."""
        if isinstance(record[1], Inbox):
            self.mark(self.inbox(record[1]), "W")
            self._woke(record[1].owner)

    def linked(self, record: Any) -> None:
        """Note that a link was made."""
        link = record[1]
        self.mark(self._leads(link.source_box), "W")
        end = link.sink_box.target
        if isinstance(end, Inbox):
            self.mark((FEEDERS, *self.inbox(end)[1:]), "W")
            self.mark(self.inbox(end), "W")
            self.has_linked = True

    def unlinked(self, record: Any) -> None:
        """Note that a link was taken down."""
        link = record[1]
        self.mark(self._leads(link.source_box), "W")
        end = link.sink_box.target
        if isinstance(end, Inbox) and task_of(link.source_box.owner).life not in ENDED:
            self.mark((FEEDERS, *self.inbox(end)[1:]), "W")

    def activated(self, record: Any) -> None:
        """Note that a component was activated, which gives it a number in its name."""
        self.mark(ACTIVATIONS, "W")
        self.mark((LIFE, self._stage.number_of(record[1])), "W")

    def finished(self, record: Any) -> None:
        """Note that a component has ended."""
        number = self._stage.number_of(record[1])
        self.mark((LIFE, number), "F" if number == self._stage.running else "W")

    # -- the end of the slice ---------------------------------------------------------------------

    def note_requests(self) -> None:
        """Note whom the slice woke and who paused, before the round ends."""
        scheduler = self._stage.scheduler
        for wake in tuple(scheduler.wakes):
            if isinstance(wake, Inbox):
                self._woke(wake.owner)
            elif not isinstance(wake, tuple):
                self.mark((LIFE, self._stage.number_of(wake)), "W")
            elif isinstance(wake[0], Inbox):
                for owner in wake[1]:
                    self._mark_woken(owner)
            else:
                self._woke(wake[0])
        for component in scheduler.pauses:
            number = self._stage.number_of(component)
            self.mark((LIFE, number), "P" if number == self._stage.running else "W")
            self._note_feeding(component)
        if scheduler.posted:
            self.is_wide = True

    def _note_feeding(self, component: Any) -> None:
        """Note the inboxes to which a component that pauses sends: whoever takes from these wakes it."""
        while task_of(component).awaited_by is not None:
            component = task_of(component).awaited_by
        if isinstance(component, Component) and component.woken_by_collection:
            self.feeding.append(self._stage.number_of(component))
            for box in made_outboxes_of(component).values():
                if isinstance(box.target, Inbox):
                    self.mark((FEEDERS, *self.inbox(box.target)[1:]), "S")
                link: Box | None = box
                while link is not None:
                    self.followed.add(self._leads(link))
                    link = link.onward

    def _woke(self, component: Any) -> None:
        number = self._stage.number_of(component)
        if number not in self.woken:
            self.woken.append(number)
        self._mark_woken(component)

    def not_woken(self, component: Any) -> None:
        """Note that what was to wake a component has gone."""
        self.woken.remove(self._stage.number_of(component))
        self.roused -= {self._stage.number_of(component), self._stage.number_of(runner_of(component))}

    def _mark_woken(self, component: Any) -> None:
        number = self._stage.number_of(component)
        runner = self._stage.number_of(runner_of(component))
        self.roused.update((number, runner))
        self.mark((LIFE, number), "K")
        self.mark((LIFE, runner), "K")

    def note_own(self, component: Any, kids: list[Any]) -> None:
        """Note what every slice of a component may read: itself, its children; and what it waits for."""
        number = self._stage.number_of(component)
        self.mark((LIFE, number), "R")
        self.mark((LOCAL, number), "R")
        for child in kids:
            self.mark((LIFE, self._stage.number_of(child)), "R")
        awaits = task_of(component).awaits
        boxes = made_inboxes_of(component) if isinstance(component, Component) else {}
        if awaits is not None and awaits[0] == "message":
            for name in awaits[1:] or boxes:
                if name in boxes:
                    self.looked(boxes[name], False)


_HANDLERS: dict[Any, Any] = {
    SENT: Recorder.sent,
    DISCARDED: Recorder.discarded,
    RECEIVED: Recorder.received,
    INSERTED: Recorder.moved,
    REMOVED: Recorder.moved,
    LINKED: Recorder.linked,
    UNLINKED: Recorder.unlinked,
    ACTIVATED: Recorder.activated,
    FINISHED: Recorder.finished,
}

#: The recorder of the slice that runs, and its thread.
_now: list[tuple[Recorder, int]] = []


def set_recorder(recorder: Recorder | None) -> None:
    """Have the watched methods tell a recorder from here on, on this thread; ``None``: nobody."""
    _now[:] = [] if recorder is None else [(recorder, threading.get_ident())]


@contextmanager
def watching() -> Iterator[None]:
    """Watch the methods that leave no record in a ``with`` on this; outside of it they are what they always are."""
    if Component.data_ready is not _DATA_READY:
        yield  # another exploration watches them
        return
    setattr(Component, "data_ready", _data_ready)  # noqa: B010
    setattr(Component, "any_ready", _any_ready)  # noqa: B010
    setattr(Box, "__len__", _count)  # noqa: B010
    try:
        yield
    finally:
        setattr(Component, "data_ready", _DATA_READY)  # noqa: B010
        setattr(Component, "any_ready", _ANY_READY)  # noqa: B010
        setattr(Box, "__len__", _LEN)  # noqa: B010


_DATA_READY, _ANY_READY, _LEN = Component.data_ready, Component.any_ready, Box.__len__


def _data_ready(self: Any, boxname: str = "inbox") -> int:
    """Return how many messages wait in an inbox of this component."""
    count = _DATA_READY(self, boxname)
    if _now and _now[0][1] == threading.get_ident():
        _now[0][0].looked(made_inboxes_of(self)[boxname], False)
    return count


def _any_ready(self: Any) -> str | bool:
    """Return the name of the first inbox with a message in it, or ``False``."""
    if _now and _now[0][1] == threading.get_ident():
        for box in made_inboxes_of(self).values():
            _now[0][0].looked(box, False)
            if box.items:
                break
    return _ANY_READY(self)


def _count(self: Box) -> int:
    """Return how many messages wait at the end of this box's chain."""
    if _now and _now[0][1] == threading.get_ident():
        _now[0][0].looked(self, True)
    return _LEN(self)
