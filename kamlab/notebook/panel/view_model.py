"""What one panel shows, as plain values for its page.

The choices of the user (what is selected or folded, which step of the past is shown) belong to the panel and not to
the lab: two panels on one lab may show different things. What is shown is computed from lab and choices each time, from
one snapshot. Only the last graph is kept, so that the picture does not jump, and how far the trace was read, so that
each message travels once.

A page is sent at most :data:`LIMIT` bytes: where a system is so large that it would be more, fewer messages, events
and lines are shown, and the rest is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...analysis.snapshot import Snapshot, snapshot_of
from ...core.component import Component
from ...core.errors import KamlabError
from ...core.events import RESUMED
from ...core.naming import whose
from ...core.reading import HeldLab, reading
from ...lab import Lab
from ...replay.breakpoint import Breakpoint
from ...views.components import component_with_key, key_of
from ...views.graph import Graph, graph_of
from ...views.inboxes import look as inboxes_of
from ...views.payload import payload_of
from ...views.printable import label
from ...views.source import source_of
from ...views.story import story_of
from . import timelines
from .permissions import Permissions, permissions

#: The most bytes that the values for a page may take, as JSON.
LIMIT = 48_000


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is shown at most: parts of the graph, components with their inboxes, and so on."""

    parts: int
    components: int
    messages: int
    events: int
    lifelines: int


#: From the most to the least.
DETAILS = (
    Detail(100, 40, 6, 100, 24),
    Detail(100, 25, 4, 50, 20),
    Detail(100, 12, 3, 25, 14),
    Detail(80, 8, 2, 15, 10),
    Detail(50, 5, 1, 10, 8),
    Detail(20, 4, 1, 6, 4),
)


