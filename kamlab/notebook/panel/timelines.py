"""The timeline of one panel: what its user chose to see of it, its values for the page, and its commands.

The page says how much room it has, and the geometry is computed for that; so the page draws what it is given and the
still picture, made by the same code, looks the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...analysis.snapshot import is_rushing
from ...core.errors import KamlabError, listed
from ...views.branches import branches_of
from ...views.timeline import Layout, Lifeline, Timeline, density_of, timeline_of

if TYPE_CHECKING:
    from .view_model import ViewModel

#: How wide a step is where the user has not zoomed, and how many there are at least.
GOOD, FEWEST = 40, 5
#: From which step x is counted is a multiple of this, so that what a page drew stays where it is for long.
BASE = 512
#: How many lifelines there are at most where all components are wanted.
EVERYONE = 200

#: By kind: the name of the file, and what is in it. A PNG is made from the SVG, by the page.
EXPORTS: dict[str, tuple[str, Callable[[Timeline], str]]] = {
    "mermaid": ("timeline.mmd", Timeline.to_mermaid),
    "shiviz": ("timeline.log", Timeline.to_shiviz),
    "jsonl": ("timeline.jsonl", Timeline.to_jsonl),
    "svg": ("timeline.svg", lambda view: view.svg),
    "png": ("timeline.png", lambda view: view.svg),
}


class NoSuchExport(KamlabError):
    """The timeline cannot be exported like that."""


@dataclass(slots=True)
class Choices:
    """What the user of a panel chose for its timeline, and the room that its page has.

    ``span`` is how many steps are shown; ``None`` are as many as there is room for. ``exported`` is what was exported
    and not sent yet.
    """

    width: float = 620
    height: float = 300
    span: int | None = None
    find: str = ""
    everyone: bool = False
    exported: dict[str, Any] | None = None

    def hand_over(self) -> dict[str, Any] | None:
        """Return what was exported, once."""
        exported, self.exported = self.exported, None
        return exported


def look(model: ViewModel, lines: int) -> Timeline:
    """Return what the panel shows of its lab's timeline, with at most so many lines."""
    chosen = model.timeline
    steps = chosen.span or max(FEWEST, int(chosen.width // GOOD))
    wish: dict[str, Any] = {"find": chosen.find, "everyone": chosen.everyone, "steps": steps, "messages": 4 * lines}
    lines = EVERYONE if chosen.everyone else lines
    return timeline_of(model.lab, *(model.window or (None, None)), at=model.at, event=model.event, lines=lines, **wish)


def values(model: ViewModel, lines: int) -> dict[str, Any]:
    """Return the values of the timeline for the page, with at most so many lines."""
    chosen, view = model.timeline, look(model, lines)
    steps = chosen.span or max(FEWEST, int(chosen.width // GOOD))
    base, texts = view.first - view.first % BASE, not is_rushing(model.lab)
    layout = Layout(view, chosen.width, chosen.height, steps, base, texts)
    most = max((count for row in view.counts for count in row), default=0)
    shown = {
        **view.data(),
        **layout.data(),
        "lines": [_lean(line, view.first) for line in view.lines],
        "counts": ["".join(str(-(-9 * count // most)) for count in row) for row in view.counts],
        "density": density_of(model.lab),
        "everyone": chosen.everyone,
    }
    tree = branches_of(model.lab).data() if model.lab.state != "running" else None
    return {"timeline": shown, "tree": tree}


def _lean(line: Lifeline, first: int) -> dict[str, Any]:
    """Return a line without what says nothing: two hundred of them have to fit into what is sent."""
    shown: dict[str, Any] = {"key": line.key, "name": line.name}
    if line.title != line.name:
        shown["drawn"] = line.title
    if line.begins is not None and line.begins >= first:
        shown["begins"] = line.begins
    return shown if line.ends is None else {**shown, "ends": line.ends, "state": line.state}


# -- commands ---------------------------------------------------------------------------------------------


def window(model: ViewModel, request: dict[str, Any]) -> str:
    """Show these steps; where the last of them is the newest, the window follows the lab. Without any, zoom back."""
    first, last = _whole(request, "first"), _whole(request, "last")
    model.window = model.timeline.span = None
    if first is not None and last is not None:
        first, last = max(0, first), max(0, first, last)
        model.timeline.span = last - first + 1
        model.window = (first, last) if last < model.lab.step_number else None
    return ""


def room(model: ViewModel, request: dict[str, Any]) -> str:
    """Take note of how much room the page has for the diagram."""
    for side in ("width", "height"):
        value = request.get(side)
        if isinstance(value, (int, float)) and 40 <= value <= 10_000:
            setattr(model.timeline, side, round(value))
    return ""


def rows(model: ViewModel, request: dict[str, Any]) -> str:
    """Choose which components and messages are shown: those that contain a text, and quiet ones or not."""
    if isinstance(find := request.get("find"), str):
        model.timeline.find = find[:200]
    if isinstance(everyone := request.get("everyone"), bool):
        model.timeline.everyone = everyone
    return ""


def export(model: ViewModel, request: dict[str, Any]) -> str:
    """Export what is shown, as a text for the page to save."""
    kind = request.get("kind")
    if kind not in EXPORTS:
        raise NoSuchExport(f"a timeline cannot be exported as {kind!r}; there are: {listed(EXPORTS)}")
    name, made = EXPORTS[str(kind)]
    text = made(look(model, EVERYONE))
    model.timeline.exported = {"id": request.get("id"), "kind": kind, "name": name, "text": text}
    return ""


def _whole(request: dict[str, Any], name: str) -> int | None:
    value = request.get(name)
    return int(value) if isinstance(value, (int, float)) and abs(value) < 1 << 53 else None


#: The commands of the timeline, by name, with the permission that each needs; see ``commands.COMMANDS``.
COMMANDS: dict[str, tuple[Callable[[Any, dict[str, Any]], str], str | None]] = {
    "window": (window, None),
    "room": (room, None),
    "rows": (rows, None),
    "export": (export, None),
}
