"""What waits where: every inbox of a lab, as a plain value.

:func:`look` computes it between two slices, under the lab's lock. Nothing in it leads back to the
lab: names and messages are written down as text at once, because a message may change later, and
because a view that is kept must not keep a component alive. So two looks can be compared, and a
test can say what a picture shows without looking at the picture.

A look is bounded, whatever the lab holds: so many components, so many boxes of each, so many
messages of a box, each message shortened. Components in which something waits come before the
others when there is no room for all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, TypeVar

from ..core.component import Component
from ..core.errors import KamlabError, NoSuchBox, UnknownComponent, listed
from ..core.microprocess import Microprocess
from ..core.thread import RUNNING as THREAD_BUSY
from ..core.world import World
from .quoting import label, quoted
from .transcript import Line, transcripts_of

COMPONENTS = 40
BOXES = 8
MESSAGES = 6
LINES = 8
FAILURES = 5
#: How many components are searched for waiting messages; those beyond are only counted.
SEARCHED = 2000


@dataclass(frozen=True, slots=True)
class InboxLook:
    """One inbox: how many messages wait, its limit, and the oldest of them as text."""

    name: str
    length: int
    limit: int | None = None
    messages: tuple[str, ...] = ()

    @property
    def more(self) -> int:
        """How many messages wait beyond those in ``messages``."""
        return self.length - len(self.messages)

    @property
    def count(self) -> str:
        """The number of messages in words: ``3``, ``3 of 10``, ``10 of 10, full``."""
        if self.limit is None:
            return str(self.length)
        return f"{self.length} of {self.limit}" + (", full" if self.length >= self.limit else "")


@dataclass(frozen=True, slots=True)
class ComponentLook:
    """One component: its state, a remark on it, its inboxes, and what its outboxes lost.

    ``discarded`` has a (name, number) pair for each outbox that leads nowhere and was sent to.
    ``more`` is how many of its inboxes are left out.
    """

    name: str
    state: str
    remark: str = ""
    inboxes: tuple[InboxLook, ...] = ()
    discarded: tuple[tuple[str, int], ...] = ()
    more: int = 0

    def __getitem__(self, name: str) -> InboxLook:
        return _named(name, self.inboxes, f"inbox of {self.name}", NoSuchBox)

    @property
    def waiting(self) -> int:
        """How many messages wait in the inboxes shown."""
        return sum(box.length for box in self.inboxes)


@dataclass(frozen=True, slots=True)
class Inboxes:
    """All inboxes of a lab at one moment. Printed, it is text; in a notebook, a table.

    ``more`` and ``more_failures`` are how many components and failures are left out; ``printed`` the
    last lines that components have printed, where something collects them.

    >>> view = Inboxes("paused", 7, (ComponentLook("Sink_1", "asleep", inboxes=(InboxLook("inbox", 1, 2, ("'a'",)),)),))
    >>> print(view)
    paused at step 7, 1 component
      Sink_1  asleep  inbox 1 of 2: 'a'
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
        return _named(name, self.components, "component in this view", UnknownComponent)

    def __iter__(self) -> Iterator[ComponentLook]:
        return iter(self.components)

    def __len__(self) -> int:
        return len(self.components)

    @property
    def waiting(self) -> int:
        """How many messages wait in the inboxes shown."""
        return sum(component.waiting for component in self.components)

    def __str__(self) -> str:
        from .text import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .html import as_html

        return as_html(self)


Look = TypeVar("Look", InboxLook, ComponentLook)


