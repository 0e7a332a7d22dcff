"""Races on order: which two slices decide, by the order in which they come, whether a system goes wrong.

An order goes wrong for good at one slice: before it some order still ends well, after it none does. What the slice did
would have been right later. So the other slice is searched for: the one that should have come first. It is the last one
on a shortest way that leaves out the component of the first, and after which that component may run and all can end
well. It depends on the first slice by the table of conflicts (:mod:`.footprint`): if it commuted with it, a shorter way
would do. Where both send into one inbox the field speaks of a *message race*, else of an *order violation*.

Rejected: to swap neighbours in the order that was found. Mostly the two are not neighbours, and all that one of them
leads to has to come along.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from ..analysis.words import joined, shown
from . import cells
from .cells import Cell
from .footprint import CONFLICTS
from .graph import Graph
from .slices import Slice
from .stage import Stage

#: A slice, and the components that run before it, once the system is assembled.
_Reached = tuple[Slice, list[int]]

MESSAGE_RACE, ORDER_VIOLATION = "message race", "order violation"

#: What is done to a cell, by its kind and the letter in a footprint; in the order in which it is told.
_SAID: dict[str, dict[str, str]] = {
    cells.BOX: {
        "A": "sends to {}",
        "T": "takes from {}",
        "E": "finds nothing in {}",
        "N": "looks into {}",
        "C": "counts what waits in {}",
        "W": "changes what waits in {}",
    },
    cells.VARIABLE: {"W": "sets {}", "R": "reads {}"},
    cells.GLOBAL: {"W": "may change {}", "R": "reads {}"},
    cells.LOCAL: {"W": "may change variables of {}", "R": "reads variables of {}"},
    cells.LIFE: {
        "F": "ends",
        "K": "wakes {}",
        "P": "falls asleep",
        "R": "asks whether {} has ended",
        "W": "activates or stops {}",
    },
    cells.LEADS: {"W": "links {}", "R": "sends over {}"},
    cells.CHANCE[0]: {"W": "draws a random number"},
}


def race_in(graph: Graph, path: list[int], good: Collection[int]) -> str:
    """Return what an order that goes wrong depends on, in a sentence; "" if there is no choice that decides.

    Args:
        graph: the graph, complete.
        path: the components that run, from the first state on.
        good: the states from which there is an order that ends well.
    """
    here = 0
    for place, component in enumerate(path):
        if here not in good or component in graph.setting.choices:  # a fault decides by itself
            return ""
        slice_, target = next((slice_, target) for one, slice_, target in graph.edges[here] if one == component)
        if target not in good:
            other = _should_come_first(graph, here, component, good)
            step = len(graph.prefix) + sum(graph.setting.runner(one) is not None for one in path[:place])
            if other is None:
                return ""
            second, way = other
            return _told(graph, step, (slice_, path[:place]), (second, [*path[:place], *way]))
        here = target
    return ""


def _should_come_first(
    graph: Graph, start: int, component: int, good: Collection[int]
) -> tuple[Slice, list[int]] | None:
    """Return the last slice on a shortest way without a component, after which it may run and all can end well.

    Returns:
        The slice, and the components that run before it, from the start on.
    """
    faults = graph.setting.choices
    arrived: dict[int, tuple[Slice, int]] = {}
    todo = deque([start])
    while todo:
        number = todo.popleft()
        edges = graph.edges[number]
        own = [target for one, _, target in edges if one == component]
        if number != start and all(target in good for target in own):
            slice_, number = arrived[number]
            way = []
            while number != start:
                before, number = arrived[number]
                way.append(before.number)
            return slice_, way[::-1]
        for one, slice_, target in edges:
            if one != component and one not in faults and target in good and target not in arrived and target != start:
                arrived[target] = (slice_, number)
                todo.append(target)
    return None


def _told(graph: Graph, step: int, one_slice: _Reached, other_slice: _Reached) -> str:
    """Return the sentence about two slices, of which the first came too early, at the slice after a step."""
    names = graph.setting.names
    first, second = one_slice[0], other_slice[0]
    conflict = _conflict(first, second)
    depends = "it depends on who came first"
    before = f"at step {step + 1} {names[first.number]}"
    after = f"before {names[second.number]}"
    ending = "the other way round it can end well"
    if conflict is None:
        return f"{ORDER_VIOLATION}, {depends}: {before} runs {after}; {ending}"
    cell, one, other = conflict
    if one == other == "A":
        own, theirs = _sent(graph, cell, *one_slice), _sent(graph, cell, *other_slice)
        inbox = _deed(graph, cell, one).removeprefix("sends to ")
        return f"{MESSAGE_RACE}, {depends}: {before} sends {own} to {inbox} {after} sends {theirs}; {ending}"
    before, after = f"{before} {_deed(graph, cell, one)}", f"{after} {_deed(graph, cell, other)}"
    return f"{ORDER_VIOLATION}, {depends}: {before} {after}; {ending}"


def _sent(graph: Graph, cell: Cell, slice_: Slice, way: list[int]) -> str:
    """Return the messages that a slice sends into an inbox, in words; the way to it and the slice are run for it."""
    stage = Stage(graph.setting).run([*graph.prefix, *way])
    before = len(stage.waiting(cell))
    stage.run([slice_.number])
    messages = stage.waiting(cell)[before:]
    stage.close()
    return joined([shown(message, 40) for message in messages]) or "a message"


def _conflict(first: Slice, second: Slice) -> tuple[Cell, str, str] | None:
    """Return the cell over which two slices are in conflict, and what each did to it; the most telling one."""
    own, theirs = first.footprint[1], second.footprint[1]
    kinds = list(_SAID)
    for cell in sorted(own.keys() & theirs.keys(), key=lambda cell: (_rank(kinds, cell), repr(cell))):
        known = _SAID.get(cell[0], {})
        pairs = [(a, b) for a in known for b in known if a in own[cell] and b in theirs[cell] and a + b in CONFLICTS]
        if pairs:
            return (cell, *pairs[0])
    return None


def _rank(kinds: list[str], cell: Cell) -> int:
    return kinds.index(cell[0]) if cell[0] in kinds else len(kinds)


def _deed(graph: Graph, cell: Cell, letter: str) -> str:
    names = graph.setting.names
    if cell[0] == cells.GLOBAL:
        place = graph.setting.places.get(cell)
        what = graph.words(cell) if place is None else place.words
    elif cell[0] == cells.VARIABLE:
        what = str(cell[-1])
    elif len(cell) > 1:
        name = names[cell[1]]
        what = name if cell[0] in (cells.LIFE, cells.LOCAL) else f"{name}.{cell[-1]}"
    else:
        what = graph.words(cell)
    return _SAID[cell[0]][letter].format(what)
