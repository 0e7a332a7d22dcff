"""``lab.figure(kind)``: which figures there are, and one door to all of them."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ...core.errors import listed
from .canvas import Sheet, lab_figure
from .errors import BadFigure
from .window import check_by

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure

#: The kinds of figures: for each the module that computes and draws it, and the function that computes it.
KINDS = {
    "queues": ("queues", "queue_lengths"),
    "throughput": ("throughput", "throughput"),
    "spacetime": ("spacetime", "spacetime"),
    "turns": ("turns", "turns"),
}


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

    It shows itself as the last line of a cell; ``savefig("name.pdf")`` writes it to a file, and ``data`` is what it
    is drawn from. It is known to no ``pyplot``, so it opens no window and need not be closed.

    Args:
        lab: the lab. One that runs is looked at between two slices.
        kind: ``"queues"``: how many messages waited in each inbox; ``"throughput"``: how many went over each link;
            ``"spacetime"``: lifelines and messages, of 40 steps unless told otherwise; ``"turns"``: who ran when.
        boxes: for queues: the inboxes to show, such as ``"Sink_3.inbox"``; the fullest unless told.
        links: for throughput: the links to show, such as ``"Count_2.outbox -> Sink_3.inbox"``, or one of their ends.
        components: those to show, or whose boxes and links, by name, by class, or as they are.
        first: the step to begin with.
        last: the step to end with.
        by: the axis: ``"step"``, or ``"time"`` for the lab's time.
        ax: axes to draw on instead of a figure of its own; these are then what is returned.

    Raises:
        BadFigure: there is no such kind, or it does not take one of these.
        UnknownComponent, NoSuchBox, NoSuchLink: something is named that there is not.
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
        raise BadFigure(f"there is no figure {kind!r}; there are: {listed(KINDS)}")
    check_by(by)
    home, function = KINDS[kind]
    module = importlib.import_module(f".{home}", __package__)
    asked = {"boxes": boxes, "links": links, "components": components}
    chosen = {name: value for name, value in asked.items() if value is not None}
    for name in chosen:
        if name not in module.TAKES:
            raise BadFigure(f"figure({kind!r}) takes no {name}; what it shows is chosen by {listed(module.TAKES)}")
    lab_figure()  # without matplotlib nothing need be computed
    if "by" in getattr(module, "COMPUTED_BY", ()):
        chosen["by"] = by
    data = getattr(module, function)(lab, first=first, last=last, **chosen)
    return drawn(data, by=by, ax=ax)


def drawn(data: Any, by: str = "step", ax: Any = None) -> Any:
    """Return the figure of data that was computed before, or the axes that it was drawn on."""
    module = importlib.import_module(type(data).__module__)
    sheet = Sheet(ax)
    if data.is_empty:
        sheet.nothing(module.TITLE, data.window.note, module.EMPTY)
    elif check_by(by) == "time" and not data.window.seconds and kind_of(data) != "throughput":
        when = f'All of it was at {data.window.times[0]:g} s by the lab\'s clock; by="step" tells the steps apart.'
        sheet.nothing(module.TITLE, data.window.note, when)
    else:
        module.draw(data, sheet, by)
    return sheet.finish(data)


def kind_of(data: Any) -> str:
    """Return which kind of figure data are for."""
    return type(data).__module__.rpartition(".")[2]
