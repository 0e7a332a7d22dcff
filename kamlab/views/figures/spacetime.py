"""The space-time diagram of a window: a lifeline for each component, an arrow for each message.

Lifelines run from left to right, as in the diagrams of Mattern; Lamport, whose idea they are ("Time, clocks, and the
ordering of events in a distributed system", 1978), drew them upwards. An arrow leads from the slice in which a
message was sent to the one in which it was taken, which is what happened-before is about; where it waits still,
it ends with a ring at the inbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...analysis.history import History, history_of
from ...analysis.words import counted
from ...core.calling import whose
from ...core.events import DISCARDED, INSERTED, RECEIVED, REMOVED, SENT
from ..quoting import quoted
from .arrows import LOST, PITCH, TAKEN, TAKEN_AWAY, WAITS, Arrow, draw_arrows
from .canvas import INK, Sheet, written
from .lifelines import Lifeline, Mark, draw_lives, draw_marks, legend_of, lifeline, marks_of, slices_in
from .naming import find_components, known_components, shown_box
from .window import AXES, Window, events_in, window_of

#: How many steps are drawn, and how many components, unless they are named; and how long the text of a message may be.
SPAN = 40
ROWS = 24
TEXT_WIDTH = 16

TITLE = "Space-time diagram"
EMPTY = "Nothing has happened."
OUTSIDE = "outside"
TAKES = frozenset({"components"})


@dataclass(frozen=True, slots=True)
class Spacetime:
    """What happened in a window, as lines and arrows between them.

    ``more`` components that ran are left out, and with them ``more_messages``. Of ``unseen`` messages that were
    taken nobody knows who sent them: that is forgotten.
    """

    window: Window
    lines: tuple[Lifeline, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    marks: tuple[Mark, ...] = ()
    more: int = 0
    more_messages: int = 0
    unseen: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.lines

    def __str__(self) -> str:
        lines = [f"{TITLE}, {self.window.note}"]
        names = {row: line.name for row, line in enumerate(self.lines)}
        for arrow in self.arrows:
            lines.append(f"  {names.get(arrow.sender, OUTSIDE)}: {arrow}")  # type: ignore[arg-type]
        lines += [f"  {names[mark.row]} {mark.kind} at step {mark.step}" for mark in self.marks]
        lines += [f"  {each}" for each in self.left_out]
        return "\n".join(lines if self.lines else [*lines, f"  {EMPTY}"])

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is not drawn, in words."""
        said = []
        if self.more:
            said.append(f"and {counted(self.more, 'more component')}")
        if self.more_messages:
            said.append(f"{counted(self.more_messages, 'message')} from or to those not shown")
        if self.unseen:
            said.append(f"{counted(self.unseen, 'message')} taken that came before anything is known")
        return tuple(said)


def spacetime(
    lab: Any, components: Iterable[Any] | None = None, first: int | None = None, last: int | None = None
) -> Spacetime:
    """Return the slices and messages of a window: those sent in it, and those taken in it.

    Args:
        lab: the lab.
        components: these only, by their names or those of their classes; of all, those that ran most, unless told.
        first: the step to begin with.
        last: the step to end with; unless told, 40 steps are shown, and if neither is told, the last 40.

    Raises:
        UnknownComponent: one is named that there is not.
        StepOutOfRange: there is no such step, or it is forgotten.

    >>> from kamlab import Component, Lab
    >>> with Lab() as lab:
    ...     sink = Component(name="sink").activate()
    ...     sink.deliver("a")
    ...     _ = lab.step()
    ...     print(spacetime(lab))
    Space-time diagram, steps 0 to 1
      outside: 'a', sent at step 0, waits: sink.inbox
      sink activated at step 0
    """
    with lab.lock:
        history = history_of(lab)
        window = window_of(history, first, last, SPAN)
        ran = slices_in(history, window)
        messages = list(_messages(history, window))
        shown, more = _shown(history, components, ran, messages)
        rows = {component: row for row, component in enumerate(shown)}
        drawn = [each for each in messages if each.ends <= rows.keys()]
        unseen = sum(each.arrival < 0 and each.receiver in rows for each in messages)
        return Spacetime(
            window,
            tuple(lifeline(history, each, ran.get(each, ()), window) for each in shown),
            tuple(each.arrow(rows) for each in drawn if each.arrival >= 0),
            marks_of(history, shown, window),
            more,
            len(messages) - len(drawn),
            unseen,
        )


