"""Who ran when: a row for each component, a column for each step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...analysis.history import history_of
from ...analysis.words import counted
from .canvas import BLUE, WIDTH, Sheet
from .lifelines import Lifeline, Mark, draw_lives, draw_marks, legend_of, lifeline, marks_of, slices_in
from .naming import find_components, known_components
from .window import AXES, Window, window_of

#: How many components are drawn unless they are named.
ROWS = 40

TITLE = "Who ran when"
EMPTY = "No component has run."
TAKES = frozenset({"components"})


@dataclass(frozen=True, slots=True)
class Turns:
    """The slices of each component, in order of activation; ``more`` components that ran are left out."""

    window: Window
    rows: tuple[Lifeline, ...] = ()
    marks: tuple[Mark, ...] = ()
    more: int = 0

    def __getitem__(self, name: str) -> Lifeline:
        for each in self.rows:
            if each.name == name:
                return each
        raise KeyError(f"no row of {name!r} here; there are: {', '.join(each.name for each in self.rows) or 'none'}")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows

    def __str__(self) -> str:
        lines = [f"{TITLE}, {self.window.note}"]
        wide = max((len(each.name) for each in self.rows), default=0)
        for row, each in enumerate(self.rows):
            said = [counted(len(each.slices), "slice")]
            said += [f"{mark.kind} at step {mark.step}" for mark in self.marks if mark.row == row]
            lines.append(f"  {each.name:<{wide}}  {', '.join(said)}")
        if self.more:
            lines.append(f"  {_more(self.more)}")
        return "\n".join(lines if self.rows else [*lines, f"  {EMPTY}"])


def turns(
    lab: Any, components: Iterable[Any] | None = None, first: int | None = None, last: int | None = None
) -> Turns:
    """Return who ran when in a lab.

    Args:
        lab: the lab.
        components: these only, by their names or those of their classes; of all, those that ran most, unless told.
        first: the step to begin with; the earliest that is known unless told.
        last: the step to end with; the present unless told.

    Raises:
        UnknownComponent: one is named that there is not.
        StepOutOfRange: there is no such step, or it is forgotten.

    >>> from kamlab import Component, Lab
    >>> with Lab() as lab:
    ...     _ = Component(name="idle").activate()
    ...     _ = lab.step()
    ...     print(turns(lab))
    Who ran when, steps 0 to 1
      idle  1 slice, activated at step 0
    """
    with lab.lock:
        history = history_of(lab)
        window = window_of(history, first, last)
        ran = slices_in(history, window)
        shown, more = find_components(history, components) if components is not None else [], 0
        if components is None:
            order = [each for each in known_components(history) if each in ran]
            most = sorted(order, key=lambda each: -len(ran[each]))[:ROWS]
            shown, more = [each for each in order if each in set(most)], max(0, len(order) - ROWS)
        rows = tuple(lifeline(history, each, ran.get(each, ()), window) for each in shown)
        return Turns(window, rows, marks_of(history, shown, window), more)


# -- drawing ------------------------------------------------------------------------------------------


def draw(data: Turns, sheet: Sheet, by: str) -> None:
    """Draw an upright stroke for each slice, and mark who was activated, failed and ended."""
    axes = sheet.single(1.9 + 0.24 * max(2, len(data.rows) + bool(data.more)))
    sheet.head(axes, TITLE, data.window.note)
    from matplotlib.lines import Line2D

    window = data.window
    draw_lives(axes, data.rows, window, by)
    x, y = [], []
    for row, line in enumerate(data.rows):
        x += [window.place(step, by) for step in line.slices]
        y += [row] * len(line.slices)
    columns = max(1, window.last - window.first)
    stroke = min(8.0, max(0.7, 0.6 * 72 * (WIDTH - 2) / columns)) if by == "step" else 1.2
    axes.vlines(x, [row - 0.34 for row in y], [row + 0.34 for row in y], color=BLUE, linewidth=stroke, zorder=3)
    stroke_alone = Line2D(
        [], [], color=BLUE, marker="|", markersize=10, markeredgewidth=2, linestyle="", label="a slice"
    )
    begun = window.place(window.first, by)
    marks = [mark for mark in data.marks if mark.kind != "activated" or window.place(mark.step, by) > begun]
    handles = [stroke_alone, *draw_marks(axes, marks, window, by)]
    names = [each.name for each in data.rows]
    sheet.rows(axes, [*names, _more(data.more)] if data.more else names)
    sheet.along(axes, window, by)
    axes.set_xlabel(AXES[by])
    legend_of(sheet, axes, handles)


def _more(number: int) -> str:
    return f"and {counted(number, 'more component')}"


__all__ = ["Turns", "turns"]
