"""Records of components that have ended: how they ended, their losses, and their links.

A component that has ended leaves the scheduler, its links are removed, the ring of the trace drops its records, and
in the end Python frees it. Later questions, why a receiver waits or what was lost, still need some of it. So a lab
keeps one small record of each of the last components that ended.

Nothing is counted while messages move. An outbox counts discarded messages in any case, and the messages in an inbox
can be counted at any time; as long as the component exists, its own counters are read. When Python frees it, a
finalizer puts their last values into the record. A record that has to make room for newer ones adds its counts to a
total, once the component is freed; until then its counters are still read. So the sum stays correct however many
components end, and a server that serves a million connections keeps a few hundred records.

Two simpler ways were rejected. Strong references to the last components that ended would keep their messages alive, and
all else that they hold. Counts taken at the end are too low: messages still arrive in a box whose owner has ended.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from weakref import ref

from .box import Inbox, made_inboxes_of, made_outboxes_of
from .component import Component
from .describe import error_in_words, name_of
from .message_text import is_plain
from .microprocess import Microprocess
from .safe_repr import class_name
from .states import ENDED, FAILED, NEW, STOPPED
from .task import task_of

#: How many records are kept of components that failed, and of the others.
FAILED_KEPT, OTHERS_KEPT = 100, 400
#: How many boxes that led to an inbox are remembered.
SOURCES = 20
#: How many characters of an error, and of a message, are kept.
ERROR_TEXT, MESSAGE_TEXT = 120, 60

#: The ways in which a component loses messages.
DISCARD, LEFT, UNSENT, DROP = "discarded", "left", "unsent", "dropped"

#: The attributes in which components count messages that they did not pass on.
COUNTERS = ("dropped", "refused")

#: A box, by the ``id`` of its owner and its name.
Place = tuple[int, str]


class Tally(NamedTuple):
    """How many messages were lost at a box; ``last`` is the last of them as a short text, if it is known."""

    kind: str
    box: str
    number: int
    last: str = ""


def tally(component: Component) -> list[Tally]:
    """Return what a component has lost, by box, from its counters; messages left in inboxes only if it has ended."""
    found = [Tally(DISCARD, name, box.discarded) for name, box in made_outboxes_of(component).items() if box.discarded]
    own = vars(component)
    counts_itself = False
    for name in COUNTERS:
        if name in own and type(own[name]) is int and own[name] > 0:
            counts_itself = True
            found.append(Tally(DROP, name, own[name]))
    if task_of(component).life not in ENDED:
        return found
    handed_over = own.get("_incoming") or {}  # to its thread, which did not take them
    for name, inbox in made_inboxes_of(component).items():
        handed = handed_over.get(name, ())
        count = len(inbox.items) + len(handed)
        if count and not (counts_itself and name == "inbox"):  # a component with its own counters has counted those
            found.append(Tally(LEFT, name, count, _last_of(inbox.items or handed)))
    if unsent := own.get("_outgoing"):
        found += [Tally(UNSENT, name, len(queue), _last_of(queue)) for name, queue in unsent.items() if queue]
    return found


def _last_of(messages: Any) -> str:
    """Return the last message as a short text, and run no code of a user's class: this is called by finalizers."""
    try:
        last = messages[-1]
    except IndexError:  # a thread has taken it meanwhile
        return ""
    cls = type(last)
    if not is_plain(cls) or (cls is int and last.bit_length() > MESSAGE_TEXT * 3):
        return f"<{class_name(cls)}>"
    text = repr(last[:MESSAGE_TEXT] if issubclass(cls, (str, bytes)) else last)
    return text if len(text) <= MESSAGE_TEXT else text[: MESSAGE_TEXT - 3] + "..."


class Ended:
    """One component that has ended.

    ``kind`` is the name of its class. ``state`` and ``step`` say how and when it ended, ``error`` what it failed with,
    ``by`` the component that stopped it. ``parent`` is the ``id`` of the component that contained it, or that waited
    for it with WaitComplete, if it is a ``helper``. ``led`` has for each linked outbox the place of the inbox at the
    end of its chain; ``fed`` has the places of the boxes that led to its inboxes. ``final`` is what it has lost, once
    it is freed; ``register``, if set, is notified then.
    """

    __slots__ = (
        *(
            "__weakref__",
            "_component",
            "_container",
            "_unborn",
            "given_name",
            "by",
            "error",
            "fed",
            "final",
            "helper",
            "id",
            "kind",
            "led",
            "variable",
        ),
        *("name", "parent", "register", "state", "step"),
    )

    def __init__(self, component: Microprocess, step: int, by: Microprocess | None) -> None:
        task = task_of(component)
        self.id: int = task.id
        self.name: str = name_of(component)
        self.kind: str = type(component).__name__
        self.given_name: str = task.given_name
        self.variable: str = task.variable
        self.state: str = task.life
        self.step = step
        self.by: str = name_of(by) if self.state == STOPPED and by is not None and by is not component else ""
        self.error: str = ""
        self._component = ref(component)
        self.final: list[Tally] | None = None
        self.register: Register | None = None
        self.led: tuple[tuple[str, Place], ...] = ()
        self.fed: tuple[Place, ...] = ()
        self._unborn: tuple[ref[Component], ...] = ()
        self.helper: bool = task.awaited_by is not None
        container = task.parent if isinstance(component, Component) else task.awaited_by
        self.parent: int = task_of(container).id if container is not None else 0
        self._container = ref(container) if container is not None else None
        if isinstance(component, Component):
            self.led, self.fed, self._unborn = _links_of(component)
        if self.state == FAILED:
            self.note_error(component)

    def note_error(self, component: Microprocess) -> None:
        """Record the error that the component failed with."""
        self.state = FAILED
        error = task_of(component).error
        if error is not None:
            text = error_in_words(error)
            self.error = text if len(text) <= ERROR_TEXT else text[: ERROR_TEXT - 3] + "..."

    @property
    def component(self) -> Any:
        """The component itself; ``None`` if Python has freed it."""
        return self._component()

    @property
    def container(self) -> Any:
        """The component that contained it, as long as that exists; ``None`` if none did."""
        return self._container() if self._container is not None else None

    @property
    def unborn(self) -> list[Component]:
        """The components that it was linked to at its end and that had not been activated then."""
        return [component for known in self._unborn if (component := known()) is not None]

    @property
    def tally(self) -> list[Tally]:
        """Its losses: by its own counters, or by their last values if it is gone."""
        component = self.component
        return tally(component) if isinstance(component, Component) else self.final or []

    @property
    def lost(self) -> int:
        """How many messages it has lost."""
        return sum(count.number for count in self.tally)

    def seal(self, component: Component) -> None:
        """Store the last values of the counters of the component, which is about to be freed."""
        self.final = tally(component)
        if self.register is not None:
            self.register.settle(self)


