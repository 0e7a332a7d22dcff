"""Where everything is: levels within levels, from the inside out.

Each container is laid out as a level of its own, and is then one part of the level it is in. A link
between parts in different containers is cut into one segment for each level it runs in; where it goes
through the side of a container there is a *gate*, a box without a face. So a link through five
containers is no other problem than one between neighbours.
"""

from __future__ import annotations

from typing import NamedTuple

from .level import WIDE, End, Hints, Item, Segment, grid_of
from .plan import Plan, Seating, Slot, seated
from .routes import FIRST, PITCH, Laid, Router, straightened
from .scene import Line, Node, Port, Scene
from .structure import Structure, Wire

#: The head of a part, that of a container, and what is left free at its other sides.
HEAD, TITLE, FOOT = 50, 34, 8
#: The lane at the side of a container in which the names of its boxes stand.
LANE = 66
#: What is left free around the whole.
PAD = 16


class Picture(NamedTuple):
    """A scene, and what is needed for the next one to go on from it."""

    scene: Scene
    structure: Structure
    seating: Seating
    placed: Placed


class Placed(NamedTuple):
    """A plan with everything in its place."""

    w: int
    h: int
    places: dict[str, tuple[int, int, int, int]]
    ports: dict[str, dict[str, tuple[int, int]]]
    ways: dict[str, tuple[tuple[int, int], ...]]
    back: frozenset[str]
    hints: dict[str, Hints]


def picture_of(structure: Structure, before: Picture | None = None) -> Picture:
    """Return the picture of a structure, going on from the one before it."""
    if before is not None and before.structure == structure:
        return before
    seating = seated(structure, before.seating if before is not None else None)
    if before is not None and seating.plan == before.seating.plan:
        placed = before.placed
    else:
        goes_on = before is not None and bool({*before.seating.seats} & {*seating.seats})
        placed = placed_of(seating.plan, before.placed.hints if before is not None and goes_on else {})
    return Picture(_scene(structure, seating, placed), structure, seating, placed)


def placed_of(plan: Plan, hints: dict[str, Hints] | None = None) -> Placed:
    """Lay out a plan."""
    return _Nest(plan, hints or {}).placed()


