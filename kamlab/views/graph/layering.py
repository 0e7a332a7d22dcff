"""Layering: links cut at the sides of containers, and the parts of each level in rows of columns.

A *level* holds the parts that are directly in one container, or at the top. A link between parts in different
containers is cut into one segment for each level that it runs in; where it goes through the side of a container there
is a *gate*, a port that belongs to no box. So a link through five containers is as simple as one between neighbours.

The columns are those of a layered drawing (Sugiyama): links that close a cycle are set aside, each part goes as far
left as the others allow, and within a column parts are ordered by where their neighbours are. That is done for each
*block*, the parts that are connected by links that carry work; links for control messages connect no blocks, or all
connections of a server would be one large block because each can tell the server something. Everything is decided in
the order in which the parts are given, so equal input gives equal output.

A level is a stack of *bands*, each a row of columns; a row that is too long for one band goes on in the next, as text
does. Links run only where no part can be: in the *channels* between columns, in the *gutters* between bands, and in the
two lanes at the sides. A link that passes a column on its way to one further right has a *gap* there, kept open among
the parts like an invisible part. So no link can cross a part, wherever the parts are.

:mod:`.routing` draws the links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from .structure import DrawnLink

#: How many parts a column has at most.
TALL = 8
#: How often the columns are ordered by their neighbours.
SWEEPS = 4
#: The width in pixels beyond which columns go on in the next band; by how much and how often more is tried.
WIDE, WIDER, TRIES = 780, 320, 8
#: The best width for a height, and how much worse the width of the last picture may be and is still kept.
SHAPE, KEPT = 1.45, 1.4
#: How much longer than the first column of a band another one of single parts may be.
LONGER = 1.3
#: How much wider a band may be before it goes on in the next one.
MARGIN = 160
#: The room between two columns that are linked, and between two that are not.
CHANNEL, APART = 68, 28
#: The room between two parts of a column, and beside a gap; how high a gap is.
BETWEEN, BESIDE, GAP = 22, 10, 12
#: The weight of a position from the last picture against that of a straight link.
HELD = 10_000.0

Edge = tuple[str, str]


class End(NamedTuple):
    """Where a segment begins or ends: a port of a part; of the container itself, if ``part`` is empty."""

    part: str
    port: str
    side: str


class LinkSegment(NamedTuple):
    """The piece of a link that lies in one level. ``name`` is the same in every picture."""

    name: str
    source: End
    target: End
    quiet: bool = False


# -- levels -------------------------------------------------------------------------------------------


class Levels:
    """Parts within parts, and their links cut into segments.

    Args:
        parents: the container of each part, ``""`` at the top; containers come before their contents.
        wires: the links between them.
    """

    def __init__(self, parents: Mapping[str, str], wires: Iterable[DrawnLink]) -> None:
        self.parents = parents
        self.children: dict[str, list[str]] = {}
        for name, parent in parents.items():
            self.children.setdefault(parent, []).append(name)
        #: The segments in each level, by name.
        self.segments: dict[str, dict[str, LinkSegment]] = {}
        #: The segments of each link, in order: their levels and names.
        self.pieces: dict[str, list[tuple[str, str]]] = {}
        for wire in wires:
            self.pieces[wire.key] = pieces = []
            for level, source, target in self._cut(wire):
                name = f"{source.part}.{source.port}>{target.part}.{target.port}"
                here = self.segments.setdefault(level, {})
                if name not in here or (here[name].quiet and not wire.quiet):
                    here[name] = LinkSegment(name, source, target, wire.quiet)
                pieces.append((level, name))

    def depth(self, name: str) -> int:
        """Return how many containers a part is in, counting the whole as one; 0 for the whole."""
        return len(self._above(name)) - 1

    def _above(self, name: str) -> list[str]:
        """Return a part, its container, that one's, and so on; the last is the whole."""
        found = [name]
        while name:
            name = self.parents[name]
            found.append(name)
        return found

    def _cut(self, wire: DrawnLink) -> list[tuple[str, End, End]]:
        """Return the level and the ends of each segment of a link."""
        source, target = f"{wire.source_side}:{wire.source_box}", f"{wire.target_side}:{wire.target_box}"
        at, goal = End(wire.source, source, wire.source_side), End(wire.target, target, wire.target_side)
        common = self.parents[wire.source]
        if common == self.parents[wire.target]:
            return [(common, at, goal)]
        up, down = self._above(wire.source), self._above(wire.target)
        if wire.source in down:
            common, at = wire.source, End("", source, wire.source_side)
        elif wire.target in up:
            common, goal = wire.target, End("", target, wire.target_side)
        else:
            common = next(name for name in up if name in down)
        found = []
        gate = f"gate:{wire.source}.{source}"
        for level in up[1 : up.index(common)]:
            found.append((level, at, End("", gate, "R")))
            at = End(level, gate, "R")
        gate = f"gate:{wire.target}.{target}"
        level = common
        for inner in reversed(down[1 : down.index(common)]):
            found.append((level, at, End(inner, gate, "L")))
            level, at = inner, End("", gate, "L")
        found.append((level, at, goal))
        return found

    def feedback(self) -> frozenset[str]:
        """Return the links that lead back: to a column that is not right of the one that they come from."""
        back = set()
        for level, segments in self.segments.items():
            column: dict[str, int] = {}
            for name, (_, source, target, _) in segments.items():
                if not source.part or not target.part:
                    leads_back = source.side == "R" if not source.part else target.side == "L"
                else:
                    column = column or self._columns(level)
                    leads_back = column[target.part] <= column[source.part]
                if leads_back:
                    back.add((level, name))
        return frozenset([key for key, pieces in self.pieces.items() if not back.isdisjoint(pieces)])

    def _columns(self, level: str) -> dict[str, int]:
        """Return the column of each part of a level, counted through all blocks."""
        blocks = blocks_in(self.children[level], self.segments[level].values())
        columns = [column for block in blocks for column in block]
        return {name: number for number, column in enumerate(columns) for name in column}


