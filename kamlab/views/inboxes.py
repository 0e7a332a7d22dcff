"""The inboxes of a lab, now or at a step of the past: which messages wait where.

:func:`look` computes the view between two slices, under the lab's lock. The view holds no reference to the lab: names
and messages become text at once, because a message may change later, and because a view that is kept must not keep a
component alive. So two views can be compared, and a test can state what a picture shows without looking at it.

A view is bounded, whatever the lab holds: the number of components, of boxes of a component, of messages in a box,
and the length of a message. If there is no room for all components, those with messages come first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, starmap, zip_longest
from typing import Any, TypeVar

from ..analysis.snapshot import Mail, Snapshot, Stand, is_rushing, snapshot_of
from ..analysis.words import counted
from ..core.awaitables import THREAD
from ..core.box import Inbox, made_inboxes_of, made_outboxes_of
from ..core.component import Component
from ..core.describe import then_and_now
from ..core.errors import KamlabError, NoSuchBox, UnknownComponent, listed
from ..core.naming import called, given_name
from ..core.reading import reads
from ..core.repr_worker import one_look
from ..core.states import BLOCKED, ENDED, FAILED, NEW, RUNNABLE, RUNNING
from ..core.thread import RUNNING as THREAD_BUSY
from ..core.world import World
from .components import error_of, key_of, safe_name, say
from .printable import label, printable, quoted_all
from .render import Block, Cell, Document, Line, Pre, Span, Table, View, line
from .transcript import PrintedLine, printed

COMPONENTS = 40
BOXES = 8
MESSAGES = 6
LINES = 8
LINE_WIDTH = 200
#: The most characters of the name of a box.
BOX_NAME = 30
FAILURES = 5
#: About how many characters of JSON :meth:`Inboxes.data` may give; components beyond that are only counted.
ROOM = 24_000

#: The roles of the states that matter most.
_ROLES = {RUNNABLE: "good", RUNNING: "good", BLOCKED: "bad", FAILED: "bad"}
#: The separator of two messages; in HTML each has a frame of its own.
_COMMA = Span(" ", plain=", ")


@dataclass(frozen=True, slots=True)
class InboxLook:
    """One inbox: how many messages wait, its limit, and the oldest of them as text.

    ``kinds`` has the kind of each of ``messages``: ``str``, ``bytes`` or ``other``. The first ``held``
    of them have been handed to the component's own thread, so they can no longer be edited or removed.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     echo = PassThrough().activate()
    ...     echo.set_inbox_size("inbox", 2)
    ...     for word in ("hello", "world"):
    ...         echo.deliver(word)
    ...     look = lab.inboxes()["PassThrough_1"]["inbox"]
    >>> look.count, look.messages
    ('2 of 2, full', ("'hello'", "'world'"))
    """

    name: str
    length: int
    limit: int | None = None
    messages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    held: int = 0

    @property
    def more(self) -> int:
        """How many messages wait beyond those in ``messages``."""
        return self.length - len(self.messages)

    @property
    def count(self) -> str:
        """The number of messages in words: ``3``, ``3 of 10``, ``10 of 10, full``."""
        if self.limit is None:
            return str(self.length)
        return f"{self.length} of {self.limit}" + (", full" if self.full else "")

    @property
    def full(self) -> bool:
        """Whether the next message would be refused."""
        return self.limit is not None and self.length >= self.limit

    def line(self) -> Line:
        """Return the name, the number of messages, and the messages."""
        count = Span(self.count, "strong")
        if self.full:
            count = Span(self.count, "bad", f"{self.count.removesuffix('full')}FULL")
        shown: list[str | Span] = [Span(message, "code") for message in self.messages]
        if self.more:
            shown.append(f"and {self.more} more")
        parts = [part for message in shown for part in (_COMMA, message)]
        if parts:
            parts[0] = Span(" ", plain=": ")
        return line(f"{self.name} ", count, *parts, role="full" if self.full else "")

    def data(self) -> dict[str, Any]:
        """Return this as plain values, ready for JSON."""
        kinds = self.kinds or ("other",) * len(self.messages)
        return {
            "name": self.name,
            "n": self.length,
            "limit": self.limit,
            "full": self.full,
            "messages": [{"text": text, "kind": kind} for text, kind in zip(self.messages, kinds, strict=True)],
            "more": self.more,
            "held": self.held,
        }


@dataclass(frozen=True, slots=True)
class ComponentLook:
    """One component: its state, a remark on it, its inboxes, and what its outboxes lost.

    ``state`` is a word of :mod:`kamlab.core.states`, and ``say`` says in a few words what it waits for.
    ``discarded`` has a (name, number) pair for each outbox that leads nowhere and was sent to.
    ``more`` is how many of its inboxes are left out. ``key`` names it in data, and ``given`` is the name
    that a Graphline gave it.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     look = lab.inboxes()["PassThrough_1"]
    >>> look.state, look.waiting, look["inbox"].messages
    ('runnable', 1, ("'hello'",))
    """

    name: str
    state: str
    remark: str = ""
    inboxes: tuple[InboxLook, ...] = ()
    discarded: tuple[tuple[str, int], ...] = ()
    more: int = 0
    key: str = ""
    say: str = ""
    given: str = ""

    def __getitem__(self, name: str) -> InboxLook:
        return _named(name, self.inboxes, f"inbox of {self.name}", NoSuchBox)

    @property
    def label(self) -> str:
        """The name as pictures show it: the one that a Graphline gave first."""
        return f"{label(self.given, 24)} ({self.name})" if self.given not in ("", self.name) else self.name

    @property
    def waiting(self) -> int:
        """How many messages wait in the inboxes shown."""
        return sum(box.length for box in self.inboxes)

    def row(self) -> tuple[Cell, ...]:
        """Return the name, the state, and lines for the waiting messages, the remark and the losses."""
        used = [box.line() for box in self.inboxes if box.length or box.full]
        empty = [f"{box.name} {box.count}" for box in self.inboxes if not (box.length or box.full)]
        if self.more:
            empty.append(f"and {counted(self.more, 'more inbox')}")
        if empty:
            used.append(line(", ".join(empty), role="faint"))
        if self.remark or self.say:
            used.append(line(f"({self.remark or self.say})", role="faint"))
        for name, lost in self.discarded:
            messages = counted(lost, "message")
            used.append(line(f"{name} leads nowhere: ", Span(f"{messages} lost", "bad", f"{messages} LOST")))
        return self.label, Span(self.state, _ROLES.get(self.state, "")), tuple(used)

    def data(self) -> dict[str, Any]:
        """Return this as plain values, ready for JSON."""
        return {
            "key": self.key,
            "name": self.label,
            "state": self.state,
            "say": self.remark or self.say,
            "inboxes": [box.data() for box in self.inboxes],
            "lost": list(map(list, self.discarded)),
            "more": self.more,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Inboxes(View):
    """All inboxes of a lab at one moment. Printed, it is text; in a notebook, a table.

    ``more`` and ``more_failures`` are how many components and failures are left out; ``printed`` the
    last lines that components have printed, if something collects them.

    >>> inbox = InboxLook("inbox", 1, 2, ("'a'",))
    >>> view = Inboxes("paused", 7, (ComponentLook("Sink_1", "waiting", inboxes=(inbox,)),))
    >>> print(view)
    paused at step 7, 1 component
      Sink_1  waiting  inbox 1 of 2: 'a'
    >>> view["Sink_1"]["inbox"].length
    1
    """

    state: str
    step: int
    components: tuple[ComponentLook, ...] = ()
    more: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    more_failures: int = 0
    printed: tuple[PrintedLine, ...] = ()

    def __getitem__(self, name: str) -> ComponentLook:
        given = [look for look in self.components if name and look.given == name]
        if given and all(look.name != name for look in self.components):
            return given[0]
        return _named(name, self.components, "component in this view", UnknownComponent)

    def __iter__(self) -> Iterator[ComponentLook]:
        return iter(self.components)

    def __len__(self) -> int:
        return len(self.components)

    @property
    def waiting(self) -> int:
        """How many messages wait in the inboxes shown."""
        return sum(component.waiting for component in self.components)

    def data(self, room: int = ROOM) -> dict[str, Any]:
        """Return this as plain values, ready for JSON; components beyond about ``room`` characters are only counted."""
        shown = []
        for component in self.components:
            data = component.data()
            room -= len(json.dumps(data))
            if room < 0:
                break
            shown.append(data)
        return {
            "components": shown,
            "more": self.more + len(self.components) - len(shown),
            "failures": [list(pair) for pair in self.failures],
            "more_failures": self.more_failures,
            "printed": [{"name": line.name, "text": line.text, "error": line.error} for line in self.printed],
        }

    def document(self) -> Document:
        """Return the state of the lab, a row for each component, the failures, and the printed lines."""
        count = counted(len(self.components) + self.more, "component")
        rows = tuple(component.row() for component in self.components)
        blocks: list[Block] = [
            line(f"{self.state} at step {self.step}, {count}", role="good" if self.state == "running" else ""),
            Table(rows, ("component", "state", "inboxes"), more=self.more, thing="component"),
            *(line(f"{name} failed: {error}", role="bad", indent=2) for name, error in self.failures),
        ]
        if self.more_failures:
            blocks.append(line(f"and {self.more_failures} failed before", role="bad", indent=2))
        if self.printed:
            lines = (f"{printed.name}: {printed.text[:LINE_WIDTH]}" for printed in self.printed)
            blocks += [line("printed:", role="faint"), Pre("\n".join(lines))]
        return tuple(blocks)


Look = TypeVar("Look", InboxLook, ComponentLook)


@reads()
def look(
    lab: World,
    *names: str,
    step: int | None = None,
    components: int = COMPONENTS,
    messages: int = MESSAGES,
    snapshot: Snapshot | None = None,
) -> Inboxes:
    """Return the contents of a lab's inboxes, between two slices.

    Args:
        lab: the lab.
        names: look at these components only: their names, or those of their classes.
        step: the step of the past to look at; the present by default.
        components: how many components to show at most.
        messages: how many messages of each inbox to show at most.
        snapshot: the lab's snapshot of that step, with at least this many messages, if the caller has one.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     _ = lab.step()
    ...     print(look(lab, step=0))
    ...     print(look(lab))
    as it was at step 0, 1 component
      PassThrough_1  runnable  inbox 1: 'hello'
                               control 0
    paused at step 1, 1 component
      PassThrough_1  waiting  inbox 0, control 0
                              (waits for a message)
                              outbox leads nowhere: 1 message LOST
    """
    with one_look():
        snapshot = snapshot_of(lab, step, messages) if snapshot is None else snapshot
        everyone = alive_in(snapshot)
        if names:
            meant = {id(component) for name in names for component in called(name, everyone)}
            everyone = [component for component in everyone if id(component) in meant]
        shown = _worth_showing(snapshot, everyone, components)
        failures = [component for component, stand in snapshot.components.items() if stand.state == FAILED]
        if names:
            failures = [failed for failed in failures if any(called(name, [failed]) for name in names)]
        as_it_was = step is not None and step != lab.step_number
        return Inboxes(
            "as it was" if as_it_was else str(lab.state),
            snapshot.step,
            _components(snapshot, shown, is_rushing(lab)),
            len(everyone) - len(shown),
            tuple((safe_name(failed), error_of(failed)) for failed in failures[-FAILURES:]),
            max(0, len(failures) - FAILURES),
            tuple(_line(line) for line in printed(lab, snapshot.step if as_it_was else None, LINES, names)),
        )


def alive_in(snapshot: Snapshot) -> list[Component]:
    """Return the components that are alive, in order of activation."""
    return [
        component
        for component, stand in snapshot.components.items()
        if isinstance(component, Component) and stand.state != NEW and stand.state not in ENDED
    ]


def _named(name: str, looks: Sequence[Look], kind: str, error: type[KamlabError]) -> Look:
    for look in looks:
        if look.name == name:
            return look
    raise error(f"there is no {kind} called {name!r}; there are: {listed(look.name for look in looks)}")


def _worth_showing(snapshot: Snapshot, everyone: list[Component], room: int) -> list[Component]:
    """Return the components that there is room for, in order of activation; those with messages are preferred."""
    if len(everyone) <= room:
        return everyone
    full = {box.owner for box in snapshot.waiting}
    busy = (component for component in everyone if component in full)
    chosen = set(islice(chain(busy, (component for component in everyone if component not in full)), room))
    return [component for component in everyone if component in chosen]


def _components(snapshot: Snapshot, shown: list[Component], rushing: bool) -> tuple[ComponentLook, ...]:
    """Describe the components; their messages are quoted in one call, see :func:`.quoting.quoted_all`."""
    everything = {component: boxes_of(component) for component in shown}
    chosen = {component: _worth_a_look(snapshot, boxes) for component, boxes in everything.items()}
    limits: Mapping[Any, int] = snapshot.limits
    waiting: Mapping[Any, Mail] = snapshot.waiting
    there = [waiting[box] for boxes in chosen.values() for box in boxes.values() if box in waiting]
    texts = iter(quoted_all([message for line in there for message in line.messages]))
    looks = []
    for component, boxes in chosen.items():
        stand = snapshot.components[component]
        inboxes = [_inbox(name, limits.get(box), waiting.get(box, _NOTHING), texts) for name, box in boxes.items()]
        lost = [
            (label(str(box.name), BOX_NAME), snapshot.lost[box])
            for box in made_outboxes_of(component).values()
            if box in snapshot.lost
        ]
        looks.append(
            ComponentLook(
                safe_name(component),
                stand.state,
                _thread_in_words(stand),
                tuple(inboxes),
                tuple(lost)[:BOXES],
                len(everything[component]) - len(boxes),
                key_of(component),
                say(component, stand, rushing),
                given_name(component),
            )
        )
    return tuple(looks)


def _inbox(name: str, limit: int | None, waiting: Mail, texts: Iterator[str]) -> InboxLook:
    messages = waiting.messages
    return InboxLook(
        label(str(name), BOX_NAME),
        waiting.count,
        limit,
        tuple(starmap(_then_and_now, zip_longest(waiting.said, islice(texts, len(messages))))),
        tuple(map(kind_of, messages)),
        waiting.held,
    )


def boxes_of(component: Component) -> Mapping[str, Inbox | None]:
    """Return the inboxes by name; ``None`` for those not made yet, since looking makes no boxes."""
    return made_inboxes_of(component) or dict.fromkeys(component.Inboxes)


def waiting_in(snapshot: Snapshot, box: Inbox | None) -> Mail:
    """Return the messages that wait in an inbox."""
    return snapshot.waiting.get(box, _NOTHING) if box is not None else _NOTHING


_NOTHING = Mail(0)


def _worth_a_look(snapshot: Snapshot, boxes: Mapping[str, Inbox | None]) -> Mapping[str, Inbox | None]:
    """Return the inboxes that there is room for; those with messages are preferred."""
    if len(boxes) <= BOXES:
        return boxes
    chosen = sorted(boxes, key=lambda name: boxes[name] not in snapshot.waiting)[:BOXES]
    return {name: box for name, box in boxes.items() if name in chosen}


def _then_and_now(then: str | None, now: str) -> str:
    """Return the text of a message: as it was when it came, and as it is now if that differs."""
    return then_and_now(None if then is None else printable(then), now)


def _thread_in_words(stand: Stand) -> str:
    """Say where the thread of a component that waits is, if it has one."""
    awaited = stand.pause[1] if stand.pause is not None else None
    if awaited is None or awaited[0] != THREAD:
        return ""
    _, place, _, where = awaited
    if place == THREAD_BUSY:
        return f"its thread is busy{where}"
    return f"its thread {place}" if place.startswith(("waits", "pauses")) else ""


def kind_of(message: Any) -> str:
    """Return the kind of a message: ``str``, ``bytes``, or ``other``."""
    cls = type(message)
    if issubclass(cls, str):
        return "str"
    return "bytes" if issubclass(cls, (bytes, bytearray)) else "other"


def _line(line: PrintedLine) -> PrintedLine:
    """Return a printed line as a short line of printable text."""
    return PrintedLine(label(line.name, 40), label(line.text.expandtabs(4), LINE_WIDTH), line.error)
