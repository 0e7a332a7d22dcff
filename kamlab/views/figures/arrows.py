"""The way of one message in a space-time diagram, and how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .canvas import BLUE, FAINT, INK, PURPLE, VERMILLION, written
from .window import Window

#: Inches: from row to row; of a character, and of a line, of such a text; and how wide the picture is, or nearly so.
PITCH, CHARACTER, LINE, ACROSS = 0.46, 0.075, 0.15, 6.0

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


# -- drawing ------------------------------------------------------------------------------------------

#: How the way of a message looks: its colour, dashes, and what it ends with.
_LOOKS: dict[str, tuple[str, Any, str]] = {
    TAKEN: (BLUE, "-", "taken"),
    WAITS: (PURPLE, (0, (3, 2)), "waits in its inbox"),
    TAKEN_AWAY: (FAINT, (0, (1, 1.5)), "removed by hand"),
    LOST: (VERMILLION, (0, (1, 1.5)), "lost"),
}


def draw_arrows(arrows: Sequence[Arrow], axes: Any, window: Window, by: str) -> list[Any]:
    """Draw the way of each message; returns a handle for each fate there is."""
    from matplotlib.lines import Line2D

    handles = []
    writing = _Writing(axes, window, by)
    for fate, (colour, dashes, words) in _LOOKS.items():
        those = [arrow for arrow in arrows if arrow.fate == fate]
        for arrow in those:
            begin, end = _ends(arrow, window, by)
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

    def __init__(self, axes: Any, window: Window, by: str) -> None:
        self._axes = axes
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
        offset, side = ((-4, 2), "right") if before else ((3, 2), "left")
        self._axes.annotate(
            text, (x, y), offset, textcoords="offset points", ha=side, fontsize=7.5, annotation_clip=True, zorder=6,
            color=INK, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
        )  # fmt: skip
