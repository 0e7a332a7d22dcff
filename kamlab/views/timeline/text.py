"""The space-time diagram as text.

Time goes downwards, each lifeline is a column, and lines are at most 100 characters wide. Each slice is a row
with ``o`` in the column of the component that ran. A message is an arrow in the row of the slice that sent it; the
words to its right say when it was taken, if it was. With many lifelines there is no room for columns; then each row
says in words who ran, took and sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...analysis.words import counted
from ..printable import label
from .records import DISCARDED, OUTSIDE, REMOVED, TAKEN, WAITS, Passage, fitted

if TYPE_CHECKING:
    from .model import Timeline

#: How wide the text is.
WIDTH = 100
#: The width of what precedes the columns: the sign for before or after, the step that is looked at, and its number.
MARGIN = 9
NARROWEST, BROADEST = 9, 22
#: How much room is kept for words at the right.
WORDS = 24


def as_text(view: Timeline) -> str:
    """Return a diagram as lines of text."""
    head = f"steps {view.first} to {view.last} of {view.latest}; the lab is at step {view.here}"
    if view.at != view.here:
        head += f", looked at is step {view.at}"
    if view.earliest:
        head += f"; nothing is known from before step {view.earliest}"
    if view.counts:
        return "\n".join([f"{head}; one sign is {counted(view.bin, 'step')}", *_counts(view), *_foot(view)])
    rows = _shortened(_rows(view), view)
    if not rows:
        return f"{head}\nnothing happened in these steps"
    column = (WIDTH - MARGIN - WORDS) // max(1, len(view.lines))
    broad = column >= NARROWEST
    body = _Columns(view, min(column, BROADEST)).lines(rows) if broad else _listing(view, rows)
    return "\n".join(_cut(line.rstrip()) for line in [head, *body, *_foot(view)])


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."


def _foot(view: Timeline) -> list[str]:
    foot = []
    if view.event is not None:
        foot.append("* is what was asked about, < happened before it, > can follow from it")
    return foot + view.left_out()


def _counts(view: Timeline) -> list[str]:
    """Return a row for each line: how many slices it had in each part of the steps, from few to many."""
    room = min(24, max(len(line.name) for line in view.lines))
    most = max(count for row in view.counts for count in row) or 1
    parts = -(-(view.last - view.first + 1) // view.bin)
    join = -(-parts // (WIDTH - room - 2))  # a terminal is narrower than a picture
    lines = []
    for line, row in zip(view.lines, view.counts, strict=True):
        signs = "".join(" .:-=+*#%@"[-(-9 * max(row[part : part + join]) // most)] for part in range(0, parts, join))
        lines.append(f"{fitted(line.name, room):<{room}}  {signs}".rstrip())
    return lines


@dataclass
class _Row:
    """One line: at most one slice, at most one message that is sent, and words."""

    number: int
    step: int
    runs: int | None = None
    sends: Passage | None = None
    words: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    begins: int | None = None
    ends: int | None = None
    until: int = 0


def _rows(view: Timeline) -> list[_Row]:
    """Return the rows, in the order of events."""
    rows = [_Row(ran.number, ran.step, ran.line, numbers=[ran.number]) for ran in view.slices]
    by_place = {(row.runs, row.step): row for row in rows}
    sent: dict[int, _Row] = {}
    for message in view.messages:
        start = message.start
        if start is not None and start[1] >= view.first:
            row = by_place.get(start)
            if row is None or row.sends is not None:
                row = _Row(message.number, start[1])
                rows.append(row)
            row.sends = message
            row.numbers.append(message.number)
            sent[message.number] = row
        if message.took is not None and message.end is not None and message.end[1] <= view.last:
            taker = by_place.get(message.end)
            if taker is not None and message.fate == TAKEN:
                taker.words.append(f"took {message.text}")
                taker.numbers.append(message.took)
    for mark in view.marks:
        row = by_place.get((mark.line, mark.step)) if mark.kind in _ENDS else sent.get(mark.number)
        if row is None:
            row = _Row(mark.number, mark.step)
            rows.append(row)
        row.words.append(mark.text if row.number == mark.number and row.sends is None else mark.kind)
        row.numbers.append(mark.number)
        row.begins = mark.line if mark.kind == "activated" else row.begins
        row.ends = mark.line if mark.kind in _ENDS else row.ends
    return sorted(rows, key=lambda row: row.number)


def _shortened(rows: list[_Row], view: Timeline) -> list[_Row]:
    """Return the rows; successive slices of one component in which nothing was sent or taken share one."""
    short: list[_Row] = []
    for row in rows:
        last = short[-1] if short else None
        if last is not None and _is_idle(row, view) and _is_idle(last, view) and row.runs == last.runs:
            last.until = row.step
            last.numbers += row.numbers
        else:
            short.append(row)
    for row in short:
        if row.until:
            row.words.append(f"{len(row.numbers)} slices, to step {row.until}")
    return short


def _is_idle(row: _Row, view: Timeline) -> bool:
    return row.runs is not None and row.sends is None and not row.words and row.step not in (view.at, view.here)


_ENDS = ("failed", "finished", "stopped")


class _Columns:
    """Draws rows with a column for each lifeline."""

    def __init__(self, view: Timeline, width: int) -> None:
        self.view = view
        self.width = width
        begins = {mark.line for mark in view.marks if mark.kind == "activated"}
        self.alive = [index not in begins and line.key != OUTSIDE for index, line in enumerate(view.lines)]

    def lines(self, rows: list[_Row]) -> list[str]:
        names = "".join(f"{fitted(line.name, self.width - 2):<{self.width}}" for line in self.view.lines)
        lines = [" " * MARGIN + names]
        shown = -1
        for row in rows:
            if row.begins is not None:
                self.alive[row.begins] = True
            lines.append(_margin(self.view, row, row.step != shown) + self._drawn(row))
            shown = row.step
            if row.ends is not None:
                self.alive[row.ends] = False
        return lines

    def _x(self, line: int) -> int:
        return line * self.width

    def _drawn(self, row: _Row) -> str:
        cells = [" "] * (self.width * len(self.view.lines))
        for line, alive in enumerate(self.alive):
            cells[self._x(line)] = "|" if alive else " "
        words = list(row.words)
        if row.sends is not None:
            words += self._arrow(cells, row.sends)
        if row.runs is not None:
            cells[self._x(row.runs)] = "o"
        if row.begins is not None:
            cells[self._x(row.begins)] = "+"
        if row.ends is not None and row.runs is None:
            cells[self._x(row.ends)] = "x"
        return "".join(cells) + " " + ", ".join(words)

    def _arrow(self, cells: list[str], message: Passage) -> list[str]:
        """Draw a message, and return the words about it."""
        said = [_fate(message)] if message.fate != TAKEN or message.end is None else []
        assert message.start is not None
        start, text = self._x(message.start[0]), message.text
        if message.end is None or message.end[0] == message.start[0]:
            room = self.width - 5
            drawn = f"--{label(text, room)}-" + ("X" if message.fate == DISCARDED else ">")
            cells[start + 1 : start + 1 + len(drawn)] = drawn
            cells[start] = "."
            return said
        end = self._x(message.end[0])
        left, right = min(start, end), max(start, end)
        room = right - left - 1
        inside = f"--{label(text, max(4, room - 5))}"
        inside = f"{inside:-<{room - 1}}>" if end > start else f"<{inside:-<{room - 1}}"
        cells[left + 1 : right] = inside[:room]
        cells[start] = "."
        return said


def _fate(message: Passage) -> str:
    """Describe the fate of a message that was not taken."""
    if message.fate == DISCARDED:
        return "lost"
    if message.fate == WAITS:
        return f"waits in {message.box.rpartition('.')[2]}"
    if message.fate == REMOVED:
        return f"removed from {message.box.rpartition('.')[2]}"
    return f"to {message.box}"


def _margin(view: Timeline, row: _Row, is_new: bool) -> str:
    sign = " "
    if view.event in row.numbers:
        sign = "*"
    elif set(row.numbers) & set(view.before):
        sign = "<"
    elif set(row.numbers) & set(view.after):
        sign = ">"
    looked = ">" if is_new and row.step == view.at != view.here else " "
    return f"{sign}{looked}{row.step if is_new else '':>5}  "


def _listing(view: Timeline, rows: list[_Row]) -> list[str]:
    """Put each row into words."""
    lines = []
    shown = -1
    width = min(24, max(len(line.name) for line in view.lines))
    for row in rows:
        line = row.runs if row.runs is not None else row.sends.start[0] if row.sends and row.sends.start else None
        name = f"{fitted(view.lines[line].name, width):<{width}}  " if line is not None else ""
        said = list(row.words)
        if row.sends is not None:
            fate = "" if row.sends.fate == TAKEN else f", {row.sends.fate}"
            said.append(f"sends {row.sends.text} to {row.sends.box}{fate}")
        lines.append(_margin(view, row, row.step != shown) + name + "; ".join(said))
        shown = row.step
    return lines
