"""Which way a link goes: through which channels, gutters, lanes and gaps.

Between neighbouring columns that is one channel; past columns, the gaps kept open for it. Everything else,
back to the left or to another band, goes through the gutter that is nearest to both ends, and from
there, where the bands are further apart, by the lane at the west side.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .level import GAP, End, Grid, Segment
from .tracks import FAR, Channel, Leg

#: The lanes at the sides of a level.
WEST, EAST = (-1, 0), (-1, 1)


@dataclass(slots=True)
class Way:
    """The way of a segment."""

    segment: Segment
    legs: list[Leg] = field(default_factory=list)
    feedback: bool = False


class WayFinder:
    """Finds the ways of the links of one level."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def way(self, segment: Segment) -> Way:
        """Return the way of a segment."""
        grid, source, target = self.grid, segment.source, segment.target
        begin, finish = self._channel(source, leaving=True), self._channel(target, leaving=False)
        band, other = self._band(source), self._band(target)
        if begin[0] >= 0 and finish == EAST and band is not None and begin[1] == len(grid.bands[band]):
            begin = EAST  # nothing is in between
        start, end = self._virtual(source), self._virtual(target)
        share = f"{target.part}/{target.port}"
        way = Way(segment)
        if begin == finish:
            way.legs = [Leg(begin, start, end, not (source.part and target.part), share)]
            return way
        gaps = grid.gaps.get(segment.name)
        if gaps:
            at = start
            for gap in gaps:
                entry = grid.entries[gap]
                level = grid.where[gap][0] * FAR + entry.y + GAP // 2
                way.legs.append(
                    Leg((grid.where[gap][0], grid.where[gap][1]), at, level, share=f"{segment.name}/{gap}", gap=gap)
                )
                at = level
            way.legs.append(Leg(finish, at, end, share=share))
            return way
        way.feedback = self._goes_back(segment)
        return self._around(way, begin, finish, band, other, share)

    def _around(
        self, way: Way, begin: Channel, finish: Channel, band: int | None, other: int | None, share: str
    ) -> Way:
        """Find a way through the gutters."""
        start, end = self._virtual(way.segment.source), self._virtual(way.segment.target)
        first, second = self._gutters(begin, finish, band, other, start, end)
        alone = way.segment.name
        free = not way.segment.source.part
        level = first * FAR - FAR // 2
        group = self._group(first, band if band is not None else other)
        way.legs.append(Leg(begin, start, level, free, alone, first, group))
        if second != first:
            lane = second * FAR - FAR // 2
            way.legs.append(
                Leg(WEST, level, lane, False, f"{share}>{first}>{second}", second, self._group(second, other))
            )
            level = lane
        way.legs.append(Leg(finish, level, end, not way.segment.target.part, share))
        return way

    def _gutters(
        self, begin: Channel, finish: Channel, band: int | None, other: int | None, start: int, end: int
    ) -> tuple[int, int]:
        """Return the gutter that a way takes first, and the one it comes from at last."""
        local = begin[0] >= 0
        if band is not None and other is not None and band != other and local and finish[0] >= 0:
            first, second = (band + 1, other) if other > band else (band, other + 1)
            return first, second
        near = band if local and band is not None else other if other is not None else band
        if near is None:
            return len(self.grid.bands), len(self.grid.bands)
        if band is not None and other is not None and band != other:
            far = other if near == band else band
            gutter = near + 1 if far > near else near
            return gutter, gutter
        height = self.grid.height(near)
        levels = [value - near * FAR for value in (start, end) if abs(value) < FAR * FAR]
        over, under = sum(levels), sum(height - level for level in levels)
        gutter = near if over + 40 * len(levels) < under else near + 1
        return gutter, gutter

    def _group(self, gutter: int, band: int | None) -> int:
        """Return on which side of a gutter a way belongs: at the band above (0) or at the one below (1)."""
        return 1 if band == gutter else 0

    def _goes_back(self, segment: Segment) -> bool:
        source, target = segment.source, segment.target
        if not source.part or not target.part:
            return (source.part == "" and source.side == "R") or (target.part == "" and target.side == "L")
        return self.grid.where[target.part] <= self.grid.where[source.part]

    def _channel(self, end: End, leaving: bool) -> Channel:
        if not end.part:
            return WEST if end.side == "L" else EAST
        band, column = self.grid.where[end.part]
        if end.side == "R":
            return band, column + 1
        return (band, column) if column else WEST

    def _band(self, end: End) -> int | None:
        return self.grid.where[end.part][0] if end.part else None

    def _virtual(self, end: End) -> int:
        """Return a height that is right relative to others; the bands are taken to be very far apart."""
        if not end.part:
            return FAR * FAR
        return self.grid.where[end.part][0] * FAR + self.grid.port_y(end)
