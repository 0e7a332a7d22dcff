"""The graph of states as a still picture: SVG that is the same for the same graph, byte for byte.

A row for each depth, so that a slice goes one row down, along its row, or up. Those that can go round for ever are
dashed. States in a row are ordered by where they are reached from, so that few edges cross. Shape and words say what
colour says: a ring for a state from which an order can end well, a full dot where every order goes wrong, a square for
a good end, a cross for what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...analysis.words import counted, joined
from ..render import escape
from ..timeline.look import COLOURS

if TYPE_CHECKING:
    from .state_graph import DepthRow, StateGraph

_ROW, _GAP, _LEFT, _TOP, _SIDE = 34, 26, 46, 46, 120
_LETTER = 6.4
#: The size of the summary of a large graph.
_WIDTH, _HIGH, _BARS = 640, 150, 120

_STYLE = (
    ".kamlab-chart text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:var(--soft)}"
    ".kamlab-chart .h{font-size:12px;fill:var(--ink)}.kamlab-chart .n{fill:var(--ink);paint-order:stroke;"
    "stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}.kamlab-chart .r{fill:var(--bad);font-weight:600}"
    ".e{fill:none;stroke:var(--soft);stroke-opacity:.45}.k{stroke:var(--hand);stroke-opacity:1;"
    "stroke-width:1.6;stroke-dasharray:5 2}"
    ".w{fill:none;stroke:var(--accent);stroke-width:3.5;stroke-linecap:round}"
    ".o{fill:var(--ground);stroke:var(--ink);stroke-width:1.4}.d{fill:var(--bad);fill-opacity:.5;stroke:var(--bad)}"
    ".g{fill:var(--after);stroke:var(--after)}.x{fill:var(--ground);stroke:var(--bad);stroke-width:1.6}"
    ".c{fill:none;stroke:var(--bad);stroke-width:2.4;stroke-linecap:round}.s{fill:var(--accent)}"
    ".b{fill:var(--soft);fill-opacity:.55}.a{stroke:var(--line)}"
)


def as_svg(graph: StateGraph) -> str:
    """Return the picture of a graph: whole, or by depth if it is large."""
    return _Whole(graph).svg() if graph.dots else _by_depth(graph)


def _sheet(graph: StateGraph, width: float, height: float, parts: list[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" class="kamlab-chart">\n'
        f"<title>{escape(graph.summary)}</title><style>{_STYLE}{COLOURS}</style>\n"
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="6" fill="var(--ground)"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class _Whole:
    """Draws a dot for each state."""

    def __init__(self, graph: StateGraph) -> None:
        self.graph = graph
        self.places = _placed(graph)
        self.wide = max(x for x, _ in self.places)
        self.on_way = set(zip(graph.way_dots, graph.way_dots[1:], strict=False))

    def svg(self) -> str:
        graph = self.graph
        legend = self._legend()
        title = _fitting_lines(graph.headline, 78)
        shift = 15 * (len(title) - 1)
        widest = max([*map(len, title), *(len(text) + 4 for _, text in legend)])
        width = max(self.wide + _SIDE, widest * _LETTER + 24, 300)
        bottom = _TOP + _ROW * (len(graph.rows) - 1) + 36
        height = bottom + 18 * len(legend) + 6 + shift
        parts = [f'<text class="h" x="12" y="{20 + 15 * at}">{escape(text)}</text>' for at, text in enumerate(title)]
        parts.append(f'<g transform="translate(0 {shift})">')
        parts += [f'<text x="8" y="{_y(row.depth) + 4:.0f}">{row.depth}</text>' for row in graph.rows]
        parts += [*self._edges(), *self._way(), *self._dots(), *self._labels()]
        for at, (sign, text) in enumerate(legend):
            y = bottom + 18 * at
            parts.append(f'<g transform="translate(18 {y})">{sign}</g><text x="34" y="{y + 4}">{escape(text)}</text>')
        return _sheet(graph, width, height, [*parts, "</g>"])

    def _edges(self) -> Iterator[str]:
        plain, around = [], []
        for edge in self.graph.edges:
            if (edge.start, edge.end) in self.on_way:
                continue
            start, end = self.places[edge.start], self.places[edge.end]
            if edge.on_cycle:
                around.append(f"{_line(start, end)}{_arrow(start, end)}")
            else:
                plain.append(_line(start, end))
        if plain:
            yield f'<path class="e" d="{"".join(dict.fromkeys(plain))}"/>'
        if around:
            yield f'<path class="e k" d="{"".join(dict.fromkeys(around))}"/>'

    def _way(self) -> Iterator[str]:
        way = self.graph.way_dots
        if way:
            points = " ".join(f"{x:.0f},{y:.0f}" for x, y in (self.places[number] for number in way))
            yield f'<polyline class="w" points="{points}"/>'

    def _dots(self) -> Iterator[str]:
        for number, (dot, (x, y)) in enumerate(zip(self.graph.dots, self.places, strict=True)):
            sign = "x" if dot.names else "g" if dot.is_end else "d" if dot.decided else "o"
            yield _sign(sign, x, y)
            if number == 0:
                yield f'<circle class="s" cx="{x:.0f}" cy="{y:.0f}" r="2.5"/>'

    def _labels(self) -> Iterator[str]:
        """Yield who runs along the shortest way, and what is wrong: in its last state, and once for each other name."""
        graph = self.graph
        for name, one, other in zip(graph.way, graph.way_dots, graph.way_dots[1:], strict=False):
            (x, y), (to, below) = self.places[one], self.places[other]
            x, y = (x + to) / 2 + 7, (y + below) / 2 + 4
            yield f'<text class="n" x="{x:.0f}" y="{y:.0f}">{escape(_cut(name))}</text>'
        said: set[str] = set()
        order = [*graph.way_dots[-1:], *range(len(graph.dots))]
        for number in order:
            dot = graph.dots[number]
            fresh = [name for name in dot.names if name not in said]
            if fresh:
                said.update(fresh)
                x, y = self.places[number]
                words = escape(_cut(", ".join(fresh)))
                yield f'<text class="n r" x="{x:.0f}" y="{y + 19:.0f}" text-anchor="middle">{words}</text>'

    def _legend(self) -> list[tuple[str, str]]:
        dots = self.graph.dots
        plain = sum(not (dot.names or dot.is_end or dot.decided) for dot in dots)
        decided = sum(dot.decided and not (dot.names or dot.is_end) for dot in dots)
        ends = sum(dot.is_end and not dot.names for dot in dots)
        said = {
            "o": plain and (f"{plain} can still end well" if self.graph.names else counted(plain, "state")),
            "d": decided and f"{decided} from which every order goes wrong",
            "g": ends and counted(ends, "good end"),
            "x": self.graph.names and f"wrong: {joined(f'{name} in {count}' for name, count in self.graph.names)}",
        }
        found = [(_sign(sign, 0, 0), str(words)) for sign, words in said.items() if words]
        if any(edge.on_cycle for edge in self.graph.edges):
            found.append(('<path class="e k" d="M-8 0H8"/>', "slices that can go round for ever"))
        if self.graph.way_dots:
            found.append(('<path class="w" d="M-7 0H7"/>', "the shortest way to where it goes wrong"))
        return found


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return the line of a slice: straight down; an arc below the row, or a loop; or a bow upwards at the side."""
    (x, y), (to, below) = start, end
    if below > y:
        return f"M{x:.0f} {y:.0f}L{to:.0f} {below:.0f}"
    if start == end:
        return f"M{x:.0f} {y:.0f}c16 -18 24 10 5 3"
    if y == below:
        return f"M{x:.0f} {y:.0f}Q{(x + to) / 2:.0f} {y + 18:.0f} {to:.0f} {y:.0f}"
    return f"M{x:.0f} {y:.0f}Q{max(x, to) + 22 + (y - below) / 5:.0f} {(y + below) / 2:.0f} {to:.0f} {below:.0f}"


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Return the head of an arrow at the side of the state that a slice of a cycle leads to."""
    (x, y), (to, below) = start, end
    if below > y:
        return f"M{to - 3:.0f} {below - 11:.0f}l3 5l3 -5"
    at = to + (6 if below < y or start == end or x > to else -6)
    return f"M{at + (5 if at > to else -5):.0f} {below - 1:.0f}L{at:.0f} {below + 3:.0f}l{'5' if at > to else '-5'} 2"


def _sign(sign: str, x: float, y: float) -> str:
    """Return the sign of a state."""
    at = f'cx="{x:.0f}" cy="{y:.0f}"'
    if sign == "g":
        return f'<rect class="g" x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9"/>'
    if sign == "x":
        cross = f"M{x - 3:.0f} {y - 3:.0f}l6 6m0 -6l-6 6"
        return f'<circle class="x" {at} r="7"/><path class="c" d="{cross}"/>'
    return f'<circle class="{sign}" {at} r="5"/>'


def _placed(graph: StateGraph) -> list[tuple[float, float]]:
    """Return where each state is: below those that lead to it, as far as there is room."""
    layers: dict[int, list[int]] = {}
    for number, dot in enumerate(graph.dots):
        layers.setdefault(dot.depth, []).append(number)
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for edge in graph.edges:
        if graph.dots[edge.end].depth == graph.dots[edge.start].depth + 1:
            above.setdefault(edge.end, []).append(edge.start)
            below.setdefault(edge.start, []).append(edge.end)
    rank = {number: float(place) for layer in layers.values() for place, number in enumerate(layer)}
    for turn in range(8):  # by the middle of the neighbours above, then below, and again
        neighbours, depths = (above, sorted(layers)) if turn % 2 == 0 else (below, sorted(layers, reverse=True))
        for depth in depths:
            layer = layers[depth]
            middle = {
                number: sum(found) / len(found)
                for number in layer
                if (found := [rank[other] for other in neighbours.get(number, ())])
            }
            layer.sort(key=lambda number: (middle.get(number, rank[number]), number))
            half = (len(layer) - 1) / 2
            rank.update((number, place - half) for place, number in enumerate(layer))
    leftmost = min(rank.values())
    return [(_LEFT + _GAP * (rank[number] - leftmost), _y(dot.depth)) for number, dot in enumerate(graph.dots)]


def _y(depth: int) -> float:
    return float(_TOP + _ROW * depth)


def _cut(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _fitting_lines(text: str, most: int) -> list[str]:
    """Return a sentence in lines, broken between words."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