# -- columns ------------------------------------------------------------------------------------------


def blocks_in(names: Sequence[str], segments: Iterable[LinkSegment]) -> list[list[list[str]]]:
    """Return the blocks of a level, each as its columns."""
    edges = [(one.part, other.part) for _, one, other, quiet in segments if one.part and other.part and not quiet]
    blocks = []
    for block in blocks_of(names, edges):
        if len(block) == 1:
            blocks.append([block])
        else:
            members = set(block)
            blocks.append(columns_of(block, forward_edges(block, [edge for edge in edges if edge[0] in members])))
    return blocks


def blocks_of(names: Sequence[str], edges: Iterable[Edge]) -> list[list[str]]:
    """Return the groups of connected parts, in the order of their first parts; single parts come last.

    >>> blocks_of("abcd", [("b", "d")])
    [['b', 'd'], ['a'], ['c']]
    """
    group = {name: [name] for name in names}
    for one, other in edges:
        small, large = sorted((group[one], group[other]), key=len)
        if small is not large:
            large += small
            group.update(dict.fromkeys(small, large))
    blocks: dict[int, list[str]] = {}
    for name in names:
        blocks.setdefault(id(group[name]), []).append(name)
    alone = [block for block in blocks.values() if len(block) == 1]
    return [block for block in blocks.values() if len(block) > 1] + alone


def forward_edges(names: Sequence[str], edges: Iterable[Edge]) -> list[Edge]:
    """Return the edges without those that close a cycle with edges before them.

    So where two parts talk to each other, the link that was made first leads forward.

    >>> forward_edges("abc", [("a", "b"), ("b", "c"), ("c", "a")])
    [('a', 'b'), ('b', 'c')]
    """
    following: dict[str, list[str]] = {name: [] for name in names}
    kept: list[Edge] = []
    for source, target in dict.fromkeys(edges):
        reached, left = {target}, [target]
        while left and source not in reached:
            new = [name for name in following[left.pop()] if name not in reached]
            reached.update(new)
            left += new
        if source not in reached:
            following[source].append(target)
            kept.append((source, target))
    return kept


