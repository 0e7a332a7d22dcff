"""Boxes: where messages wait, and the chains of links that lead to them.

Why it is built this way
------------------------
Sending is the hottest thing a component does, so ``send`` must end in one ``deque.append``. Two
decisions make that possible.

*A chain is resolved when it is linked, not when it is used.* Every box knows its ``target``, the
inbox at the end of its chain, so a message goes straight there however many containers it passes.

*An inbox is quiet unless an arrival has consequences.* ``quiet`` says that an append needs nothing but
the append: no limit, no recording, and the owner is already due to be woken at the end of this
round. ``settled`` says the same for taking a message out. The first arrival in a round goes the long
way through :meth:`Inbox.deliver`, sets ``quiet``, and is entered in the scheduler's list of wake
requests; processing that list at the end of the round makes the box noisy again. Recording keeps
every box noisy, so a lab that does not record pays nothing for the possibility.

The target of an outbox that leads nowhere counts the message and discards it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from operator import attrgetter
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from .describe import name_of
from .errors import BadLink, BoxAlreadyLinked, NoSpaceInBox
from .events import DISCARDED, INSERTED, RECEIVED, REMOVED, SENT
from .message_text import is_plain
from .states import RUNNABLE
from .task import task_of
from .trace import LARGE
from .unawaited import is_awaitable, sent

if TYPE_CHECKING:
    from .component import Component
    from .scheduler import Scheduler

_NOTHING: Any = ()


class Box:
    """What inboxes and outboxes share: an owner, a name, and a place in a chain."""

    __slots__ = ("name", "onward", "owner", "sources", "target")

    owner: Component
    name: str
    onward: Box | None
    sources: tuple[Box, ...]
    target: Inbox | Nowhere
    kind = "box"

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} of {self.owner.short_name}"

    def __repr__(self) -> str:
        return f"<{self}: {len(self)} waiting>"

    def __len__(self) -> int:
        """Return how many messages wait at the end of this box's chain."""
        return len(self.target.items)

    def __bool__(self) -> bool:
        return True

    def append(self, message: Any) -> None:
        """Put a message in, at the end of this box's chain."""
        self.target.deliver(message, self)

    def pop(self, index: int = 0) -> Any:
        """Take a message out of the inbox at the end of this box's chain, by default the oldest."""
        return self.target.take(index)

    # -- size -----------------------------------------------------------------------------------

    @property
    def size(self) -> int | None:
        """The limit of the inbox at the end of the chain; ``None`` where there is none."""
        return self.target.limit

    def is_full(self) -> bool:
        """Return whether the next message sent this way would be refused."""
        limit = self.size
        return limit is not None and len(self) >= limit

    # -- chains ---------------------------------------------------------------------------------

    def leads_to(self, sink: Box) -> None:
        """Make ``sink`` the next box of this chain; what waits here moves to the chain's end.

        Raises:
            BoxAlreadyLinked: this box leads somewhere already.
            BadLink: the chain would lead in a circle.
            NoSpaceInBox: the messages that wait here do not fit at the other end. Nothing moved.
        """
        if self.onward is not None:
            raise BoxAlreadyLinked(sink, self.onward, self)
        step: Box | None = sink
        while step is not None:
            if step is self:
                raise BadLink(f"{self} cannot lead to {sink}: the chain would lead in a circle, back to {self}")
            step = step.onward
        end = sink.target
        waiting = self.target.items  # its own: it leads nowhere yet
        if waiting and end.limit is not None and len(end.items) + len(waiting) > end.limit:
            raise NoSpaceInBox(len(end.items), end.limit, str(end))
        self.onward = sink
        sink.sources += (self,)
        self._retarget(end)
        sink.refeed()
        if waiting:
            moved = list(waiting)
            waiting.clear()
            scheduler = task_of(self.owner).scheduler
            if isinstance(end, Inbox) and scheduler is not None and scheduler.log is not None:
                for message in moved:
                    scheduler.log((REMOVED, self, message, (0, "linked")))
                    scheduler.log((INSERTED, end, message, (len(end.items), "linked")))
                    end.put(message)
            else:
                for message in moved:
                    self.append(message)

    def leads_nowhere(self) -> None:
        """Undo :meth:`leads_to`."""
        sink = self.onward
        if sink is None:
            return
        self.onward = None
        sources = list(sink.sources)
        sources.remove(self)
        sink.sources = tuple(sources)
        self._retarget(self if isinstance(self, Inbox) else NOWHERE)
        sink.refeed()
        self.refeed()

    def _retarget(self, end: Inbox | Nowhere) -> None:
        """Note the end of the chain, here and for every box that feeds this one."""
        self.target = end
        for source in self.sources:
            source._retarget(end)

    def refeed(self) -> None:
        """Have the end of the chain determine again which components are woken when a message is taken."""
        end = self.target
        if isinstance(end, Inbox):
            end.collection = None  # determined at the next take: a thousand links may come before it
            end.taken = end.settled = False  # a new owner is notified of the next take, even in this round

    def _feeding_owners(self) -> list[Component]:
        owners: list[Component] = []
        for source in self.sources:
            if isinstance(source, Outbox) and source.owner.woken_by_collection:
                owners.append(source.owner)
            owners.extend(source._feeding_owners())
        return owners


