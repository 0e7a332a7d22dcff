"""A space-time diagram for other tools: Mermaid, ShiViz, JSON lines, PNG.

Each is made from the value alone. A format has its own characters that mean something, so each has its own way of
escaping: Mermaid's entity codes, ShiViz' names without spaces, JSON's strings; matplotlib
is told that text is no formula.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .layout import AXIS, Layout
from .records import DISCARDED, REMOVED, TAKEN, WAITS

if TYPE_CHECKING:
    from .model import Timeline

#: What ShiViz needs to read the log; three groups are required.
SHIVIZ = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})"

_MARKED = {WAITS: " (waits)", DISCARDED: " (lost)", REMOVED: " (removed)"}
_ELSEWHERE = "elsewhere"


def events_of(view: Timeline) -> Iterator[dict[str, Any]]:
    """Yield the events of a diagram in the order in which they happened: slices, sent, taken, and marks."""
    names = [line.name for line in view.lines]
    found: list[dict[str, Any]] = [
        {"event": ran.number, "step": ran.step, "kind": "slice", "component": names[ran.line]} for ran in view.slices
    ]
    for message in view.messages:
        what = {"message": message.text, "box": message.box}
        if message.start is not None and message.number != message.took:
            line, step = message.start
            kind = "lost" if message.fate == DISCARDED else "sent"
            found.append({"event": message.number, "step": step, "kind": kind, "component": names[line], **what})
        if message.took is not None and message.end is not None:
            line, step = message.end
            kind = "taken" if message.fate == TAKEN else "removed"
            from_ = {"sent": message.number} if message.start is not None else {}
            taken = {"event": message.took, "step": step, "kind": kind, "component": names[line], **what, **from_}
            found.append(taken)
    for mark in view.marks:
        found.append(
            {
                "event": mark.number,
                "step": mark.step,
                "kind": mark.kind,
                "component": names[mark.line],
                "text": mark.text,
            }
        )
    yield from sorted(found, key=lambda event: (event["event"], event["kind"]))


def as_jsonl(view: Timeline) -> str:
    """Return the events of a diagram as JSON, one a line."""
    return "".join(json.dumps(event) + "\n" for event in events_of(view))


# -- Mermaid ------------------------------------------------------------------------------------------


def as_mermaid(view: Timeline) -> str:
    """Return a diagram as a sequence diagram of Mermaid."""
    elsewhere = len(view.lines)
    rows: list[tuple[int, str]] = []
    for message in view.messages:
        start = message.start[0] if message.start is not None else elsewhere
        end = message.end[0] if message.end is not None else (start if message.fate == DISCARDED else elsewhere)
        arrow = {WAITS: "--)", DISCARDED: "-x", REMOVED: "--x"}.get(message.fate, "->>")
        said = mermaid_text(message.text + _MARKED.get(message.fate, ""))
        rows.append((message.number, f"    c{start}{arrow}c{end}: {said}"))
    rows += [
        (mark.number, f"    Note over c{mark.line}: {mermaid_text(mark.text or mark.kind)}") for mark in view.marks
    ]
    names = [line.name for line in view.lines]
    if any(re.search(rf"\bc{elsewhere}\b", row) for _, row in rows):
        names.append(_ELSEWHERE)
    people = [f"    participant c{index} as {mermaid_text(name)}" for index, name in enumerate(names)]
    return "\n".join(["sequenceDiagram", *people, *(row for _, row in sorted(rows))]) + "\n"


def mermaid_text(text: str) -> str:
    """Return a text in which nothing means anything to Mermaid: other signs than letters and the like as codes.

    >>> mermaid_text("a; end"), mermaid_text("<b>#35")
    ('a#59; #101;nd', '#60;b#62;#35;35')
    """
    safe = "".join(sign if sign.isalnum() or sign in " .,_'()" else f"#{ord(sign)};" for sign in text)
    return re.sub(r"(?i)\b(e)(?=nd\b)", lambda found: f"#{ord(found[0])};", safe).strip() or "#8203;"


# -- ShiViz -------------------------------------------------------------------------------------------


def as_shiviz(view: Timeline) -> str:
    """Return a diagram as a log of ShiViz: for each event a line that says it, and one with its vector clock."""
    hosts: dict[int, str] = {}
    for index, line in enumerate(view.lines):
        name = re.sub(r"\s+", "_", line.name) or "_"
        hosts[index] = name if name not in hosts.values() else f"{name}#{index}"
    clocks: dict[int, dict[str, int]] = {index: {} for index in hosts}
    sent: dict[int, dict[str, int]] = {}
    log = []
    for number, at, kind, words, of in sorted(_told(view)):
        clock = clocks[at]
        if kind == "taken":
            clock.update({host: max(time, clock.get(host, 0)) for host, time in sent.get(of, {}).items()})
        clock[hosts[at]] = clock.get(hosts[at], 0) + 1
        if kind == "sent":
            sent[number] = dict(clock)
        log.append(f"{words}\n{hosts[at]} {json.dumps(clock)}\n")
    return f"{SHIVIZ}\n\n" + "".join(log)


def _told(view: Timeline) -> Iterator[tuple[int, int, str, str, int]]:
    """Yield number, line, kind, words and the number of what was taken, for each event of a diagram."""
    names = [line.name for line in view.lines]
    for ran in view.slices:
        yield ran.number, ran.line, "ran", f"step {ran.step}: {names[ran.line]} runs", 0
    for message in view.messages:
        if message.start is not None and message.number != message.took:
            line, step = message.start
            said = _MARKED.get(message.fate, "")
            yield message.number, line, "sent", f"step {step}: sends {message.text} to {message.box}{said}", 0
        if message.took is not None and message.end is not None:
            line, step = message.end
            verb = "takes" if message.fate == TAKEN else "loses"
            yield message.took, line, "taken", f"step {step}: {verb} {message.text} from {message.box}", message.number
    for mark in view.marks:
        yield mark.number, mark.line, "mark", f"step {mark.step}: {mark.text or mark.kind}", 0


# -- PNG ----------------------------------------------------------------------------------------------

_INK, _SOFT, _LINE, _ACCENT, _TINT, _BAD = "#1d232b", "#5d6875", "#d9dee4", "#1f5fbf", "#e8f0fc", "#c0262d"


def draw_png(view: Timeline, path: str | Path) -> None:
    """Draw a diagram into a PNG file.

    Raises:
        NoMatplotlib: it is not installed.
    """
    from ..figures import NoMatplotlib

    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
    except ImportError as error:
        raise NoMatplotlib(
            f"a PNG is drawn by matplotlib, which cannot be imported here ({error}). Install it with: "
            "pip install matplotlib. The picture can be had without it: lab.timeline().svg."
        ) from error
    at = Layout(view)
    left = 30 + 8 * max((len(line.name[:28]) for line in view.lines), default=4)
    width, height = left + at.right, AXIS + at.height + 24
    figure = Figure(figsize=(width / 72, height / 72), dpi=144)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-left, at.right), ylim=(at.height + 24, -AXIS))
    axes.set_axis_off()
    how: dict[str, Any] = {"va": "center", "parse_math": False}
    for index, line in enumerate(view.lines):
        axes.plot((at.left, at.right), (at.y(index), at.y(index)), color=_LINE, lw=1.5, zorder=0)
        axes.text(12 - left, at.y(index), line.name[:28], color=_INK, weight="bold", size=9, **how)
    for step in at.ticks():
        axes.text(at.middle(step), -14, str(step), color=_SOFT, size=8, ha="center", **how)
    for ran in view.slices:
        x1, y1, x2, y2 = at.box(ran)
        shape: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=3", "fc": _TINT, "ec": _ACCENT, "zorder": 3}
        axes.add_patch(FancyBboxPatch((x1, y1), x2 - x1, y2 - y1, **shape))
    for arrow in at.arrows:
        fate, bow = arrow.message.fate, len(arrow.points) == 4
        style: dict[str, Any] = {"connectionstyle": "arc3,rad=-0.6"} if bow else {}
        style |= {"ls": "-" if fate == TAKEN else (0, (3, 3)), "arrowstyle": "-|>" if fate == TAKEN else "-"}
        ends = (arrow.points[0], arrow.points[-1])
        axes.add_patch(FancyArrowPatch(*ends, shrinkA=0, shrinkB=0, mutation_scale=9, color=_SOFT, lw=1.2, **style))
        if fate == WAITS:
            axes.add_patch(Circle(ends[1], 3.5, fc="white", ec=_ACCENT, lw=1.6, zorder=4))
        elif fate != TAKEN:
            axes.plot(*([value] for value in ends[1]), marker="x", color=_BAD, ms=7, mew=2, zorder=4)
        if arrow.text:
            axes.text(*arrow.at, arrow.text, color=_INK, size=8, family="monospace", va="baseline", parse_math=False)
    for sign in at.signs:
        colour = _BAD if sign.mark.kind == "failed" else _SOFT
        marker = {"failed": "x", "finished": "|", "stopped": "|", "by hand": "D"}.get(sign.mark.kind, "o")
        axes.plot(*([value] for value in sign.at), marker=marker, color=colour, ms=6, mew=1.8, zorder=4)
    if view.first - 1 <= view.at <= view.last:
        axes.plot((at.edge(view.at),) * 2, (-4, at.height), color=_ACCENT, lw=2, zorder=5)
        axes.text(at.edge(view.at), at.height + 12, f"step {view.at}", color=_ACCENT, size=8, ha="center", **how)
    figure.savefig(path, format="png", facecolor="white", metadata={"Software": None})
