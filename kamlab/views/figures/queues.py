"""How many messages waited in each inbox over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...analysis.history import History, history_of
from ...analysis.words import counted
from ...core.box import Inbox
from ...core.reading import Answer, reads
from .canvas import BLUE, FAINT, MARGIN, VERMILLION, WIDTH, Sheet, written
from .selection import AXES, Window, find_components, find_inboxes, known_components, shown_box, window_of

#: How many inboxes are drawn by default.
INBOXES = 10

#: Inches: above the first row, from row to row, of that for the name, below the last row, and left of all.
HEAD, ROW, NAME, FOOT, LEFT = 0.9, 0.74, 0.3, 0.55, 0.75
#: How far above its row a name is.
UP = 0.1
DASHED = (0, (6, 4))

TITLE = "Queue lengths"
EMPTY = "No message has waited in any inbox."


@dataclass(frozen=True, slots=True)
class QueueLength:
    """How many messages waited in one inbox: ``lengths[i]`` from the end of step ``steps[i]`` on.

    ``longest`` is the most that waited, even in the middle of a slice; ``limit`` how many the inbox takes now.
    """

    box: str
    steps: tuple[int, ...]
    lengths: tuple[int, ...]
    longest: int
    limit: int | None = None

    def at(self, step: int) -> int:
        """Return how many waited at the end of a step."""
        return self.lengths[max(0, bisect_right(self.steps, step) - 1)]


@dataclass(frozen=True, slots=True, repr=False)
class QueueLengths(Answer):
    """The lengths of the queues of a lab, the longest first; ``more`` inboxes that held something are left out."""

    window: Window
    queues: tuple[QueueLength, ...] = ()
    more: int = 0

    def __getitem__(self, box: str) -> QueueLength:
        for queue in self.queues:
            if queue.box == box:
                return queue
        known = ", ".join(queue.box for queue in self.queues) or "none"
        raise KeyError(f"no queue of {box!r} here; there are: {known}")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.queues

    def as_words(self) -> str:
        """Return it in words."""
        lines = [f"{TITLE}, {self.window.note}"]
        wide = max((len(queue.box) for queue in self.queues), default=0)
        for queue in self.queues:
            limit = f", limit {queue.limit}" if queue.limit is not None else ""
            lines.append(f"  {queue.box:<{wide}}  longest {queue.longest}, {queue.lengths[-1]} at the end{limit}")
        if self.more:
            lines.append(f"  and {_more(self.more)}")
        return "\n".join(lines if self.queues else [*lines, f"  {EMPTY}"])


@reads()
def queue_lengths(
    lab: Any,
    boxes: Iterable[Any] | None = None,
    components: Iterable[Any] | None = None,
    first: int | None = None,
    last: int | None = None,
) -> QueueLengths:
    """Return the lengths of the queues of a lab.

    Args:
        lab: the lab.
        boxes: these inboxes only, by names such as ``"Sink_3.inbox"``; by default, the fullest.
        components: the inboxes of these components only.
        first: the step to begin with; by default, the earliest one that is known.
        last: the step to end with; by default, the current one.

    Raises:
        UnknownComponent, NoSuchBox: something is named that does not exist.
        StepOutOfRange: there is no such step, or it has been forgotten.

    >>> from kamlab import Component, Lab
    >>> with Lab() as lab:
    ...     sink = Component(name="sink").activate()
    ...     _ = sink.deliver("a"), sink.deliver("b")
    ...     _ = lab.step()
    ...     print(queue_lengths(lab))
    Queue lengths, steps 0 to 1
      sink.inbox  longest 2, 2 at the end
    """
    history = history_of(lab)
    window = window_of(history, first, last)
    if boxes is not None:
        return QueueLengths(window, tuple(_queue(history, box, window) for box in find_inboxes(history, boxes)))
    owners = None if components is None else find_components(history, components)
    order = {component: place for place, component in enumerate(known_components(history))}
    lines = [box for box in history.lines if owners is None or box.owner in owners]
    queues = [_queue(history, box, window) for box in sorted(lines, key=lambda box: order[box.owner])]
    held = sorted((queue for queue in queues if queue.longest), key=lambda queue: -queue.longest)
    return QueueLengths(window, tuple(held[:INBOXES]), len(held[INBOXES:]))


def _queue(history: History, box: Inbox, window: Window) -> QueueLength:
    steps, lengths, longest = history.lengths(box, window.first, window.last)
    return QueueLength(shown_box(history, box), tuple(steps), tuple(lengths), longest, box.limit)


# -- drawing ------------------------------------------------------------------------------------------


def draw_queues(data: QueueLengths, sheet: Sheet, by: str) -> None:
    """Draw a step line for each queue, and its limit as a dashed one.

    Each has a row of its own, all to one scale: a dozen lines over one another that go up and down between 0 and 1
    cannot be told apart. On axes that were given there is room for one row only.
    """
    if data.is_empty:
        sheet.nothing(TITLE, data.window.note, EMPTY)
    elif by == "time" and not data.window.seconds:
        when = f'All of it was at {data.window.times[0]:g} s by the lab\'s clock; by="step" tells the steps apart.'
        sheet.nothing(TITLE, data.window.note, when)
    elif sheet.whole:
        _draw_rows(data, sheet, by)
    else:
        _draw_together(data, sheet, by)


def _draw_rows(data: QueueLengths, sheet: Sheet, by: str) -> None:
    top = _top(data)
    pitch = ROW if len(data.queues) > 2 else 2 * ROW
    under = HEAD + pitch * len(data.queues)
    sheet.paper(under + FOOT, TITLE, data.window.note)
    first = None
    for row, queue in enumerate(data.queues):
        axes = sheet.add(LEFT, HEAD + pitch * row, WIDTH - LEFT - MARGIN, pitch - NAME, sharex=first)
        first = first or axes
        sheet.write(LEFT, HEAD + pitch * row - UP, written(_label(queue)), fontsize=9)
        _draw_queue(queue, axes, data.window, by, {"color": BLUE, "linewidth": 1.3}, fill=True)
        if queue.limit is not None and queue.limit <= top:
            axes.axhline(queue.limit, color=VERMILLION, linestyle=DASHED, linewidth=1.2)
        axes.set_ylim(0, top * 1.06)
        axes.set_yticks([0, top], labels=["0", f"{top:,}"])
        axes.tick_params(axis="x", labelbottom=False)
    assert first is not None
    sheet.along(axes, data.window, by)
    axes.tick_params(axis="x", labelbottom=True)
    axes.set_xlabel(AXES[by])
    told = "messages waiting at the end of each step"
    if any(queue.limit is not None and queue.limit <= top for queue in data.queues):
        told += "; dashed: the limit of the inbox"
    if data.more:
        told += f"; not shown: {_more(data.more)} that held something"
    sheet.write(LEFT, under + FOOT - 0.17, told, fontsize=9, color=FAINT)


def _draw_together(data: QueueLengths, sheet: Sheet, by: str) -> None:
    axes = sheet.single(4.0)
    sheet.head(axes, TITLE, data.window.note)
    handles, labels = [], []
    for index, queue in enumerate(data.queues):
        look = sheet.look(index)
        handles.append(_draw_queue(queue, axes, data.window, by, look))
        labels.append(_label(queue))
        if queue.limit is not None and queue.limit <= _top(data):
            axes.axhline(queue.limit, color=look["color"], linestyle=DASHED, linewidth=1.0)
    if data.more:
        handles.append(axes.plot([], [], linestyle="none")[0])
        labels.append(f"and {_more(data.more)}")
    sheet.count_axis(axes.yaxis)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("messages waiting")
    sheet.along(axes, data.window, by)
    axes.set_xlabel(AXES[by])
    sheet.legend(axes, handles, labels)


def _draw_queue(queue: QueueLength, axes: Any, window: Window, by: str, look: Any, fill: bool = False) -> Any:
    x = [window.place(step, by) for step in (*queue.steps, window.last)]
    y = [*queue.lengths, queue.lengths[-1]]
    if fill:
        axes.fill_between(x, y, step="post", color=look["color"], alpha=0.18, linewidth=0)
    return axes.plot(x, y, drawstyle="steps-post", **look)[0]


def _top(data: QueueLengths) -> int:
    """Return the top of the scale: the longest queue, or a limit that is not far above it."""
    longest = max(1, *(queue.longest for queue in data.queues))
    return max(longest, *(queue.limit for queue in data.queues if queue.limit and queue.limit <= 3 * longest), 1)


def _label(queue: QueueLength) -> str:
    limit = "" if queue.limit is None else f", limit {queue.limit:,}"
    return f"{queue.box}: at most {queue.longest:,}{limit}"


def _more(number: int) -> str:
    return counted(number, "more inbox").replace("inboxs", "inboxes")