class _Nest:
    """The levels of one plan."""

    def __init__(self, plan: Plan, hints: dict[str, Hints]) -> None:
        self.plan = plan
        self.hints = hints
        self.slots = {slot.name: slot for slot in plan.slots}
        self.children: dict[str, list[Slot]] = {}
        for slot in plan.slots:
            self.children.setdefault(slot.parent, []).append(slot)
        self.lines: dict[str, list[tuple[str, str]]] = {}
        self.segments: dict[str, dict[str, Segment]] = {}
        for wire in plan.wires:
            self._cut(wire)
        self.items: dict[str, Item] = {}
        self.laid: dict[str, Laid] = {}
        self.new_hints: dict[str, Hints] = {}

    # -- cutting links at the sides of containers ------------------------------------------------------

    def _cut(self, wire: Wire) -> None:
        """Cut a link into segments, one for each level."""
        up, down = self._above(wire.source), self._above(wire.target)
        into = wire.source in down and wire.source_side == "L"  # from a box of a container to its inside
        from_own = wire.source in down and wire.source_side == "R" and wire.source != wire.target
        out_of = wire.target in up and wire.source != wire.target
        common = next((each for each in up[1:] if each in down[1:]), "")
        if into or from_own:
            common = wire.source
        elif out_of:
            common = wire.target
        source = f"{wire.source_side}:{wire.source_box}"
        target = f"{wire.target_side}:{wire.target_box}"
        pieces: list[tuple[str, str]] = []
        at = End(wire.source, source, wire.source_side)
        if common == wire.source and wire.source != wire.target:
            at = End("", source, wire.source_side)
        else:
            for level in up[1 : up.index(common)] if common in up else up[1:]:
                gate = f"gate:{wire.source}.{source}"
                pieces.append(self._segment(level, at, End("", gate, "R"), wire.quiet))
                at = End(level, gate, "R")
        goal = End(
            "" if common == wire.target and wire.source != wire.target else wire.target, target, wire.target_side
        )
        levels = [] if goal.part == "" else down[1 : down.index(common)] if common in down else down[1:]
        gate = f"gate:{wire.target}.{target}"
        inward = [common, *reversed(levels)]
        for level, following in zip(inward, [*inward[1:], None], strict=True):
            end = End(following, gate, "L") if following is not None else goal
            pieces.append(self._segment(level, at, end, wire.quiet))
            at = End("", gate, "L")
        self.lines[wire.key] = pieces

    def _above(self, name: str) -> list[str]:
        """Return a slot, its container, that one's, and so on; the last is the whole."""
        found = [name]
        while name:
            name = self.slots[name].parent
            found.append(name)
        return found

    def _segment(self, level: str, source: End, target: End, quiet: bool) -> tuple[str, str]:
        name = f"{source.part}.{source.port}>{target.part}.{target.port}"
        here = self.segments.setdefault(level, {})
        if name not in here or (here[name].quiet and not quiet):
            here[name] = Segment(name, source, target, quiet)
        return level, name

    # -- from the inside out -----------------------------------------------------------------------------

    def placed(self) -> Placed:
        for slot in reversed(self.plan.slots):
            self.items[slot.name] = self._container(slot) if self.children.get(slot.name) else self._leaf(slot)
        self._lay("", ())
        top = self.laid[""]
        origins = {"": (PAD, PAD)}
        places: dict[str, tuple[int, int, int, int]] = {}
        ports: dict[str, dict[str, tuple[int, int]]] = {}
        for slot in self.plan.slots:
            left, top_y = origins[slot.parent]
            x, y = self.laid[slot.parent].places[slot.name]
            item = self.items[slot.name]
            places[slot.name] = (left + x, top_y + y, item.w, item.h)
            origins[slot.name] = (left + x, top_y + y + TITLE)
            ports[slot.name] = {
                port: (left + x + (item.w if side == "R" else 0), top_y + y + down)
                for port, (side, down) in item.ports.items()
            }
        ways = {wire.key: self._whole(wire, origins) for wire in self.plan.wires}
        back = frozenset(wire.key for wire in self.plan.wires if self._goes_back(wire))
        return Placed(top.w + 2 * PAD, top.h + 2 * PAD, places, ports, ways, back, self.new_hints)

    def _leaf(self, slot: Slot) -> Item:
        ports = {}
        for side, names in (("L", slot.lefts), ("R", slot.rights)):
            for place, name in enumerate(names):
                ports[f"{side}:{name}"] = (side, HEAD + FIRST + PITCH * place)
        rows = max(len(slot.lefts), len(slot.rights), 1)
        height = HEAD + PITCH * rows + FOOT
        for port, side in self._wanted(slot.name):
            ports.setdefault(port, (side, height - FOOT - PITCH // 2))
        return Item(slot.name, slot.w, height, ports)

    def _wanted(self, name: str) -> list[tuple[str, str]]:
        """Return the ports of a slot that segments of the level it is in lead to."""
        ends = [
            end
            for segment in self.segments.get(self.slots[name].parent, {}).values()
            for end in (segment.source, segment.target)
            if end.part == name
        ]
        return list(dict.fromkeys((end.port, end.side) for end in ends))

    def _container(self, slot: Slot) -> Item:
        own = [*((f"L:{name}", "L") for name in slot.lefts), *((f"R:{name}", "R") for name in slot.rights)]
        own += [each for each in self._wanted(slot.name) if each not in own]
        laid = self._lay(slot.name, tuple(own))
        ports = {port: (side, TITLE + y) for port, (side, y) in laid.border.items()}
        width = max(laid.w, slot.w)
        return Item(slot.name, width, TITLE + laid.h + FOOT, ports)

    def _lay(self, name: str, ports: tuple[tuple[str, str], ...]) -> Laid:
        depth = len(self._above(name)) - 1
        items = [self.items[child.name] for child in self.children.get(name, ())]
        segments = list(self.segments.get(name, {}).values())
        grid = grid_of(items, segments, self.hints.get(name, Hints()), WIDE - 40 * depth)
        lanes = (0, 0)
        least = 0
        if name:
            slot = self.slots[name]
            lanes = (LANE if slot.lefts else 2 * FOOT, LANE if slot.rights else 2 * FOOT)
            least = slot.w
        laid = Router(grid, segments, lanes, least).lay(ports)
        self.laid[name] = laid
        self.new_hints[name] = Hints(
            {entry.name: place for band in grid.bands for column in band for place, entry in enumerate(column)},
            {entry.name: entry.y for band in grid.bands for column in band for entry in column},
        )
        return laid

    # -- the whole way ------------------------------------------------------------------------------------

    def _whole(self, wire: Wire, origins: dict[str, tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        points: list[tuple[int, int]] = []
        for level, piece in self.lines[wire.key]:
            x, y = origins[level]
            points += [(x + dx, y + dy) for dx, dy in self.laid[level].ways[piece]]
        return straightened(points)

    def _goes_back(self, wire: Wire) -> bool:
        return any(piece in self.laid[level].feedback for level, piece in self.lines[wire.key])


def _scene(structure: Structure, seating: Seating, placed: Placed) -> Scene:
    nodes = []
    for part in structure.parts:
        slot = seating.seats[part.key]
        x, y, w, h = placed.places[slot]
        ports = placed.ports[slot]
        nodes.append(
            Node(
                part.key,
                part.label,
                part.kind,
                x,
                y,
                w,
                h,
                part.parent,
                part.container,
                part.folded,
                part.inside,
                tuple(Port(name, *ports[f"L:{seating.ports[part.key, 'L', name]}"]) for name in part.lefts),
                tuple(Port(name, *ports[f"R:{seating.ports[part.key, 'R', name]}"]) for name in part.rights),
                part.boxes_more,
            )
        )
    lines = []
    for wire in structure.wires:
        key = seating.wires[wire.key]
        points = placed.ways[key]
        x, y = _count_at(points, wire.source_side if wire.inner else "")
        lines.append(
            Line(
                wire.key,
                (wire.source, wire.source_box),
                (wire.target, wire.target_box),
                points,
                x,
                y,
                key in placed.back,
                wire.inner,
                wire.quiet,
            )
        )
    return Scene(placed.w, placed.h, tuple(nodes), tuple(lines), structure.more)


def _count_at(points: tuple[tuple[int, int], ...], inner: str) -> tuple[int, int]:
    """Return where the count of a link goes: over its first piece; at a container's own box, over the other end."""
    if inner == "L":
        return points[-1][0] - 12, points[-1][1] - 5
    one, other = points[0], points[1]
    if not inner and 30 <= abs(one[0] - other[0]) <= 120 and one[1] == other[1]:
        return (one[0] + other[0]) // 2, one[1] - 5
    return one[0] + (14 if other[0] >= one[0] else -14), one[1] - 5
