"""The score of a session: which questions were answered rightly, which exercises are done.

A notebook may be run twice in one kernel, and any cell any number of times, so the sheet does not add up
what happens but has one row for each thing. What counts for it:

- an exercise: its best result so far;
- a question asked again by the same quiz: the first time. A quiz that is made later begins anew, and its
  result takes the place of the older one. But "not answered" never takes the place of an answer: a
  student who has answered by clicking may run all cells again.

So a notebook that is run from top to bottom twice, in the same way, has the same sheet at its end both times.
A sheet in the middle of it would have what came later the first time; begin the notebook with ``reset()``.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from html import escape

from ..views.quoting import label

QUESTION, EXERCISE = "question", "exercise"


@dataclass(frozen=True, slots=True)
class Row:
    """One question or exercise: how many points of how many; ``got`` is ``None`` for what was not answered."""

    name: str
    got: float | None
    of: float
    kind: str
    series: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A score, as it was when it was asked for. Printed, it is a small table.

    ``rows`` has every question and exercise, in the order in which they first came up.

    >>> print(Score((Row("Who runs next?", 1, 1, "question"), Row("fair", 0, 2, "exercise"))))
    questions      1 of 1
    exercise fair  0 of 2
    total          1 of 3
    """

    rows: tuple[Row, ...] = ()

    @property
    def total(self) -> tuple[float, float]:
        """How many points of how many."""
        return _sum(self.rows)

    def reset(self) -> None:
        """Begin the session's score anew, as :func:`reset` does."""
        reset()

    def table(self) -> list[tuple[str, str, str]]:
        """Return the lines of the table: what, how many points, and a remark."""
        if not self.rows:
            return [("nothing yet", "0 of 0", "")]
        lines = []
        questions = [row for row in self.rows if row.kind == QUESTION]
        if questions:
            open_ = sum(row.got is None for row in questions)
            lines.append(("questions", _points(questions), f"{open_} not answered" if open_ else ""))
        lines += [
            (f"{row.kind} {label(row.name, 40)}", _points([row]), "") for row in self.rows if row.kind != QUESTION
        ]
        return [*lines, ("total", _points(self.rows), "")]

    def __str__(self) -> str:
        table = self.table()
        wide, right = (max(len(line[column]) for line in table) for column in (0, 1))
        return "\n".join(f"{what:<{wide}}  {points:>{right}}  {remark}".rstrip() for what, points, remark in table)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cell = '<td style="text-align:left">'
        lines = [f"<tr>{''.join(f'{cell}{escape(text)}</td>' for text in line)}</tr>" for line in self.table()]
        return f"<table>{''.join(lines)}</table>"


_rows: dict[Hashable, Row] = {}
_lock = threading.Lock()


def record(name: str, got: float | None, of: float, kind: str, *, key: Hashable = None, series: int = 0) -> None:
    """Take note of a result; the rules above say whether it counts.

    Args:
        name: what was asked, or the name of the exercise.
        got: the points; ``None`` for what was not answered.
        of: how many there were to have.
        kind: ``"question"`` or ``"exercise"``.
        key: what tells it from others of its kind, if the name does not.
        series: which quiz asked; a later one has a higher number.
    """
    place = (kind, name if key is None else key)
    row = Row(name, got, of, kind, series)
    with _lock:
        before = _rows.get(place)
        if before is None or _counts(row, before):
            _rows[place] = row


def score() -> Score:
    """Return the score of this session, which in a notebook is its kernel.

    >>> reset()
    >>> record("fair", 2, 2, "exercise")
    >>> record("fair", 0, 2, "exercise")
    >>> print(score())
    exercise fair  2 of 2
    total          2 of 2
    >>> reset()
    """
    with _lock:
        return Score(tuple(_rows.values()))


def reset() -> None:
    """Forget all results of this session."""
    with _lock:
        _rows.clear()


def _counts(row: Row, before: Row) -> bool:
    """Return whether a result takes the place of one before."""
    if row.kind == EXERCISE:
        return (row.got or 0) >= (before.got or 0)
    if row.series == before.series or (row.got is None and before.got is not None):
        return False
    return row.series > before.series


def _points(rows: list[Row] | tuple[Row, ...]) -> str:
    got, of = _sum(rows)
    return f"{got:g} of {of:g}"


def _sum(rows: list[Row] | tuple[Row, ...]) -> tuple[float, float]:
    return sum(row.got or 0 for row in rows), sum(row.of for row in rows)
