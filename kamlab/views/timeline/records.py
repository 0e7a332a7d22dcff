"""The parts of a space-time diagram: lifelines, slices, messages in transit and marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Where something is: the index of a lifeline, and a step.
Place = tuple[int, int]

#: The fate of a message, as in :mod:`kamlab.analysis.messages`.
TAKEN, WAITS, DISCARDED, REMOVED = "taken", "waits", "discarded", "removed"

#: The key of the line that stands for everything that is not a component.
OUTSIDE = ""


@dataclass(frozen=True, slots=True)
class Lifeline:
    """The line of one component; that of the outside has the key ``""``.

    ``begins`` and ``ends`` are the steps in which it was activated and ended, ``state`` is how it ended; ``None`` and
    "" where that is not known, or it has not. ``drawn`` is its name in a picture, the shortest that tells it from the
    others.
    """

    key: str
    name: str
    begins: int | None = None
    ends: int | None = None
    state: str = ""
    drawn: str = ""

    @property
    def title(self) -> str:
        """The name to be drawn."""
        return self.drawn or self.name


@dataclass(frozen=True, slots=True)
class Ran:
    """One slice: its step, the lifeline of its component, and the number of the event with which it began."""

    step: int
    line: int
    number: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One message in transit.

    ``number`` is that of the event that brought it (or took it away, if its arrival is not known); ``took`` that of
    the event in which it left its inbox. ``start`` is ``None`` if its sender is not known or not shown, ``end``
    if it led nowhere or its receiver is not shown. A message that waits ends at the step in which it came.
    A start before the first step shown, and an end after the last, are kept; the picture cuts them off.
    """

    number: int
    took: int | None
    start: Place | None
    end: Place | None
    box: str
    text: str
    fate: str

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "n": self.number,
            "took": self.took,
            "from": list(self.start) if self.start is not None else None,
            "to": list(self.end) if self.end is not None else None,
            "box": self.box,
            "text": self.text,
            "fate": self.fate,
        }


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to one component: activated, failed, finished, stopped, or done by hand."""

    number: int
    line: int
    step: int
    kind: str
    text: str

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {"n": self.number, "line": self.line, "step": self.step, "kind": self.kind, "text": self.text}


def fitted(name: str, width: int) -> str:
    """Return a name cut to a width; the number at its end, which distinguishes it from others, stays.

    >>> fitted("ConnectedSocketAdapter_8", 12), fitted("Keep_3", 12)
    ('Connecte.._8', 'Keep_3')
    """
    if len(name) <= width:
        return name
    stem, line, number = name.rpartition("_")
    end = f"..{line}{number}" if stem and len(number) <= 5 else ".."
    return name[: max(1, width - len(end))] + end
