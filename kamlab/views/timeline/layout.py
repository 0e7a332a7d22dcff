"""Where things are in the picture of a space-time diagram: time runs to the right, lifelines lie one below another.

A step is a slot of some width. A slice is a box in the middle of its slot; what it took enters at the left half
of the box and what it sent leaves at the right half, so that arrows of one slice do not lie on one another. What
follows a slice, before the next one, is at the right edge of its slot.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from .model import DISCARDED, Passage, Place, Timeline

TOP = 58
#: Half the height of a box.
HALF = 9
#: How many characters of a name are written.
NAME = 28
#: How long the stub of a message is of which one end is not shown.
STUB = 17

Point = tuple[float, float]


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is, in pixels, written in letters of a size; wide ones count twice."""
    units = sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
    return round(units * size * 0.6, 1)


@dataclass(frozen=True)
class Arrow:
    """A message in the picture: from where to where, and whether it goes over the edge."""

    message: Passage
    start: Point
    end: Point
    bow: bool = False
    cut_left: bool = False
    cut_right: bool = False


class Layout:
    """Positions for one diagram."""

    def __init__(self, view: Timeline) -> None:
        self.view = view
        count = max(1, view.last - view.first + 1)
        self.slot: int = max(14, min(56, 960 // count))
        self.row = 48 if len(view.lines) <= 10 else 38
        names = max((width_of(each.name[:NAME], 12) for each in view.lines), default=0)
        self.left: int = round(max(names, 60) + 26)
        self.right: int = self.left + count * self.slot
        self.bottom: int = TOP + max(1, len(view.lines)) * self.row
        self._boxes = {(each.line, each.step) for each in view.slices}
        self._leave: dict[Place, list[int]] = defaultdict(list)
        self._enter: dict[Place, list[int]] = defaultdict(list)
        for each in view.messages:
            if each.start is not None:
                self._leave[each.start].append(each.number)
            if each.end is not None and each.took is not None:
                self._enter[each.end].append(each.took)
        for numbers in (*self._leave.values(), *self._enter.values()):
            numbers.sort()

    def x(self, step: int) -> float:
        """Return where the slot of a step begins."""
        return self.left + (step - self.view.first) * self.slot

    def y(self, line: int) -> float:
        """Return the height of a lifeline."""
        return TOP + line * self.row + self.row / 2

    def box(self, line: int, step: int) -> tuple[float, float, float, float]:
        """Return x, y, width and height of a slice."""
        return self.x(step) + self.slot * 0.14, self.y(line) - HALF, self.slot * 0.72, HALF * 2

    def edge(self, step: int) -> float:
        """Return where a step ends: where its slice, and what followed it, is over."""
        return self.x(step) + self.slot

    def arrow(self, message: Passage) -> Arrow:
        """Return where a message goes."""
        start, end = message.start, message.end
        if start is None and end is None:
            return Arrow(message, (self.left, TOP), (self.left, TOP))
        if start is None:
            assert end is not None
            x = self._x_in(message, end)
            y = self.y(end[0]) - self._half(end)
            return Arrow(message, (x - 9, y - STUB), (x, y))
        if end is None:
            x, y = self._x_out(message, start), self.y(start[0])
            down = message.fate == DISCARDED or start[0] == 0
            side = 1 if down else -1
            return Arrow(message, (x, y + side * self._half(start)), (x + 5, y + side * (HALF + STUB)))
        if start[0] == end[0]:
            return self._bow(message, start, end)
        side = 1 if end[0] > start[0] else -1
        x1, y1 = self._x_out(message, start), self.y(start[0]) + side * self._half(start)
        if message.took is None:
            x2, y2 = x1 + self.slot * 0.32, self.y(end[0])
        else:
            x2, y2 = self._x_in(message, end), self.y(end[0]) - side * self._half(end)
        return self._cut(message, (x1, y1), (x2, y2), start, end)

    def _bow(self, message: Passage, start: Place, end: Place) -> Arrow:
        """A message to oneself goes in a bow above the line."""
        y = self.y(start[0]) - HALF
        x1 = self._x_out(message, start)
        x2 = x1 + self.slot * 0.5 if message.took is None else self._x_in(message, end)
        if message.took is None or start == end:
            x2 = max(x2, x1 + 6) if message.took is None else x2
        arrow = self._cut(message, (x1, y), (x2, y), start, end)
        return Arrow(message, arrow.start, arrow.end, True, arrow.cut_left, arrow.cut_right)

    def _cut(self, message: Passage, one: Point, other: Point, start: Place, end: Place) -> Arrow:
        left, right = start[1] < self.view.first, end[1] > self.view.last
        if left:
            one = (self.left + 2, self.y(start[0]))
        if right:
            other = (self.right - 2, self.y(end[0]))
        return Arrow(message, one, other, False, left, right)

    def _half(self, place: Place) -> float:
        return HALF if place in self._boxes else 0

    def _x_out(self, message: Passage, place: Place) -> float:
        numbers = self._leave[place]
        x, _, width, _ = self.box(*place)
        if place not in self._boxes:  # done after the slice of that step
            return x + width * 0.7
        return x + width * (0.5 + 0.5 * (numbers.index(message.number) + 1) / (len(numbers) + 1))

    def _x_in(self, message: Passage, place: Place) -> float:
        x, _, width, _ = self.box(*place)
        numbers = self._enter[place]
        if message.took is None or message.took not in numbers:
            return x + width * 0.25
        if place not in self._boxes:
            return self.edge(place[1]) - 2
        return x + width * 0.5 * (numbers.index(message.took) + 1) / (len(numbers) + 1)


class Free:
    """What room is left for labels."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float, float]] = []

    def block(self, x: float, y: float, width: float, height: float) -> None:
        """Take note that something is there."""
        self._taken.append((x, y, x + width, y + height))

    def take(self, x: float, y: float, width: float, height: float) -> bool:
        """Take a place if it is free; return whether it was."""
        for left, top, right, bottom in self._taken:
            if x < right and left < x + width and y < bottom and top < y + height:
                return False
        self.block(x, y, width, height)
        return True
