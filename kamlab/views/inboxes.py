"""What waits where: every inbox of a lab, now or at a step of the past, as a plain value.

:func:`look` computes it between two slices, under the lab's lock. Nothing in it leads back to the
lab: names and messages are written down as text at once, because a message may change later, and
because a view that is kept must not keep a component alive. So two looks can be compared, and a
test can say what a picture shows without looking at the picture.

A look is bounded, whatever the lab holds: so many components, so many boxes of each, so many
messages of a box, each message shortened. Components in which something waits come before the
others when there is no room for all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, starmap, zip_longest
from typing import Any, TypeVar

from ..analysis.snapshot import Snapshot, Stand, Waiting, is_rushing, snapshot_of
from ..core.asking import one_look
from ..core.calling import called, given_name
from ..core.component import Component
from ..core.errors import KamlabError, NoSuchBox, UnknownComponent, listed
from ..core.events import error_in_words, name_of, then_and_now
from ..core.microprocess import Microprocess
from ..core.register import Ended
from ..core.states import ENDED, FAILED, NEW
from ..core.thread import RUNNING as THREAD_BUSY
from ..core.waits import THREAD
from ..core.world import World
from .keys import key_of
from .quoting import escaped, label, quoted_all
from .states import say
from .transcript import Line, printed

COMPONENTS = 40
BOXES = 8
MESSAGES = 6
LINES = 8
LINE_WIDTH = 200
FAILURES = 5
#: How many characters :meth:`Inboxes.data` may become as JSON, about; components beyond are only counted.
ROOM = 24_000


@dataclass(frozen=True, slots=True)
class InboxLook:
    """One inbox: how many messages wait, its limit, and the oldest of them as text.

    ``kinds`` has for each of ``messages`` what it is: ``str``, ``bytes`` or ``other``. The first ``held``
    of them are in the hands of the component's own thread already, so nobody can act on them any more.

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

    def data(self) -> dict[str, Any]:
        """Return this as JSON can have it."""
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

    ``state`` is a word of :mod:`kamlab.core.states`, and ``say`` what more there is to say of it in a few words.
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
        return f"{label(self.given, 24)} ({self.name})" if self.given else self.name

    @property
    def waiting(self) -> int:
        """How many messages wait in the inboxes shown."""
        return sum(box.length for box in self.inboxes)

    def data(self) -> dict[str, Any]:
        """Return this as JSON can have it."""
        return {
            "key": self.key,
            "name": self.label,
            "state": self.state,
            "say": self.remark or self.say,
            "inboxes": [box.data() for box in self.inboxes],
            "lost": [list(pair) for pair in self.discarded],
            "more": self.more,
        }


@dataclass(frozen=True, slots=True)
class Inboxes:
    """All inboxes of a lab at one moment. Printed, it is text; in a notebook, a table.

    ``more`` and ``more_failures`` are how many components and failures are left out; ``printed`` the
    last lines that components have printed, where something collects them.

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
    printed: tuple[Line, ...] = field(default=())

    def __getitem__(self, name: str) -> ComponentLook:
        given = [each for each in self.components if name and each.given == name]
        if given and all(each.name != name for each in self.components):
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
        """Return this as JSON can have it; beyond about ``room`` characters it is left out."""
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

    def __str__(self) -> str:
        from .text import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .html import as_html

        return as_html(self)


Look = TypeVar("Look", InboxLook, ComponentLook)


def look(
    lab: World, *names: str, step: int | None = None, components: int = COMPONENTS, messages: int = MESSAGES
) -> Inboxes:
    """Return what waits in the inboxes of a lab, between two slices.

    Args:
        lab: the lab.
        names: look at these components only: their names, or those of their classes.
        step: as it was after this step of the past; as it stands, unless told.
        components: how many components to show at most.
        messages: how many messages of each inbox to show at most.

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
    with lab.lock, one_look():
        snapshot = snapshot_of(lab, step, messages)
        everyone = alive_in(snapshot)
        if names:
            meant = {id(each) for name in names for each in called(name, everyone)}
            everyone = [each for each in everyone if id(each) in meant]
        shown = _worth_showing(snapshot, everyone, components)
        failures = [each for each, stand in snapshot.components.items() if stand.state == FAILED]
        if names:
            failures = [each for each in failures if any(called(name, [each]) for name in names)]
        as_it_was = step is not None and step != lab.step_number
        return Inboxes(
            "as it was" if as_it_was else str(lab.state),
            snapshot.step,
            _components(snapshot, shown, is_rushing(lab)),
            len(everyone) - len(shown),
            tuple((_name(each), _error(each)) for each in failures[-FAILURES:]),
            max(0, len(failures) - FAILURES),
            tuple(_line(line) for line in printed(lab, snapshot.step if as_it_was else None, LINES, names)),
        )


