"""Slots: the places of parts, which outlive the parts.

A picture must not jump when a connection ends and another one begins. So the layout does not place parts but *slots*:
when a part goes, its slot stays, with its boxes and links, and a new part of the same class in the same container takes
it. As long as the plan is the same, so is every coordinate. Empty slots are given up all at once when there are more of
them than of the others.

Without a picture before it, a plan is a function of the structure alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .structure import DrawnLink, Part, Structure

#: How many empty slots, and unused links, are kept in any case.
SPARE = 8


class Slot(NamedTuple):
    """A place for a part of one class. ``w`` is the width of the part that it was made for."""

    name: str
    kind: str
    parent: str
    container: bool
    folded: bool
    w: int
    lefts: tuple[str, ...]
    rights: tuple[str, ...]


class Plan(NamedTuple):
    """Slots and the wires between them, in the order of layout. Wires name slots, not parts."""

    slots: tuple[Slot, ...] = ()
    wires: tuple[DrawnLink, ...] = ()


class Seating(NamedTuple):
    """A plan and its assignment: the slot of each part, the plan's wire of each wire, the slot's box of each box."""

    plan: Plan
    seats: dict[str, str]
    wires: dict[str, str]
    ports: dict[tuple[str, str, str], str]


NO_SEATING = Seating(Plan(), {}, {}, {})


def seated(structure: Structure, before: Seating = NO_SEATING) -> Seating:
    """Return the plan for a structure, continuing the plan before it, if there was one."""
    seating = _joined(structure, before, _seats(structure, before))
    used = len(structure.parts), len(structure.wires)
    empty = len(seating.plan.slots) - used[0], len(seating.plan.wires) - used[1]
    if empty[0] > max(SPARE, used[0]) or empty[1] > max(4 * SPARE, 2 * used[1]):
        return seated(structure)
    return seating


def _seats(structure: Structure, before: Seating) -> dict[str, str]:
    """Return the slot of each part: the one it has, a free one of its kind, or a new one."""
    slots = {slot.name: slot for slot in before.plan.slots}
    here = {part.key for part in structure.parts}
    seats: dict[str, str] = {}
    taken: set[str] = set()
    for key, name in before.seats.items():
        if key in here:
            seats[key] = name
            taken.add(name)
    free: dict[tuple[str, str, bool, bool], list[str]] = {}
    for slot in before.plan.slots:
        if slot.name not in taken:
            free.setdefault((slot.parent, slot.kind, slot.container, slot.folded), []).append(slot.name)
    for part in structure.parts:  # parents come first
        parent = seats[part.parent] if part.parent else ""
        own = slots.get(seats.get(part.key, ""))
        if own is not None and own.parent == parent:
            continue
        room = free.get((parent, part.kind, part.container, part.folded)) or (
            free.get((parent, part.kind, not part.container, part.folded)) if not part.folded else None
        )
        seats[part.key] = room.pop(0) if room else _new_name(part.key, slots)
        slots.setdefault(seats[part.key], _slot(part, seats[part.key], parent))
    return seats


def _new_name(key: str, taken: Mapping[str, Any]) -> str:
    name = key
    while name in taken:
        name += "'"
    return name


def _joined(structure: Structure, before: Seating, seats: dict[str, str]) -> Seating:
    slots = {slot.name: slot for slot in before.plan.slots}
    ports = _ports(structure, before, seats)
    for part in structure.parts:
        name = seats[part.key]
        moved = part._replace(
            lefts=tuple(ports[part.key, "L", box] for box in part.lefts),
            rights=tuple(ports[part.key, "R", box] for box in part.rights),
        )
        new, old = _slot(moved, name, seats[part.parent] if part.parent else ""), slots.get(name)
        new = new._replace(w=width_of(part))
        slots[name] = new if old is None else _both(old, new)
    wires = {wire.key: wire for wire in before.plan.wires}
    known = {wire._replace(key="", gone=False): wire.key for wire in before.plan.wires}
    keys = {}
    for wire in structure.wires:
        moved_wire = wire._replace(
            key="",
            gone=False,
            source=seats[wire.source],
            target=seats[wire.target],
            source_box=ports.get((wire.source, wire.source_side, wire.source_box), wire.source_box),
            target_box=ports.get((wire.target, wire.target_side, wire.target_box), wire.target_box),
        )
        key = known.get(moved_wire) or _new_name(wire.key, wires)
        known[moved_wire] = keys[wire.key] = key
        wires[key] = moved_wire._replace(key=key)
    parents = {slot.parent for slot in slots.values()}
    kept = tuple(slot._replace(container=slot.container or slot.name in parents) for slot in _families_in_order(slots))
    return Seating(Plan(kept, tuple(wires.values())), seats, keys, ports)


def _ports(structure: Structure, before: Seating, seats: Mapping[str, str]) -> dict[tuple[str, str, str], str]:
    """Assign the boxes of each part to the boxes of its slot.

    A box keeps its place, or takes the one of its name. Boxes that are named after the component they lead to, as the
    outlets of a splitter are, take the place of one that has gone, preferably of one that led to the same place.
    """
    slots = {slot.name: slot for slot in before.plan.slots}
    led = {(wire.source, wire.source_box): wire.target for wire in before.plan.wires}
    goals = {(wire.source, wire.source_side, wire.source_box): seats[wire.target] for wire in structure.wires}
    found: dict[tuple[str, str, str], str] = {}
    for part in structure.parts:
        slot = slots.get(seats[part.key])
        for side, boxes in (("L", part.lefts), ("R", part.rights)):
            there = () if slot is None else slot.lefts if side == "L" else slot.rights
            places = {}
            if before.seats.get(part.key) == seats[part.key]:
                places = {
                    box: before.ports[part.key, side, box] for box in boxes if (part.key, side, box) in before.ports
                }
            for box in boxes:
                if box not in places and box not in places.values() and (slot is None or box in there):
                    places[box] = box
            for box in boxes:
                if box not in places:
                    used = set(places.values())
                    free = [place for place in there if place not in used and _stem(place) == _stem(box)]
                    goal = goals.get((part.key, side, box))
                    free.sort(key=lambda place: goal is None or led.get((seats[part.key], place)) != goal)
                    places[box] = free[0] if free else _new_name(box, dict.fromkeys((*there, *used)))
            found.update({(part.key, side, box): place for box, place in places.items()})
    return found


def _stem(name: str) -> str:
    """Return a name without its numbers."""
    return "".join(letter for letter in name if not letter.isdigit())


def _families_in_order(slots: dict[str, Slot]) -> list[Slot]:
    """Return the slots, parents before their children."""
    children: dict[str, list[Slot]] = {}
    for slot in slots.values():
        children.setdefault(slot.parent if slot.parent in slots else "", []).append(slot)
    found: list[Slot] = []
    left = list(reversed(children.get("", ())))
    while left:
        slot = left.pop()
        found.append(slot)
        left.extend(reversed(children.get(slot.name, ())))
    return found


def _both(old: Slot, new: Slot) -> Slot:
    """Return a slot for both the part that was in it and the one that is in it now."""
    return new._replace(
        container=new.container or (old.container and not new.folded),
        w=max(old.w, new.w),
        lefts=tuple(dict.fromkeys((*old.lefts, *new.lefts))),
        rights=tuple(dict.fromkeys((*old.rights, *new.rights))),
    )


def _slot(part: Part, name: str, parent: str) -> Slot:
    return Slot(name, part.kind, parent, part.container, part.folded, width_of(part), part.lefts, part.rights)


#: The assumed width of a letter, in pixels: in a name, in a small text, and in the text of a message.
LETTER, SMALL, MONO = 7.9, 6.1, 6.7
#: The least and the greatest width of a part, and the room for messages in each row.
NARROW, BROAD, CHIPS = 170, 260, 74
#: How much of the name of a box is shown on the picture.
BOX_LETTERS = 14


def width_of(part: Part) -> int:
    """Return the width that a part needs for its name and class, the names of its boxes, and some of what waits there.

    Numbers count as three digits, so that ``Echo_9`` and ``Echo_10`` are equally wide.
    """
    name = part.name or part.label
    stem, _, number = name.rpartition("_")
    letters = len(stem) + 4 if number.isdigit() else len(name)
    head = letters * LETTER + (len(kind_beside(name, part.kind)) + 2) * SMALL
    names = max(map(shown_box, part.lefts), default=0) + max(map(shown_box, part.rights), default=0)
    wide = max(head + 30, names * SMALL + 36 + (CHIPS if part.lefts else 0), NARROW)
    return min(BROAD, 10 * -(-int(wide) // 10))


def kind_beside(name: str, kind: str) -> str:
    """Return the class of a component as it stands beside its name: "" if the name says it."""
    return "" if name == kind or name.startswith(f"{kind}_") else kind


def shown_box(name: str) -> int:
    """Return how many letters of the name of a box are shown."""
    return min(len(name), BOX_LETTERS)