class Inbox(Box):
    """A box that stores: messages wait here, oldest first, until their owner takes them."""

    __slots__ = ("arrived", "collection", "items", "limit", "quiet", "scheduler", "settled", "taken")

    kind = "inbox"

    def __init__(self, owner: Component, name: str, scheduler: Scheduler | None = None) -> None:
        # All of it here rather than half of it in Box: a hundred thousand components have two inboxes each.
        self.owner = owner
        self.name = name
        self.onward = None
        self.sources = ()
        self.target: Any = self
        self.items: deque[Any] = _NOTHING
        self.limit: int | None = None
        self.arrived: bool = False
        self.quiet: bool = False
        self.taken: bool = False
        self.settled: bool = False
        self.collection: tuple[Inbox, tuple[Component, ...]] | None = None
        self.scheduler: Scheduler | None = scheduler

    def check_size(self, size: int | None) -> None:
        """Raise ValueError if this cannot be a limit."""
        if size is not None and size < 0:
            raise ValueError(f"the size of {self} cannot be {size}; give a number >= 0, or None")

    def set_size(self, size: int | None) -> None:
        """Limit how many messages may wait here; ``None`` lifts the limit."""
        self.check_size(size)
        if size != self.limit:
            note_change(self, "limit", self.owner)
            self.limit = size
        self.quiet = False

    def deliver(self, message: Any, source: Box | None = None) -> None:
        """Append a message; record it and wake the owner where that is due.

        Raises:
            NoSpaceInBox: the limit is reached; the message was not taken.
        """
        items = self.items
        if self.limit is not None and len(items) >= self.limit:
            raise NoSpaceInBox(len(items), self.limit, str(self))
        if items is _NOTHING:
            items = self.items = deque()
        items.append(message)
        scheduler = self.scheduler
        if scheduler is None:
            self._note_arrival(message, source)
            return
        log = scheduler.log
        if log is not None:
            kind = type(message)
            if kind is int or (kind is str and len(message) < LARGE):
                log((SENT, source, self, message))
            elif is_plain(kind):
                log((SENT, source, self, message))
                scheduler.note_size(message)
            else:
                if (kind is CoroutineType or kind is GeneratorType) and is_awaitable(message):
                    items.pop()
                    raise sent(message, None if source is None else source.owner)
                log((SENT, source, self, message, scheduler.text_of(message)))
                scheduler.note_size(message)
        elif self.limit is None:
            self.quiet = True
        if not self.arrived:
            self.arrived = True
            scheduler.wakes.append(self)
            if log is not None:
                task = self.owner._task  # and note_wake, inlined: the hot path
                era = scheduler.era
                if task.wake_era != era:
                    if task.life is RUNNABLE and task.pause_era != era:
                        task.wake_era = era
                    else:
                        scheduler.note_wake(self.owner, self)

    def put(self, message: Any, index: int | None = None) -> None:
        """Insert a message at an index (by default the end), whatever the limit, and have the owner woken.

        It is not recorded: the caller writes the record.
        """
        if self.items is _NOTHING:
            self.items = deque()
        self.items.insert(len(self.items) if index is None else index, message)
        scheduler = self.scheduler
        if scheduler is not None and not self.arrived:
            self.arrived = True
            scheduler.wakes.append(self)
            if scheduler.log is not None:
                scheduler.note_wake(self.owner, self)

    def _note_arrival(self, message: Any, source: Box | None) -> None:
        """Record what reaches a component that is not active: in the sender's lab, or in that which it is linked to."""
        scheduler = task_of(source.owner).scheduler if source is not None else scheduler_near(self.owner)
        if scheduler is not None and scheduler.log is not None:
            scheduler.log((SENT, source, self, message, scheduler.text_of(message)))
            scheduler.note_size(message)

    def take(self, index: int = 0) -> Any:
        """Take a message out, and wake the owners of the outboxes that lead here.

        Raises:
            IndexError: nothing waits here.
        """
        items = self.items
        if not items:
            raise IndexError
        if index:
            return self._take_at(index)
        message = items.popleft()
        scheduler = self.scheduler
        if scheduler is None:
            for owner in self.feeders:
                owner.wake(self)
            return message
        log = scheduler.log
        if log is not None:
            if not scheduler.stepped or is_plain(type(message)):
                log((RECEIVED, self, message))
            else:
                log((RECEIVED, self, message, 0, scheduler.text_of(message)))
        else:
            self.settled = True
        if not self.taken:
            collection = self.collection or self._find_feeders()
            if collection[1]:
                self.taken = True
                scheduler.wakes.append(collection)
                if log is not None:
                    era = scheduler.era
                    for owner in collection[1]:
                        task = owner._task
                        if task.life is RUNNABLE and task.pause_era != era:
                            task.wake_era = era
                        else:
                            scheduler.note_wake(owner, collection)
        return message

    def note_taken(self, collection: tuple[Inbox, tuple[Component, ...]]) -> None:
        """Have the owners of the outboxes that lead here woken at the end of this round."""
        scheduler = self.scheduler
        assert scheduler is not None
        self.taken = True
        scheduler.wakes.append(collection)
        if scheduler.log is not None:
            for owner in collection[1]:
                scheduler.note_wake(owner, collection)

    def _take_at(self, index: int) -> Any:
        """Take a message from an index other than 0."""
        items = self.items
        message = items[index]
        place = index if index >= 0 else index + len(items)
        del items[index]
        scheduler = self.scheduler
        if scheduler is None:
            for owner in self.feeders:
                owner.wake(self)
        else:
            if scheduler.log is not None:
                scheduler.log((RECEIVED, self, message, place, scheduler.text_of(message)))
            if self.feeders and not self.taken:
                assert self.collection is not None
                self.note_taken(self.collection)
        return message

    @property
    def feeders(self) -> tuple[Component, ...]:
        """The components to wake when a message is taken: the owners of all outboxes in the chains that lead here."""
        return (self.collection or self._find_feeders())[1]

    def _find_feeders(self) -> tuple[Inbox, tuple[Component, ...]]:
        self.collection = (self, tuple(dict.fromkeys(self._feeding_owners())))
        return self.collection

    @property
    def contents(self) -> tuple[Any, ...]:
        """What waits here now, oldest first."""
        return tuple(self.items)