def alive_in(snapshot: Snapshot) -> list[Component]:
    """Return the components that are alive, in order of activation."""
    return [
        each
        for each, stand in snapshot.components.items()
        if isinstance(each, Component) and stand.state != NEW and stand.state not in ENDED
    ]


def _named(name: str, looks: Sequence[Look], kind: str, error: type[KamlabError]) -> Look:
    for each in looks:
        if each.name == name:
            return each
    raise error(f"there is no {kind} called {name!r}; there are: {listed(each.name for each in looks)}")


def _worth_showing(snapshot: Snapshot, everyone: list[Component], room: int) -> list[Component]:
    """Return those there is room for, in order of activation; those with messages go first."""
    if len(everyone) <= room:
        return everyone
    full = {box.owner for box in snapshot.waiting}
    busy = (each for each in everyone if each in full)
    chosen = set(islice(chain(busy, (each for each in everyone if each not in full)), room))
    return [each for each in everyone if each in chosen]


def _components(snapshot: Snapshot, shown: list[Component], rushing: bool) -> tuple[ComponentLook, ...]:
    """Write down the components; what waits in them is quoted in one go, see :func:`.quoting.quoted_all`."""
    boxes = {(each, name): waiting_in(snapshot, each, name) for each in shown for name in _names(snapshot, each)}
    texts = iter(quoted_all([message for waiting in boxes.values() for message in waiting.messages]))
    looks: dict[Component, list[InboxLook]] = {component: [] for component in shown}
    for (each, name), waiting in boxes.items():
        box = each._in.get(name)
        there = waiting.messages
        looks[each].append(
            InboxLook(
                label(str(name), 30),
                waiting.count,
                snapshot.limits.get(box) if box is not None else None,
                tuple(starmap(_then_and_now, zip_longest(waiting.said, islice(texts, len(there))))),
                tuple(map(kind_of, there)),
                waiting.held,
            )
        )
    return tuple(_component(snapshot, each, tuple(looks[each]), rushing) for each in shown)


def _component(snapshot: Snapshot, component: Component, boxes: tuple[InboxLook, ...], rushing: bool) -> ComponentLook:
    stand = snapshot.components[component]
    lost = [(label(str(box.name), 30), snapshot.lost[box]) for box in component._out.values() if box in snapshot.lost]
    return ComponentLook(
        _name(component),
        stand.state,
        _thread_in_words(stand),
        boxes,
        tuple(lost)[:BOXES],
        len(component._in or component.Inboxes) - len(boxes),
        key_of(component),
        say(component, stand, rushing),
        given_name(component),
    )


def _names(snapshot: Snapshot, component: Component) -> list[str]:
    """Return the names of the inboxes to be shown; looking makes no boxes that nobody has asked for."""
    names = list(component._in or component.Inboxes)
    if len(names) <= BOXES:
        return names
    chosen = sorted(names, key=lambda name: component._in.get(name) not in snapshot.waiting)[:BOXES]
    return [name for name in names if name in chosen]


NOTHING = Waiting(0)


def waiting_in(snapshot: Snapshot, component: Component, name: str) -> Waiting:
    """Return what waits in the inbox of a name."""
    box = component._in.get(name)
    return snapshot.waiting.get(box, NOTHING) if box is not None else NOTHING


def _then_and_now(then: str | None, now: str) -> str:
    """Return the text of a message: what it was when it came, and what it is now if that reads otherwise."""
    return then_and_now(None if then is None else escaped(then), now)


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
    """Return what a message is: ``str``, ``bytes``, or ``other``."""
    cls = type(message)
    if issubclass(cls, str):
        return "str"
    return "bytes" if issubclass(cls, (bytes, bytearray)) else "other"


def _name(component: Microprocess | Ended) -> str:
    return label(name_of(component), 40)


def _line(line: Line) -> Line:
    """Return a line that was printed, so that it can be shown."""
    return Line(label(line.name, 40), label(line.text.expandtabs(4), LINE_WIDTH), line.error)


def _error(component: Microprocess | Ended) -> str:
    if isinstance(component, Ended):
        return label(component.error, 200)
    error = component._error
    return label(error_in_words(error).removesuffix(": "), 200) if error is not None else "no error is known"
