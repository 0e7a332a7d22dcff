"""Routing: the links of one level as smooth curves that never run over a part.

A curve leaves and enters every box level, so its pieces join without a corner. From one column to the next it bends in
the *channel* between the two, where no part is; a column that it passes it crosses in the gap kept open for it
(:mod:`.layering`). What cannot go that way, back to the left, to itself or to another band, turns into a *gutter* above
or below its band, runs level there, and turns back: the loops of one gutter are nested, the shortest innermost.

So the places of columns follow from the widths of parts alone, and those of bands from how many loops run between
them. Rejected: a track of its own for each upright and level piece, which kept any two links apart and took twice the
code, for a picture of right angles that was hard to follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .layering import APART, CHANNEL, GAP, End, Grid, LinkSegment

Point = tuple[int, int]
#: A curve: its first point, then for each cubic piece two control points and its end.
Curve = tuple[Point, ...]

#: How far apart two loops of a gutter are, how far the innermost turn reaches, and the widest.
ROW, TURN, WIDEST = 9, 16, 42
#: The least height of a gutter between two bands, and of those at the top and the bottom.
GUTTER, EDGE = 26, 8
#: How far apart two boxes of a part are, and the first from the top.
PITCH, FIRST = 22, 13


class CurveEnd(NamedTuple):
    """One end of a segment: its point, the direction of the curve there, and the channel beside it, from x to x."""

    x: int
    y: int
    forth: bool
    low: int
    high: int


@dataclass(slots=True)
class Loop:
    """The level run of a segment in a gutter: below its band (``under``) or above it, and its row there.

    ``far``: it leads to a band that is not the next one.
    """

    segment: LinkSegment
    gutter: int
    under: bool
    share: str
    far: bool = False
    row: int = 0


class Laid(NamedTuple):
    """A level laid out: the positions of its parts, the ports of its border, and the curves of its links."""

    w: int
    h: int
    places: dict[str, Point]
    border: dict[str, tuple[str, int]]
    curves: dict[str, Curve]


class Router:
    """Lays out one level.

    Args:
        grid: its parts in bands and columns.
        segments: its links.
        lanes: the least room at the left and at the right side.
        least: its least width.
    """

    def __init__(
        self, grid: Grid, segments: Sequence[LinkSegment], lanes: tuple[int, int] = (0, 0), least: int = 0
    ) -> None:
        self.grid = grid
        self.segments = segments
        self.loops = {segment.name: loop for segment in segments if (loop := self._loop(segment)) is not None}
        self.columns: dict[tuple[int, int], tuple[int, int]] = {}
        self.width = self._set_columns(lanes, least)
        self._set_rows()
        self.tops: list[int] = []
        self.gutters: list[int] = []
        self.height = self._set_bands()

    def lay(self, ports: Sequence[tuple[str, str]] = ()) -> Laid:
        """Return the level laid out. ``ports`` are (port, side) of the boxes that the border has in any case."""
        places = {
            name: (self.columns[where][0], self.tops[where[0]] + self.grid.entries[name].y)
            for name, where in self.grid.where.items()
            if name in self.grid.items
        }
        border = self._set_border(ports)
        height = max(self.height, max((y for _, y in border.values()), default=0) + FIRST)
        curves = {segment.name: self._curve(segment, border) for segment in self.segments}
        return Laid(self.width, height, places, border, curves)

    # -- loops --------------------------------------------------------------------------------------------

    def _loop(self, segment: LinkSegment) -> Loop | None:
        """Return the level run of a segment; ``None`` if it goes straight from column to column."""
        source, target = segment.source, segment.target
        grid = self.grid
        if segment.name in grid.gaps:
            return None
        if source.part and target.part:
            (band, start), (other, end) = grid.where[source.part], grid.where[target.part]
            if band == other and end == start + 1:
                return None
        else:
            band, column = grid.where[source.part or target.part]
            other = band
            if (not target.part and target.side == "R" and column == len(grid.bands[band]) - 1) or (
                not source.part and source.side == "L" and not column
            ):
                return None
        if band != other:
            under = other > band
        else:
            heights = [grid.port_y(end) for end in (source, target) if end.part]
            under = 2 * sum(heights) + 40 * len(heights) >= grid.height(band) * len(heights)
        return Loop(segment, band + under, under, f"{target.part}/{target.port}", abs(other - band) > 1)

    def _set_rows(self) -> None:
        """Give each loop a row in its gutter; those that lead to one box share theirs."""
        groups: dict[tuple[int, bool], dict[str, list[Loop]]] = {}
        for loop in self.loops.values():
            groups.setdefault((loop.gutter, loop.under), {}).setdefault(loop.share, []).append(loop)
        for shares in groups.values():
            spans = []
            for place, loops in enumerate(shares.values()):
                ends = [x for loop in loops for x in self._reach(loop.segment)]
                spans.append((max(ends) - min(ends), place, min(ends), max(ends), loops))
            taken: list[list[tuple[int, int]]] = []
            for _, _, low, high, loops in sorted(spans, key=lambda span: span[:2]):
                row = 0
                while row < len(taken) and any(a <= high + CHANNEL and low - CHANNEL <= b for a, b in taken[row]):
                    row += 1
                taken += [[]] if row == len(taken) else []
                taken[row].append((low, high))
                for loop in loops:
                    loop.row = row

    def _reach(self, segment: LinkSegment) -> tuple[int, int]:
        return self._side(segment.source, True)[0], self._side(segment.target, False)[0]

    # -- columns and bands --------------------------------------------------------------------------------

    def _set_columns(self, lanes: tuple[int, int], least: int) -> int:
        """Find where the columns begin and end; return the width of the level."""
        turning: set[tuple[int, int]] = set()
        for loop in self.loops.values():
            if loop.far:
                turning.add((loop.gutter, 0))
            for side, offset in ((loop.segment.source, 1), (loop.segment.target, 0)):
                if side.part:
                    band, place = self.grid.where[side.part]
                    turning.add((band, place + offset))
        room = WIDEST + FIRST
        west = max(lanes[0], room if any(not column for _, column in turning) else 0)
        ends = {(band, len(columns)) for band, columns in enumerate(self.grid.bands)}
        right = west
        for band, columns in enumerate(self.grid.bands):
            x = west
            for number, column in enumerate(columns):
                if number:
                    x += CHANNEL if (band, number) in self.grid.joined | turning else APART
                end = x + max(entry.w for entry in column)
                self.columns[band, number] = x, end
                x = end
            right = max(right, x)
        self.east = right
        return max(least, right + max(lanes[1], room if ends & turning else 0))

    def _set_bands(self) -> int:
        """Find the positions of bands and gutters; return the height of the level."""
        rows: dict[tuple[int, bool], int] = {}
        for loop in self.loops.values():
            place = loop.gutter, loop.under
            rows[place] = max(rows.get(place, 0), loop.row + 1)
        y, count = 0, len(self.grid.bands)
        for number in range(count + 1):
            used = rows.get((number, False), 0) + rows.get((number, True), 0)
            self.gutters.append(y)
            y += max(EDGE if number in (0, count) else GUTTER, FIRST * (used > 0) + ROW * used)
            if number < count:
                self.tops.append(y)
                y += self.grid.height(number)
        return y

    def _row_y(self, loop: Loop) -> int:
        if loop.under:
            return self.gutters[loop.gutter] + ROW * (loop.row + 1) + 2
        return self.tops[loop.gutter] - ROW * (loop.row + 1) - 2

    def _set_border(self, ports: Sequence[tuple[str, str]]) -> dict[str, tuple[str, int]]:
        """Find the heights of the ports of the container: level with what they lead to, if possible."""
        wishes: dict[str, dict[str, int | None]] = {"L": {}, "R": {}}
        for port, side in ports:
            wishes[side][port] = None
        for segment in self.segments:
            for end, other in ((segment.source, segment.target), (segment.target, segment.source)):
                if not end.part and wishes[end.side].get(end.port) is None:
                    loop = self.loops.get(segment.name)
                    top = self.tops[self.grid.where[other.part][0]]
                    wishes[end.side][end.port] = self._row_y(loop) if loop else top + self.grid.port_y(other)
        found = {}
        for side, wanted in wishes.items():
            lowest = FIRST
            for port in sorted(wanted, key=lambda port: (wanted[port] is None, wanted[port] or 0)):
                y = max(lowest, wanted[port] or lowest)
                found[port] = (side, y)
                lowest = y + PITCH
        return found

    # -- curves -------------------------------------------------------------------------------------------

    def _side(self, end: End, leaving: bool) -> tuple[int, int]:
        """Return the channel that an end is at, from x to x."""
        if not end.part:
            return (0, self.columns[0, 0][0]) if end.side == "L" else (self.east, self.width)
        band, column = self.grid.where[end.part]
        low, high = self.columns[band, column]
        if leaving:
            after = self.columns.get((band, column + 1))
            return high, after[0] if after else self.width
        before = self.columns.get((band, column - 1))
        return before[1] if before else 0, low

    def _place(self, end: End, leaving: bool, border: Mapping[str, tuple[str, int]]) -> CurveEnd:
        low, high = self._side(end, leaving)
        if not end.part:
            forth = (end.side == "L") == leaving
            return CurveEnd(0 if end.side == "L" else self.width, border[end.port][1], forth, low, high)
        band, _ = where = self.grid.where[end.part]
        x = self.columns[where][0]
        if end.side == "R":
            x += self.grid.items[end.part].w
        return CurveEnd(x, self.tops[band] + self.grid.port_y(end), True, low, high)

    def _curve(self, segment: LinkSegment, border: Mapping[str, tuple[str, int]]) -> Curve:
        start, end = self._place(segment.source, True, border), self._place(segment.target, False, border)
        pen = Pen(start.x, start.y)
        loop = self.loops.get(segment.name)
        if loop is not None:
            self._run(pen, loop, start, end)
        else:
            if segment.source.part:
                pen.level(start.low)
            for gap in self.grid.gaps.get(segment.name, ()):
                where = self.grid.where[gap]
                left, right = self.columns[where]
                pen.bend(left, self.tops[where[0]] + self.grid.entries[gap].y + GAP // 2)
                pen.level(right)
            if not segment.target.part:
                pen.level(end.low)
            pen.bend(end.x, end.y)
        return tuple(pen.points)

    def _run(self, pen: Pen, loop: Loop, start: CurveEnd, end: CurveEnd) -> None:
        """Draw a segment that runs in a gutter; between distant bands it goes down or up at the left side."""
        y, turn = self._row_y(loop), min(WIDEST, TURN + 5 * loop.row)
        source, target = loop.segment.source, loop.segment.target
        back = loop.far or not start.forth or not end.forth or (start.low >= end.high and bool(source.part))
        if source.part:
            pen.level(start.low)
        if back and start.forth:
            pen.turn(y, turn)
        elif back:
            pen.bend(start.low, y)
        else:
            meet = start.high > end.low
            pen.bend((max(start.low, end.low) + min(start.high, end.high)) // 2 if meet else start.high, y)
        if loop.far and self.grid.where[target.part][1]:  # along the left side, into the gutter beside its band
            pen.level(self.columns[0, 0][0])
            band = self.grid.where[target.part][0]
            near = self.tops[band] - 5 if loop.under else self.gutters[band + 1] + 5
            pen.turn(near, -turn)
            pen.level(end.low)
            pen.bend(end.x, end.y)
        elif back and end.forth:
            pen.level(end.high)
            pen.turn(end.y, -turn)
        else:
            pen.level(end.high if back else max(end.low, pen.points[-1][0]))
            pen.bend(end.x, end.y)


class Pen:
    """Draws a curve from a point; every piece begins and ends level.

    >>> pen = Pen(0, 0)
    >>> pen.level(10)
    >>> pen.bend(30, 8)
    >>> path_of(tuple(pen.points))
    'M0 0H10C20 0 20 8 30 8'
    """

    def __init__(self, x: int, y: int) -> None:
        self.points: list[Point] = [(x, y)]

    def level(self, x: int) -> None:
        """Go on level to ``x``."""
        was, y = self.points[-1]
        if x != was:
            self.points += [(was, y), (x, y), (x, y)]

    def bend(self, x: int, y: int) -> None:
        """Go on in the same direction, to another height."""
        was, height = self.points[-1]
        if y == height:
            self.level(x)
        else:
            middle = (was + x) // 2
            self.points += [(middle, height), (middle, y), (x, y)]

    def turn(self, y: int, reach: int) -> None:
        """Turn round to another height; ``reach`` is how far it swings out, to the left if negative."""
        x, height = self.points[-1]
        out = x + reach * 4 // 3
        self.points += [(out, height), (out, y), (x, y)]


def path_of(curve: Curve) -> str:
    """Return the SVG path of a curve."""
    x, y = curve[0]
    parts = [f"M{x} {y}"]
    for place in range(1, len(curve), 3):
        (a, b), (c, d), (x, y) = curve[place : place + 3]
        parts.append(f"H{x}" if b == d == y == curve[place - 1][1] else f"C{a} {b} {c} {d} {x} {y}")
    return "".join(parts)
