"""One search over everything in a lab: components, inboxes, the messages that wait, and those on record.

A message is looked for in its text, as it was when it moved. The record is read from its end, at most
:data:`SEARCHED` events of it, since a text has to be made for each message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..analysis.history import History, history_of
from ..analysis.snapshot import Snapshot, snapshot_of
from ..analysis.words import counted
from ..core.box import made_inboxes_of
from ..core.component import Component
from ..core.describe import words_of
from ..core.ended_components import Ended
from ..core.errors import KamlabError
from ..core.events import DISCARDED, INSERTED, SENT, said_in
from ..core.naming import label_of, variable_name
from ..core.reading import reads
from ..core.repr_worker import one_look
from ..core.world import World
from .components import key_of
from .printable import label
from .render import Document, Span, Table, View, line

#: How many events are searched, the newest ones; and in a run at full speed, where the lab waits meanwhile.
SEARCHED, SEARCHED_RUNNING = 20_000, 600
#: How many characters of a message are searched, and how many hits are counted at most.
TEXT, COUNTED = 2000, 1000
#: How many messages of each inbox are searched.
WAITING = 100

COMPONENT, INBOX, MESSAGE = "component", "inbox", "message"


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that was found.

    Attributes:
        kind: component, inbox or message.
        text: what is shown of it: its name, or the message and where it went or waits.
        key: the key of the component; of a message, of the one that it came to.
        step: the step in which the message was sent; for anything else where the lab stands.
        event: the number of the event that sent the message; ``None`` where there is none.
        component, box: the names.
    """

    kind: str
    text: str
    key: str
    step: int
    event: int | None = None
    component: str = ""
    box: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Found(View):
    """What ``lab.find`` found: components first, then inboxes, messages that wait, and others, the newest first.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello", "world"]), PassThrough()).activate()
    ...     _ = lab.step(5)
    ...     found = lab.find("hello")
    >>> found[0].kind, found[0].step, found[0].box
    ('message', 4, 'inbox')
    """

    query: str
    hits: tuple[Match, ...] = ()
    more: int = 0

    def __iter__(self) -> Iterator[Match]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, index: int) -> Match:
        return self.hits[index]

    def document(self) -> Document:
        """Return a row for each hit, below a line that counts them."""
        count = len(self.hits) + self.more
        head = line(f"{counted(count, 'hit')} for ", Span(label(self.query), "code"))
        rows = tuple((Span(str(hit.step)), Span(hit.kind, "faint"), hit.text) for hit in self.hits)
        return (head, Table(rows, ("step", "kind", "what"), more=self.more, thing="hit")) if rows else (head,)


@reads()
def find(lab: World, text: Any, limit: int = 20) -> Found:
    """Return what has this text in its name or, of a message, in what it says of itself; capitals do not matter.

    Args:
        lab: the lab.
        text: the text.
        limit: how many hits to return; the others are counted, up to :data:`COUNTED`.

    Raises:
        KamlabError: the text is empty, or is no text.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     print(find(lab, "HELLO"))
    1 hit for HELLO
      0  message  'hello' waits in PassThrough_1.inbox
    """
    if not isinstance(text, str) or not text.strip():
        raise KamlabError(f"find({words_of(text, 40)}): give the text to look for")
    query = " ".join(text.split())[:TEXT]
    with one_look():
        hits = list(islice(_Search(lab, query.casefold()).hits(), COUNTED))
    return Found(query, tuple(hits[: max(0, limit)]), max(0, len(hits) - max(0, limit)))


class _Search:
    """One search in one lab, for a text without capitals."""

    def __init__(self, lab: World, wanted: str) -> None:
        self._wanted = wanted
        self._running = lab.state == "running"
        self._snapshot: Snapshot = snapshot_of(lab, None, WAITING)
        self._history: History | None = None if self._running and lab.pace is None else history_of(lab)
        self._lab = lab
        self._told: set[int] = set()

    def hits(self) -> Iterator[Match]:
        """Yield what was found."""
        yield from self._components()
        yield from self._inboxes()
        yield from self._waiting()
        yield from self._recorded()

    def _has(self, text: str) -> bool:
        return self._wanted in text.casefold()

    def _components(self) -> Iterator[Match]:
        for component in self._snapshot.components:
            name = label_of(component)
            kind = component.kind if isinstance(component, Ended) else type(component).__name__
            if any(map(self._has, (name, variable_name(component), kind))):
                yield self._hit(COMPONENT, name, component)

    def _inboxes(self) -> Iterator[Match]:
        for component in self._snapshot.components:
            name = label_of(component)
            for box in _boxes_of(component):
                if self._has(f"{name}.{box}") and not self._has(name):
                    yield self._hit(INBOX, f"{name}.{box}", component, str(box))

    def _waiting(self) -> Iterator[Match]:
        for box, waiting in self._snapshot.waiting.items():
            numbers = waiting.numbers or (-1,) * len(waiting.messages)
            for number, message, said in zip(numbers, waiting.messages, self._texts(waiting), strict=False):
                text = words_of(message, TEXT) if said is None else said
                if self._has(text):
                    self._told.add(number)
                    where = f"waits in {label_of(box.owner)}.{box.name}"
                    yield self._message(text, where, box, number)

    @staticmethod
    def _texts(waiting: Any) -> list[str | None]:
        return [*waiting.said, *[None] * (len(waiting.messages) - len(waiting.said))]

    def _recorded(self) -> Iterator[Match]:
        history = self._history
        if history is None:
            return
        oldest = max(history.first, history.next_number - (SEARCHED_RUNNING if self._running else SEARCHED))
        for number in range(history.next_number - 1, oldest - 1, -1):
            record = history.record(number)
            kind = record[0]
            if number in self._told or kind not in (SENT, DISCARDED, INSERTED):
                continue
            if kind is INSERTED and history.removal_before(number) is not None:
                continue
            said = said_in(record)
            text = words_of(record[2 if kind is INSERTED else 3], TEXT) if said is None else str(said)
            if self._has(text):
                box = record[1] if kind is INSERTED else record[2]
                where = f"to {label_of(box.owner)}.{box.name}" if box is not None else "led nowhere"
                yield self._message(text, where, record[1] if box is None else box, number)

    def _message(self, text: str, where: str, box: Any, number: int) -> Match:
        history = self._history
        known = history is not None and history.knows(number)
        step = history.step_of(number) if known and history is not None else self._snapshot.step
        name, key = label_of(box.owner), self._key(box.owner)
        shown = label(f"{label(text)} {where}", 140)
        return Match(MESSAGE, shown, key, step, number if known else None, name, str(box.name))

    def _hit(self, kind: str, text: str, component: Any, box: str = "") -> Match:
        return Match(kind, label(text, 80), self._key(component), self._snapshot.step, None, label_of(component), box)

    @staticmethod
    def _key(component: Any) -> str:
        return key_of(component) if isinstance(component, Component) else ""


def _boxes_of(component: Any) -> list[Any]:
    """Return the names of the inboxes of a component, made or declared."""
    if not isinstance(component, Component):
        return []
    declared = component.Inboxes
    return list(made_inboxes_of(component)) or (list(declared) if isinstance(declared, (dict, list, tuple)) else [])
