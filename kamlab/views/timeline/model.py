"""A space-time diagram as a value: a line of life for each component, slices on it, messages between them.

The diagram is Lamport's (L. Lamport, "Time, clocks, and the ordering of events in a distributed system",
1978). A point in it is a *place*: the index of a lifeline, and a step. Nothing in it leads back to the lab.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Where something is: the index of a lifeline, and a step.
Place = tuple[int, int]

#: What became of a message, as in :mod:`kamlab.analysis.messages`.
TAKEN, WAITS, DISCARDED, REMOVED = "taken", "waits", "discarded", "removed"

#: The key of the line that stands for everything that is no component.
OUTSIDE = ""


@dataclass(frozen=True, slots=True)
class Lifeline:
    """The line of one component; that of the outside has the key ``""``."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Ran:
    """One slice: its step, whose it was, and the number of the event with which it began."""

    step: int
    line: int
    number: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One message on its way.

    ``number`` is that of the event that brought it (or, where nobody saw it come, took it away); ``took`` that of
    the event in which it left its inbox. ``start`` is ``None`` where its sender is not known or not shown, ``end``
    where it led nowhere or its receiver is not shown. A message that waits ends at the step in which it came.
    A start before the first step shown, and an end after the last, are as they are: who draws cuts them off.
    """

    number: int
    took: int | None
    start: Place | None
    end: Place | None
    box: str
    text: str
    fate: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to one component: activated, failed, finished, stopped, or done by hand."""

    number: int
    line: int
    step: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A space-time diagram of the steps ``first`` to ``last``. Printed, it is text; in a notebook, a picture.

    ``earliest`` and ``latest`` are the steps that are known, ``at`` the one that is looked at, ``here`` where the
    lab stands. ``more`` counts the components that there was no room for, ``more_messages`` the messages.
    ``event`` is the number of the event that was asked about; ``before`` and ``after`` the numbers of those shown
    that happened before it, so that they can have had a part in it, and of those in which it can have had one.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     _ = lab.step(6)
    ...     timeline = lab.timeline()
    >>> [each.name for each in timeline.lines], timeline.messages[0].text
    (['Pipeline_1', 'DataSource_2', 'NullSink_3'], "'hello'")
    >>> timeline.summary
    'Space-time diagram, steps 0 to 6 of 6: 3 components, 3 messages (2 taken, 1 lost).'
    """

    first: int
    last: int
    earliest: int
    latest: int
    at: int
    here: int
    lines: tuple[Lifeline, ...] = ()
    more: int = 0
    slices: tuple[Ran, ...] = ()
    messages: tuple[Passage, ...] = ()
    more_messages: int = 0
    marks: tuple[Mark, ...] = ()
    event: int | None = None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()

    @property
    def svg(self) -> str:
        """The diagram as a picture, the same byte for byte wherever the same is shown."""
        from .svg import as_svg

        return as_svg(self)

    @property
    def summary(self) -> str:
        """The diagram in one sentence, for those who cannot see it."""
        from .words import summary

        return summary(self)

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        return {
            "first": self.first,
            "last": self.last,
            "earliest": self.earliest,
            "latest": self.latest,
            "at": self.at,
            "here": self.here,
            "lines": [{"key": each.key, "name": each.name} for each in self.lines],
            "more": self.more,
            "slices": [[each.step, each.line, each.number] for each in self.slices],
            "messages": [_passage(each) for each in self.messages],
            "more_messages": self.more_messages,
            "marks": [
                {"n": each.number, "line": each.line, "step": each.step, "kind": each.kind, "text": each.text}
                for each in self.marks
            ],
            "event": self.event,
            "before": list(self.before),
            "after": list(self.after),
        }

    def __str__(self) -> str:
        from .text import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .words import as_html

        return as_html(self)


def _passage(each: Passage) -> dict[str, Any]:
    return {
        "n": each.number,
        "took": each.took,
        "from": list(each.start) if each.start is not None else None,
        "to": list(each.end) if each.end is not None else None,
        "box": each.box,
        "text": each.text,
        "fate": each.fate,
    }
