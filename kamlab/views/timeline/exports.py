"""A space-time diagram for other tools: Mermaid, ShiViz, JSON lines, PNG.

Each is made from the value alone. A format has its own characters that mean something, so each has its own way of
escaping: Mermaid's entity codes, ShiViz' names without spaces, JSON's strings; matplotlib
is told that text is no formula.
"""

from __future__ import annotations

import json
import re
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
_SAYS = {"slice": "runs", "sent": "sends", "lost": "loses", "taken": "takes"}


def events_of(view: Timeline) -> list[tuple[int, dict[str, Any]]]:
    """Return the events of a diagram in the order in which they happened, each with the index of its line.

    They are slices, messages that were sent, lost, taken or removed, and marks.
    """
    found: list[tuple[int, dict[str, Any]]] = []

    def add(number: int, place: tuple[int, int], kind: str, **more: Any) -> None:
        line, step = place
        event = {"event": number, "step": step, "kind": kind, "component": view.lines[line].name, **more}
        found.append((line, event))

    for ran in view.slices:
        add(ran.number, (ran.line, ran.step), "slice")
    for message in view.messages:
        what: dict[str, Any] = {"message": message.text, "box": message.box}
        if message.start is not None and message.number != message.took:
            add(message.number, message.start, "lost" if message.fate == DISCARDED else "sent", **what)
            what["sent"] = message.number
        if message.took is not None and message.end is not None:
            add(message.took, message.end, "taken" if message.fate == TAKEN else "removed", **what)
    for mark in view.marks:
        add(mark.number, (mark.line, mark.step), mark.kind, text=mark.text)
    return sorted(found, key=lambda pair: (pair[1]["event"], pair[1]["kind"]))


def as_jsonl(view: Timeline) -> str:
    """Return the events of a diagram as JSON, one a line."""
    return "".join(json.dumps(event) + "\n" for _, event in events_of(view))


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
    for at, event in events_of(view):
        clock, kind, of = clocks[at], event["kind"], event.get("sent")
        clock.update(
            {host: max(time, clock.get(host, 0)) for host, time in sent.get(-1 if of is None else of, {}).items()}
        )
        clock[hosts[at]] = clock.get(hosts[at], 0) + 1
        if kind == "sent":
            sent[event["event"]] = dict(clock)
        said = event.get("text") or f"{_SAYS.get(kind, kind)} {event.get('message', '')} {event.get('box', '')}".strip()
        log.append(f"step {event['step']}: {said}\n{hosts[at]} {json.dumps(clock)}\n")
    return f"{SHIVIZ}\n\n" + "".join(log)


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
    left = 30 + 8 * max((len(line.title[:28]) for line in view.lines), default=4)
    width, height = left + at.right, AXIS + at.height + 24
    figure = Figure(figsize=(width / 72, height / 72), dpi=144)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-left, at.right), ylim=(at.height + 24, -AXIS))
    axes.set_axis_off()
    how: dict[str, Any] = {"va": "center", "parse_math": False}
    for index, line in enumerate(view.lines):
        axes.plot((at.left, at.right), (at.y(index), at.y(index)), color=_LINE, lw=1.5, zorder=0)
        axes.text(12 - left, at.y(index), line.title[:28], color=_INK, weight="bold", size=9, **how)
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
