"""From when to when components lived, and what happened to them: what two kinds of figures have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...analysis.history import History
from ...core.calling import whose
from ...core.events import ACTIVATED, FAILED, FINISHED
from ...core.states import ALIVE
from .canvas import FAINT, GREEN, INK, VERMILLION, Sheet
from .naming import shown_name
from .window import Window, events_in

#: What is marked: its word, and the marker and colour it has.
MARKS = {
    "activated": (">", GREEN),
    "finished": ("s", INK),
    "stopped": ("D", INK),
    "failed": ("X", VERMILLION),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to the component of a row: activated, finished, stopped or failed, after a step."""

    row: int
    step: int
    kind: str


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One component: its name, the steps of its slices, and from which step to which it was alive in the window.

    ``begin`` and ``end`` are ``None`` where it was not alive in it at all.
    """

    name: str
    slices: tuple[int, ...]
    begin: int | None
    end: int | None


def slices_in(history: History, window: Window) -> dict[Any, list[int]]:
    """Return the steps in which each component ran; a generator that one waits for runs for that one."""
    ran: dict[Any, list[int]] = {}
    for start, step in zip(history.starts, history.steps, strict=True):
        if window.first <= step <= window.last:
            ran.setdefault(whose(history.record(start)[3]), []).append(step)
    return ran


def lifeline(history: History, component: Any, slices: Iterable[int], window: Window) -> Lifeline:
    """Return the lifeline of a component."""
    begin: int | None = window.first if _alive(history, component, window.first) else None
    end: int | None = window.last if _alive(history, component, window.last) else None
    for step, kind in happenings(history, component, window):
        if kind == "activated" and begin is None:
            begin = step
        elif kind != "activated" and end is None:
            end = step
    ran = tuple(slices)
    if begin is None and ran:  # its activation is not on record
        begin = ran[0]
    if end is None and begin is not None:
        end = ran[-1] if ran else begin
    return Lifeline(shown_name(history, component), ran, begin, end if begin is not None else None)


def happenings(history: History, component: Any, window: Window) -> Iterator[tuple[int, str]]:
    """Yield what happened to a component in a window: the step, and one of :data:`MARKS`; each once."""
    told = set()
    since, until = events_in(history, window)
    for number in history.about.get(component, ()):
        if not since <= number <= until:
            continue
        record = history.record(number)
        kind = _KINDS.get(record[0])
        if record[0] is FINISHED:
            kind = record[2] if record[2] in MARKS else "finished"
        if kind is None:
            continue
        happened = max(window.first, history.step_of(number)), kind
        if happened not in told:
            told.add(happened)
            yield happened


_KINDS = {ACTIVATED: "activated", FAILED: "failed", FINISHED: "finished"}


def _alive(history: History, component: Any, step: int) -> bool:
    life = history.lives.get(component)
    return life is not None and life.at(history.end_of(step)) in ALIVE


def marks_of(history: History, components: Iterable[Any], window: Window) -> tuple[Mark, ...]:
    """Return what happened to the components of rows, in order."""
    return tuple(
        Mark(row, step, kind)
        for row, component in enumerate(components)
        for step, kind in happenings(history, component, window)
    )


# -- drawing ------------------------------------------------------------------------------------------


def draw_lives(axes: Any, lines: Iterable[Lifeline], window: Window, by: str) -> None:
    """Draw for how long each lived, as a thin line."""
    from matplotlib.collections import LineCollection

    segments = [
        [(window.place(line.begin, by), row), (window.place(line.end, by), row)]
        for row, line in enumerate(lines)
        if line.begin is not None and line.end is not None
    ]
    axes.add_collection(LineCollection(segments, colors=FAINT, linewidths=0.8, zorder=1, label="alive"))


def draw_marks(axes: Any, marks: Iterable[Mark], window: Window, by: str, hide: Iterable[str] = ()) -> list[Any]:
    """Draw what happened; returns the handles of the kinds that there are, for a legend."""
    handles = []
    for kind, (marker, colour) in MARKS.items():
        points = [(window.place(mark.step, by), mark.row) for mark in marks if mark.kind == kind]
        if points and kind not in hide:
            x, y = zip(*points, strict=True)
            handles.append(
                axes.scatter(
                    x,
                    y,
                    s=52,
                    marker=marker,
                    color=colour,
                    edgecolors="white",
                    linewidths=0.9,
                    zorder=5,
                    label=kind,
                    clip_on=False,
                )
            )
    return handles


def legend_of(sheet: Sheet, axes: Any, handles: list[Any]) -> None:
    """Write what the marks mean."""
    if handles:
        sheet.legend(axes, handles, [str(each.get_label()) for each in handles], columns=3)
