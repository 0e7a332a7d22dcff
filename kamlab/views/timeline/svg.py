"""The space-time diagram as a picture: time runs to the right, lifelines lie one below another.

A step is a slot of some width. A slice is a box in the middle of its slot; messages that it took enter at the left
half of the box and messages that it sent leave at the right half, so that arrows of one slice do not overlap. What
follows a slice, before the next one, is at the right edge of its slot.

Everything that colour shows is also shown by form: dashes, weight, signs. No identifiers are in it, so that any
number of pictures can be on one page; arrow heads are therefore drawn one by one. Numbers are rounded, and everything
comes in the order of the view: the same view, the same bytes.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..printable import label
from ..render import escape
from .records import DISCARDED, OUTSIDE, REMOVED, WAITS, Mark, Passage, Place, Ran, fitted

if TYPE_CHECKING:
    from .model import Timeline

TOP = 58
#: Half the height of a box.
HALF = 9
#: How many characters of a name are written.
NAME = 28
#: The length of the stub of a message if one of its ends is not shown.
STUB = 17
#: How many characters of a message are written at its arrow.
SHORT = 16

_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;font-size:12px;fill:#1f2933}"
    ".t{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:10px;fill:#37424d;"
    "paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round;direction:ltr;unicode-bidi:isolate}"
    ".n{font-size:10px;fill:#66727f}.g{stroke:#eceff3;fill:none}"
    ".l{stroke:#9aa6b2;fill:none}.o{stroke:#c3ccd5;stroke-dasharray:1 4;fill:none}"
    ".b{fill:#d8e6f8;stroke:#2f5d95}.a{stroke:#46525e;fill:none;stroke-width:1.2}.h{fill:#46525e}"
    ".w{stroke-dasharray:3 2}.r{fill:#fff;stroke:#46525e;stroke-width:1.4}"
    ".x{stroke:#b3261e;fill:none;stroke-width:2}.xt{fill:#b3261e}"
    ".up{fill:#2e7d32}.end{stroke:#1f2933;stroke-width:3}.hand{fill:#ffc233;stroke:#7a5200}"
    ".dim{opacity:.28}"
    ".past .a,.past.b{stroke:#7b3fb5;stroke-width:2.4}.past .h{fill:#7b3fb5}.past.b{fill:#ead9fb}"
    ".past .r{stroke:#7b3fb5}"
    ".next .a,.next.b{stroke:#00796b;stroke-width:2.4;stroke-dasharray:5 3}.next .h{fill:#00796b}"
    ".next.b{fill:#d3f0ec}.next .r{stroke:#00796b}"
    ".sel .a,.sel.b{stroke:#c75000;stroke-width:3.4}.sel .h{fill:#c75000}.sel.b{fill:#ffe3cc}.sel .r{stroke:#c75000}"
    ".sel .t{font-weight:700;fill:#8f3a00}"
    ".here{stroke:#1f2933;stroke-width:1.6}.at{stroke:#1565c0;stroke-width:1.6;stroke-dasharray:6 3}.att{fill:#1565c0}"
)

Point = tuple[float, float]


def width_of(text: str, size: float) -> float:
    """Return the approximate width of a text in pixels, at a font size; wide letters count twice."""
    units = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return round(units * size * 0.6, 1)


@dataclass(frozen=True)
class Arrow:
    """A message in the picture: its ends, and whether it goes over the edge."""

    message: Passage
    start: Point
    end: Point
    bow: bool = False
    cut_left: bool = False
    cut_right: bool = False


class Layout:
    """Positions for one diagram."""

    def __init__(self, view: Timeline) -> None:
        self.view = view
        count = max(1, view.last - view.first + 1)
        self.slot: int = max(14, min(56, 960 // count))
        self.row = 48 if len(view.lines) <= 10 else 38
        names = max((width_of(line.name[:NAME], 12) for line in view.lines), default=0)
        self.left: int = round(max(names, 60) + 26)
        self.right: int = self.left + count * self.slot
        self.bottom: int = TOP + max(1, len(view.lines)) * self.row
        self._boxes = {(ran.line, ran.step) for ran in view.slices}
        self._leave: dict[Place, list[int]] = defaultdict(list)
        self._enter: dict[Place, list[int]] = defaultdict(list)
        for message in view.messages:
            if message.start is not None:
                self._leave[message.start].append(message.number)
            if message.end is not None and message.took is not None:
                self._enter[message.end].append(message.took)
        for numbers in (*self._leave.values(), *self._enter.values()):
            numbers.sort()

    def x(self, step: int) -> float:
        """Return where the slot of a step begins."""
        return self.left + (step - self.view.first) * self.slot

    def y(self, line: int) -> float:
        """Return the height of a lifeline."""
        return TOP + line * self.row + self.row / 2

    def box(self, line: int, step: int) -> tuple[float, float, float, float]:
        """Return x, y, width and height of a slice."""
        return self.x(step) + self.slot * 0.14, self.y(line) - HALF, self.slot * 0.72, HALF * 2

    def edge(self, step: int) -> float:
        """Return where a step ends: after its slice and what followed it."""
        return self.x(step) + self.slot

    def arrow(self, message: Passage) -> Arrow:
        """Return the arrow of a message."""
        start, end = message.start, message.end
        if start is None and end is None:
            return Arrow(message, (self.left, TOP), (self.left, TOP))
        if start is None:
            assert end is not None
            x = self._x_in(message, end)
            y = self.y(end[0]) - self._half(end)
            return Arrow(message, (x - 9, y - STUB), (x, y))
        if end is None:
            x, y = self._x_out(message, start), self.y(start[0])
            down = message.fate == DISCARDED or start[0] == 0
            side = 1 if down else -1
            return Arrow(message, (x, y + side * self._half(start)), (x + 5, y + side * (HALF + STUB)))
        if start[0] == end[0]:
            return self._bow(message, start, end)
        side = 1 if end[0] > start[0] else -1
        x1, y1 = self._x_out(message, start), self.y(start[0]) + side * self._half(start)
        if message.took is None:
            x2, y2 = x1 + self.slot * 0.32, self.y(end[0])
        else:
            x2, y2 = self._x_in(message, end), self.y(end[0]) - side * self._half(end)
        return self._cut(message, (x1, y1), (x2, y2), start, end)

    def _bow(self, message: Passage, start: Place, end: Place) -> Arrow:
        """Return the arrow of a message from a component to itself: a bow above its line."""
        y = self.y(start[0]) - HALF
        x1 = self._x_out(message, start)
        x2 = x1 + self.slot * 0.5 if message.took is None else self._x_in(message, end)
        if message.took is None or start == end:
            x2 = max(x2, x1 + 6) if message.took is None else x2
        arrow = self._cut(message, (x1, y), (x2, y), start, end)
        return Arrow(message, arrow.start, arrow.end, True, arrow.cut_left, arrow.cut_right)

    def _cut(self, message: Passage, one: Point, other: Point, start: Place, end: Place) -> Arrow:
        left, right = start[1] < self.view.first, end[1] > self.view.last
        if left:
            one = (self.left + 2, self.y(start[0]))
        if right:
            other = (self.right - 2, self.y(end[0]))
        return Arrow(message, one, other, False, left, right)

    def _half(self, place: Place) -> float:
        return HALF if place in self._boxes else 0

    def _x_out(self, message: Passage, place: Place) -> float:
        numbers = self._leave[place]
        x, _, width, _ = self.box(*place)
        if place not in self._boxes:  # done after the slice of that step
            return x + width * 0.7
        return x + width * (0.5 + 0.5 * (numbers.index(message.number) + 1) / (len(numbers) + 1))

    def _x_in(self, message: Passage, place: Place) -> float:
        x, _, width, _ = self.box(*place)
        numbers = self._enter[place]
        if message.took is None or message.took not in numbers:
            return x + width * 0.25
        if place not in self._boxes:
            return self.edge(place[1]) - 2
        return x + width * 0.5 * (numbers.index(message.took) + 1) / (len(numbers) + 1)


class Free:
    """The room that is left for labels."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float, float, float]] = []

    def block(self, x: float, y: float, width: float, height: float) -> None:
        """Note that something is there."""
        self._taken.append((x, y, x + width, y + height))

    def take(self, x: float, y: float, width: float, height: float) -> bool:
        """Take a place if it is free; return whether it was."""
        for left, top, right, bottom in self._taken:
            if x < right and left < x + width and y < bottom and top < y + height:
                return False
        self.block(x, y, width, height)
        return True


