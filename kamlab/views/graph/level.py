"""One level of a picture: the parts in a container, or those at the top, in rows of columns.

A level is a stack of *bands*, each a row of columns; what is too long for one band goes on in the next,
as text does. Links run only where no part can be: in the *channels* between columns, in the *gutters*
between bands, and in the two lanes at the sides. A link that passes a column on its way to one further
right has a *gap* there, kept open among the parts like a part without a face. So no link can cross a
part, however the parts are placed; this was chosen over drawing curves from box to box, which is
shorter to write and wrong in every system with feedback.

This module decides who stands where within the bands. :mod:`.routes` lays the links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from .layers import blocks_of, columns_of, forward_edges, ordered, stacked

#: How wide a level may be before its columns go on in the next band; and one of more than so many blocks.
WIDE, WIDER, MANY = 940, 1260, 8
#: The room between two columns that are linked, and between two that are not.
CHANNEL, APART = 60, 28
#: The room between two parts of a column, and beside a gap; how high a gap is.
BETWEEN, BESIDE, GAP = 22, 10, 12
#: How much a place from the last picture counts against the wish to be straight.
HELD = 10_000.0


class End(NamedTuple):
    """Where a segment begins or ends: a port of a part; of the container itself, where ``part`` is empty."""

    part: str
    port: str
    side: str


class Segment(NamedTuple):
    """The piece of a link that lies in one level. ``name`` is the same in every picture."""

    name: str
    source: End
    target: End
    quiet: bool = False


class Item(NamedTuple):
    """A part as its level sees it: how large it is, and how far down each port is on its side."""

    name: str
    w: int
    h: int
    ports: Mapping[str, tuple[str, int]]


@dataclass(slots=True)
class Entry:
    """A part, or a gap for a link, in its column. ``y`` is counted from the top of the band."""

    name: str
    w: int
    h: int
    y: int = 0


@dataclass(slots=True)
class Grid:
    """Who stands in which band and column."""

    items: dict[str, Item]
    bands: list[list[list[Entry]]] = field(default_factory=list)
    #: (band, column) of each part and gap.
    where: dict[str, tuple[int, int]] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    #: For each segment that passes columns, the gaps that it goes through, in order.
    gaps: dict[str, list[str]] = field(default_factory=dict)
    #: Whether there are links between a column and the one before it in its block.
    joined: set[tuple[int, int]] = field(default_factory=set)

    def port_y(self, end: End) -> int:
        """Return how far from the top of its band a port is."""
        return self.entries[end.part].y + self.items[end.part].ports[end.port][1]

    def height(self, band: int) -> int:
        """Return how high a band is."""
        return max(entry.y + entry.h for column in self.bands[band] for entry in column)


class Hints(NamedTuple):
    """Where things were in the last picture: the place in its column of each, and the height in its band."""

    rank: Mapping[str, int] = {}
    y: Mapping[str, int] = {}


def grid_of(items: Sequence[Item], segments: Sequence[Segment], hints: Hints = Hints(), wide: int = WIDE) -> Grid:  # noqa: B008
    """Put the parts of a level into bands and columns."""
    grid = Grid({item.name: item for item in items})
    names = list(grid.items)
    inside = [each for each in segments if each.source.part and each.target.part]
    main = [(each.source.part, each.target.part) for each in inside if not each.quiet]
    blocks = []
    for block in blocks_of(names, main):
        members = set(block)
        edges = forward_edges(block, [edge for edge in main if edge[0] in members and edge[1] in members])
        blocks.append(columns_of(block, edges))
    if len(blocks) > MANY and any(len(columns) > 1 for columns in blocks):
        wide += WIDER - WIDE
    block_of: dict[str, int] = {}
    for number, columns in enumerate(blocks):
        block_of.update((name, number) for column in columns for name in column)
    for band, columns in enumerate(_bands(grid, blocks, wide)):
        grid.bands.append([])
        for number, column in enumerate(columns):
            grid.where.update((name, (band, number)) for name in column)
            grid.bands[-1].append([Entry(name, grid.items[name].w, grid.items[name].h) for name in column])
    steps = _open_gaps(grid, inside, block_of)
    for band in range(len(grid.bands)):
        _place(grid, band, steps, hints, block_of)
    return grid


def _bands(grid: Grid, blocks: list[list[list[str]]], wide: int) -> list[list[list[str]]]:
    bands: list[list[list[str]]] = []
    room = -1
    for columns in blocks:
        widths = [max(grid.items[name].w for name in column) for column in columns]
        total = sum(widths) + CHANNEL * (len(widths) - 1)
        wraps = False
        if total + APART > room or not bands:
            bands.append([])
            room = wide
        for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
            need = width + (CHANNEL if place else APART)
            if need > room and bands[-1]:
                bands.append([])
                room, wraps, need = wide, True, width + APART
            bands[-1].append(column)
            room -= need
        if wraps:
            room = -1
    return bands


def _open_gaps(grid: Grid, inside: Sequence[Segment], block_of: Mapping[str, int]) -> list[tuple[End, End, bool]]:
    """Open gaps for links that pass columns; return the steps of all links from one column to the next."""
    steps = []
    for each in inside:
        (band, start), (other, end) = grid.where[each.source.part], grid.where[each.target.part]
        if band != other or end <= start:
            continue
        same = block_of[each.source.part] == block_of[each.target.part]
        if end > start + 1 and not same:
            continue
        grid.joined.update((band, number) for number in range(start + 1, end + 1))
        gaps = [f"~{each.name}~{number - start}" for number in range(start + 1, end)]
        if gaps:
            grid.gaps[each.name] = gaps
        for number, gap in enumerate(gaps, start + 1):
            grid.where[gap] = (band, number)
            grid.bands[band][number].append(Entry(gap, 0, GAP))
        ends = [each.source, *(End(gap, "", "") for gap in gaps), each.target]
        steps += [(one, next_one, each.quiet) for one, next_one in pairwise(ends)]
    return steps


def _place(
    grid: Grid, band: int, steps: list[tuple[End, End, bool]], hints: Hints, block_of: Mapping[str, int]
) -> None:
    """Order the columns of a band, and find the height of everything in it."""
    columns = grid.bands[band]
    names = [[entry.name for entry in column] for column in columns]
    here = [step for step in steps if grid.where[step[0].part][0] == band]
    rank = {name: hints.rank[name] for column in names for name in column if name in hints.rank}
    entries = {entry.name: entry for column in columns for entry in column}
    grid.entries.update(entries)
    names = ordered(names, [(one.part, other.part) for one, other, _ in here], rank)
    columns[:] = [[entries[name] for name in column] for column in names]
    for column in columns:
        y = 0
        for place, entry in enumerate(column):
            entry.y = y
            y += entry.h + (_gap(entry, column[place + 1]) if place + 1 < len(column) else 0)
    held = {name: y for name, y in hints.y.items() if name in entries}
    _straighten(grid, columns, here, held)
    _to_the_top(columns, block_of, bool(held))


def _gap(one: Entry, other: Entry) -> int:
    return BETWEEN if one.w and other.w else BESIDE


def _straighten(
    grid: Grid, columns: list[list[Entry]], steps: list[tuple[End, End, bool]], held: Mapping[str, int]
) -> None:
    """Move the entries of each column to where their links are straight, as far as there is room."""
    before: dict[str, list[tuple[str, int, float]]] = {}
    after: dict[str, list[tuple[str, int, float]]] = {}
    for one, other, quiet in steps:
        shift = _offset(grid, one) - _offset(grid, other)
        weight = 0.01 if quiet else 8.0 if not one.port or not other.port else 4.0
        before.setdefault(other.part, []).append((one.part, shift, weight))
        after.setdefault(one.part, []).append((other.part, -shift, weight))
    for near, order in ((before, columns), (after, columns[::-1]), (before, columns)):
        for column in order:
            wishes = [_wish(grid, entry, near, held) for entry in column]
            gaps = [_gap(one, other) for one, other in pairwise(column)]
            tops = stacked([wish for wish, _ in wishes], [e.h for e in column], gaps, [w for _, w in wishes])
            for entry, top in zip(column, tops, strict=True):
                entry.y = top


def _wish(
    grid: Grid, entry: Entry, near: Mapping[str, list[tuple[str, int, float]]], held: Mapping[str, int]
) -> tuple[float, float]:
    """Return where an entry wants to be, and how much."""
    if entry.name in held:
        return held[entry.name], HELD
    wishes = near.get(entry.name)
    if not wishes:
        return entry.y, 0.1
    total = sum(weight for _, _, weight in wishes)
    return sum((grid.entries[name].y + shift) * weight for name, shift, weight in wishes) / total, total


def _offset(grid: Grid, end: End) -> int:
    return grid.items[end.part].ports[end.port][1] if end.port else GAP // 2


def _to_the_top(columns: list[list[Entry]], block_of: Mapping[str, int], held: bool) -> None:
    """Move each block of a band up or down so that it begins at the top."""
    groups: dict[int, list[Entry]] = {}
    for column in columns:
        number = next((block_of[entry.name] for entry in column if entry.name in block_of), 0)
        groups.setdefault(number, []).extend(column)
    for group in groups.values():
        top = min(entry.y for entry in group)
        if top < 0 or not held:
            for entry in group:
                entry.y -= top
