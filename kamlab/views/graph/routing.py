"""Routing: the routes of the links of one level, through channels, gutters and lanes, each on a track of its own.

A link's way is vertical in a channel, horizontal in a gutter or through a gap, vertical again, and so on. First every
way is found in terms of channels and gutters: between neighbouring columns that is one channel; past columns, the gaps
kept open for it; everything else, back to the left or to another band, goes through the gutter that is nearest to both
ends, and from there, if the bands are further apart, by the lane at the west side. Then tracks are assigned in each
channel, which decides its width and so the positions of the columns; then those in the gutters, which decides how far
apart the bands are. So no two links lie upon one another; links that lead to the same box share their tracks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .layering import APART, CHANNEL, GAP, End, Grid, Segment

#: How far apart two tracks are.
TRACK = 7
#: The assumed distance of two bands while tracks are assigned; larger than the height of any band.
FAR = 1_000_000
#: How far the first track is from a part.
MARGIN = 14
#: The least height of a gutter between two bands, and of those at the top and the bottom.
GUTTER, EDGE = 26, 6
#: How far apart two boxes of a container are, and the first from the top.
PITCH, FIRST = 18, 12

Channel = tuple[int, int]

#: The lanes at the sides of a level.
WEST, EAST = (-1, 0), (-1, 1)


@dataclass(slots=True)
class Leg:
    """A vertical piece of a way, and the horizontal piece after it, if any: in a gutter or through a gap."""

    channel: Channel
    begin: int = 0
    end: int = 0
    free: bool = False
    share: str = ""
    gutter: int | None = None
    group: int = 0
    gap: str = ""
    track: int = 0
    row: int = 0


@dataclass(slots=True)
class Way:
    """The way of a segment."""

    segment: Segment
    legs: list[Leg] = field(default_factory=list)


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
                way.legs.append(Leg(grid.where[gap], at, level, share=f"{segment.name}/{gap}", gap=gap))
                at = level
            way.legs.append(Leg(finish, at, end, share=share))
            return way
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
        group = _side(first, band if band is not None else other)
        way.legs.append(Leg(begin, start, level, free, alone, first, group))
        if second != first:
            lane = second * FAR - FAR // 2
            way.legs.append(Leg(WEST, level, lane, False, f"{share}>{first}>{second}", second, _side(second, other)))
            level = lane
        way.legs.append(Leg(finish, level, end, not way.segment.target.part, share))
        return way

    def _gutters(
        self, begin: Channel, finish: Channel, band: int | None, other: int | None, start: int, end: int
    ) -> tuple[int, int]:
        """Return the first gutter of a way, and the last one."""
        local = begin[0] >= 0
        if band is not None and other is not None and band != other and local and finish[0] >= 0:
            return (band + 1, other) if other > band else (band, other + 1)
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
        """Return a height that can be compared with others; bands count as very far apart."""
        if not end.part:
            return FAR * FAR
        return self.grid.where[end.part][0] * FAR + self.grid.port_y(end)


def _side(gutter: int, band: int | None) -> int:
    """Return on which side of a gutter a way belongs: at the band above (0) or at the one below (1)."""
    return 1 if band == gutter else 0


def upright_tracks(groups: list[list[Leg]]) -> int:
    """Assign the tracks of a channel; return how many there are.

    Sorted so that ways do not cross unless they must: those that go up from the highest start, then those that go
    down from the lowest.
    """
    spans = []
    for place, group in enumerate(groups):
        free = any(leg.free for leg in group)
        low = -FAR * FAR if free else min(min(leg.begin, leg.end) for leg in group)
        high = FAR * FAR if free else max(max(leg.begin, leg.end) for leg in group)
        begin = sum(leg.begin for leg in group) // len(group)
        end = sum(leg.end for leg in group) // len(group)
        down = end > begin
        spans.append((down, -begin if down else begin, -end if down else end, place, low, high))
    taken: list[list[tuple[int, int]]] = []
    done: list[tuple[bool, int, int, int]] = []
    for down, _, _, place, low, high in sorted(spans):
        track = 1 + max(
            (before for its_down, top, bottom, before in done if its_down == down and top <= high and low <= bottom),
            default=-1,
        )
        while track < len(taken) and any(a <= high and low <= b for a, b in taken[track]):
            track += 1
        while len(taken) <= track:
            taken.append([])
        taken[track].append((low, high))
        done.append((down, low, high, track))
        for leg in groups[place]:
            leg.track = track
    return len(taken)


def level_tracks(groups: list[list[tuple[Leg, int, int]]]) -> int:
    """Assign the rows of one side of a gutter, the shortest nearest to its band; return how many there are."""
    spans = sorted(
        (max(high for _, _, high in group) - min(low for _, low, _ in group), place)
        for place, group in enumerate(groups)
    )
    taken: list[list[tuple[int, int]]] = []
    for _, place in spans:
        group = groups[place]
        low, high = min(left for _, left, _ in group), max(right for _, _, right in group)
        row = 0
        while row < len(taken) and any(a <= high + TRACK and low - TRACK <= b for a, b in taken[row]):
            row += 1
        if row == len(taken):
            taken.append([])
        taken[row].append((low, high))
        for leg, _, _ in group:
            leg.row = row
    return len(taken)


class Laid(NamedTuple):
    """A level laid out: the positions of its parts, the ports of its border, and the ways of its links."""

    w: int
    h: int
    places: dict[str, tuple[int, int]]
    border: dict[str, tuple[str, int]]
    ways: dict[str, tuple[tuple[int, int], ...]]


class Router:
    """Routes the links of one level."""

    def __init__(
        self, grid: Grid, segments: Sequence[Segment], lanes: tuple[int, int] = (0, 0), least: int = 0
    ) -> None:
        self.grid = grid
        self.lanes = lanes
        self.least = least
        finder = WayFinder(grid)
        self.ways: list[Way] = [finder.way(segment) for segment in segments]
        self.tracks: dict[Channel, int] = {}
        self.x: dict[Channel, int] = {}
        self.column_x: dict[tuple[int, int], int] = {}
        self.rows: dict[tuple[int, int], int] = {}
        self.tops: list[int] = []
        self.gutters: list[int] = []

    def lay(self, ports: Sequence[tuple[str, str]] = ()) -> Laid:
        """Return the level laid out. ``ports`` are (port, side) of the boxes that the border has in any case."""
        self._hand_out_tracks()
        width = self._set_columns()
        self._hand_out_rows()
        height = self._set_bands()
        border = self._set_border(ports)
        height = max(height, max((y for _, y in border.values()), default=0) + FIRST)
        places = {
            name: (self.column_x[where], self.tops[where[0]] + self.grid.entries[name].y)
            for name, where in self.grid.where.items()
            if name in self.grid.items
        }
        ways = {way.segment.name: self._points(way, places, border, width) for way in self.ways}
        return Laid(width, height, places, border, ways)

    # -- tracks in channels -----------------------------------------------------------------------------

    def _hand_out_tracks(self) -> None:
        channels: dict[Channel, dict[str, list[Leg]]] = {}
        for way in self.ways:
            for leg in way.legs:
                if leg.free or leg.begin != leg.end:
                    channels.setdefault(leg.channel, {}).setdefault(leg.share, []).append(leg)
        for channel, groups in channels.items():
            self.tracks[channel] = upright_tracks(list(groups.values()))

    def _set_columns(self) -> int:
        """Find the positions of columns and channels; return the width of the level."""
        west = self._lane(self.lanes[0], self.tracks.get(WEST, 0))
        self.x[WEST] = west - MARGIN - TRACK * max(0, self.tracks.get(WEST, 0) - 1)
        right = west
        for band, columns in enumerate(self.grid.bands):
            x = west
            for number, column in enumerate(columns):
                if number:
                    least = CHANNEL if (band, number) in self.grid.joined else APART
                    x = self._channel_at((band, number), x, least)
                self.column_x[band, number] = x
                x += max(entry.w for entry in column)
            last = (band, len(columns))
            if self.tracks.get(last):
                x = self._channel_at(last, x, 0)
            right = max(right, x)
        self.x[EAST] = right + MARGIN
        return max(self.least, right + self._lane(self.lanes[1], self.tracks.get(EAST, 0)))

    def _lane(self, least: int, tracks: int) -> int:
        return max(least, 2 * MARGIN + TRACK * (tracks - 1) if tracks else 0)

    def _channel_at(self, channel: Channel, x: int, least: int) -> int:
        """Place a channel at ``x`` and return where it ends; it grows by four tracks at a time."""
        tracks = self.tracks.get(channel, 0)
        need = 2 * MARGIN + TRACK * 4 * -(-(tracks - 1) // 4) if tracks else 0
        width = max(least, need)
        self.x[channel] = x + (width - TRACK * max(0, tracks - 1)) // 2
        return x + width

    def _track_x(self, leg: Leg) -> int:
        return self.x[leg.channel] + TRACK * leg.track

    # -- rows in gutters ---------------------------------------------------------------------------------

    def _hand_out_rows(self) -> None:
        found: dict[tuple[int, int], dict[str, list[tuple[Leg, int, int]]]] = {}
        for way in self.ways:
            for leg, following in zip(way.legs, way.legs[1:], strict=False):
                if leg.gutter is not None:
                    ends = sorted((self._track_x(leg), self._track_x(following)))
                    share = following.share if following is way.legs[-1] else way.segment.name
                    group = found.setdefault((leg.gutter, leg.group), {})
                    group.setdefault(share, []).append((leg, ends[0], ends[1]))
        for place, groups in found.items():
            self.rows[place] = level_tracks(list(groups.values()))

    def _set_bands(self) -> int:
        """Find the positions of bands and gutters; return the height of the level."""
        y = 0
        count = len(self.grid.bands)
        for number in range(count + 1):
            rows = self.rows.get((number, 0), 0) + self.rows.get((number, 1), 0)
            edge = number in (0, count)
            need = TRACK * (rows + 1) + MARGIN // 2 if rows else 0
            self.gutters.append(y)
            y += max(EDGE if edge else GUTTER, 4 * -(-need // 4))
            if number < count:
                self.tops.append(y)
                y += self.grid.height(number)
        return y

    def _row_y(self, leg: Leg) -> int:
        assert leg.gutter is not None
        before = self.rows.get((leg.gutter, 0), 0)
        if not leg.group:
            return self.gutters[leg.gutter] + TRACK * (leg.row + 1) + MARGIN // 4
        below = (
            self.tops[leg.gutter] if leg.gutter < len(self.tops) else self.gutters[leg.gutter] + TRACK * (before + 9)
        )
        return below - TRACK * (leg.row + 1) - MARGIN // 4

    # -- the border -----------------------------------------------------------------------------------------

    def _set_border(self, ports: Sequence[tuple[str, str]]) -> dict[str, tuple[str, int]]:
        """Find the heights of the ports of the container: level with what they lead to, if possible."""
        wishes: dict[str, dict[str, int | None]] = {"L": {}, "R": {}}
        for port, side in ports:
            wishes[side][port] = None
        for way in self.ways:
            for end, leg, other in (
                (way.segment.source, way.legs[0], way.segment.target),
                (way.segment.target, way.legs[-1], way.segment.source),
            ):
                if end.part:
                    continue
                if wishes[end.side].get(end.port) is None:
                    wishes[end.side][end.port] = self._facing(way, leg, other)
        found = {}
        for side, wanted in wishes.items():
            known = sorted((y, place, port) for place, (port, y) in enumerate(wanted.items()) if y is not None)
            taken = [port for _, _, port in known] + [port for port, y in wanted.items() if y is None]
            heights = {port: y for y, _, port in known}
            lowest = FIRST
            for port in taken:
                y = max(lowest, heights.get(port, lowest))
                found[port] = (side, y)
                lowest = y + PITCH
        return found

    def _facing(self, way: Way, leg: Leg, other: End) -> int:
        if len(way.legs) == 1 and other.part:
            return self.tops[self.grid.where[other.part][0]] + self.grid.port_y(other)
        with_row = next((piece for piece in (leg, *way.legs) if piece.gutter is not None), None)
        return self._row_y(with_row) if with_row is not None else FIRST

    # -- points -----------------------------------------------------------------------------------------------

    def _points(
        self, way: Way, places: Mapping[str, tuple[int, int]], border: Mapping[str, tuple[str, int]], width: int
    ) -> tuple[tuple[int, int], ...]:
        x, y = self._at(way.segment.source, places, border, width)
        last_x, last_y = self._at(way.segment.target, places, border, width)
        points = [(x, y)]
        for number, leg in enumerate(way.legs):
            if leg.gutter is not None:
                level = self._row_y(leg)
            elif leg.gap:
                level = self.tops[self.grid.where[leg.gap][0]] + self.grid.entries[leg.gap].y + GAP // 2
            else:
                level = last_y
            if number == len(way.legs) - 1:
                level = last_y
            if level != y:
                at = self._track_x(leg)
                points += [(at, y), (at, level)]
                y = level
        points.append((last_x, last_y))
        return straightened(points)

    def _at(
        self, end: End, places: Mapping[str, tuple[int, int]], border: Mapping[str, tuple[str, int]], width: int
    ) -> tuple[int, int]:
        if not end.part:
            return (0 if end.side == "L" else width), border[end.port][1]
        x, y = places[end.part]
        item = self.grid.items[end.part]
        return (x if end.side == "L" else x + item.w), y + item.ports[end.port][1]


def straightened(points: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return a way without the points at which it does not turn.

    >>> straightened([(0, 0), (5, 0), (5, 0), (9, 0), (9, 4)])
    ((0, 0), (9, 0), (9, 4))
    """
    kept: list[tuple[int, int]] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return tuple(kept) if len(kept) > 1 else (*kept, *kept)