# -- drawing ------------------------------------------------------------------------------------------


def as_svg(view: Timeline) -> str:
    """Return the picture of a diagram."""
    return _Drawing(view).svg()


class _Drawing:
    def __init__(self, view: Timeline) -> None:
        self.view = view
        self.at = Layout(view)
        self.free = Free()
        self.before, self.after = set(view.before), set(view.after)
        self._later = {message.end for message in view.messages if message.took in self.after}
        self._later |= {message.start for message in view.messages if message.number in self.after}

    def svg(self) -> str:
        at, notes = self.at, self._notes()
        width = max(at.right + 24, at.left + 330)
        height = at.bottom + 24 + 18 * len(notes)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(self.view.summary)}</title><style>{_STYLE}</style>",
            f'<rect width="{width}" height="{height}" rx="6" fill="#fff"/>',
            *self._axis(),
            *self._lifelines(),
            *self._moments(),
        ]
        boxes = list(map(self._slice, self.view.slices))
        arrows = self._in_order([at.arrow(message) for message in self.view.messages])
        for mark in self.view.marks:
            self.free.block(at.edge(mark.step) - 6, at.y(mark.line) - 6, 12, 12 if mark.kind != "by hand" else 25)
        parts += map(self._arrow, arrows)
        parts += boxes
        parts += map(self._mark, self.view.marks)
        parts += map(self._written, reversed(arrows))
        parts += [
            f'<text x="12" y="{at.bottom + 28 + 18 * place}" class="n">{note}</text>'
            for place, note in enumerate(notes)
        ]
        return "\n".join(part for part in parts if part) + "\n</svg>\n"

    # -- the ground -------------------------------------------------------------------------------

    def _axis(self) -> list[str]:
        at, view = self.at, self.view
        every = next(steps for steps in (1, 2, 5, 10, 20, 50, 100) if steps * at.slot >= 26)
        parts = [f'<text x="12" y="{TOP - 12}" class="n">step</text>']
        for step in range(view.first, view.last + 1):
            if step % every == 0 or step == view.first == view.last:
                x = _n(at.x(step) + at.slot / 2)
                parts.append(f'<path d="M{x} {TOP - 6}V{at.bottom}" class="g"/>')
                parts.append(f'<text x="{x}" y="{TOP - 12}" class="n" text-anchor="middle">{step}</text>')
        return parts

    def _lifelines(self) -> list[str]:
        at, parts = self.at, []
        for index, line in enumerate(self.view.lines):
            y, begin, end = at.y(index), float(at.left), float(at.right)
            for mark in self.view.marks:
                if mark.line == index and mark.kind == "activated":
                    begin = at.edge(mark.step)
                elif mark.line == index and mark.kind != "by hand":
                    end = at.edge(mark.step)
            if line.key == OUTSIDE:
                begin = end
            parts.append(f'<path d="M{at.left} {_n(y)}H{at.right}" class="o"/>')
            if begin < end:
                parts.append(f'<path d="M{_n(begin)} {_n(y)}H{_n(end)}" class="l"/>')
            style = ' font-style="italic"' if line.key == OUTSIDE else ""
            name = escape(fitted(line.name, NAME))
            parts.append(f'<text x="{at.left - 12}" y="{_n(y + 4)}" text-anchor="end"{style}>{name}</text>')
        return parts

    def _moments(self) -> list[str]:
        """Mark the lab's step, and the step that is looked at."""
        view = self.view
        moments = [("here", "", view.here, f"here, step {view.here}")]
        if view.at != view.here:
            moments.append(("at", " att", view.at, f"looked at, step {view.at}"))
        parts = []
        for kind, text, step, said in moments:
            if not view.first - 1 <= step <= view.last:
                continue
            x = self.at.edge(step)
            half = width_of(said, 10) / 2
            middle = min(max(x, half + 4), max(self.at.right + 20, self.at.left + 326) - half)
            y = 14 if kind == "here" else 28
            parts.append(f'<path d="M{_n(x)} {y + 4}V{self.at.bottom}" class="{kind}"/>')
            parts.append(f'<text x="{_n(middle)}" y="{y}" class="n{text}" text-anchor="middle">{said}</text>')
        return parts

    # -- what happens -----------------------------------------------------------------------------

    def _slice(self, ran: Ran) -> str:
        x, y, width, height = self.at.box(ran.line, ran.step)
        self.free.block(x, y, width, height)
        look = self._look(ran.number)
        if look == " dim" and (ran.line, ran.step) in self._later:  # it began without, and took what can follow
            look = " next"
        return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="3" class="b{look}"/>'

    def _look(self, *numbers: int | None) -> str:
        """Return the style class of events: the event asked about, its past, its future, or neither."""
        event = self.view.event
        if event is None:
            return ""
        if event in numbers:
            return " sel"
        if numbers[-1] in self.before:
            return " past"
        return " next" if numbers[0] in self.after else " dim"

    def _way_look(self, message: Passage) -> str:
        took = message.took if message.took is not None else message.number
        return self._look(message.number, took)

    def _in_order(self, arrows: list[Arrow]) -> list[Arrow]:
        """Sort the arrows so that those that stand out come last, on top."""
        rank = {" sel": 3, " past": 2, " next": 2}
        return sorted(arrows, key=lambda arrow: rank.get(self._way_look(arrow.message), 0))

    def _arrow(self, arrow: Arrow) -> str:
        message = arrow.message
        (x1, y1), (x2, y2) = arrow.start, arrow.end
        lost = message.fate in (DISCARDED, REMOVED)
        kind = "a w" if message.fate == WAITS else "a"
        if arrow.bow:
            path = f"M{_n(x1)} {_n(y1)}C{_n(x1)} {_n(y1 - 18)} {_n(x2)} {_n(y2 - 18)} {_n(x2)} {_n(y2)}"
            angle = math.pi / 2
        else:
            path = f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"
            angle = math.atan2(y2 - y1, x2 - x1)
        parts = [f'<path d="{path}" class="{kind}"/>']
        if arrow.cut_right or (arrow.message.end is None and not lost):
            parts.append(_dots(x2, y2))
        elif message.fate == WAITS:
            parts.append(f'<circle cx="{_n(x2)}" cy="{_n(y2)}" r="3.5" class="r"/>')
        elif lost:
            parts.append(_cross(x2, y2, 4))
        else:
            parts.append(_head(x2, y2, angle))
        if arrow.cut_left or message.start is None:
            parts.append(_dots(x1, y1))
        return f'<g class="m{self._way_look(message)}">{"".join(parts)}</g>'

    def _written(self, arrow: Arrow) -> str:
        """Write the message at its arrow, if there is room."""
        look = self._way_look(arrow.message)
        if look == " dim":
            return ""
        text = label(arrow.message.text, SHORT)
        (x1, y1), (x2, y2) = arrow.start, arrow.end
        width = width_of(text, 10) + 4
        short = arrow.message.end is None  # a stub: beside its end
        for part in (1.0,) if short else (0.5, 0.35, 0.65, 0.22, 0.8):
            x, y = x1 + (x2 - x1) * part, y1 + (y2 - y1) * part - (13 if arrow.bow else 0)
            for left in (x + (6 if short else 3), x - width - (6 if short else 1)):
                inside = self.at.left <= left and left + width <= self.at.right + 22
                if inside and self.free.take(left, y - 6, width, 11):
                    written = f'<text x="{_n(left + 2)}" y="{_n(y + 3)}" class="t">{escape(text)}</text>'
                    return f'<g class="m{look}">{written}</g>'
        return ""

    def _mark(self, mark: Mark) -> str:
        x, y = self.at.edge(mark.step), self.at.y(mark.line)
        if mark.kind == "activated":
            shape = f'<path d="M{_n(x - 4)} {_n(y - 5)}l8 5l-8 5z" class="up"/>'
        elif mark.kind == "failed":
            shape = _cross(x, y, 6)
        elif mark.kind == "by hand":
            shape = f'<path d="M{_n(x)} {_n(y + 7)}l6 6l-6 6l-6 -6z" class="hand"/>'
        else:
            second = f"M{_n(x - 5)} {_n(y - HALF)}v{HALF * 2}" if mark.kind == "stopped" else ""
            shape = f'<path d="M{_n(x)} {_n(y - HALF)}v{HALF * 2}{second}" class="end"/>'
        look = self._look(mark.number)
        return f'<g class="k{look if look == " dim" else ""}">{shape}</g>'

    def _notes(self) -> list[str]:
        """Return the notes below the picture: the meaning of its signs, and what is left out."""
        view = self.view
        notes = []
        if view.event is not None:
            notes.append(
                "thick: the event asked about; purple, solid: happened before it; teal, dashed: can follow from it; "
                "pale: neither"
            )
        signs = [
            ("circle: waits in an inbox", any(message.fate == WAITS for message in view.messages)),
            ("cross at an arrow: lost or removed",
             any(message.fate in (DISCARDED, REMOVED) for message in view.messages)),
            *((said, any(mark.kind == kind for mark in view.marks)) for kind, said in _SIGNS),
        ]  # fmt: skip
        said = [text for text, there in signs if there]
        if view.more:
            said.append(f"not shown: {view.more} more component{'s' if view.more > 1 else ''}")
        if view.more_messages:
            said.append(f"{view.more_messages} older messages")
        if said:
            notes.append("; ".join(said))
        if not view.slices and not view.marks and not view.messages:
            notes.append("nothing happened in these steps")
        return notes


