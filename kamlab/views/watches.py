"""The watched expressions of a lab, with their values and how these have changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..analysis.watched import Watched
from .printable import label
from .render import Document, Span, Table, View, line

#: How many of the last numbers are written in a row of the table.
LAST = 8
#: How many points of their histories are sent to a page, of all together.
SENT = 600


@dataclass(frozen=True, slots=True, repr=False)
class Watches(View):
    """The watched expressions: what ``lab.watches()`` returns. Printed, a table.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(9):
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Count().activate()
    ...     _ = lab.watch("Count.number")
    ...     _ = lab.step(3)
    ...     print(lab.watches())
      1  Count.number  2  0, 1, 2
    """

    watches: tuple[Watched, ...] = ()

    def __iter__(self) -> Iterator[Watched]:
        return iter(self.watches)

    def __len__(self) -> int:
        return len(self.watches)

    def __getitem__(self, index: int) -> Watched:
        return self.watches[index]

    def document(self) -> Document:
        """Return a row for each expression: its number, its value, and its last numbers."""
        if not self.watches:
            return (line('nothing is watched: lab.watch("Component.attribute")'),)
        rows = tuple(_row(watch) for watch in self.watches)
        return (Table(rows, ("id", "expression", "value", "before"), thing="expression"),)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as plain values, ready for JSON, with printable texts and :data:`SENT` points at most."""
        points = max(LAST, SENT // max(1, len(self.watches)))
        return [
            {
                "id": watch.id,
                "expression": label(watch.expression),
                "value": label(watch.value),
                "error": label(watch.error, 120),
                "history": [list(point) for point in watch.history[-points:]],
            }
            for watch in self.watches
        ]


def _row(watch: Watched) -> tuple[str | Span, ...]:
    value = Span(label(watch.error, 120), "faint") if watch.error else Span(label(watch.value), "code")
    points = ", ".join(str(number) for _, number in watch.history[-LAST:])
    return str(watch.id), label(watch.expression), value, f"..., {points}" if len(watch.history) > LAST else points
