"""The positions of everything: levels within levels, from the inside out.

Each container is laid out as a level of its own (:mod:`.layering`, :mod:`.routing`), and is then one part of the level
that it is in. The plan that is laid out consists of slots (:mod:`.slots`), so that parts keep their places from one
picture to the next. A :class:`Scene` is the result.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .layering import WIDE, Hints, Item, Levels, grid_of
from .routing import FIRST, PITCH, Curve, Laid, Point, Router, path_of
from .slots import Plan, Seating, Slot, seated
from .structure import DrawnLink, Structure

#: Pixels: the head of a part, that of a container, and the margin at its other sides.
HEAD, TITLE, FOOT = 46, 36, 8
#: The lane at the side of a container for the names of its boxes.
LANE = 66
#: The margin around the whole.
PAD = 16


class Port(NamedTuple):
    """A box on the side of a node."""

    name: str
    x: int
    y: int


class Node(NamedTuple):
    """A component with its position. ``inside`` is the number of components in a folded one, ``name`` what is drawn."""

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
    name: str = ""

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        found = self._asdict()
        found["in"] = list(map(Port._asdict, found.pop("inboxes")))
        found["out"] = list(map(Port._asdict, found.pop("outboxes")))
        return found


class LinkCurve(NamedTuple):
    """A link and its curve; ``x`` and ``y`` are where its count is written.

    ``quiet``: it carries control messages, such as those from ``signal`` to ``control``, instead of work. ``gone``: it
    was there until one of its ends came to an end.
    """

    key: str
    source: tuple[str, str]
    target: tuple[str, str]
    curve: Curve
    x: int
    y: int
    feedback: bool = False
    inner: bool = False
    quiet: bool = False
    gone: bool = False

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        found = self._asdict()
        found["from"], found["to"] = list(found.pop("source")), list(found.pop("target"))
        found["path"] = path_of(found.pop("curve"))
        return found


class Scene(NamedTuple):
    """The positions of everything, parents before their children."""

    w: int
    h: int
    nodes: tuple[Node, ...] = ()
    links: tuple[LinkCurve, ...] = ()
    more: int = 0

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        nodes, links = [node.data() for node in self.nodes], [line.data() for line in self.links]
        return {"w": self.w, "h": self.h, "nodes": nodes, "links": links, "more": self.more}


class LaidOut(NamedTuple):
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
    curves: dict[str, Curve]
    back: frozenset[str]
    hints: dict[str, Hints]


def picture_of(structure: Structure, before: LaidOut | None = None) -> LaidOut:
    """Return the picture of a structure, continuing the one before it."""
    if before is not None and before.structure == structure:
        return before
    if before is None:
        seating = seated(structure)
        placed = _Nest(seating.plan, {}).placed()
    else:
        seating = seated(structure, before.seating)
        goes_on = len(seating.plan.slots) >= len(before.seating.plan.slots)  # else empty places were given up
        placed = before.placed
        if seating.plan != before.seating.plan:
            placed = _Nest(seating.plan, placed.hints if goes_on else {}).placed()
    return LaidOut(_scene(structure, seating, placed), structure, seating, placed)


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
        curves = {wire.key: self._whole(wire, origins) for wire in self.plan.wires}
        back = self.levels.feedback()
        return Placed(top.w + 2 * PAD, top.h + 2 * PAD, places, ports, curves, back, self.new_hints)

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
            grid.wide,
        )
        return laid

    def _whole(self, wire: DrawnLink, origins: dict[str, Point]) -> Curve:
        points: list[Point] = []
        for level, piece in self.levels.pieces[wire.key]:
            x, y = origins[level]
            points += [(x + dx, y + dy) for dx, dy in self.laid[level].curves[piece][bool(points) :]]
        return tuple(points)


def _scene(structure: Structure, seating: Seating, placed: Placed) -> Scene:
    nodes = []
    for part in structure.parts:
        slot = seating.seats[part.key]
        (x, y, w, h), ports = placed.places[slot], placed.ports[slot]
        shared = {name: value for name, value in part._asdict().items() if name in Node._fields}
        shared["name"] = part.name or part.label
        inboxes = tuple(Port(name, *ports[f"L:{seating.ports[part.key, 'L', name]}"]) for name in part.lefts)
        outboxes = tuple(Port(name, *ports[f"R:{seating.ports[part.key, 'R', name]}"]) for name in part.rights)
        nodes.append(Node(**shared, x=x, y=y, w=w, h=h, inboxes=inboxes, outboxes=outboxes))
    lines = []
    for wire in structure.wires:
        key = seating.wires[wire.key]
        curve = placed.curves[key]
        source, target = (wire.source, wire.source_box), (wire.target, wire.target_box)
        at = _count_at(curve, wire.source_side if wire.inner else "")
        back = key in placed.back
        lines.append(LinkCurve(wire.key, source, target, curve, *at, back, wire.inner, wire.quiet, wire.gone))
    return Scene(placed.w, placed.h, tuple(nodes), tuple(lines), structure.more)


def _count_at(curve: Curve, inner: str) -> Point:
    """Return where the count of a link goes: over its beginning; at a container's own box, over the other end."""
    if inner == "L":
        return curve[-1][0] - 14, curve[-1][1] - 5
    x, y = curve[0]
    away = 10 if inner else 16
    return x + (away if curve[1][0] >= x and curve[2][0] >= x else -away), y - 5