_SIGNS = (
    ("activated", "triangle: activated"),
    ("finished", "bar: finished"),
    ("stopped", "double bar: stopped"),
    ("failed", "red cross on a line: failed"),
    ("by hand", "diamond: by hand"),
)


def _n(value: Any) -> str:
    """Write a number with one decimal at most.

    >>> _n(3.0), _n(2.25), _n(-0.04)
    ('3', '2.2', '0')
    """
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def _head(x: float, y: float, angle: float) -> str:
    """An arrow head with its tip at a point."""
    points = [(x, y)]
    for side in (-0.42, 0.42):
        points.append((x - 8 * math.cos(angle + side), y - 8 * math.sin(angle + side)))
    return f'<polygon points="{" ".join(f"{_n(a)},{_n(b)}" for a, b in points)}" class="h"/>'


def _cross(x: float, y: float, size: int) -> str:
    way = f"M{_n(x - size)} {_n(y - size)}l{2 * size} {2 * size}m0 {-2 * size}l{-2 * size} {2 * size}"
    return f'<path d="{way}" class="x"/>'


def _dots(x: float, y: float) -> str:
    return "".join(f'<circle cx="{_n(x + shift)}" cy="{_n(y)}" r="1.1" class="h"/>' for shift in (-4, 0, 4))