def look(lab: World, *names: str, components: int = COMPONENTS, messages: int = MESSAGES) -> Inboxes:
    """Return what waits in the inboxes of a lab, between two slices.

    Args:
        lab: the lab.
        names: look at these components only: their names, or those of their classes.
        components: how many components to show at most.
        messages: how many messages of each inbox to show at most.
    """
    with lab.lock:
        everyone = lab.components
        if names:
            everyone = [each for each in everyone if {each.short_name, each.name, type(each).__name__} & {*names}]
        shown = _worth_showing(everyone, components)
        failures = [each for each in lab.failures if not names or each.short_name in names]
        standing = lab.state != "running"
        return Inboxes(
            lab.state,
            lab.step_number,
            tuple(_component(each, messages, standing) for each in shown),
            len(everyone) - len(shown),
            tuple((_name(each), _error(each)) for each in failures[-FAILURES:]),
            max(0, len(failures) - FAILURES),
            transcripts_of(lab).last(LINES, names),
        )


def _named(name: str, looks: Sequence[Look], kind: str, error: type[KamlabError]) -> Look:
    for each in looks:
        if each.name == name:
            return each
    raise error(f"there is no {kind} called {name!r}; there are: {listed(each.name for each in looks)}")


def _worth_showing(everyone: list[Component], room: int) -> list[Component]:
    """Return those there is room for, in order of activation; those with messages go first."""
    if len(everyone) <= room:
        return everyone
    busy = (each for each in everyone[:SEARCHED] if any(_length(each, name) for name in each._in))
    chosen = {id(each) for each in islice(busy, room)}
    for each in everyone:
        if len(chosen) >= room:
            break
        chosen.add(id(each))
    return [each for each in everyone if id(each) in chosen]


def _component(component: Component, messages: int, standing: bool) -> ComponentLook:
    names = list(component._in or component.Inboxes)  # looking makes no boxes that nobody has asked for
    shown = sorted(names, key=lambda name: not _length(component, name))[:BOXES]
    return ComponentLook(
        _name(component),
        component._life,
        _remark(component, standing),
        tuple(_inbox(component, name, messages) for name in names if name in shown),
        tuple((label(str(box.name), 30), box.discarded) for box in component._out.values() if box.discarded)[:BOXES],
        len(names) - len(shown),
    )


def _inbox(component: Component, name: str, messages: int) -> InboxLook:
    box = component._in.get(name)
    if box is None:
        return InboxLook(label(str(name), 30), 0)
    first = islice(chain(_held_by_thread(component, name), box.items), messages)
    return InboxLook(label(str(name), 30), _length(component, name), box.limit, tuple(quoted(each) for each in first))


def _length(component: Component, name: str) -> int:
    box = component._in.get(name)
    return (len(box.items) if box is not None else 0) + len(_held_by_thread(component, name))


def _held_by_thread(component: Component, boxname: str) -> tuple[Any, ...]:
    """Return what has left an inbox for the component's own thread, and was not taken by it yet."""
    queues = getattr(component, "_incoming", None)
    if not queues or not queues.get(boxname):
        return ()
    with component._contact:  # type: ignore[attr-defined]
        return tuple(queues[boxname])


def _remark(component: Component, standing: bool) -> str:
    """Say where the thread of a component is, if it has one."""
    place = getattr(component, "thread_place", None)
    if place is None:
        return ""
    if place == THREAD_BUSY and standing:
        return f"its thread is busy{_line_of(component)}"
    return f"its thread {place}" if place.startswith(("waits", "pauses")) else ""


def _line_of(component: Any) -> str:
    """Return the place in the component's main where its thread is, in words."""
    frame = sys._current_frames().get(component._ident)
    while frame is not None and (frame.f_back is None or frame.f_back.f_code.co_name != "_thread_body"):
        frame = frame.f_back
    return f" in line {frame.f_lineno} of {frame.f_code.co_name}()" if frame is not None else ""


def _name(component: Microprocess) -> str:
    return label(str(component.short_name), 40)


def _error(component: Microprocess) -> str:
    error = component._error
    if error is None:
        return "no error is known"
    try:
        text = str(error)
    except Exception:
        text = "an error whose text cannot be had"
    return label(f"{type(error).__name__}: {text}" if text else type(error).__name__, 200)
