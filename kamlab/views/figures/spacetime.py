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

from ...core.events import DISCARDED, INSERTED, RECEIVED, REMOVED, SENT
from ...history.contents import History, history_of
from ..quoting import quoted
from ..text import counted
from .canvas import BLUE, FAINT, INK, PURPLE, VERMILLION, Sheet, written
from .lifelines import Lifeline, Mark, draw_lives, draw_marks, legend_of, lifeline, marks_of, slices_in
from .naming import find_components, known_components, owner_of, shown_box
from .window import AXES, Window, events_in, window_of

#: How many steps are drawn, and how many components, unless they are named; and how long the text of a message may be.
SPAN = 40
ROWS = 24
TEXT_WIDTH = 16
#: Inches: from row to row; of a character, and of a line, of such a text; and how wide the picture is, or nearly so.
PITCH, CHARACTER, LINE, ACROSS = 0.46, 0.075, 0.15, 6.0

TITLE = "Space-time diagram"
EMPTY = "Nothing has happened."
OUTSIDE = "outside"
TAKES = frozenset({"components"})

TAKEN, WAITS, TAKEN_AWAY, LOST = "taken", "waits", "removed", "discarded"


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message: from the row of its sender, ``None`` for the outside, to that of the inbox's owner.

    ``sent`` and ``until`` are steps; ``until`` is when it was taken, or removed, ``None`` where it was not.
    ``fate`` is one of taken, waits, removed and discarded; ``box`` the inbox, or for a lost message the outbox.
    """

    sender: int | None
    sent: int
    receiver: int | None
    until: int | None
    fate: str
    box: str
    text: str

    def __str__(self) -> str:
        end = {TAKEN: f"taken at step {self.until}", TAKEN_AWAY: f"removed at step {self.until}"}.get(
            self.fate, self.fate
        )
        return f"{self.text}, sent at step {self.sent}, {end}: {self.box}"


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
        owner_of(sender),
        history.step_of(max(arrival, history.first)) if arrival >= 0 else history.earliest,
        owner_of(box.owner),
        until,
        fate,
        shown_box(history, box),
        quoted(history.message(arrival), TEXT_WIDTH),
    )


def _lost(history: History, number: int, window: Window) -> _Message:
    record = history.record(number)
    step = max(window.first, history.step_of(number))
    text, box = quoted(record[3], TEXT_WIDTH), record[1]
    return _Message(number, owner_of(box.owner), step, None, None, LOST, shown_box(history, box), text)


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
    drawn = _draw_arrows(data, axes, by)
    begun = window.place(window.first, by)
    marks = [mark for mark in data.marks if mark.kind != "activated" or window.place(mark.step, by) > begun]
    axes.set_xlabel(AXES[by])
    legend_of(sheet, axes, [dots, *drawn, *draw_marks(axes, marks, window, by)])


#: How the way of a message looks: its colour, dashes, and what it ends with.
_LOOKS: dict[str, tuple[str, Any, str]] = {
    TAKEN: (BLUE, "-", "taken"),
    WAITS: (PURPLE, (0, (3, 2)), "waits in its inbox"),
    TAKEN_AWAY: (FAINT, (0, (1, 1.5)), "removed by hand"),
    LOST: (VERMILLION, (0, (1, 1.5)), "lost"),
}


def _draw_arrows(data: Spacetime, axes: Any, by: str) -> list[Any]:
    """Draw the way of each message; returns a handle for each fate there is."""
    from matplotlib.lines import Line2D

    handles = []
    writing = _Writing(axes, data, by)
    for fate, (colour, dashes, words) in _LOOKS.items():
        those = [arrow for arrow in data.arrows if arrow.fate == fate]
        for arrow in those:
            begin, end = _ends(arrow, data.window, by)
            _draw_arrow(axes, fate, begin, end)
            writing.write(arrow.text, begin, end)
        if those:
            marker = {WAITS: "o", LOST: "x", TAKEN_AWAY: "x"}.get(fate, ">")
            handles.append(
                Line2D(
                    [],
                    [],
                    color=colour,
                    linestyle=dashes,
                    marker=marker,
                    label=words,
                    markerfacecolor="white" if fate == WAITS else colour,
                )
            )
    return handles


Point = tuple[float, float]


def _ends(arrow: Arrow, window: Window, by: str) -> tuple[Point, Point]:
    """Return where an arrow begins and ends; beyond the window it goes on as it would."""

    def place(step: int) -> float:
        inside = min(max(step, window.first), window.last)
        return window.place(inside, by) + (step - inside if by == "step" else 0)

    begin = (place(arrow.sent), -1.0 if arrow.sender is None else float(arrow.sender))
    if arrow.receiver is None:
        return begin, (begin[0], begin[1] + 0.45)
    return begin, (place(arrow.sent if arrow.until is None else arrow.until), float(arrow.receiver))


def _draw_arrow(axes: Any, fate: str, begin: Point, end: Point) -> None:
    colour, dashes, _ = _LOOKS[fate]
    bend = "arc3,rad=0.35" if begin[1] == end[1] else "arc3"
    axes.annotate(
        "", end, begin, annotation_clip=False, zorder=3,
        arrowprops={"arrowstyle": "-|>" if fate == TAKEN else "-", "color": colour, "linestyle": dashes,
                    "linewidth": 1.3, "shrinkA": 2, "shrinkB": 3, "connectionstyle": bend, "mutation_scale": 11,
                    "clip_on": True, "clip_box": axes.bbox},
    )  # fmt: skip
    if fate != TAKEN:
        look = {"marker": "o", "facecolors": "white", "edgecolors": colour} if fate == WAITS else {
            "marker": "x", "color": colour}  # fmt: skip
        axes.scatter([end[0]], [end[1]], s=34, zorder=4.5, linewidths=1.5, **look)


class _Writing:
    """Writes what messages are beside the beginnings of their ways, where there is room."""

    def __init__(self, axes: Any, data: Spacetime, by: str) -> None:
        self._axes = axes
        window = data.window
        wide = window.place(window.last, by) - window.place(window.first, by)
        self._inch = (wide or 1.0) / ACROSS, 1 / PITCH
        self._edge = window.place(window.last, by)
        self._taken: list[tuple[float, float, float]] = []

    def write(self, text: str, begin: Point, end: Point) -> None:
        """Write a text, unless another one is there already."""
        x = begin[0] + (end[0] - begin[0]) * 0.42
        y = begin[1] + (end[1] - begin[1]) * 0.42
        text = written(text)
        wide, high = len(text) * CHARACTER * self._inch[0], LINE * self._inch[1]
        before = x + wide > self._edge + 2 * CHARACTER * self._inch[0]
        since, until = (x - wide, x) if before else (x, x + wide)
        if any(since < right and left < until and abs(y - other) < high for left, right, other in self._taken):
            return
        self._taken.append((since, until, y))
        self._axes.annotate(
            text, (x, y), (-4 if before else 3, 2), ha="right" if before else "left", textcoords="offset points", fontsize=7.5, annotation_clip=True, zorder=6, color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
        )  # fmt: skip


__all__ = ["Arrow", "Spacetime", "spacetime"]