@dataclass(frozen=True, slots=True)
class _Message:
    """A message on its way, with components in place of rows."""

    arrival: int
    sender: Any
    sent: int
    receiver: Any
    until: int | None
    fate: str
    box: str
    text: str

    @property
    def ends(self) -> set[Any]:
        return {each for each in (self.sender, self.receiver) if each is not None}

    def arrow(self, rows: dict[Any, int]) -> Arrow:
        return Arrow(
            rows.get(self.sender), self.sent, rows.get(self.receiver), self.until, self.fate, self.box, self.text
        )


def _messages(history: History, window: Window) -> Iterator[_Message]:
    """Yield the messages that were sent or taken in a window, in order."""
    start, end = events_in(history, window)
    told = set()
    for number in range(start, end + 1):
        kind = history.record(number)[0]
        if kind is DISCARDED:
            yield _lost(history, number, window)
            continue
        arrival = number if kind is SENT or kind is INSERTED else -1
        if kind is RECEIVED or kind is REMOVED:
            arrival = history.arrival_of[number]
        elif arrival < 0:
            continue
        if arrival not in told:
            told.add(arrival)
            yield _message(history, arrival, number)


def _message(history: History, arrival: int, number: int) -> _Message:
    departure = history.departure_of.get(arrival)
    record = history.record(arrival if arrival >= 0 else number)
    box = record[2] if record[0] is SENT else record[1]
    sender = record[1].owner if record[0] is SENT and record[1] is not None else None
    until = None if departure is None else history.step_of(departure)
    fate = WAITS if departure is None else TAKEN if history.record(departure)[0] is RECEIVED else TAKEN_AWAY
    return _Message(
        arrival,
        whose(sender),
        history.step_of(max(arrival, history.first)) if arrival >= 0 else history.earliest,
        whose(box.owner),
        until,
        fate,
        shown_box(history, box),
        quoted(history.message(arrival), TEXT_WIDTH),
    )


def _lost(history: History, number: int, window: Window) -> _Message:
    record = history.record(number)
    step = max(window.first, history.step_of(number))
    text, box = quoted(record[3], TEXT_WIDTH), record[1]
    return _Message(number, whose(box.owner), step, None, None, LOST, shown_box(history, box), text)


def _shown(
    history: History, components: Iterable[Any] | None, ran: dict[Any, list[int]], messages: list[_Message]
) -> tuple[list[Any], int]:
    """Return whose lifelines are drawn, and how many more there would be."""
    if components is not None:
        return find_components(history, components), 0
    busy = dict.fromkeys((*ran, *(end for each in messages for end in each.ends)))
    order = [each for each in known_components(history) if each in busy]
    most = sorted(order, key=lambda each: -len(ran.get(each, ())))[:ROWS]
    return [each for each in order if each in set(most)], max(0, len(order) - ROWS)


# -- drawing ------------------------------------------------------------------------------------------


def draw(data: Spacetime, sheet: Sheet, by: str) -> None:
    """Draw the lifelines, a dot for each slice, and the way of each message."""
    axes = sheet.single(2.2 + PITCH * max(2, len(data.lines) + 1))
    sheet.head(axes, TITLE, "; ".join((data.window.note, *data.left_out)))
    window = data.window
    draw_lives(axes, data.lines, window, by)
    x = [window.place(step, by) for line in data.lines for step in line.slices]
    y = [row for row, line in enumerate(data.lines) for _ in line.slices]
    dots = axes.scatter(x, y, s=22, color=INK, zorder=4, label="a slice")
    outside = any(arrow.sender is None for arrow in data.arrows)
    names = [line.name for line in data.lines]
    sheet.rows(axes, names)
    if outside:
        axes.set_yticks(range(-1, len(names)), labels=[OUTSIDE, *map(written, names)])
        axes.set_ylim(len(names) - 0.4, -1.5)
    sheet.along(axes, window, by)
    drawn = draw_arrows(data.arrows, axes, window, by)
    begun = window.place(window.first, by)
    marks = [mark for mark in data.marks if mark.kind != "activated" or window.place(mark.step, by) > begun]
    axes.set_xlabel(AXES[by])
    legend_of(sheet, axes, [dots, *drawn, *draw_marks(axes, marks, window, by)])


__all__ = ["Arrow", "Spacetime", "spacetime"]
