"""What is in the picture, without any place: parts with their boxes, and wires between them.

This is where it is decided what is left out. Of the boxes of a component those are shown that are
linked, hold something or have lost something; on a side where none is linked, ``inbox`` or ``outbox`` too. A
container's ``control`` that only leads on to a child, and to which nobody is linked, says nothing and
is left out, as is a ``signal`` that leads nowhere. A folded container is one part, and what is linked
to something in it is linked to it.

A structure is a plain value. As long as it stays the same, so does the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ...core.box import Inbox
from ...core.calling import label_of
from ..quoting import label
from .family import Family
from .shown import Shown

#: How many parts are shown before the rest is left out.
MOST = 150
#: How many boxes are shown on each side of a part.
BOXES = 16

#: What goes to these is no work but orders; so is what goes from or to a box with an underscore.
_QUIET = {"control", "configuration", "signal"}


class Part(NamedTuple):
    """A component in the picture. ``lefts`` and ``rights`` are the names of the boxes on its sides.

    On the left are its inboxes, on the right its outboxes; a box that only passes on what others send is on
    the other side as well.
    """

    key: str
    label: str
    kind: str
    parent: str = ""
    container: bool = False
    folded: bool = False
    inside: int = 0
    lefts: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    boxes_more: int = 0


class Wire(NamedTuple):
    """A link in the picture. The sides are ``"L"`` and ``"R"``: where on its part each end is."""

    key: str
    source: str
    source_box: str
    source_side: str
    target: str
    target_box: str
    target_side: str
    inner: bool = False
    quiet: bool = False


class Structure(NamedTuple):
    """Everything in the picture; parents come before their children. ``more``: how many components are left out."""

    parts: tuple[Part, ...] = ()
    wires: tuple[Wire, ...] = ()
    more: int = 0


class Layered(NamedTuple):
    """A structure, and what in the lab its parts and wires stand for."""

    structure: Structure
    #: The component of each part.
    components: dict[str, Any]
    #: The links that each wire stands for: several, where it leads to something folded.
    hops: dict[str, list[tuple[Any, Any]]]
    #: Tells as what a component is shown: the outermost folded container that it is in, or itself.
    shown_as: Callable[[Any], Any]


def structure_of(scene: Shown, folded: Iterable[str] = (), kept: Structure | None = None, most: int = MOST) -> Layered:
    """Return what is in the picture of a scene.

    Args:
        scene: what there is.
        folded: the keys of containers that are folded; ``"-7"`` keeps 7 open, however many parts there are.
        kept: what was in the picture before: boxes that were shown then still are.
        most: how many parts there may be; the rest is counted.
    """
    family = Family(scene)
    family.fold(frozenset(folded), most)
    shown = family.visible()
    more = scene.more + max(0, len(shown) - most)
    shown = shown[:most]
    wires, hops = _wires(scene, family, set(shown))
    boxes = _boxes(scene, family, shown, wires, kept)
    keys = scene.keys
    parts = tuple(
        Part(
            scene.key(each),
            label(label_of(each), 40),
            label(type(each).__name__, 40),
            keys.get(family.parents.get(each), "") if family.parents.get(each) is not None else "",
            each in family.children and each not in family.folded,
            each in family.folded,
            family.inside[each] if each in family.folded else 0,
            *boxes[each],
        )
        for each in shown
    )
    return Layered(Structure(parts, tuple(wires), more), {keys[each]: each for each in shown}, hops, family.shown_as)


def _wires(scene: Shown, family: Family, shown: set[Any]) -> tuple[list[Wire], dict[str, list[Any]]]:
    idle = _Idle(scene, family)
    wires: dict[str, Wire] = {}
    hops: dict[str, list[Any]] = {}
    for source, sink in scene.links:
        start, end = family.shown_as(source.owner), family.shown_as(sink.owner)
        if start not in shown or end not in shown or idle.link(source, sink):
            continue
        if start is end and (start is not source.owner or end is not sink.owner):
            continue
        wire = _wire(scene, family, source, sink, start, end)
        wires.setdefault(wire.key, wire)
        hops.setdefault(wire.key, []).append((source, sink))
    return list(wires.values()), hops


def _wire(scene: Shown, family: Family, source: Any, sink: Any, start: Any, end: Any) -> Wire:
    from_in, to_in = isinstance(source, Inbox), isinstance(sink, Inbox)
    down, up = family.within(end, start), family.within(start, end)
    from_side = "L" if from_in and down else "R"
    to_side = "R" if not to_in and up else "L"
    source_name, sink_name = label(str(source.name), 40), label(str(sink.name), 40)
    begin, finish = scene.key(start), scene.key(end)
    kind = "in " if from_in else "" if to_in else "out "
    quiet = sink.name in _QUIET or source_name.startswith("_") or sink_name.startswith("_")
    return Wire(
        f"{kind}{begin}.{source_name}>{finish}.{sink_name}",
        begin,
        source_name,
        from_side,
        finish,
        sink_name,
        to_side,
        (from_in or not to_in) and (down or up),
        quiet,
    )


class _Idle:
    """Which links say nothing: those by which a container would pass on what nobody can send it."""

    def __init__(self, scene: Shown, family: Family) -> None:
        self.scene = scene
        self.family = family
        self.sources: dict[Any, list[Any]] = {}
        self.onward: dict[Any, Any] = {}
        for source, sink in scene.links:
            self.sources.setdefault(sink, []).append(source)
            self.onward[source] = sink

    def link(self, source: Any, sink: Any) -> bool:
        if isinstance(source, Inbox):
            return self.family.within(sink.owner, source.owner) and self._unfed(source)
        return not isinstance(sink, Inbox) and self.family.within(source.owner, sink.owner) and self._unheard(sink)

    def _unfed(self, box: Any) -> bool:
        if box.name == "inbox" or box in self.scene.waiting:
            return False
        return all(
            isinstance(each, Inbox) and self.family.within(box.owner, each.owner) and self._unfed(each)
            for each in self.sources.get(box, ())
        )

    def _unheard(self, box: Any) -> bool:
        if box.name == "outbox" or box in self.scene.lost:
            return False
        onward = self.onward.get(box)
        if onward is None:
            return True
        inner = not isinstance(onward, Inbox) and self.family.within(box.owner, onward.owner)
        return inner and self._unheard(onward)


def _boxes(
    scene: Shown, family: Family, shown: list[Any], wires: list[Wire], kept: Structure | None
) -> dict[Any, tuple[tuple[str, ...], tuple[str, ...], int]]:
    """Return for each part the boxes on its left and right, and how many are left out."""
    lefts: dict[str, dict[str, None]] = {}
    rights: dict[str, dict[str, None]] = {}
    for wire in wires:
        sides = lefts if wire.source_side == "L" else rights
        sides.setdefault(wire.source, {})[wire.source_box] = None
        sides = lefts if wire.target_side == "L" else rights
        sides.setdefault(wire.target, {})[wire.target_box] = None
    there = set(shown)
    linked = set(lefts), set(rights)
    for boxes, sides in ((scene.waiting, lefts), (scene.lost, rights)):
        for box in boxes:
            if box.owner in there:
                sides.setdefault(scene.key(box.owner), {})[label(str(box.name), 40)] = None
    known = {part.key: part for part in kept.parts} if kept is not None else {}
    found = {}
    for each in shown:
        key = scene.key(each)
        declared = list(each._in or each.Inboxes), list(each._out or each.Outboxes)
        before = known.get(key, _NOBODY)
        for place, (sides, names, usual) in enumerate(
            ((lefts, before.lefts, "inbox"), (rights, before.rights, "outbox"))
        ):
            more = [name for name in names if name in declared[place]]
            if each not in family.children and key not in linked[place]:
                more += _one(declared[place], usual)
            if more:
                sides.setdefault(key, {}).update(dict.fromkeys(more))
        left, right = _in_order(lefts.get(key), declared[0]), _in_order(rights.get(key), declared[1])
        # Boxes that were made later and are in no link are not counted: it is not on record since when they are there.
        idle = len(set(each.Inboxes) - set(left)) + len(set(each.Outboxes) - set(right))
        found[each] = (left[:BOXES], right[:BOXES], idle)
    return found


_NOBODY = Part("", "", "")


def _in_order(names: dict[str, None] | None, declared: list[str]) -> tuple[str, ...]:
    """Return box names in the order in which they are declared; orders come last."""
    if not names:
        return ()
    place = {name: number for number, name in enumerate(declared)}
    return tuple(sorted(names, key=lambda name: (name in ("control", "signal"), place.get(name, len(place)))))


def _one(declared: list[str], name: str) -> tuple[str, ...]:
    return (name,) if name in declared else tuple(label(str(each), 40) for each in declared[:1])
