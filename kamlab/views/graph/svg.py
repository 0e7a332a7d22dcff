"""A graph as a still picture: SVG that is the same for the same graph, byte for byte.

It has its own light background, so it is legible on dark pages, and its own style, so it needs nothing else
to be loaded. Colour, the line around a part, a sign and a word show a state. All text comes out of
:mod:`..printable` and is escaped by :func:`..render.escape`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from ..render import escape
from .layout import Line, Node, path_of
from .slots import BOX_LETTERS, LETTER, SMALL

if TYPE_CHECKING:
    from .graph import Graph, Look, Move

#: The height of the line of text at the top.
HEADLINE = 30

#: By state: the colour of the outline, the fill, and the sign as a path in a square of 12.
SIGNS = {
    "new": ("#8a94a3", "#ffffff", "M6 1.5A4.5 4.5 0 1 1 5.99 1.5Z"),
    "runnable": ("#1a7f37", "#f0faf2", "M2.5 1.5L10.5 6L2.5 10.5Z"),
    "running": ("#0b57d0", "#eef4ff", "M1.5 1.5L6 6L1.5 10.5ZM6.5 1.5L11 6L6.5 10.5Z"),
    "waiting": ("#7b8794", "#f6f7f9", "M2.5 1.5H5V10.5H2.5ZM7 1.5H9.5V10.5H7Z"),
    "blocked": ("#b35900", "#fff6e9", "M6 .8A5.2 5.2 0 1 1 5.99 .8ZM2.6 4.9V7.1H9.4V4.9Z"),
    "failed": ("#c62828", "#fff0f0", "M1.5 3L3 1.5L6 4.5L9 1.5L10.5 3L7.5 6L10.5 9L9 10.5L6 7.5L3 10.5L1.5 9L4.5 6Z"),
    "finished": ("#8a94a3", "#fafbfc", "M1 6.4L2.6 4.8L4.8 7L9.6 2.2L11 3.7L4.8 10Z"),
    "stopped": ("#8a94a3", "#fafbfc", "M2 2H10V10H2Z"),
}

_STYLE = """
text{font-family:system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
text{font-size:11px;fill:#3b4654}
.head{font-size:13px;fill:#1f2933}
.name{font-size:13px;font-weight:600;fill:#1f2933}
.say{font-size:11px;fill:#52606d}
.box{font-size:11px;fill:#52606d}
.count{font-size:11px;fill:#52606d;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
.badge{font-size:11px;font-weight:700;fill:#fff}
.moved{font-size:11px;fill:#1f2933;font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.link{fill:none;stroke:#5b6b7d;stroke-width:1.6}
.quiet{stroke:#b6c0cb;stroke-width:1.2}
.inner{stroke-dasharray:1 3;stroke-linecap:round}
.went{stroke:#0b57d0;stroke-width:2.4}
""".replace("\n", "")


def as_svg(graph: Graph) -> str:
    """Return the picture of a graph."""
    return "".join(_Drawing(graph).parts())


class _Drawing:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.scene = graph.scene
        self.looks = graph.now.nodes
        self.went = {key for move in graph.now.moves for key in move.way}
        self.w = max(self.scene.w, 260)
        self.h = self.scene.h + HEADLINE + (20 if self.scene.more else 0)

    def parts(self) -> Iterator[str]:
        title = escape(self.graph.summary)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.w}" height="{self.h}" '
            f'viewBox="0 0 {self.w} {self.h}" role="img" aria-label="{title}"><title>{title}</title>'
            f"<style>{_STYLE}</style>"
            '<defs><pattern id="kamlab-hatch" width="8" height="8" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><rect width="8" height="8" fill="#fff6e9"/>'
            '<rect width="3" height="8" fill="#ffe3bd"/></pattern></defs>'
            f'<rect x=".5" y=".5" width="{self.w - 1}" height="{self.h - 1}" rx="8" fill="#ffffff" stroke="#d5dbe1"/>'
            f'<text class="head" x="16" y="21">{escape(self.graph.headline)}</text>'
            f'<g transform="translate(0 {HEADLINE - 8})">'
        )
        for node in self.scene.nodes:
            if node.container:
                yield self._container(node)
        for line in sorted(self.scene.links, key=lambda line: (line.key in self.went, not line.quiet)):
            yield self._link(line)
        for node in self.scene.nodes:
            if not node.container:
                yield self._node(node)
        for node in self.scene.nodes:
            yield self._ports(node)
        for line in self.scene.links:
            yield self._count(line)
        yield from self._moves()
        if self.scene.more:
            yield f'<text class="head" x="16" y="{self.scene.h + 14}">and {self.scene.more} more components</text>'
        yield "</g></svg>"

    # -- parts ------------------------------------------------------------------------------------------

    def _container(self, node: Node) -> str:
        look = self.looks[node.key]
        colour, _, _ = SIGNS[look.state]
        text = _fitted(node.label, node.w - 120, LETTER)
        return (
            f"<g><title>{_titled(node, look)}</title>"
            f'<rect x="{node.x}" y="{node.y}" width="{node.w}" height="{node.h}" rx="10" fill="#1f2933" '
            f'fill-opacity=".025" {_border(look, colour)}/>'
            f'<text class="name" x="{node.x + 12}" y="{node.y + 20}">{text}</text>'
            f"{self._state(look, node.x + 24 + int(_wide(text)), node.y + 10, node.w - 48 - int(_wide(text)))}</g>"
        )

    def _node(self, node: Node) -> str:
        look = self.looks[node.key]
        colour, face, _ = SIGNS[look.state]
        fill = "url(#kamlab-hatch)" if look.state == "blocked" else face
        behind = ""
        if node.folded:
            behind = (
                f'<rect x="{node.x + 4}" y="{node.y + 4}" width="{node.w}" height="{node.h}" rx="8" fill="#ffffff" '
                f'stroke="{colour}"/>'
            )
        double = ""
        if look.state == "running":
            double = (
                f'<rect x="{node.x + 3}" y="{node.y + 3}" width="{node.w - 6}" height="{node.h - 6}" rx="6" '
                f'fill="none" stroke="{colour}"/>'
            )
        marks = ""
        if look.next:
            marks += _pill(node.x + node.w - 8, node.y - 7, "next", "#1a7f37")
        if look.last:
            marks += _pill(node.x + node.w - (52 if look.next else 8), node.y - 7, "ran", "#0b57d0")
        name = _fitted(node.label, node.w - 22, LETTER)
        inside = f"{node.inside} inside, " if node.folded else ""
        return (
            f"<g><title>{_titled(node, look)}</title>{behind}"
            f'<rect x="{node.x}" y="{node.y}" width="{node.w}" height="{node.h}" rx="8" fill="{fill}" '
            f"{_border(look, colour)}/>{double}"
            f'<text class="name" x="{node.x + 12}" y="{node.y + 21}">{name}</text>'
            f"{self._state(look, node.x + 12, node.y + 29, node.w - 22, inside)}{marks}</g>"
        )

    def _state(self, look: Look, x: int, y: int, room: int, before: str = "") -> str:
        colour, _, sign = SIGNS[look.state]
        said = look.say if look.say and look.state != "new" else look.state
        if look.state in ("blocked", "failed") and said != look.state:
            said = f"{look.state}: {said}".replace("blocked: waits for room in", "blocked by")
        said = _fitted(before + said, room - 17, 6.0)
        return (
            f'<path transform="translate({x} {y})" d="{sign}" fill="{colour}" fill-rule="evenodd"/>'
            f'<text class="say" x="{x + 17}" y="{y + 10}" fill="{colour}">{said}</text>'
        )

    def _ports(self, node: Node) -> str:
        look = self.looks[node.key]
        held = {name: (waiting, limit) for name, waiting, limit in look.inboxes}
        lost = dict(look.outboxes)
        lift = -6 if node.container else 4
        said = []
        for port in node.inboxes:
            waiting, limit = held.get(port.name, (0, None))
            full = limit is not None and waiting >= limit
            said.append(_dot(port.x, port.y, "#c62828" if full else "#3b4654" if waiting else "#ffffff"))
            name = escape(_short(port.name))
            said.append(f'<text class="box" x="{port.x + 9}" y="{port.y + lift}">{name}</text>')
            if waiting or full:
                text = (
                    f"{waiting}/{limit} full" if full else f"{waiting}/{limit}" if limit is not None else f"{waiting}"
                )
                colour = "#c62828" if full else "#3b4654"
                x = port.x + 14 + int(len(_short(port.name)) * SMALL) if not node.container else port.x + 5
                said.append(_badge(x, port.y - 7 if not node.container else port.y + 5, text, colour))
        for port in node.outboxes:
            name = escape(_short(port.name))
            said.append(_dot(port.x, port.y, "#ffffff"))
            said.append(f'<text class="box" x="{port.x - 9}" y="{port.y + lift}" text-anchor="end">{name}</text>')
            if lost.get(port.name):
                free = not node.container and all(
                    port.y != inbox.y or not held.get(inbox.name, (0,))[0] for inbox in node.inboxes
                )
                x = port.x - 14 - int(len(_short(port.name)) * SMALL) if free else port.x + 4
                said.append(_badge(x, port.y - (7 if free else 11), f"{lost[port.name]} lost", "#c62828", end=free))
        return "".join(said)

    # -- links ------------------------------------------------------------------------------------------

    def _link(self, line: Line) -> str:
        kinds = ["link"]
        kinds += ["quiet"] if line.quiet else []
        kinds += ["inner"] if line.inner else []
        kinds += ["went"] if line.key in self.went else []
        colour = "#0b57d0" if line.key in self.went else "#b6c0cb" if line.quiet else "#5b6b7d"
        x, y = line.points[-1]
        side = 1 if line.points[-2][0] <= x else -1
        tip = f'<path d="M{x - 4 * side} {y}l{-7 * side} -4v8z" fill="{colour}"/>'
        return f'<path class="{" ".join(kinds)}" d="{path_of(line.points)}"/>{tip}'

    def _count(self, line: Line) -> str:
        number, exact = self.graph.now.links.get(line.key, (0, True))
        if not number and exact:
            return ""
        text = f"{number}" if exact else f"{number}+"
        return f'<text class="count" x="{line.x}" y="{line.y}" text-anchor="middle">{text}</text>'

    def _moves(self) -> Iterator[str]:
        """Draw the last message at each place as an envelope with its text, and how many there were."""
        last: dict[tuple[int, int], tuple[Move, int]] = {}
        lines = {line.key: line for line in self.scene.links}
        for move in self.graph.now.moves:
            at = self._place(move, lines)
            if at is not None:
                last[at] = (move, last[at][1] + 1 if at in last else 1)
        for (x, y), (move, times) in last.items():
            text = move.text if len(move.text) <= 14 else move.text[:11] + "..."
            text += f" x{times}" if times > 1 else ""
            yield _envelope(x, y, text, move.lost)

    def _place(self, move: Move, lines: dict[str, Line]) -> tuple[int, int] | None:
        """Return where a message is drawn: at its last link, or beside the outbox that lost it."""
        if move.way:
            line = lines[move.way[-1]]
            x, y = _middle(line.points)
            return x, y + (10 if line.inner else 0)
        if not move.lost or move.source is None:
            return None
        node = next((node for node in self.scene.nodes if node.key == move.source[0]), None)
        port = (
            next((port for port in node.outboxes if move.source and port.name == move.source[1]), None)
            if node
            else None
        )
        return (port.x + 40, port.y) if port is not None else None


def _envelope(x: int, y: int, text: str, lost: bool) -> str:
    colour = "#c62828" if lost else "#0b57d0"
    width = int(len(text) * 6.8) + 28
    left, top = x - width // 2, y + 7
    return (
        f'<g><rect x="{left}" y="{top}" width="{width}" height="18" rx="9" fill="#ffffff" stroke="{colour}"/>'
        f'<path d="M{left + 7} {top + 5}h11v8h-11zl5.5 4.5l5.5 -4.5" fill="none" stroke="{colour}" stroke-width="1.2"/>'
        f'<text class="moved" x="{left + 22}" y="{top + 13}">{escape(text)}</text></g>'
    )


def _middle(points: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """Return the middle of the longest level piece of a way."""
    pieces = [(abs(a[0] - b[0]), a, b) for a, b in pairwise(points) if a[1] == b[1]]
    if not pieces:
        return points[0]
    _, one, other = max(pieces, key=lambda piece: piece[0])
    return (one[0] + other[0]) // 2, one[1]


def _border(look: Look, colour: str) -> str:
    width = 3 if look.next else 1.6
    dashes = {
        "new": ' stroke-dasharray="2 3"',
        "finished": ' stroke-dasharray="6 4"',
        "stopped": ' stroke-dasharray="9 3 2 3"',
    }
    return f'stroke="{colour}" stroke-width="{2.2 if look.state == "failed" else width}"{dashes.get(look.state, "")}'


def _dot(x: int, y: int, fill: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="4" fill="{fill}" stroke="#3b4654" stroke-width="1.3"/>'


def _badge(x: int, y: int, text: str, colour: str, end: bool = False) -> str:
    width = int(len(text) * 6.6) + 10
    left = x - width if end else x
    return (
        f'<rect x="{left}" y="{y}" width="{width}" height="15" rx="7.5" fill="{colour}"/>'
        f'<text class="badge" x="{left + width // 2}" y="{y + 11}" text-anchor="middle">{escape(text)}</text>'
    )


def _pill(right: int, y: int, text: str, colour: str) -> str:
    return _badge(right, y, text, colour, end=True)


def _titled(node: Node, look: Look) -> str:
    said = [f"{node.label}: {look.state}" + (f", {look.say}" if look.say and look.say != look.state else "")]
    for name, waiting, limit in look.inboxes:
        said.append(f"{name} {waiting}" + (f" of {limit}" if limit is not None else ""))
    said += [f"{name}: {number} lost" for name, number in look.outboxes]
    if node.folded:
        said.append(f"{node.inside} components inside")
    if node.boxes_more:
        said.append(f"{node.boxes_more} more boxes, not linked")
    return escape("\n".join(said))


def _short(name: str) -> str:
    return name if len(name) <= BOX_LETTERS else name[: BOX_LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _fitted(text: str, room: float, letter: float) -> str:
    most = max(4, int(room / letter))
    return escape(text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}")


def _wide(text: str) -> float:
    return sum(9.9 if letter.isupper() else LETTER for letter in text)
