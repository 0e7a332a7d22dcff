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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from typing import Any, TypeVar

from ..core.asking import one_look
from ..core.calling import called, given_name
from ..core.component import Component
from ..core.errors import KamlabError, NoSuchBox, UnknownComponent, listed
from ..core.events import error_in_words, name_of, then_and_now
from ..core.microprocess import Microprocess
from ..core.world import World
from .keys import key_of
from .moments import Moment, moment_of
from .quoting import escaped, label, quoted_all
from .transcript import Line

COMPONENTS = 40
BOXES = 8
MESSAGES = 6
LINES = 8
LINE_WIDTH = 200
FAILURES = 5
#: How many components are searched for waiting messages; those beyond are only counted.
SEARCHED = 2000
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

    ``state`` is the engine's word, ``look_state`` that of a picture (new, runnable, running, waiting,
    blocked, failed, finished or stopped), and ``say`` what more there is to say of it in a few words.
    ``discarded`` has a (name, number) pair for each outbox that leads nowhere and was sent to.
    ``more`` is how many of its inboxes are left out. ``key`` names it in data, and ``given`` is the name
    that a Graphline gave it.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     look = lab.inboxes()["PassThrough_1"]
    >>> look.word, look.waiting, look["inbox"].messages
    ('runnable', 1, ("'hello'",))
    """

    name: str
    state: str
    remark: str = ""
    inboxes: tuple[InboxLook, ...] = ()
    discarded: tuple[tuple[str, int], ...] = ()
    more: int = 0
    key: str = ""
    look_state: str = ""
    say: str = ""
    given: str = ""

    def __getitem__(self, name: str) -> InboxLook:
        return _named(name, self.inboxes, f"inbox of {self.name}", NoSuchBox)

    @property
    def label(self) -> str:
        """The name as pictures show it: the one that a Graphline gave first."""
        return f"{label(self.given, 24)} ({self.name})" if self.given else self.name

    @property
    def word(self) -> str:
        """The state in a word: that of a picture, if it is known."""
        return self.look_state or self.state

    @property
    def waiting(self) -> int:
        """How many messages wait in the inboxes shown."""
        return sum(box.length for box in self.inboxes)

    def data(self) -> dict[str, Any]:
        """Return this as JSON can have it."""
        return {
            "key": self.key,
            "name": self.label,
            "state": self.word,
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
        moment = moment_of(lab, step)
        everyone = moment.everyone()
        if names:
            meant = {id(each) for name in names for each in called(name, everyone)}
            everyone = [each for each in everyone if id(each) in meant]
        shown = _worth_showing(moment, everyone, components)
        failures = [each for each in moment.failures() if not names or any(called(name, [each]) for name in names)]
        return Inboxes(
            moment.state,
            moment.step,
            _components(moment, shown, messages),
            len(everyone) - len(shown),
            tuple((_name(each), _error(each)) for each in failures[-FAILURES:]),
            max(0, len(failures) - FAILURES),
            tuple(_line(line) for line in moment.printed(LINES, names)),
        )


def _named(name: str, looks: Sequence[Look], kind: str, error: type[KamlabError]) -> Look:
    for each in looks:
        if each.name == name:
            return each
    raise error(f"there is no {kind} called {name!r}; there are: {listed(each.name for each in looks)}")


def _worth_showing(moment: Moment, everyone: list[Component], room: int) -> list[Component]:
    """Return those there is room for, in order of activation; those with messages go first."""
    if len(everyone) <= room:
        return everyone
    busy = (each for each in everyone[:SEARCHED] if any(_length(moment, each, name) for name in each._in))
    chosen = {id(each) for each in islice(busy, room)}
    for each in everyone:
        if len(chosen) >= room:
            break
        chosen.add(id(each))
    return [each for each in everyone if id(each) in chosen]


def _components(moment: Moment, shown: list[Component], messages: int) -> tuple[ComponentLook, ...]:
    """Write down the components; what waits in them is quoted in one go, see :func:`.quoting.quoted_all`."""
    boxes = {(each, name): _first(moment, each, name, messages) for each in shown for name in _names(moment, each)}
    texts = iter(quoted_all([message for first in boxes.values() for message in first]))
    looks: dict[Component, list[InboxLook]] = {component: [] for component in shown}
    for (each, name), first in boxes.items():
        box = each._in.get(name)
        held = len(moment.held(each, name))
        looks[each].append(
            InboxLook(
                label(str(name), 30),
                held + len(moment.items(each, name)),
                box.limit if box is not None else None,
                tuple(_then_and_now(moment, each, name, held, islice(texts, len(first)))),
                tuple(map(kind_of, first)),
                min(held, len(first)),
            )
        )
    states = moment.states(shown)
    return tuple(_component(moment, each, tuple(looks[each]), *states[each]) for each in shown)


def _component(
    moment: Moment, component: Component, boxes: tuple[InboxLook, ...], state: str, say: str
) -> ComponentLook:
    return ComponentLook(
        _name(component),
        moment.life(component),
        moment.remark(component),
        boxes,
        tuple((label(name, 30), number) for name, number in moment.lost(component))[:BOXES],
        len(component._in or component.Inboxes) - len(boxes),
        key_of(component),
        state,
        say,
        given_name(component),
    )


def _names(moment: Moment, component: Component) -> list[str]:
    """Return the names of the inboxes to be shown; looking makes no boxes that nobody has asked for."""
    names = list(component._in or component.Inboxes)
    if len(names) <= BOXES:
        return names
    chosen = sorted(names, key=lambda name: not _length(moment, component, name))[:BOXES]
    return [name for name in names if name in chosen]


def _then_and_now(moment: Moment, component: Component, name: str, held: int, texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts of messages: what each was when it came, and what it is now if that reads otherwise."""
    said = chain([None] * held, moment.said(component, name), repeat(None))
    for now, then in zip(texts, said, strict=False):
        yield now if then is None else then_and_now(escaped(then), now)


def _first(moment: Moment, component: Component, name: str, messages: int) -> list[Any]:
    return list(islice(chain(moment.held(component, name), moment.items(component, name)), messages))


def _length(moment: Moment, component: Component, name: str) -> int:
    return len(moment.items(component, name)) + len(moment.held(component, name))


def kind_of(message: Any) -> str:
    """Return what a message is: ``str``, ``bytes``, or ``other``."""
    cls = type(message)
    if issubclass(cls, str):
        return "str"
    return "bytes" if issubclass(cls, (bytes, bytearray)) else "other"


def _name(component: Microprocess) -> str:
    return label(name_of(component), 40)


def _line(line: Line) -> Line:
    """Return a line that was printed, so that it can be shown."""
    return Line(label(line.name, 40), label(line.text.expandtabs(4), LINE_WIDTH), line.error)


def _error(component: Microprocess) -> str:
    error = component._error
    if error is None:
        return "no error is known"
    return label(error_in_words(error).removesuffix(": "), 200)
