"""Where everything in a space-time diagram is: one geometry, which the still picture and the page of the panel draw.

Time runs to the right, lifelines lie one below another. A step is a slot of some width. A slice is a box in the middle
of its slot; messages that it took enter at the left half of the box and messages that it sent leave at the right half,
so that arrows of one slice do not overlap. What follows a slice, before the next one, is at the right edge of its slot.

A message's text stands beside its arrow. The places for it are tried one after another, first with the whole text and
then with less of it, and the first is taken where it covers nothing: no other text, slice, arrow, lifeline or edge.
Where there is none, the text is only in the arrow's title. Rejected: placing all texts by a force or a solver; they
move when one comes in, and a diagram that is stepped must keep still.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .records import DISCARDED, REMOVED, TAKEN, WAITS, Mark, Passage, Place, Ran

if TYPE_CHECKING:
    from .model import Timeline

Point = tuple[float, float]
#: Left, top, right, bottom.
Rect = tuple[float, float, float, float]

#: The height of the axis, above the lifelines, and of the room above the first lifeline and below the last.
AXIS, PAD = 26, 8
#: The room to the right of the last slot.
RIGHT = 26
#: How tall a row is at least, where there is text in it and where not, and at most.
TIGHT, LOW, HIGH = 16, 24, 64
#: The size of a message's text, the width of a letter of it, and the height that it takes.
TEXT, LETTER, LINE = 11, 6.7, 12
#: How much of a message's text is tried, from all of it to the least that says something.
CUTS = (40, 16, 8)
#: Where along an arrow its text may stand.
ALONG = (0.5, 0.36, 0.64, 0.24, 0.76, 0.12, 0.88)
#: For how many messages a place is sought: where there are more there is no room.
LABELLED = 80
#: The length of the stub of a message if one of its ends is not shown.
STUB = 20

_FATES = {WAITS: "it still waits", DISCARDED: "no component takes it: it is lost", REMOVED: "it was taken away"}


@dataclass(frozen=True, slots=True)
class Arrow:
    """A message in the picture: its path and the sign at its end, its text with its place, and all of it in words.

    ``points`` are those of the path, or of a curve's control polygon; ``text`` is "" where there is no room for it.
    """

    message: Passage
    points: tuple[Point, ...]
    path: str
    tip: str
    title: str
    text: str = ""
    at: Point = (0, 0)

    def data(self) -> dict[str, Any]:
        """Return this as the page reads it."""
        message = self.message
        data = {"n": message.number, "took": message.took, "fate": message.fate, "at": message.start or message.end}
        return {**data, "d": self.path, "tip": self.tip, "title": self.title, "text": self.text, "xy": self.at}


@dataclass(frozen=True, slots=True)
class Sign:
    """A mark in the picture: a path around its place, and what it says."""

    mark: Mark
    at: Point
    path: str
    title: str

    def data(self) -> dict[str, Any]:
        """Return this as the page reads it."""
        mark = self.mark
        data = {"n": mark.number, "line": mark.line, "step": mark.step, "kind": mark.kind}
        return {**data, "d": self.path, "xy": self.at, "title": self.title}


class Layout:
    """The geometry of one diagram.

    Args:
        view: the diagram.
        width: the room for the slots; by default they are as wide as is good to look at.
        height: the room for the rows; by default likewise.
        steps: for how many steps there is to be room at least.
        base: the step from which x is counted; one that seldom changes lets a page keep what does not.
        texts: whether messages have texts at their arrows; at full speed they could not be read.
    """

    def __init__(
        self,
        view: Timeline,
        width: float | None = None,
        height: float | None = None,
        steps: int = 1,
        base: int = -1,
        texts: bool = True,
    ) -> None:
        self.view = view
        count, rows = max(steps, view.last - view.first + 1), max(1, len(view.lines))
        least = 0 if view.counts else 14
        self.slot = max(least, min(44, 1100 / count)) if width is None else round(max(60, width - RIGHT) / count, 3)
        good = 56 if rows <= 6 else 44 if rows <= 10 else 34
        low = LOW if rows <= 24 and view.messages else TIGHT
        self.row: int = max(low, min(HIGH, good if height is None else int((height - 2 * PAD) // rows)))
        self.base = view.first if base < 0 else base
        self.left = (view.first - self.base) * self.slot
        self.right: float = self.left + max(width or 0, (view.last - view.first + 1) * self.slot + RIGHT)
        self.height: int = rows * self.row + 2 * PAD
        #: Half the height of a slice, and its width.
        self.half = min(9.0, self.row * 0.32)
        self.wide = round(max(1.0, min(30, self.slot * 0.62)), 1)
        self._boxes = {(ran.line, ran.step) for ran in view.slices}
        self._leave: dict[Place, list[int]] = defaultdict(list)
        self._enter: dict[Place, list[int]] = defaultdict(list)
        for message in view.messages:
            if message.start is not None:
                self._leave[message.start].append(message.number)
            if message.end is not None and message.took is not None:
                self._enter[message.end].append(message.took)
        for numbers in (*self._leave.values(), *self._enter.values()):
            numbers.sort()
        self.signs = self._signs()
        arrows = [self._arrow(message) for message in view.messages]
        self.arrows = self._labelled(arrows) if texts and self.row >= 2 * LINE - 2 else arrows

    # -- the ground -------------------------------------------------------------------------------

    def y(self, line: int) -> float:
        """Return the height of a lifeline."""
        return PAD + (line + 0.5) * self.row

    def middle(self, step: int) -> float:
        """Return the middle of the slot of a step."""
        return round((step - self.base + 0.5) * self.slot, 1)

    def edge(self, step: int) -> float:
        """Return where a step ends: after its slice and what followed it."""
        return round((step - self.base + 1) * self.slot, 1)

    def box(self, ran: Ran) -> Rect:
        """Return the box of a slice."""
        x, y = self.middle(ran.step), self.y(ran.line)
        return x - self.wide / 2, y - self.half, x + self.wide / 2, y + self.half

    def ticks(self) -> list[int]:
        """Return the steps whose numbers are written along the axis."""
        room = 12 + 6.5 * len(str(self.view.last))
        every = next((n * 10**k for k in range(6) for n in (1, 2, 5) if n * 10**k * self.slot >= room), 10**6)
        return [step for step in range(self.view.first, self.view.last + 1) if step % every == 0]

    def data(self) -> dict[str, Any]:
        """Return this as the page reads it: slices are placed by slot and row, all else has its coordinates."""
        return {
            "slot": self.slot,
            "row": self.row,
            "base": self.base,
            "left": self.left,
            "width": round(self.right - self.left, 1),
            "height": self.height,
            "pad": PAD,
            "box": [self.wide, round(2 * self.half, 1)],
            "ticks": self.ticks(),
            "messages": [arrow.data() for arrow in self.arrows],
            "marks": [sign.data() for sign in self.signs],
        }

    # -- arrows -----------------------------------------------------------------------------------

    def _arrow(self, message: Passage) -> Arrow:
        one, other, bow = self._ends(message)
        (x1, y1), (x2, y2) = one, other
        lost = message.fate in (DISCARDED, REMOVED)
        if bow:
            rise = min(16.0, self.row * 0.4)
            points: tuple[Point, ...] = (one, (x1, y1 - rise), (x2, y2 - rise), other)
            path = f"M{_n(x1)} {_n(y1)}C{_n(x1)} {_n(y1 - rise)} {_n(x2)} {_n(y2 - rise)} {_n(x2)} {_n(y2)}"
        else:
            points = (one, other)
            path = f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"
        if lost:
            tip = _cross(x2, y2, 3.5)
        elif message.fate == WAITS:
            tip = _ring(x2, y2, 3.5)
        elif message.end is None or message.end[1] > self.view.last:
            tip = _ring(x2, y2, 1.5)
        else:
            tip = _head(other, math.pi / 2 if bow else math.atan2(y2 - y1, x2 - x1))
        if message.start is None or message.start[1] < self.view.first:
            tip += _ring(x1, y1, 1.5)
        return Arrow(message, points, path, tip, self._title(message))

    def _ends(self, message: Passage) -> tuple[Point, Point, bool]:
        """Return where an arrow begins and ends, and whether it is a bow above its own line."""
        start, end = message.start, message.end
        if start is None and end is None:
            return (self.left, 0), (self.left, 0), False
        if start is None:
            assert end is not None
            x, y = self._x_in(message, end), self.y(end[0]) - self._half(end)
            return (x - 9, y - min(STUB, self.row * 0.4)), (x, y), False
        x1 = self.left + 2 if start[1] < self.view.first else self._x_out(message, start)
        if end is None:
            down = 1 if message.fate == DISCARDED or start[0] == 0 else -1
            y = self.y(start[0])
            return (x1, y + down * self._half(start)), (x1 + 6, y + down * (self.half + self.row * 0.28)), False
        if message.took is None:
            # Between two slices, so that none covers the ring.
            x2 = min(self.edge(start[1] + 1) - 8 * (self._leave[start].index(message.number) % 3), self.right - 6)
        else:
            x2 = self.right - 4 if end[1] > self.view.last else self._x_in(message, end)
        if start[0] == end[0]:
            y = self.y(start[0]) - self.half
            return (x1, y), (x2 if message.took is not None else max(x2, x1 + 6), y), True
        side = 1 if end[0] > start[0] else -1
        y2 = self.y(end[0]) - (side * self._half(end) if message.took is not None else 0)
        return (x1, self.y(start[0]) + side * self._half(start)), (x2, y2), False

    def _half(self, place: Place) -> float:
        return self.half if place in self._boxes else 0

    def _x_out(self, message: Passage, place: Place) -> float:
        numbers, x = self._leave[place], self.middle(place[1])
        if place not in self._boxes:  # done after the slice of that step
            return x + self.wide * 0.4
        return x + self.wide / 2 * (numbers.index(message.number) + 1) / (len(numbers) + 1)

    def _x_in(self, message: Passage, place: Place) -> float:
        numbers, x = self._enter[place], self.middle(place[1]) - self.wide / 2
        if message.took is None or message.took not in numbers:
            return x + self.wide * 0.25
        if place not in self._boxes:
            return self.edge(place[1]) - 2
        return x + self.wide / 2 * (numbers.index(message.took) + 1) / (len(numbers) + 1)

    def _title(self, message: Passage) -> str:
        """Say in a sentence what became of a message."""
        names, (start, end) = self.view.lines, (message.start, message.end)
        step = (start or end or (0, "?"))[1]
        who = f"{names[start[0]].name} sends" if start else "a component that is not shown sends"
        if start is None and end is not None and not names[0].key:
            who = "code outside the lab puts"
        if message.fate == DISCARDED:
            return f"step {step}: {who} {message.text} out of {message.box}; {_FATES[DISCARDED]}"
        owner, _, inbox = message.box.rpartition(".")
        whom = owner if inbox == "inbox" else message.box
        fate = _FATES.get(message.fate) or (f"taken at step {end[1]}" if end else "taken")
        return f"step {step}: {who} {message.text} {'to' if start else 'into'} {whom}, {fate}"

    # -- marks ------------------------------------------------------------------------------------

    def _signs(self) -> list[Sign]:
        signs, before = [], Counter[Place]()
        for mark in self.view.marks:
            name, x, y = self.view.lines[mark.line].name, self.edge(mark.step), self.y(mark.line)
            if mark.kind == "by hand":
                beside = before[mark.line, mark.step]
                before[mark.line, mark.step] += 1
                x, y = x - 9 * (beside % 3), y + min(self.half + 5, self.row / 2 - 5)
            said = mark.text if name in mark.text else f"{name} {mark.kind}{mark.text and f': {mark.text}'}"
            signs.append(
                Sign(mark, (_p(x), _p(y)), _SHAPES.get(mark.kind, _SHAPES["by hand"]), f"step {mark.step}: {said}")
            )
        return signs

    # -- texts ------------------------------------------------------------------------------------

    def _labelled(self, arrows: list[Arrow]) -> list[Arrow]:
        """Return the arrows with their texts where there is room: what stands out first, then the oldest."""
        free = Free((self.left, 0, self.right, self.height))
        for ran in self.view.slices:
            free.block(self.box(ran))
        for sign in self.signs:
            x, y = sign.at
            free.block((x - 6, y - 6, x + 6, y + 6))
        for line in range(len(self.view.lines)):
            free.lines.append(self.y(line))
        for arrow in arrows:
            x, y = arrow.points[-1]
            free.block((x - 5, y - 5, x + 5, y + 5))
            free.draw(arrow.points)
        placed = list(arrows)
        order = sorted(range(len(arrows)), key=lambda place: (not self._stands_out(arrows[place].message), place))
        for place in order[:LABELLED]:
            arrow = arrows[place]
            for text, width in self._texts(arrow.message):
                at = next((at for at in _places(arrow, width) if free.take(at, width)), None)
                if at is not None:
                    placed[place] = replace(arrow, text=text, at=(_p(at[0] - width / 2), _p(at[1] + 4)))
                    break
        return placed

    def _stands_out(self, message: Passage) -> bool:
        return message.fate != TAKEN or self.view.event in (message.number, message.took)

    def _texts(self, message: Passage) -> Iterator[tuple[str, float]]:
        """Yield what may be written at an arrow, from all of it to the least, and how wide it is."""
        after = " waits" if message.fate == WAITS else ""
        seen = set()
        for most in CUTS:
            text = message.text if len(message.text) <= most else message.text[: most - 1] + "…"
            if (text := text + after) not in seen:
                seen.add(text)
                yield text, width_of(text)


class Free:
    """The room that is left for texts; what is in the way is kept in columns, so that a look is short."""

    COLUMN = 64

    def __init__(self, inside: Rect) -> None:
        self.inside = inside
        #: The heights of the lifelines.
        self.lines: list[float] = []
        self._rects: dict[int, list[Rect]] = defaultdict(list)
        self._ways: dict[int, list[tuple[Point, Point]]] = defaultdict(list)

    def _columns(self, left: float, right: float) -> range:
        return range(int(left // self.COLUMN), int(right // self.COLUMN) + 1)

    def block(self, rect: Rect) -> None:
        """Note that something is there."""
        for column in self._columns(rect[0], rect[2]):
            self._rects[column].append(rect)

    def draw(self, points: tuple[Point, ...]) -> None:
        """Note that a line goes through these points; of a curve, along its control polygon."""
        if len(points) == 4:
            points = tuple(_on_curve(points, part / 6) for part in range(7))
        for one, other in pairwise(points):
            for column in self._columns(min(one[0], other[0]), max(one[0], other[0])):
                self._ways[column].append((one, other))

    def take(self, at: Point, width: float) -> bool:
        """Take the place around a point for a text, if it is free; return whether it was."""
        x, y = at
        rect = (x - width / 2, y - LINE / 2, x + width / 2, y + LINE / 2)
        left, top, right, bottom = rect
        if left < self.inside[0] + 1 or right > self.inside[2] - 1 or top < 0 or bottom > self.inside[3]:
            return False
        if any(top < line < bottom for line in self.lines):
            return False
        for column in self._columns(left, right):
            if any(left < r[2] and r[0] < right and top < r[3] and r[1] < bottom for r in self._rects[column]):
                return False
            if any(crosses(rect, one, other) for one, other in self._ways[column]):
                return False
        self.block((left - 3, top, right + 3, bottom))
        return True


def crosses(rect: Rect, one: Point, other: Point) -> bool:
    """Return whether a line between two points goes through a rectangle.

    >>> crosses((0, 0, 10, 10), (-5, 5), (15, 6)), crosses((0, 0, 10, 10), (-5, 5), (5, 16))
    (True, False)
    """
    begin, end = 0.0, 1.0
    for axis in (0, 1):
        start, way = one[axis], other[axis] - one[axis]
        if way == 0:
            if not rect[axis] < start < rect[axis + 2]:
                return False
            continue
        near, far = sorted(((rect[axis] - start) / way, (rect[axis + 2] - start) / way))
        begin, end = max(begin, near), min(end, far)
        if begin >= end:
            return False
    return True


def _places(arrow: Arrow, width: float) -> Iterator[Point]:
    """Yield the points around which a text of this width may stand: beside its arrow, nearest to the middle first."""
    points = arrow.points
    if len(points) == 4:
        top = min(y for _, y in (_on_curve(points, part / 6) for part in range(7)))
        x = (points[0][0] + points[3][0]) / 2
        yield x, top - LINE / 2 - 2
        yield points[3][0] + width / 2 + 6, points[3][1] - LINE / 2
        return
    (x1, y1), (x2, y2) = points
    steep = abs(x2 - x1) / (abs(y2 - y1) or 0.1)
    beside = width / 2 + 4 + steep * LINE / 2
    over = LINE / 2 + 2 + (width / 2) / (steep or 0.1)
    falls = (x2 - x1) * (y2 - y1) > 0
    for along in ALONG:
        x, y = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
        yield x + beside, y
        yield x - beside, y
        if over < 40:
            yield x, y - over if falls else y + over
            yield x, y + over if falls else y - over
    yield x2 + width / 2 + 8, y2 + 11
    yield x2 + width / 2 + 8, y2 - 11


def _on_curve(points: tuple[Point, ...], part: float) -> Point:
    rest = 1 - part
    weights = (rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3)
    return (
        sum(weight * x for weight, (x, _) in zip(weights, points, strict=True)),
        sum(weight * y for weight, (_, y) in zip(weights, points, strict=True)),
    )


def width_of(text: str, letter: float = LETTER) -> float:
    """Return the approximate width of a text in pixels; wide letters count twice."""
    return round(sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text) * letter, 1)


# -- paths --------------------------------------------------------------------------------------------

#: The sign of each kind of mark, around its place.
_SHAPES = {
    "activated": "M-2 0a2 2 0 1 1 4 0a2 2 0 1 1 -4 0z",
    "finished": "M0 -7v14",
    "stopped": "M0 -7v14M-4 -7v14",
    "failed": "M-5 -5l10 10M5 -5l-10 10",
    "by hand": "M0 -5l5 5l-5 5l-5 -5z",
}


def _n(value: float) -> str:
    """Write a number with one decimal at most.

    >>> _n(3.0), _n(2.25), _n(-0.04)
    ('3', '2.2', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _p(value: float) -> float:
    return round(value, 1) + 0.0


def _head(tip: Point, angle: float) -> str:
    """An arrow head with its tip at a point."""
    x, y = tip
    corners = [(x - 8 * math.cos(angle + side), y - 8 * math.sin(angle + side)) for side in (-0.42, 0.42)]
    return f"M{_n(x)} {_n(y)}" + "".join(f"L{_n(a)} {_n(b)}" for a, b in corners) + "z"


def _cross(x: float, y: float, size: float) -> str:
    return f"M{_n(x - size)} {_n(y - size)}l{2 * size:g} {2 * size:g}m0 {-2 * size:g}l{-2 * size:g} {2 * size:g}"


def _ring(x: float, y: float, size: float) -> str:
    return f"M{_n(x - size)} {_n(y)}a{size:g} {size:g} 0 1 1 {2 * size:g} 0a{size:g} {size:g} 0 1 1 {-2 * size:g} 0z"
