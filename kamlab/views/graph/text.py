"""A graph as text: a tree of the components with what waits in them, then the links with their counts.

At most :data:`WIDE` characters wide. A component's line has a sign and a word for its state, and what
it waits for; below it are its boxes that hold or lost something, then come the components in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..quoting import label
from .graph import Graph
from .scene import Line, Look, Move, Node

WIDE = 100

#: The signs of the states.
SIGNS = {
    "new": ".",
    "runnable": ">",
    "running": "@",
    "waiting": "-",
    "blocked": "#",
    "failed": "x",
    "finished": "=",
    "stopped": "=",
}


def as_text(graph: Graph) -> str:
    """Return a graph as lines of text."""
    lines = [graph.headline, *_tree(graph), *_links(graph), *_moves(graph)]
    return "\n".join(_cut(line) for line in lines)


def _cut(line: str) -> str:
    line = line.rstrip()
    return line if len(line) <= WIDE else line[: WIDE - 3] + "..."


def _tree(graph: Graph) -> Iterator[str]:
    parents = {node.key: node.parent for node in graph.scene.nodes}
    depths: dict[str, int] = {}
    for node in graph.scene.nodes:
        depths[node.key] = depths.get(parents[node.key], -1) + 1
    names = {node.key: "  " * depths[node.key] + label(node.label, 36) for node in graph.scene.nodes}
    width = max((len(name) for name in names.values()), default=0)
    states = max((len(look.state) for look in graph.now.nodes.values()), default=0)
    for node in graph.scene.nodes:
        look = graph.now.nodes[node.key]
        sign = ">>" if look.next else f" {SIGNS[look.state]}"
        yield f"{sign} {names[node.key]:<{width}}  {look.state:<{states}}  {_remark(node, look)}"
        indent = " " * (5 + 2 * depths[node.key])
        for text in _boxes(look):
            yield indent + text
    if graph.scene.more:
        yield f"   and {graph.scene.more} more component{'' if graph.scene.more == 1 else 's'}"


def _remark(node: Node, look: Look) -> str:
    said = [look.say] if look.say and look.say != look.state else []
    said += [f"{node.inside} inside"] if node.folded else []
    said += ["has the next turn"] if look.next else []
    said += ["ran last"] if look.last else []
    return ", ".join(said)


def _boxes(look: Look) -> Iterator[str]:
    for name, waiting, limit in look.inboxes:
        if waiting or (limit is not None and waiting >= limit):
            full = ", FULL" if limit is not None and waiting >= limit else ""
            bar = "*" * min(waiting, 20) + ("+" if waiting > 20 else "")
            yield f"{name}: {waiting}{f' of {limit}' if limit is not None else ''} waiting{full}  {bar}"
    for name, lost in look.outboxes:
        yield f"{name}: {lost} LOST, it leads nowhere"


def _links(graph: Graph) -> Iterator[str]:
    if not graph.scene.links:
        return
    names = {node.key: node.label for node in graph.scene.nodes}
    told = [
        line for line in graph.scene.links if not line.quiet or graph.now.links.get(line.key, (0, True)) != (0, True)
    ]
    rows = [(_end(line.source, names), _end(line.target, names), _count(graph, line), line) for line in told]
    silent = len(graph.scene.links) - len(told)
    if silent:
        yield f"links, and how many messages went over each; {silent} more for orders, over which none went:"
    else:
        yield "links, and how many messages went over each:"
    left = min(40, max((len(row[0]) for row in rows), default=0))
    right = min(40, max((len(row[1]) for row in rows), default=0))
    digits = max((len(row[2]) for row in rows), default=0)
    for source, target, count, line in rows:
        back = "  (back)" if line.feedback else ""
        yield f"   {label(source, left):<{left}} -> {label(target, right):<{right}}  {count:>{digits}}{back}"


def _count(graph: Graph, line: Line) -> str:
    number, exact = graph.now.links.get(line.key, (0, True))
    return f"{number}" if exact else f"{number}+"


def _end(end: tuple[str, str], names: dict[str, str]) -> str:
    return f"{names.get(end[0], end[0])}.{end[1]}"


def _moves(graph: Graph) -> Iterator[str]:
    if not graph.now.moves:
        return
    names = {node.key: node.label for node in graph.scene.nodes}
    yield "last messages:"
    for move in graph.now.moves:
        yield f"   {_way(move, names)}: {move.text}{' is LOST' if move.lost else ''}"


def _way(move: Move, names: dict[str, str]) -> str:
    source = _end(move.source, names) if move.source else "outside"
    target = _end(move.target, names) if move.target else "nowhere"
    return f"{source} -> {target}"