class Nowhere:
    """The target of every outbox that leads to no inbox: it counts messages and discards them."""

    __slots__ = ()

    quiet = False
    limit = None
    items: Any = _NOTHING

    def __str__(self) -> str:
        return "nowhere"

    def deliver(self, message: Any, source: Box | None = None) -> None:
        """Count the message at the last outbox of its chain, and discard it."""
        box = source
        while box is not None and box.onward is not None:
            box = box.onward
        if isinstance(box, Outbox) and source is not None:
            box.discarded += 1
            scheduler = task_of(source.owner).scheduler
            if scheduler is not None and scheduler.log is not None:
                scheduler.log((DISCARDED, source, None, message, scheduler.text_of(message)))
                scheduler.note_size(message)

    def check_size(self, size: int | None) -> None:
        """Raise ValueError: there is no inbox to limit."""
        raise ValueError("this box leads nowhere, so there is no inbox to limit; link it first")

    set_size = check_size

    def take(self, index: int = 0) -> Any:
        """Raise IndexError: nothing ever waits here."""
        raise IndexError("an outbox that leads nowhere holds no messages")


NOWHERE = Nowhere()


class Outbox(Box):
    """A box that only leads on. Unlinked, it counts what it discards."""

    __slots__ = ("discarded",)

    kind = "outbox"

    def __init__(self, owner: Component, name: str) -> None:
        self.owner = owner
        self.name = name
        self.onward = None
        self.sources = ()
        self.target: Any = NOWHERE
        self.discarded: int = 0

    def set_size(self, size: int | None) -> None:
        """Limit the inbox at the end of the chain."""
        self.target.set_size(size)


#: Return the inboxes, and the outboxes, of a component that exist so far, by name; its attributes make the others.
made_inboxes_of: Callable[[Any], Mapping[Any, Inbox]] = attrgetter("_in")
made_outboxes_of: Callable[[Any], Mapping[Any, Outbox]] = attrgetter("_out")


def scheduler_near(component: Any) -> Scheduler | None:
    """Return the scheduler that runs a component; as long as none does, that of what it is linked to or part of."""
    task = task_of(component)
    if task.scheduler is not None:
        return task.scheduler
    for box in (*made_inboxes_of(component).values(), *made_outboxes_of(component).values()):
        for other in (*box.sources, box.onward):
            if other is not None and (scheduler := task_of(other.owner).scheduler) is not None:
                return scheduler
    return None if task.parent is None else task_of(task.parent).scheduler


def note_change(thing: Any, attribute: str, *components: Any) -> None:
    """Have the record keep the value of an attribute that is about to change and of which no event tells.

    Args:
        thing: a component, its task, or a box.
        attribute: what is about to change.
        components: where to look for the lab, first that which changes. Where none of them has to do with one, nothing
            is kept.
    """
    scheduler = next(filter(None, map(scheduler_near, components)), None)
    if scheduler is None:
        return
    if scheduler.log is not None:
        scheduler.world.trace.note_change(thing, attribute, getattr(thing, attribute))
    if scheduler.journal is not None and scheduler.is_outside():
        of = str(thing) if isinstance(thing, Box) else name_of(components[0])
        scheduler.world.note_foreign(f"the {attribute} of {of} was set from outside")