class ViewModel:
    """The choices of one panel's user, and what they show.

    Args:
        lab: the lab.
        pieces: the names of the pieces to show.
    """

    def __init__(self, lab: Lab, pieces: tuple[str, ...]) -> None:
        self.lab = lab
        self.pieces = pieces
        #: The key of the selected component; empty if none is.
        self.selected = ""
        self.folded: frozenset[str] = frozenset()
        #: The step of the past that is shown; ``None`` shows the lab as it is now.
        self.at: int | None = None
        self.event: int | None = None
        self.window: tuple[int, int] | None = None
        self.timeline = timelines.Choices()
        self.filter = ""
        self.kinds: tuple[str, ...] | None = None
        #: The message that is opened: key, inbox, index.
        self.opened: tuple[str, str, int] | None = None
        #: The number of the first record that the page has not seen; ``None`` where it has seen nothing.
        self.unseen: int | None = None
        self.last_graph: Graph | None = None
        #: What the page draws of that graph, laid out; it is the same until components, links or folds change.
        self._scene: dict[str, Any] = {}
        self._detail = 0
        self._selected: tuple[Any, str, Component | None] = (None, "", None)

    def forget(self) -> None:
        """Forget the choices that are about a past run."""
        self.at = self.event = self.window = self.opened = None
        self.unseen = None

    def component(self) -> Component | None:
        """Return the component that is selected, if it is alive."""
        scheduler, key, found = self._selected
        if scheduler is not self.lab.scheduler or key != self.selected or (found is not None and found.is_stopped()):
            found = component_with_key(self.lab, self.selected) if self.selected else None
            self._selected = (self.lab.scheduler, self.selected, found)
        return found

    def followed(self) -> Component | None:
        """Return the component whose code is shown: the selected one, or the one that had the last slice."""
        selected = self.component()
        return selected if selected is not None or self.selected else last_run(self.lab)

    def permissions(self) -> Permissions:
        """Return for each command ``True``, or the reason why it cannot be carried out now."""
        return permissions(self.lab, self.component(), self.at is not None)

    def fold(self, key: str) -> None:
        """Fold a container, or unfold it, also one that the graph has folded by itself."""
        nodes = self.last_graph.data()["scene"]["nodes"] if self.last_graph is not None else ()
        is_folded = any(node["key"] == key and node["folded"] for node in nodes)
        others = self.folded - {key, f"-{key}"}
        if is_folded:
            self.folded = others if key in self.folded else others | {f"-{key}"}
        else:
            self.folded = others | {key}

    def scene(self, graph: Graph) -> dict[str, Any]:
        """Return what the page draws of a graph that continues the last one, which it then is."""
        last, self.last_graph = self.last_graph, graph
        if last is None or graph.picture is not last.picture:
            scene = graph.scene.data()
            self._scene = {**scene, "nodes": _lean(scene["nodes"]), "links": _lean(scene["links"])}
        return self._scene

    # -- what is shown ------------------------------------------------------------------------------

    def look(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the scene of the graph, and all other values for the page.

        The caller holds the lab's lock, or is within :func:`.holding` of a lab whose slice does not end.
        """
        with reading(self.lab) as (lab, _):
            return self._look_at(lab)

    def _look_at(self, lab: Lab) -> tuple[dict[str, Any], dict[str, Any]]:
        if self.at is not None and not 0 <= self.at <= self.lab.step_number:
            self.at = None
        while True:
            scene, now = self._look(lab, DETAILS[self._detail])
            size = len(json.dumps(scene)) + len(json.dumps(now))
            if size <= LIMIT or self._detail == len(DETAILS) - 1:
                break
            self._detail += 1
        if size < LIMIT // 4 and self._detail:
            self._detail -= 1
        self.unseen = lab.trace.next_number
        now["exported"] = self.timeline.hand_over()
        return scene, now

    def _look(self, lab: Lab, detail: Detail) -> tuple[dict[str, Any], dict[str, Any]]:
        now = self._head()
        scene: dict[str, Any] = {}
        snapshot = snapshot_of(lab, self.at, detail.messages) if _NEED_SNAPSHOT.intersection(self.pieces) else None
        for name, look in PIECES.items():
            if name in self.pieces:
                shown = look(self, detail, snapshot)
                scene.update(shown.pop("scene", {}))
                now.update(shown)
        return scene, now

    def _head(self) -> dict[str, Any]:
        """Return what the controls show: the state of the lab, and what can be done."""
        lab = self.lab
        can = self.permissions()
        virtual = lab.virtual
        return {
            "state": lab.state,
            "step": lab.step_number,
            "round": lab.scheduler.rounds,
            "time": round(lab.scheduler.now, 3) if virtual else None,
            "virtual": virtual,
            "headline": headline(lab),
            "can": can,
            "choose": {self.selected: can["choose"]} if self.selected else {},
            "pace": lab.pace,
            "breaks": [self._break(breakpoint) for breakpoint in lab.breakpoints],
            "at": self.at,
            "selected": self.selected,
            "gone": "",
            "held": "",
        }

    def _break(self, breakpoint: Breakpoint) -> dict[str, Any]:
        """Return a breakpoint, with the key of the component that it is about if there is one."""
        shown = {"id": breakpoint.number, "text": label(breakpoint.words(), 80)}
        if breakpoint.looks_ahead:
            name = str(breakpoint.aim)
            for component in self.lab.scheduler.members.values():
                if component.short_name == name:
                    return {**shown, "key": key_of(component)}
        return shown


def headline(lab: Lab) -> str:
    """Return the state of the lab and the reason for it, in a line.

    >>> headline(Lab())
    'new at step 0'
    """
    state = lab.state
    text = f"{state} at step {lab.step_number}"
    outcome = lab.outcome
    if outcome is None or state in ("running", "new", "stopped"):
        return text
    if outcome.breakpoints:
        return f"{text}: {label('; '.join(map(str, outcome.breakpoints)), 200)}"
    if outcome.reason in REASONS:
        return f"{text}: {REASONS[outcome.reason]}"
    return text


REASONS = {
    "stuck": "nothing can run, and nothing is left that could wake a component",
    "idle": "nothing can run now",
    "interrupted": "the run was interrupted",
}


def last_run(lab: Lab) -> Component | None:
    """Return the component that had the last slice, or has one that does not end, if the trace knows it."""
    with reading(lab) as (seen, _):
        if isinstance(seen, HeldLab) and lab.scheduler.running is not None:
            component = whose(lab.scheduler.running)
            return component if isinstance(component, Component) else None
        for record in reversed(seen.trace.records_from(max(0, seen.trace.next_number - 64))):
            if record[0] is RESUMED:
                component = whose(record[3])
                return component if isinstance(component, Component) else None
    return None


# -- one function for each piece -------------------------------------------------------------------------

Look = Callable[[ViewModel, Detail, Snapshot | None], dict[str, Any]]


def _graph(model: ViewModel, detail: Detail, snapshot: Snapshot | None) -> dict[str, Any]:
    graph = graph_of(
        model.lab,
        step=model.at,
        folded=model.folded,
        previous=model.last_graph,
        since=model.unseen,
        most=detail.parts,
        snapshot=snapshot,
    )
    return {"scene": model.scene(graph), "graph": graph.now.data()}


def _lean(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without values that are false or empty; the page takes an absent value for that."""
    return [{name: value for name, value in row.items() if value is not False and value != ""} for row in rows]


def _inboxes(model: ViewModel, detail: Detail, snapshot: Snapshot | None) -> dict[str, Any]:
    view = inboxes_of(
        model.lab, step=model.at, components=detail.components, messages=detail.messages, snapshot=snapshot
    )
    return {"inboxes": view.data(), "payload": _payload(model)}


def _payload(model: ViewModel) -> Any:
    """Return the message that is opened; ``None`` if none is, or if it is gone."""
    if model.opened is None:
        return None
    try:
        return payload_of(model.lab, *model.opened, step=model.at).data()
    except KamlabError:
        model.opened = None
        return None


def _source(model: ViewModel, detail: Detail, snapshot: Snapshot | None) -> dict[str, Any]:
    if model.at is not None:
        return {"source": {"note": "The code is shown where the lab stands: press “Go there” to see it at this step."}}
    component = model.followed()
    if component is None:
        return {"source": None}
    stand = snapshot.components.get(component) if snapshot is not None else None
    return {"source": source_of(model.lab, component, stand.state if stand is not None else None).data()}


def _timeline(model: ViewModel, detail: Detail, snapshot: Snapshot | None) -> dict[str, Any]:
    return timelines.values(model, detail.lifelines)


def _story(model: ViewModel, detail: Detail, snapshot: Snapshot | None) -> dict[str, Any]:
    view = story_of(model.lab, model.filter, model.kinds, last=detail.events, upto=model.at)
    return {"story": {**view.data(), "chosen": list(model.kinds or ())}}


#: The pieces in the order in which they are computed; what the controls show is sent in any case.
PIECES: dict[str, Look] = {
    "graph": _graph,
    "inboxes": _inboxes,
    "source": _source,
    "timeline": _timeline,
    "story": _story,
}
_NEED_SNAPSHOT = frozenset({"graph", "inboxes"})
