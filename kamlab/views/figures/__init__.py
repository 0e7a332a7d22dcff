"""Figures for reports: how long queues were, and how many messages went over each link.

The numbers come first, as a plain value that is computed from the trace and can be compared; drawing it with
matplotlib is a function of that value. matplotlib is imported when a figure is drawn, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ...core.errors import listed
from . import numbers_only
from .canvas import Sheet, lab_figure
from .numbers_only import NumbersOnly
from .queues import QueueLength, QueueLengths, draw_queues, queue_lengths
from .selection import BadFigure, NoMatplotlib, NoSuchLink, Window, check_by
from .throughput import LinkFlow, Throughput, draw_throughput, throughput

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure

__all__ = [
    "KINDS",
    "BadFigure",
    "LinkFlow",
    "NoMatplotlib",
    "NoSuchLink",
    "NumbersOnly",
    "QueueLength",
    "QueueLengths",
    "Throughput",
    "Window",
    "drawn",
    "figure",
    "queue_lengths",
    "throughput",
]

#: The kinds of figures: for each, the function that computes its numbers, and the arguments that select what it shows.
KINDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "queues": (queue_lengths, ("boxes", "components")),
    "throughput": (throughput, ("components", "links")),
}
#: Kinds that have been removed, and what to use instead.
_INSTEAD = {"spacetime": "use lab.timeline()", "turns": "use lab.timeline()"}


def figure(
    lab: Any,
    kind: str = "queues",
    *,
    boxes: Iterable[Any] | None = None,
    links: Iterable[str] | None = None,
    components: Iterable[Any] | None = None,
    first: int | None = None,
    last: int | None = None,
    by: str = "step",
    ax: Any = None,
) -> Any:
    """Return a figure of what happened in a lab, drawn by matplotlib, for a report.

    It shows itself as the last line of a cell; ``savefig("name.pdf")`` writes it to a file, and ``data`` has the
    numbers. ``pyplot`` does not know it, so it opens no window and need not be closed. In a page without matplotlib it
    is a :class:`NumbersOnly`, which shows the numbers instead.

    Args:
        lab: the lab; a running one is looked at between two slices.
        kind: ``"queues"``: how many messages waited in each inbox; ``"throughput"``: how many went over each link.
        boxes: for queues: the inboxes to show, such as ``"Sink_3.inbox"``; by default, the fullest.
        links: for throughput: the links to show, such as ``"Count_2.outbox -> Sink_3.inbox"``, or one of their ends.
        components: the components whose boxes and links to show, given as components, by name, or by class.
        first: the step to begin with.
        last: the step to end with.
        by: the axis: ``"step"``, or ``"time"`` for the lab's time.
        ax: axes to draw on instead of a new figure; they are then returned.

    Raises:
        BadFigure: there is no such kind, or it does not take one of these arguments.
        UnknownComponent, NoSuchBox, NoSuchLink: something is named that does not exist.
        StepOutOfRange: there is no such step, or a free run has forgotten it.
        NoMatplotlib: it is not installed.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource([1, 2]), NullSink()).activate()
    ...     _ = lab.run()
    ...     drawn = figure(lab, "queues", boxes=["NullSink_3.inbox"])
    >>> [(queue.box, queue.lengths) for queue in drawn.data.queues]
    [('NullSink_3.inbox', (0, 1, 2, 0))]
    """
    if kind not in KINDS:
        instead = f"; {_INSTEAD[kind]}" if kind in _INSTEAD else ""
        raise BadFigure(f"there is no figure {kind!r}; there are: {listed(KINDS)}{instead}")
    check_by(by)
    compute, takes = KINDS[kind]
    chosen = {"boxes": boxes, "components": components, "links": links}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    for name in chosen:
        if name not in takes:
            raise BadFigure(f"figure({kind!r}) takes no {name}; what it shows is chosen by {listed(takes)}")
    over = {"by": by} if compute is throughput else {}
    try:
        lab_figure()  # without matplotlib nothing need be computed
    except NoMatplotlib:
        if not numbers_only.IN_PAGE:
            raise
        return NumbersOnly(compute(lab, first=first, last=last, **chosen, **over))
    return drawn(compute(lab, first=first, last=last, **chosen, **over), by=by, ax=ax)


def drawn(data: QueueLengths | Throughput, by: str = "step", ax: Any = None) -> Any:
    """Return the figure of numbers that were computed before, or the axes that it was drawn on."""
    sheet = Sheet(ax)
    if isinstance(data, QueueLengths):
        draw_queues(data, sheet, check_by(by))
    else:
        draw_throughput(data, sheet, check_by(by))
    return sheet.finish(data)