def _links_of(
    component: Component,
) -> tuple[tuple[tuple[str, Place], ...], tuple[Place, ...], tuple[ref[Component], ...]]:
    """Return where the outboxes lead to, what leads to the inboxes, and which of these are not activated yet.

    See :class:`Ended`.
    """
    led: list[tuple[str, Place]] = []
    unborn: list[Component] = []
    for name, box in made_outboxes_of(component).items():
        end = box.target
        if box.onward is not None and isinstance(end, Inbox):
            led.append((name, (task_of(end.owner).id, end.name)))
            if task_of(end.owner).life is NEW:
                unborn.append(end.owner)
    fed: list[Place] = []
    for inbox in made_inboxes_of(component).values():
        for source in inbox.sources:
            fed.append((task_of(source.owner).id, source.name))
            if task_of(source.owner).life is NEW:
                unborn.append(source.owner)
    return tuple(led), tuple(fed[:SOURCES]), tuple(map(ref, unborn[:SOURCES]))


class _Farewell:
    """Belongs to a component that has ended, is freed together with it, and reads its counters once more then.

    It references the component, so both are in one cycle, and Python calls finalizers before it breaks a cycle.
    """

    __slots__ = ("component", "ended")

    def __init__(self, component: Component, ended: Ended) -> None:
        self.component = component
        self.ended = ended

    def __del__(self) -> None:
        self.ended.seal(self.component)


class Register:
    """The components of a lab that have ended: the last ones as records, the others as totals.

    >>> from kamlab import Component, Lab
    >>> class Talker(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Talker().activate()
    ...     _ = lab.run()
    ...     (ended,) = lab.register.ended
    >>> ended.name, ended.state, ended.step, ended.lost
    ('Talker_1', 'finished', 2, 1)
    """

    def __init__(self) -> None:
        self._failed: deque[Ended] = deque()
        self._others: deque[Ended] = deque()
        self._leaving: dict[int, Ended] = {}  # without a record of their own now, but not freed yet
        self._settled: deque[Ended] = deque()  # finalizers append to it, at any time and in any thread
        self._total = Total()

    @property
    def ended(self) -> list[Ended]:
        """The records, in the order in which the components ended."""
        return sorted([*self._failed, *self._others], key=lambda ended: ended.step)

    @property
    def total(self) -> Total:
        """The losses of the components whose records were dropped."""
        self._add_up()
        total = self._total.copy()
        for ended in list(self._leaving.values()):
            total.add(ended)
        return total

    def note(self, component: Microprocess, step: int, by: Microprocess | None) -> None:
        """Record that a component ends, while its links still exist; a generator is recorded only if it failed."""
        failed = task_of(component).life == FAILED
        if not (failed or isinstance(component, Component)):
            return
        ended = task_of(component).end_record = Ended(component, step, by)
        if isinstance(component, Component):  # also one without boxes: they may be made after its end
            component._end_finalizer = _Farewell(component, ended)
        else:
            ended.final = []
        kept, limit = (self._failed, FAILED_KEPT) if failed else (self._others, OTHERS_KEPT)
        kept.append(ended)
        if len(kept) > limit:
            self._let_go(kept.popleft())

    def _let_go(self, ended: Ended) -> None:
        """Add the counts of a record to the total, once they are final."""
        if ended.final is None:
            ended.register = self
            self._leaving[ended.id] = ended
            if ended.final is not None:  # it was freed meanwhile
                self.settle(ended)
        elif ended.final:
            self._total.add(ended)
        if self._settled:
            self._add_up()

    def settle(self, ended: Ended) -> None:
        """Record that the counts of a component whose record was dropped are final; called by finalizers."""
        if self._leaving.pop(ended.id, None) is not None:
            self._settled.append(ended)

    def _add_up(self) -> None:
        while self._settled:
            self._total.add(self._settled.popleft())


@dataclass(slots=True)
class Total:
    """How many messages were lost, by how many components that ended up to a step."""

    messages: int = 0
    components: int = 0
    step: int = 0

    def add(self, ended: Ended) -> None:
        """Add the losses of one component."""
        lost = ended.lost
        if lost:
            self.messages += lost
            self.components += 1
            self.step = max(self.step, ended.step)

    def copy(self) -> Total:
        """Return a copy."""
        return replace(self)
