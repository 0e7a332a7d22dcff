"""The space-time diagram as a still picture: the geometry of :mod:`.layout`, written as SVG.

No identifiers are in it, so that any number of pictures can be on one page; arrow heads are therefore drawn one by one.
Everything comes in the order of the view and numbers are rounded: the same view, the same bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..render import escape
from .layout import AXIS, Arrow, Layout, Sign, _n, width_of
from .look import COLOURS, RULES
from .records import DISCARDED, OUTSIDE, REMOVED, WAITS, Ran, fitted

if TYPE_CHECKING:
    from .model import Timeline

_STYLE = re.sub(r"/\*.*?\*/\s*", "", RULES, flags=re.DOTALL) + COLOURS

#: How many characters of a name are written.
NAME = 28
#: What the signs mean that are explained below a picture, if they are in it.
_SIGNS = (
    ("finished", "bar: finished"),
    ("stopped", "double bar: stopped"),
    ("failed", "red cross on a line: failed"),
    ("by hand", "diamond: by hand"),
)


def as_svg(view: Timeline) -> str:
    """Return the picture of a diagram."""
    return _Drawing(view).svg()


class _Drawing:
    def __init__(self, view: Timeline) -> None:
        self.view = view
        self.at = Layout(view)
        self.before, self.after = set(view.before), set(view.after)
        self._later = {message.end for message in view.messages if message.took in self.after}
        self._later |= {message.start for message in view.messages if message.number in self.after}

    def svg(self) -> str:
        at, view, notes = self.at, self.view, self._notes()
        left = round(max((width_of(line.title[:NAME], 7.4) for line in view.lines), default=40) + 26)
        width = max(round(left + at.right), 340)
        height = AXIS + at.height + 22 + 16 * len(notes)
        said = [f'<text x="12" y="{AXIS + at.height + 32 + 16 * n}">{note}</text>' for n, note in enumerate(notes)]
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" class="kamlab-chart{"" if view.event is None else " asked"}">',
            f"<title>{escape(view.summary)}</title><style>{_STYLE}</style>",
            f'<rect width="{width}" height="{height}" rx="6" fill="var(--ground)"/>',
            *self._names(),
            f'<g transform="translate({left} {AXIS})">',
            *(f'<text x="{_n(at.middle(step))}" y="-10" class="num">{step}</text>' for step in at.ticks()),
            *self._lifelines(),
            *self._counts(),
            *self._moments(),
            *map(self._arrow, sorted(at.arrows, key=self._rank)),
            *map(self._slice, view.slices),
            *map(self._sign, at.signs),
            "</g>",
            *said,
        ]
        return "\n".join(parts) + "\n</svg>\n"

    # -- the ground -------------------------------------------------------------------------------

    def _names(self) -> list[str]:
        names = []
        for index, line in enumerate(self.view.lines):
            kind = "name over" if line.key == OUTSIDE or line.ends is not None else "name"
            y = _n(AXIS + self.at.y(index) + 4)
            names.append(f'<text x="12" y="{y}" class="{kind}">{escape(fitted(line.title, NAME))}</text>')
        return names

    def _lifelines(self) -> list[str]:
        at, parts = self.at, []
        for index, line in enumerate(self.view.lines):
            begin, end, y = at.left, at.right, _n(at.y(index))
            if line.begins is not None:
                begin = min(max(begin, at.edge(line.begins)), end)
            ends = end if line.ends is None else min(max(begin, at.edge(line.ends)), end)
            if begin < ends and line.key != OUTSIDE:
                parts.append(f'<path d="M{_n(begin)} {y}H{_n(ends)}" class="life"/>')
            rest = begin if line.key == OUTSIDE else ends
            if rest < end:
                parts.append(f'<path d="M{_n(rest)} {y}H{_n(end)}" class="life over"/>')
        return parts

    def _counts(self) -> list[str]:
        """Draw how much each component ran, where the window is too wide for slices."""
        at, parts = self.at, []
        most = max((count for row in self.view.counts for count in row), default=1) or 1
        for index, row in enumerate(self.view.counts):
            for part, count in enumerate(row):
                if count:
                    x, half = part * self.view.bin * at.slot, max(1.0, at.half * count / most)
                    wide = max(1.0, self.view.bin * at.slot - 0.6)
                    parts.append(
                        f'<rect x="{_n(x)}" y="{_n(at.y(index) - half)}" width="{_n(wide)}" height="{_n(2 * half)}" '
                        'class="run"/>'
                    )
        return parts

    def _moments(self) -> list[str]:
        """Mark the lab's step, and the step that is looked at."""
        view, at, parts = self.view, self.at, []
        moments = [("play", "played", view.at, f"step {view.at}")]
        if view.at != view.here:
            moments.insert(0, ("here", "", view.here, f"lab: step {view.here}"))
        for kind, text, step, said in moments:
            if not view.first - 1 <= step <= view.last:
                continue
            x, half = at.edge(step), width_of(said, 6.4) / 2
            middle = min(max(x, at.left + half - 8), max(at.right, 300.0) - half - 2)
            parts.append(f'<path d="M{_n(x)} -4V{at.height}" class="{kind}"/>')
            parts.append(f'<text x="{_n(middle)}" y="{at.height + 13}" class="num {text}">{said}</text>')
        return parts

    # -- what happens -----------------------------------------------------------------------------

    def _look(self, *numbers: int | None) -> str:
        """Return the style class of events: the event asked about, its past, its future, or neither."""
        if self.view.event is None:
            return ""
        if self.view.event in numbers:
            return " picked"
        if numbers[-1] in self.before:
            return " before"
        return " after" if numbers[0] in self.after else ""

    def _arrow_look(self, arrow: Arrow) -> str:
        took = arrow.message.took
        return self._look(arrow.message.number, took if took is not None else arrow.message.number)

    def _rank(self, arrow: Arrow) -> int:
        """Sort what stands out last, so that it is on top."""
        return ("", " after", " before", " picked").index(self._arrow_look(arrow))

    def _arrow(self, arrow: Arrow) -> str:
        text = ""
        if arrow.text:
            text = f'<text x="{_n(arrow.at[0])}" y="{_n(arrow.at[1])}" class="txt">{escape(arrow.text)}</text>'
        return (
            f'<g class="event{self._arrow_look(arrow)}" data-fate="{arrow.message.fate}">'
            f"<title>{escape(arrow.title)}</title>"
            f'<path d="{arrow.path}" class="msg"/><path d="{arrow.tip}" class="tip"/>{text}</g>'
        )

    def _slice(self, ran: Ran) -> str:
        left, top, right, bottom = self.at.box(ran)
        look = self._look(ran.number)
        if not look and (ran.line, ran.step) in self._later:
            look = " after"  # it began without, and took what can follow
        size = f'width="{_n(right - left)}" height="{_n(bottom - top)}" rx="{_n(min(5, (right - left) / 3))}"'
        return f'<g class="event{look}"><rect x="{_n(left)}" y="{_n(top)}" {size} class="slice"/></g>'

    def _sign(self, sign: Sign) -> str:
        mark, (x, y) = sign.mark, sign.at
        return (
            f'<g class="event{self._look(mark.number)}" data-mark="{mark.kind}" transform="translate({_n(x)} {_n(y)})">'
            f'<title>{escape(sign.title)}</title><path d="{sign.path}" class="mark"/></g>'
        )

    def _notes(self) -> list[str]:
        """Return the notes below the picture: the meaning of its signs, and what is left out."""
        view = self.view
        notes = []
        if view.event is not None:
            notes.append(
                "thickest: the event asked about; dashed: happened before it; thick: can follow from it; pale: neither"
            )
        fates = {message.fate for message in view.messages}
        signs = [
            ("ring: waits in an inbox", WAITS in fates),
            ("cross at an arrow: lost or removed", bool(fates & {DISCARDED, REMOVED})),
            *((said, any(mark.kind == kind for mark in view.marks)) for kind, said in _SIGNS),
        ]
        said = [text for text, there in signs if there] + view.left_out()
        if said:
            notes.append("; ".join(said))
        if not view.slices and not view.marks and not view.messages and not view.counts:
            notes.append("nothing happened in these steps")
        return notes
