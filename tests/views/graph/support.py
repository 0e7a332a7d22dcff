"""What the tests of the graph share: random structures, and the rules a scene must keep."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from kamlab.views.graph.layout import TITLE, Node, Scene
from kamlab.views.graph.routing import Curve
from kamlab.views.graph.structure import DrawnLink, Part, Structure


def load(name: str, path: Path) -> ModuleType:
    """Load a module that lies beside the tests."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


@st.composite
def structures(draw: Any, most: int = 14) -> Structure:
    """Draw parts in parts, linked anyhow: forth, back, to itself, through containers, from a container inwards."""
    count = draw(st.integers(1, most))
    parents: list[int] = []
    for number in range(count):
        parents.append(draw(st.integers(-1, number - 1)))
    kids = {parent for parent in parents if parent >= 0}
    names = [f"Part_{number}" if number % 3 else f"AVeryLongNameOfAPart_{number}" for number in range(count)]
    pairs = draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1), st.booleans()), max_size=2 * most)
    )

    def above(number: int) -> list[int]:
        found = []
        while parents[number] >= 0:
            number = parents[number]
            found.append(number)
        return found

    wires: dict[str, DrawnLink] = {}
    lefts: dict[int, dict[str, None]] = {}
    rights: dict[int, dict[str, None]] = {}
    for serial, (one, other, quiet) in enumerate(pairs):
        down, up = one in above(other), other in above(one)
        source_side = "L" if down and serial % 2 else "R"
        target_side = "R" if up and serial % 2 else "L"
        source_box, target_box = f"out{serial % 3}", f"in{serial % 4}"
        key = f"{one}.{source_box}>{other}.{target_box}"
        wires.setdefault(
            key,
            DrawnLink(key, str(one), source_box, source_side, str(other), target_box, target_side, down or up, quiet),
        )
        (lefts if source_side == "L" else rights).setdefault(one, {})[source_box] = None
        (lefts if target_side == "L" else rights).setdefault(other, {})[target_box] = None
    order: list[int] = []

    def visit(parent: int) -> None:
        for number in range(count):
            if parents[number] == parent:
                order.append(number)
                visit(number)

    visit(-1)
    parts = [
        Part(
            str(number),
            names[number],
            names[number].split("_")[0],
            str(parents[number]) if parents[number] >= 0 else "",
            number in kids,
            lefts=tuple(lefts.get(number, {})),
            rights=tuple(rights.get(number, {})),
        )
        for number in order
    ]
    return Structure(tuple(parts), tuple(wires.values()))


def faults(scene: Scene) -> Iterator[str]:
    """Yield what is wrong with a scene: overlaps, parts outside their containers, links through parts."""
    nodes = {node.key: node for node in scene.nodes}
    seen: set[str] = set()
    for node in scene.nodes:
        if node.parent and node.parent not in seen:
            yield f"{node.key} comes before its parent"
        seen.add(node.key)
        outer = nodes[node.parent] if node.parent else Node("", "", "", 0, 0, scene.w, scene.h)
        if not _within(node, outer):
            yield f"{node.key} is not inside {outer.key or 'the scene'}"
    for number, one in enumerate(scene.nodes):
        for other in scene.nodes[number + 1 :]:
            if one.parent == other.parent and _overlap(one, other):
                yield f"{one.key} and {other.key} overlap"
    for line in scene.links:
        ends = {line.source[0], line.target[0]}
        spared = {key for end in ends for key in (end, *_above(nodes, end))}
        for x, y in along(line.curve):
            if not (0 <= x <= scene.w and 0 <= y <= scene.h):
                yield f"{line.key} leaves the scene"
            for node in scene.nodes:
                if (node.key not in spared or not node.container) and _holds(node, x, y):
                    yield f"{line.key} runs over {node.key}"
                if node.container and _holds(node._replace(h=TITLE), x, y):
                    yield f"{line.key} runs over the name of {node.key}"


def along(curve: Curve, steps: int = 8) -> list[tuple[float, float]]:
    """Return points along a curve: so many for each of its pieces, and its end."""
    found = []
    for place in range(0, len(curve) - 1, 3):
        p, a, b, q = curve[place : place + 4]
        for step in range(steps):
            t = step / steps
            u = 1 - t
            k = u**3, 3 * u * u * t, 3 * u * t * t, t**3
            found.append(
                tuple(sum(w * point[axis] for w, point in zip(k, (p, a, b, q), strict=True)) for axis in (0, 1))
            )
    return [*found, curve[-1]]  # type: ignore[list-item]


def _above(nodes: dict[str, Node], key: str) -> Iterator[str]:
    while nodes[key].parent:
        key = nodes[key].parent
        yield key


def _within(node: Node, outer: Node) -> bool:
    margin = 4
    return (
        outer.x + margin <= node.x
        and outer.y + margin <= node.y
        and node.x + node.w + margin <= outer.x + outer.w
        and node.y + node.h + margin <= outer.y + outer.h
    )


def _overlap(one: Node, other: Node) -> bool:
    return (
        one.x < other.x + other.w and other.x < one.x + one.w and one.y < other.y + other.h and other.y < one.y + one.h
    )


def _holds(node: Node, x: float, y: float) -> bool:
    """Whether a point is inside a node, its rim left out."""
    return node.x + 0.5 < x < node.x + node.w - 0.5 and node.y + 0.5 < y < node.y + node.h - 0.5
