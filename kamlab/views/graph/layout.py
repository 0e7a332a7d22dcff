"""The positions of everything: levels within levels, from the inside out.

Each container is laid out as a level of its own (:mod:`.layering`, :mod:`.routing`), and is then one part of the level
that it is in. The plan that is laid out consists of slots (:mod:`.slots`), so that parts keep their places from one
picture to the next. A :class:`Scene` is the result.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .layering import WIDE, Hints, Item, Levels, grid_of
from .routing import FIRST, PITCH, Laid, Router, straightened
from .slots import Plan, Seating, Slot, seated
from .structure import Structure, Wire

#: Pixels: the head of a part, that of a container, and the margin at its other sides.
HEAD, TITLE, FOOT = 50, 34, 8
#: The lane at the side of a container for the names of its boxes.
LANE = 66
#: The margin around the whole.
PAD = 16
#: How far from its corner a line begins to turn.
RADIUS = 6

Point = tuple[int, int]


class Port(NamedTuple):
    """A box on the side of a node."""

    name: str
    x: int
    y: int


class Node(NamedTuple):
    """A component with its position. ``inside`` is the number of components in a folded one."""

    key: str
    label: str
    kind: str
    x: int
    y: int
    w: int
    h: int
    parent: str = ""
    container: bool = False
    folded: bool = False
    inside: int = 0
    inboxes: tuple[Port, ...] = ()
    outboxes: tuple[Port, ...] = ()
    boxes_more: int = 0

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        found = self._asdict()
        found["in"] = list(map(Port._asdict, found.pop("inboxes")))
        found["out"] = list(map(Port._asdict, found.pop("outboxes")))
        return found


class Line(NamedTuple):
    """A link and its route, given by its corners; ``x`` and ``y`` are where its count is written.

    ``quiet``: it carries control messages, such as those from ``signal`` to ``control``, instead of work.
    """

    key: str
    source: tuple[str, str]
    target: tuple[str, str]
    points: tuple[Point, ...]
    x: int
    y: int
    feedback: bool = False
    inner: bool = False
    quiet: bool = False

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "key": self.key,
            "from": list(self.source),
            "to": list(self.target),
            "path": path_of(self.points),
            "x": self.x,
            "y": self.y,
            "feedback": self.feedback,
            "inner": self.inner,
            "quiet": self.quiet,
        }


class Scene(NamedTuple):
    """The positions of everything, parents before their children."""

    w: int
    h: int
    nodes: tuple[Node, ...] = ()
    links: tuple[Line, ...] = ()
    more: int = 0

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "w": self.w,
            "h": self.h,
            "nodes": [node.data() for node in self.nodes],
            "links": [line.data() for line in self.links],
            "more": self.more,
        }


class Picture(NamedTuple):
    """A scene, and the data that the next one needs to continue it."""

    scene: Scene
    structure: Structure
    seating: Seating
    placed: Placed


class Placed(NamedTuple):
    """A plan with the positions of everything in it."""

    w: int
    h: int
    places: dict[str, tuple[int, int, int, int]]
    ports: dict[str, dict[str, tuple[int, int]]]
    ways: dict[str, tuple[Point, ...]]
    back: frozenset[str]
    hints: dict[str, Hints]


def picture_of(structure: Structure, before: Picture | None = None) -> Picture:
    """Return the picture of a structure, continuing the one before it."""
    if before is not None and before.structure == structure:
        return before
    if before is None:
        seating = seated(structure)
        placed = _Nest(seating.plan, {}).placed()
    else:
        seating = seated(structure, before.seating)
        goes_on = not before.seating.seats.keys().isdisjoint(seating.seats)
        placed = before.placed
        if seating.plan != before.seating.plan:
            placed = _Nest(seating.plan, placed.hints if goes_on else {}).placed()
    return Picture(_scene(structure, seating, placed), structure, seating, placed)


class _Nest:
    """The levels of one plan."""

    def __init__(self, plan: Plan, hints: dict[str, Hints]) -> None:
        self.plan = plan
        self.hints = hints
        self.slots = {slot.name: slot for slot in plan.slots}
        self.levels = Levels({slot.name: slot.parent for slot in plan.slots}, plan.wires)
        self.items: dict[str, Item] = {}
        self.laid: dict[str, Laid] = {}
        self.new_hints: dict[str, Hints] = {}

    def placed(self) -> Placed:
        for slot in reversed(self.plan.slots):
            self.items[slot.name] = self._container(slot) if slot.name in self.levels.children else self._leaf(slot)
        self._lay("", ())
        top = self.laid[""]
        origins = {"": (PAD, PAD)}
        places: dict[str, tuple[int, int, int, int]] = {}
        ports: dict[str, dict[str, Point]] = {}
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
        back = self.levels.feedback()
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
        """Return the ports of a slot to which segments of its level lead."""
        ends = [
            end
            for segment in self.levels.segments.get(self.slots[name].parent, {}).values()
            for end in (segment.source, segment.target)
            if end.part == name
        ]
        return list(dict.fromkeys((end.port, end.side) for end in ends))

    def _container(self, slot: Slot) -> Item:
        own = [*((f"L:{name}", "L") for name in slot.lefts), *((f"R:{name}", "R") for name in slot.rights)]
        own += [port for port in self._wanted(slot.name) if port not in own]
        laid = self._lay(slot.name, tuple(own))
        ports = {port: (side, TITLE + y) for port, (side, y) in laid.border.items()}
        width = max(laid.w, slot.w)
        return Item(slot.name, width, TITLE + laid.h + FOOT, ports)

    def _lay(self, name: str, ports: tuple[tuple[str, str], ...]) -> Laid:
        items = [self.items[child] for child in self.levels.children.get(name, ())]
        segments = list(self.levels.segments.get(name, {}).values())
        grid = grid_of(items, segments, self.hints.get(name, Hints()), WIDE - 40 * self.levels.depth(name))
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

    def _whole(self, wire: Wire, origins: dict[str, Point]) -> tuple[Point, ...]:
        points: list[Point] = []
        for level, piece in self.levels.pieces[wire.key]:
            x, y = origins[level]
            points += [(x + dx, y + dy) for dx, dy in self.laid[level].ways[piece]]
        return straightened(points)


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


def _count_at(points: tuple[Point, ...], inner: str) -> Point:
    """Return where the count of a link goes: over its first piece; at a container's own box, over the other end."""
    if inner == "L":
        return points[-1][0] - 12, points[-1][1] - 5
    one, other = points[0], points[1]
    if not inner and 30 <= abs(one[0] - other[0]) <= 120 and one[1] == other[1]:
        return (one[0] + other[0]) // 2, one[1] - 5
    return one[0] + (14 if other[0] >= one[0] else -14), one[1] - 5


def path_of(points: tuple[Point, ...], radius: int = RADIUS) -> str:
    """Return the SVG path through these corners, rounded off.

    >>> path_of(((0, 0), (20, 0), (20, 30)))
    'M0 0H14Q20 0 20 6V30'
    """
    at = points[0]
    parts = [f"M{at[0]} {at[1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        begin = _toward(corner, before, radius)
        end = _toward(corner, after, radius)
        parts.append(f"{_straight(at, begin)}Q{corner[0]} {corner[1]} {end[0]} {end[1]}")
        at = end
    parts.append(_straight(at, points[-1]))
    return "".join(parts)


def _straight(one: Point, other: Point) -> str:
    if one[1] == other[1]:
        return f"H{other[0]}"
    return f"V{other[1]}" if one[0] == other[0] else f"L{other[0]} {other[1]}"


def _toward(corner: Point, other: Point, radius: int) -> Point:
    """Return the point ``radius`` away from a corner, or half-way to the other point if that is nearer."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    step = min(radius, length // 2)
    return corner[0] + (step if dx > 0 else -step if dx < 0 else 0), corner[1] + (
        step if dy > 0 else -step if dy < 0 else 0
    )