# -- a large graph ------------------------------------------------------------------------------------------


def _by_depth(graph: StateGraph) -> str:
    """Return how many states there are in each depth, as bars; those from which every order goes wrong at the foot."""
    rows = graph.rows
    join = -(-len(rows) // _BARS)
    groups = [rows[at : at + join] for at in range(0, len(rows), join)]
    totals = [(group[0].depth, *_sums(group)) for group in groups]
    most = max(total for _, total, _, _ in totals)
    step = (_WIDTH - 60) / len(groups)
    base = 40 + _HIGH
    title = _fitting_lines(graph.headline, 92)
    parts = [f'<text class="h" x="12" y="{18 + 14 * at}">{escape(text)}</text>' for at, text in enumerate(title)]
    parts.append(f'<text x="44" y="{base - _HIGH + 4}" text-anchor="end">{most:,}</text>')
    parts.append(f'<path class="a" d="M48 {base - _HIGH}H{_WIDTH - 12}M48 {base}H{_WIDTH - 12}"/>')
    for at, (depth, total, decided, bad) in enumerate(totals):
        x, high, low = 48 + step * at, _HIGH * total / most, _HIGH * decided / most
        width = max(1.0, step - 1.5)
        parts.append(f'<rect class="b" x="{x:.1f}" y="{base - high:.1f}" width="{width:.1f}" height="{high:.1f}"/>')
        if decided:
            parts.append(f'<rect class="d" x="{x:.1f}" y="{base - low:.1f}" width="{width:.1f}" height="{low:.1f}"/>')
        if bad:
            parts.append(f'<path class="c" d="M{x + width / 2 - 2.5:.1f} {base + 18}l5 5m0 -5l-5 5"/>')
        if at % (-(-len(groups) // 12)) == 0:
            parts.append(f'<text x="{x + width / 2:.1f}" y="{base + 13}" text-anchor="middle">{depth}</text>')
    legend = ['<rect class="b" x="14" y="-8" width="9" height="9"/><text x="30" y="0">states, by depth</text>']
    if graph.decided:
        text = "of these, every order goes wrong from here"
        legend.append(f'<rect class="d" x="14" y="-8" width="9" height="9"/><text x="30" y="0">{text}</text>')
    if graph.names:
        text = escape(", ".join(f"{name}: {count:,}" for name, count in graph.names))
        legend.append(f'<path class="c" d="M15 -7l6 6m0 -6l-6 6"/><text x="30" y="0">wrong here: {text}</text>')
    for at, text in enumerate(legend):
        parts.append(f'<g transform="translate(0 {base + 44 + 18 * at})">{text}</g>')
    return _sheet(graph, _WIDTH, base + 36 + 18 * len(legend), parts)


def _sums(rows: tuple[DepthRow, ...]) -> tuple[int, int, int]:
    """Return how many states there are in some depths: in all, decided, and with something wrong."""
    return sum(row.states for row in rows), sum(row.decided for row in rows), sum(row.bad for row in rows)