def columns_of(names: Sequence[str], edges: Sequence[Edge], tall: int = TALL) -> list[list[str]]:
    """Return the parts in columns, given edges without cycles: each part is right of all that lead to it.

    >>> columns_of("abcd", [("a", "b"), ("b", "c"), ("d", "c")])
    [['a'], ['b', 'd'], ['c']]
    """
    after: dict[str, list[str]] = {name: [] for name in names}
    missing = dict.fromkeys(names, 0)
    for source, target in edges:
        after[source].append(target)
        missing[target] += 1
    roots = [name for name in names if not missing[name]]
    layer = dict.fromkeys(names, 0)
    ready = list(roots)
    for name in ready:  # grows
        for target in after[name]:
            layer[target] = max(layer[target], layer[name] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    for name in roots:
        if after[name]:
            layer[name] = min(map(layer.__getitem__, after[name])) - 1
    layers: dict[int, list[str]] = {}
    for name in names:
        layers.setdefault(layer[name], []).append(name)
    columns = []
    for number in sorted(layers):
        group = layers[number]
        count = -(-len(group) // tall)
        size = -(-len(group) // count)
        for start in range(0, len(group), size):
            columns.append(group[start : start + size])
    return columns


def ordered(columns: Sequence[Sequence[str]], edges: Iterable[Edge], rank: Mapping[str, int]) -> list[list[str]]:
    """Return the columns, each ordered so that linked parts are side by side.

    ``edges`` lead from one column to the next. Parts that have a ``rank`` stay in that order, and new parts
    come after them.

    >>> ordered([["a", "b"], ["c", "d"]], [("a", "d"), ("b", "c")], {})
    [['a', 'b'], ['d', 'c']]
    """
    result = [list(column) for column in columns]
    if rank:
        for column in result:
            column.sort(key=lambda name: (name not in rank, rank.get(name, 0)))
        return result
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in edges:
        before.setdefault(target, []).append(source)
        after.setdefault(source, []).append(target)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        near = before if forth else after
        numbers = range(1, len(result)) if forth else range(len(result) - 2, -1, -1)
        for number in numbers:
            beside = {name: place for place, name in enumerate(result[number - 1 if forth else number + 1])}
            _sort_by_neighbours(result[number], near, beside)
    return result


def _sort_by_neighbours(column: list[str], near: Mapping[str, list[str]], place: Mapping[str, int]) -> None:
    """Sort a column by the mean place of the neighbours of each part; parts without any stay where they are."""
    means: dict[str, float] = {}
    for name in column:
        places = [place[neighbour] for neighbour in near.get(name, ()) if neighbour in place]
        if places:
            means[name] = sum(places) / len(places)
    moving = iter(sorted(means, key=lambda name: means[name]))
    column[:] = [next(moving) if name in means else name for name in column]


def stacked(
    wanted: Sequence[float], heights: Sequence[int], gaps: Sequence[int], weights: Sequence[float]
) -> list[int]:
    """Return tops for a column, in order and without overlap, as near as possible to the preferred ones.

    ``gaps[i]`` is the room between ``i`` and ``i + 1``. Entries that are pushed together move as one
    (pool adjacent violators).

    >>> stacked([0, 0, 100], [10, 10, 10], [5, 5], [1, 1, 1])
    [-7, 8, 100]
    """
    offsets = [0]
    for height, gap in zip(heights, [*gaps, 0], strict=False):
        offsets.append(offsets[-1] + height + gap)
    pools: list[list[float]] = []  # sum of weighted wishes, weight, how many
    for place, wish in enumerate(wanted):
        weight = weights[place]
        pools.append([(wish - offsets[place]) * weight, weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [one + other for one, other in zip(pools[-1], last, strict=True)]
    tops: list[int] = []
    for total, weight, count in pools:
        for _ in range(int(count)):
            tops.append(round(total / weight + 1e-9) + offsets[len(tops)])
    return tops


# -- bands --------------------------------------------------------------------------------------------


class Item(NamedTuple):
    """A part as its level sees it: its size, and the side and height of each port."""

    name: str
    w: int
    h: int
    ports: Mapping[str, tuple[str, int]]


@dataclass(slots=True)
class ColumnEntry:
    """A part, or a gap for a link, in its column. ``y`` counts from the top of the band."""

    name: str
    w: int
    h: int
    y: int = 0


@dataclass(slots=True)
class Grid:
    """The band and column of each part."""

    items: dict[str, Item]
    bands: list[list[list[ColumnEntry]]] = field(default_factory=list)
    #: (band, column) of each part and gap.
    where: dict[str, tuple[int, int]] = field(default_factory=dict)
    entries: dict[str, ColumnEntry] = field(default_factory=dict)
    #: The width beyond which columns went on in the next band.
    wide: int = 0
    #: The gaps of each segment that passes columns, in order.
    gaps: dict[str, list[str]] = field(default_factory=dict)
    #: The columns that have links to the one before them in their block.
    joined: set[tuple[int, int]] = field(default_factory=set)

    def port_y(self, end: End) -> int:
        """Return the distance of a port from the top of its band."""
        return self.entries[end.part].y + self.items[end.part].ports[end.port][1]

    def height(self, band: int) -> int:
        """Return the height of a band."""
        return max(entry.y + entry.h for column in self.bands[band] for entry in column)


class Hints(NamedTuple):
    """The last picture: the place of each part in its column, its height in its band, and the width of bands."""

    rank: Mapping[str, int] = {}
    y: Mapping[str, int] = {}
    wide: int = 0


def grid_of(items: Sequence[Item], segments: Sequence[LinkSegment], hints: Hints = Hints(), wide: int = WIDE) -> Grid:  # noqa: B008
    """Put the parts of a level into bands and columns."""
    grid = Grid({item.name: item for item in items})
    blocks = blocks_in(list(grid.items), segments)
    block_of: dict[str, int] = {}
    for number, columns in enumerate(blocks):
        block_of.update((name, number) for column in columns for name in column)
    grid.wide, bands = _best_bands(grid, blocks, wide, hints.wide)
    for band, columns in enumerate(bands):
        grid.bands.append([])
        for number, column in enumerate(columns):
            grid.where.update((name, (band, number)) for name in column)
            grid.bands[-1].append([ColumnEntry(name, grid.items[name].w, grid.items[name].h) for name in column])
    steps = _open_gaps(grid, segments, block_of)
    for band in range(len(grid.bands)):
        _place(grid, band, steps, hints, block_of)
    return grid


def _best_bands(grid: Grid, blocks: list[list[list[str]]], wide: int, before: int) -> tuple[int, list[list[list[str]]]]:
    """Return the width at which the level is best in shape, and its bands; the width before, if that is good enough."""
    found: dict[int, tuple[float, list[list[list[str]]]]] = {}
    for width in range(wide, wide + TRIES * WIDER, WIDER):
        bands = _bands(grid, blocks, width)
        across = max(
            [_wide([max([grid.items[name].w for name in column]) for column in band]) for band in bands], default=0
        )
        down = sum([max([sum([grid.items[name].h + BETWEEN for name in column]) for column in band]) for band in bands])
        found[width] = max(across / SHAPE, down), bands
        if len(bands) < 2:
            break
    best = min(found, key=lambda width: found[width][0])
    if before in found and found[before][0] <= KEPT * found[best][0]:
        best = before
    return best, found[best][1]


def _bands(grid: Grid, blocks: list[list[list[str]]], wide: int) -> list[list[list[str]]]:
    """Put blocks side by side into bands; one that is too long goes on in further bands, all about equally long.

    A single part stands below another one where there is something higher in its band.
    """
    bands: list[list[list[str]]] = []
    room = -1
    lone: list[list[str]] = []  # the columns of single parts in the last band, but for the first one
    for columns in blocks:
        widths = [max(grid.items[name].w for name in column) for column in columns]
        total = _wide(widths)
        single = columns[0] if len(columns) == len(columns[0]) == 1 else []
        below = next((column for column in lone if single and _fits(grid, column, single[0], bands[-1])), None)
        if below is not None:
            below += single
            continue
        if total + APART <= room:
            bands[-1] += map(list, columns)
            lone += bands[-1][-1:] if single else []
            room -= total + APART
            continue
        rows = -(-total // wide) if total > wide + MARGIN else 1
        longest = -(-len(columns) // rows)
        start = 0
        while start < len(columns):
            end = start + 1
            while end < min(len(columns), start + longest) and (rows == 1 or _wide(widths[start : end + 1]) <= wide):
                end += 1
            bands.append(list(map(list, columns[start:end])))
            start = end
        lone = []
        room = wide - total if rows == 1 else -1
    return bands


def _fits(grid: Grid, column: list[str], name: str, band: list[list[str]]) -> bool:
    """Return whether one more part fits below those of a column, beside the first column of its band."""
    first, high = [sum([grid.items[part].h + BETWEEN for part in parts]) for parts in (band[0], column)]
    wide = max([grid.items[part].w for part in column])
    return high + grid.items[name].h <= LONGER * first and grid.items[name].w <= wide


def _wide(widths: Sequence[int]) -> int:
    return sum(widths) + CHANNEL * (len(widths) - 1)


def _open_gaps(grid: Grid, segments: Sequence[LinkSegment], block_of: Mapping[str, int]) -> list[tuple[End, End, bool]]:
    """Open gaps for links that pass columns; return the steps of all links from one column to the next."""
    steps = []
    for name, source, target, quiet in segments:
        if not source.part or not target.part:
            continue
        (band, start), (other, end) = grid.where[source.part], grid.where[target.part]
        if band != other or end <= start:
            continue
        if end > start + 1 and block_of[source.part] != block_of[target.part]:
            continue
        grid.joined.update((band, number) for number in range(start + 1, end + 1))
        gaps = [f"~{name}~{number - start}" for number in range(start + 1, end)]
        if gaps:
            grid.gaps[name] = gaps
        for number, gap in enumerate(gaps, start + 1):
            grid.where[gap] = (band, number)
            grid.bands[band][number].append(ColumnEntry(gap, 0, GAP))
        ends = [source, *(End(gap, "", "") for gap in gaps), target]
        steps += [(one, next_one, quiet) for one, next_one in pairwise(ends)]
    return steps


def _place(
    grid: Grid, band: int, steps: list[tuple[End, End, bool]], hints: Hints, block_of: Mapping[str, int]
) -> None:
    """Order the columns of a band, and find the heights of everything in it."""
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


def _gap(one: ColumnEntry, other: ColumnEntry) -> int:
    return BETWEEN if one.w and other.w else BESIDE


def _straighten(
    grid: Grid, columns: list[list[ColumnEntry]], steps: list[tuple[End, End, bool]], held: Mapping[str, int]
) -> None:
    """Move the entries of each column so that their links are straight, as far as there is room."""
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
    grid: Grid, entry: ColumnEntry, near: Mapping[str, list[tuple[str, int, float]]], held: Mapping[str, int]
) -> tuple[float, float]:
    """Return the preferred height of an entry, and its weight."""
    if entry.name in held:
        return held[entry.name], HELD
    wishes = near.get(entry.name)
    if not wishes:
        return entry.y, 0.1
    total = sum(weight for _, _, weight in wishes)
    return sum((grid.entries[name].y + shift) * weight for name, shift, weight in wishes) / total, total


def _offset(grid: Grid, end: End) -> int:
    return grid.items[end.part].ports[end.port][1] if end.port else GAP // 2


def _to_the_top(columns: list[list[ColumnEntry]], block_of: Mapping[str, int], held: bool) -> None:
    """Move each block of a band up or down so that it begins at the top."""
    groups: dict[int, list[ColumnEntry]] = {}
    for column in columns:
        number = next((block_of[entry.name] for entry in column if entry.name in block_of), 0)
        groups.setdefault(number, []).extend(column)
    for group in groups.values():
        top = min(entry.y for entry in group)
        if top < 0 or not held:
            for entry in group:
                entry.y -= top
