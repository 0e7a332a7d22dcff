"""The score of a session: which questions were answered correctly, which exercises are done.

A notebook may run twice in one kernel, and any cell any number of times. So the score does not add up results; it has
one row for each question and each exercise. Which result counts:

- for an exercise, the best one so far;
- for a question that the same quiz asks again, the first one. A quiz that is made later starts over, and its result
  replaces the older one. But "not answered" never replaces an answer: a student who has answered by clicking may run
  all cells again.

So a notebook that runs from top to bottom twice, in the same way, has the same score at its end both times. A score in
the middle would include later results of the first time; begin the notebook with ``reset()``.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass

from ..views.printable import label
from ..views.render import escape

QUESTION, EXERCISE = "question", "exercise"


@dataclass(frozen=True, slots=True)
class Row:
    """One question or exercise: ``got`` points out of ``of``; ``got`` is ``None`` if it was not answered."""

    name: str
    got: float | None
    of: float
    kind: str
    series: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A score at one moment. It prints as a small table.

    ``rows`` has all questions and exercises, in the order in which they first came up.

    >>> print(Score((Row("Which component runs next?", 1, 1, "question"), Row("fair", 0, 2, "exercise"))))
    questions      1 of 1
    exercise fair  0 of 2
    total          1 of 3
    """

    rows: tuple[Row, ...] = ()

    @property
    def total(self) -> tuple[float, float]:
        """The points reached, and the points possible."""
        return _sum(self.rows)

    def reset(self) -> None:
        """Forget all results of this session, as :func:`reset` does."""
        reset()

    def table(self) -> list[tuple[str, str, str]]:
        """Return the rows of the table: the name, the points, and a remark."""
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
    """Record a result. The rules at the top of this module decide whether it counts.

    Args:
        name: the text of the question, or the name of the exercise.
        got: the points reached; ``None`` if it was not answered.
        of: the points possible.
        kind: ``"question"`` or ``"exercise"``.
        key: identifies the question or exercise, if the name does not.
        series: the number of the quiz; a later quiz has a higher number.
    """
    place = (kind, name if key is None else key)
    row = Row(name, got, of, kind, series)
    with _lock:
        before = _rows.get(place)
        if before is None or _counts(row, before):
            _rows[place] = row


def score() -> Score:
    """Return the score of this session; in a notebook, the session is its kernel.

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
    """Return whether a result replaces an earlier one."""
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
