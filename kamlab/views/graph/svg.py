"""A graph as a still picture: SVG that is the same for the same graph, byte for byte.

It has its own style, in which the colours follow a light or a dark page, so it is complete where nothing else is
loaded. Colour, the line around a part, a sign and a word show a state. All text comes out of :mod:`..printable` and is
escaped by :func:`..render.escape`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..render import escape
from .layout import LANE, LinkCurve, Node, Port
from .routing import path_of
from .slots import BOX_LETTERS, LETTER, MONO, SMALL, kind_beside

if TYPE_CHECKING:
    from .graph import Graph, Look, Move

#: The height of the line of text at the top.
HEADLINE = 30
#: From how many parts on those that are at rest are faint, so that the others stand out.
CROWD = 40

#: By state: the sign as a path in a square of 12.
SIGNS = {
    "new": "M6 1.5A4.5 4.5 0 1 1 5.99 1.5ZM6 3A3 3 0 1 0 6.01 3Z",
    "held": "M1.5 4.5H4V1.5H8V4.5H10.5V10.5H1.5ZM5.2 4.5H6.8V2.7H5.2Z",
    "runnable": "M2.5 1.5L10.5 6L2.5 10.5Z",
    "running": "M1.5 1.5L6 6L1.5 10.5ZM6.5 1.5L11 6L6.5 10.5Z",
    "waiting": "M2.5 1.5H5V10.5H2.5ZM7 1.5H9.5V10.5H7Z",
    "blocked": "M6 .8A5.2 5.2 0 1 1 5.99 .8ZM2.6 4.9V7.1H9.4V4.9Z",
    "failed": "M1.5 3L3 1.5L6 4.5L9 1.5L10.5 3L7.5 6L10.5 9L9 10.5L6 7.5L3 10.5L1.5 9L4.5 6Z",
    "finished": "M1 6.4L2.6 4.8L4.8 7L9.6 2.2L11 3.7L4.8 10Z",
    "stopped": "M2 2H10V10H2Z",
}

_COLOURS = {
    "ground": ("#fbfbfc", "#1c2025"),
    "face": ("#fff", "#16191d"),
    "rest": ("#f2f4f6", "#22272d"),
    "ink": ("#1d232b", "#e6e9ee"),
    "soft": ("#5d6875", "#9aa5b1"),
    "line": ("#d9dee4", "#3a424c"),
    "edge": ("#8a94a0", "#77828e"),
    "go": ("#1e7f4f", "#57c78c"),
    "goes": ("#e9f6ef", "#16291f"),
    "lit": ("#1f5fbf", "#6ea8ff"),
    "glow": ("#e8f0fc", "#1d2b42"),
    "bad": ("#c0262d", "#ff7a7f"),
    "ill": ("#fdecec", "#3a1d20"),
    "care": ("#9a5b00", "#ffb84d"),
    "full": ("#fff4df", "#33270f"),
}
#: By state: the colours of the line and of the face, how wide the line is and how it is dashed.
_BORDERS = {
    "new": ("edge", "face", "1.2;stroke-dasharray:3 4"),
    "held": ("care", "full", "1.8;stroke-dasharray:2 3"),
    "runnable": ("go", "goes", "1.6"),
    "running": ("lit", "glow", "2.4"),
    "waiting": ("edge", "rest", "1.2"),
    "blocked": ("care", "full", "1.8;stroke-dasharray:8 3"),
    "failed": ("bad", "ill", "2.2"),
    "finished": ("line", "rest", "1.2"),
    "stopped": ("line", "rest", "1.2;stroke-dasharray:9 3 2 3"),
}


def _style() -> str:
    light, dark = ("".join(f"--{name}:{pair[way]};" for name, pair in _COLOURS.items()) for way in (0, 1))
    states = "".join(
        f".{state}>.b{{stroke:var(--{line});fill:var(--{face});stroke-width:{how}}}.{state}>.i{{fill:var(--{line})}}"
        for state, (line, face, how) in _BORDERS.items()
    )
    return (
        f"svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
        'text{font:11px system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;'
        "fill:var(--soft)}.head{font-size:12px}.name{font-size:13px;font-weight:600;fill:var(--ink)}"
        '.m{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--ink)}'
        f"{states}.finished>.i,.stopped>.i{{fill:var(--edge)}}.failed>.say{{fill:var(--bad)}}"
        ".o>.b{fill:var(--ink);fill-opacity:.025}.finished>.name,.stopped>.name{fill:var(--soft)}.f{opacity:.45}"
        ".glow{fill:none;stroke:var(--glow);stroke-width:6}.red>.b{stroke:var(--bad);stroke-width:2.2}"
        ".p{fill:var(--face);stroke:var(--edge)}.c{fill:var(--face);stroke:var(--line)}"
        ".n{fill:var(--glow);stroke:var(--lit)}.x{fill:var(--ill);stroke:var(--bad)}"
        ".l{fill:none;stroke:var(--edge);stroke-width:1.5}.q{stroke:var(--line);stroke-width:1.2}"
        ".g{stroke:var(--line);stroke-dasharray:2 4}.w{stroke:var(--lit);stroke-width:2.2}"
        ".r{fill:none;stroke:var(--bad);stroke-width:2.4}"
        ".t{fill:var(--edge)}.t.q,.t.g{fill:var(--line)}.t.w{fill:var(--lit)}.t.r{fill:var(--bad);stroke:none}"
        ".count,.waits{paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}"
        ".waits,.bad{fill:var(--bad)}.go{fill:var(--go)}.lit{fill:var(--lit)}"
        ".pill{font-weight:600;fill:var(--face)}"
    )


def as_svg(graph: Graph) -> str:
    """Return the picture of a graph."""
    return "".join(_Drawing(graph).parts())


class _Drawing:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.scene = graph.scene
        self.looks = graph.now.nodes
        self.nodes = {node.key: node for node in self.scene.nodes}
        self.went = {key for move in graph.now.moves for key in move.way}
        self.circle = {key for pair in graph.circle for key in pair}
        self.red = red_links(graph.circle, self.scene.links)
        self.crowd = len(self.nodes) > CROWD
        self.w = max(self.scene.w, 260)
        self.h = self.scene.h + HEADLINE - 8 + (20 if self.scene.more else 0)

    def parts(self) -> Iterator[str]:
        title = escape(self.graph.summary)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.w}" height="{self.h}" '
            f'viewBox="0 0 {self.w} {self.h}" role="img" aria-label="{title}"><title>{title}</title>'
            f"<style>{_style()}</style>"
            f'<rect x=".5" y=".5" width="{self.w - 1}" height="{self.h - 1}" rx="8" '
            'style="fill:var(--ground);stroke:var(--line)"/>'
            f'<text class="head" x="16" y="21">{escape(self.graph.headline)}</text>'
            f'<g transform="translate(0 {HEADLINE - 8})">'
        )
        for node in self.scene.nodes:
            if node.container:
                yield self._node(node)
        for line in sorted(self.scene.links, key=lambda line: (line.key in self.went, not line.quiet)):
            yield self._link(line)
        for node in self.scene.nodes:
            if not node.container:
                yield self._node(node)
        for node in self.scene.nodes:
            yield self._ports(node)
        for line in self.scene.links:
            yield self._count(line)
        yield from self._waits()
        yield from self._moves()
        if self.scene.more:
            yield f'<text class="head" x="16" y="{self.scene.h + 14}">and {self.scene.more} more components</text>'
        yield "</g></svg>"

    # -- parts ------------------------------------------------------------------------------------------

    def _node(self, node: Node) -> str:
        look = self.looks[node.key]
        box = f'x="{node.x}" y="{node.y}" width="{node.w}" height="{node.h}" rx="9"'
        classes = [look.state, *(["o"] if node.container else [])]
        classes += ["red"] if node.key in self.circle else []
        classes += ["f"] if self.crowd and not node.container and is_calm(look) else []
        glow = f'<rect class="glow" {box}/>' if look.lit and not node.container else ""
        if node.folded:
            glow += f'<rect class="b" x="{node.x + 4}" y="{node.y + 4}" width="{node.w}" height="{node.h}" rx="9"/>'
        name = _fitted(node.name, node.w - (120 if node.container else 24), LETTER)
        wide = int(_wide(name))
        beside = _fitted(kind_beside(node.name, node.kind), node.w - wide - 28, SMALL)
        kind = f'<text x="{node.x + 20 + wide}" y="{node.y + 20}">{escape(beside)}</text>' if beside else ""
        x, y = node.x + 12, node.y + 27
        if node.container:
            x, y = node.x + 30 + wide + int(len(beside) * SMALL), node.y + 10
        said = _fitted(words_of(look, node.inside), node.x + node.w - x - 26, SMALL)
        return (
            f'<g class="{" ".join(classes)}"><title>{_titled(node, look)}</title>{glow}<rect class="b" {box}/>'
            f'<text class="name" x="{node.x + 12}" y="{node.y + 20}">{escape(name)}</text>{kind}'
            f'<path class="i" transform="translate({x} {y})" d="{SIGNS[look.state]}" fill-rule="evenodd"/>'
            f'<text class="say" x="{x + 17}" y="{y + 10}">{escape(said)}</text>{_marks(node, look)}</g>'
        )

    def _ports(self, node: Node) -> str:
        look = self.looks[node.key]
        said = [_dot(port) for port in (*node.inboxes, *node.outboxes)]
        ends = {port.y: len(outbox_says(node, port, look)[0]) for port in node.outboxes}
        faint = self.crowd and is_calm(look)
        for port in node.inboxes if not faint else ():
            said += self._inbox(node, port, look, node.w - int(ends.get(port.y, -1) * SMALL) - 18)
        for port in node.outboxes if not faint else ():
            text, lost = outbox_says(node, port, look)
            y = port.y - (11 if node.container else 0)
            if lost:
                said.append(_pill(port.x - 16 - int(len(text) * 6.6), y - 8, text, "bad"))
            else:
                said.append(f'<text x="{port.x - 9}" y="{y + 4}" text-anchor="end">{escape(text)}</text>')
        return "".join(said)

    def _inbox(self, node: Node, port: Port, look: Look, right: int) -> Iterator[str]:
        """Draw the name of an inbox and, beside it, the first messages in it."""
        name = _short(port.name, node)
        waiting, limit = next(((count, most) for box, count, most in look.inboxes if box == port.name), (0, None))
        full = limit is not None and waiting >= limit
        yield f'<text x="{port.x + 9}" y="{port.y + (-7 if node.container else 4)}">{escape(name)}</text>'
        x, end = port.x + 16 + int(len(name) * SMALL), node.x + right
        count = f"{waiting}/{limit} full" if full else f"{waiting}/{limit}" if limit is not None else f"{waiting}"
        if node.container or not dict(look.chips).get(port.name):
            if waiting or full:
                yield _pill(x if not node.container else port.x + 5, port.y - 8, count, "bad" if full else "lit")
            return
        if full:
            end -= int(len(count) * MONO) + 14
            yield _pill(end + 4, port.y - 8, count, "bad")
        texts, left = dict(look.chips)[port.name], waiting
        for place, text in enumerate(texts):
            room = end - x - (24 if left > 1 else 0)
            if room < 26 or (place and len(text) * MONO + 12 > room):
                break
            shown = _fitted(text, room - 12, MONO)
            yield _chip(x, port.y, shown, "n" if look.lit else "c")
            x, left = x + int(len(shown) * MONO) + 16, left - 1
        if left and not full:
            yield f'<text x="{x}" y="{port.y + 4}">+{left}</text>'

    # -- links ------------------------------------------------------------------------------------------

    def _link(self, line: LinkCurve) -> str:
        number, _ = self.graph.now.links.get(line.key, (0, True))
        kinds = [
            ("r", line.key in self.red),
            ("w", line.key in self.went),
            ("g", line.gone),
            ("q", line.quiet or (line.inner and not number)),
        ]
        kind = next((name for name, is_so in kinds if is_so), "")
        x, y = line.curve[-1]
        side = 1 if line.curve[-3][0] <= x else -1
        return (
            f'<path class="l {kind}" d="{path_of(line.curve)}"/>'
            f'<path class="t {kind}" d="M{x - 4 * side} {y}l{-7 * side} -4v8z"/>'
        )

    def _count(self, line: LinkCurve) -> str:
        number, exact = self.graph.now.links.get(line.key, (0, True))
        if not number and (exact or line.quiet or line.inner):
            return ""
        y = line.y - (7 if line.key in self.went else 0)
        return f'<text class="count" x="{line.x}" y="{y}" text-anchor="middle">{number}{"" if exact else "+"}</text>'

    def _waits(self) -> Iterator[str]:
        """Draw who waits for whom in a deadlock, where no link is between the two."""
        linked = {(line.source[0], line.target[0]) for line in self.scene.links if line.key in self.red}
        for one, other in self.graph.circle:
            if one in self.nodes and other in self.nodes and linked.isdisjoint({(one, other), (other, one)}):
                path, x, y = arc(self.nodes[one], self.nodes[other])
                yield f'<path class="r" d="{path}"/>'
                yield f'<text class="waits" x="{x}" y="{y}" text-anchor="middle">waits for</text>'

    def _moves(self) -> Iterator[str]:
        """Draw the last message at each place as a chip with its text, and how many there were."""
        last: dict[tuple[int, int], tuple[Move, int]] = {}
        lines = {line.key: line for line in self.scene.links}
        for move in self.graph.now.moves:
            at = self._place(move, lines)
            if at is not None:
                last[at] = (move, last[at][1] + 1 if at in last else 1)
        for (x, y), (move, times) in last.items():
            text = _fitted(move.text, 50, MONO) + (f" x{times}" if times > 1 else "")
            yield _chip(x - int(len(text) * MONO + 12) // 2, y, text, "x" if move.lost else "n")

    def _place(self, move: Move, lines: dict[str, LinkCurve]) -> tuple[int, int] | None:
        """Return where a message is drawn: in the middle of its last link, or beside the outbox that lost it."""
        if move.way:
            return middle_of(lines[move.way[-1]])
        if not move.lost or move.source is None or move.source[0] not in self.nodes:
            return None
        key, box = move.source
        ports = (port for port in self.nodes[key].outboxes if port.name == box and box not in self.looks[key].unheard)
        return next(((port.x + 40, port.y) for port in ports), None)


def red_links(circle: Iterable[tuple[str, str]], links: Sequence[LinkCurve]) -> set[str]:
    """Return the links between those that wait for each other: from one to the one that it waits for, if there are."""
    found: set[str] = set()
    for pair in circle:
        both = [[line.key for line in links if (line.source[0], line.target[0]) == way] for way in (pair, pair[::-1])]
        found.update(both[0] or both[1])
    return found


def is_calm(look: Look) -> bool:
    """Return whether nothing of a component asks for attention: it is at rest, and nothing waits for it."""
    busy = look.lit or look.next or look.state in ("failed", "blocked", "held", "running")
    return not busy and not any(waiting for _, waiting, _ in look.inboxes) and not (look.inside and look.inside[0])


def outbox_says(node: Node, port: Port, look: Look) -> tuple[str, bool]:
    """Return what is written at an outbox, and whether it is about messages that it lost."""
    number = dict(look.outboxes).get(port.name, 0)
    if not number or port.name == "signal" or (port.name in look.unheard and len(node.outboxes) > 1):
        return _short(port.name, node), False
    return (f"{number} not subscribed", False) if port.name in look.unheard else (f"{number} lost", True)


def words_of(look: Look, inside: int = 0) -> str:
    """Return what is said of a component under its name."""
    said = "not started" if look.state == "new" else look.say or look.state
    if look.inside is not None:
        waiting, state = look.inside
        said = f"{inside} inside, {f'{waiting} waiting' if waiting else state}"
    elif look.state == "blocked":
        said = said.replace("waits for room in", "blocked by")
    return said


def middle_of(line: LinkCurve) -> tuple[int, int]:
    """Return the middle of the longest level piece of a link, or of the middle piece."""
    pieces = [line.curve[place : place + 4] for place in range(0, len(line.curve) - 1, 3)]
    one, _, _, other = max(
        pieces, key=lambda piece: (piece[0][1] == piece[3][1] and len(pieces) > 1, abs(piece[0][0] - piece[3][0]))
    )
    return (one[0] + other[0]) // 2, (one[1] + other[1]) // 2


def arc(one: Node, other: Node) -> tuple[str, int, int]:
    """Return the path of an arrow from one part to another above both, or left of both, and where its words go."""
    if abs(one.x - other.x) < one.w:
        x, a, b = min(one.x, other.x), one.y + one.h // 2, other.y + other.h // 2
        tip = f"M{other.x - 9} {b - 4}L{other.x} {b}L{other.x - 9} {b + 4}"
        return f"M{one.x} {a}C{x - 60} {a} {x - 60} {b} {other.x} {b}{tip}", x - 44, (a + b) // 2
    y, a, b = min(one.y, other.y), one.x + one.w // 2, other.x + other.w // 2
    tip = f"M{b - 4} {other.y - 9}L{b} {other.y}L{b + 4} {other.y - 9}"
    return f"M{a} {one.y}C{a} {y - 40} {b} {y - 40} {b} {other.y}{tip}", (a + b) // 2, y - 26


def _dot(port: Port) -> str:
    return f'<circle class="p" cx="{port.x}" cy="{port.y}" r="3.5"/>'


def _chip(x: int, y: int, text: str, kind: str) -> str:
    width = int(len(text) * MONO) + 12
    return (
        f'<rect class="{kind}" x="{x}" y="{y - 8}" width="{width}" height="16" rx="8"/>'
        f'<text class="m" x="{x + 6}" y="{y + 4}">{escape(text)}</text>'
    )


def _pill(x: int, y: int, text: str, kind: str) -> str:
    width = int(len(text) * 6.6) + 10
    return (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="15" rx="7.5"/>'
        f'<text class="pill" x="{x + width // 2}" y="{y + 11}" text-anchor="middle">{escape(text)}</text>'
    )


def _marks(node: Node, look: Look) -> str:
    """Return the words on the upper edge: who ran last and who is next."""
    right, marks = node.x + node.w - 10, []
    for text, kind, is_so in (("next", "go", look.next), ("ran", "lit", look.last)):
        if is_so:
            right -= int(len(text) * 6.6) + 14
            marks.append(_pill(right, node.y - 7, text, kind))
    return "".join(marks)


def _titled(node: Node, look: Look) -> str:
    said = [f"{node.label}: {look.state}" + (f", {look.say}" if look.say and look.say != look.state else "")]
    for name, waiting, limit in look.inboxes:
        said.append(f"{name} {waiting}" + (f" of {limit}" if limit is not None else ""))
    said += [f"{name}: {number} {'unheard' if name in look.unheard else 'lost'}" for name, number in look.outboxes]
    if node.folded:
        said.append(f"{node.inside} components inside")
    if node.boxes_more:
        said.append(f"{node.boxes_more} more boxes, not linked")
    return escape("\n".join(said))


def _short(name: str, node: Node) -> str:
    """Return the name of a box: that of a container has to fit into the lane at its side."""
    return _fitted(name, LANE - 12 if node.container else BOX_LETTERS * SMALL, SMALL)


def _fitted(text: str, room: float, letter: float) -> str:
    most = max(3, int(room / letter))
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _wide(text: str) -> float:
    return sum(9.4 if letter.isupper() else LETTER for letter in text)
