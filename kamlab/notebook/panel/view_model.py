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
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...analysis.following import Way, way_of
from ...analysis.history import history_of
from ...analysis.snapshot import Snapshot, snapshot_of
from ...analysis.stack import definition_of
from ...core.component import Component
from ...core.errors import KamlabError
from ...core.events import RESUMED
from ...core.frames import is_kamlabs
from ...core.naming import whose
from ...core.reading import HeldLab, reading
from ...lab import Lab
from ...replay.breakpoint import Breakpoint
from ...views.components import component_with_key, key_of
from ...views.graph import Graph, graph_of
from ...views.graph.structure import Shown, structure_of
from ...views.inboxes import look as inboxes_of
from ...views.payload import payload_of
from ...views.printable import label
from ...views.source import Position, SourceLook, source_of
from ...views.story import story_of
from . import timelines
from .banner import Banner, banner_of
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


#: How many hits of a search are sent.
HITS = 20
#: How many of the last slices are asked for one of the user's own components.
SLICES = 16

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
        #: The number of the event whose message is followed.
        self.following: int | None = None
        self._way: tuple[tuple[Any, ...], Way] = ((), Way())
        #: What is looked for; empty if nothing is.
        self.query = ""
        self._found: tuple[tuple[Any, ...], dict[str, Any] | None] = ((), None)
        #: The number of the first record that the page has not seen; ``None`` where it has seen nothing.
        self.unseen: int | None = None
        self.last_graph: Graph | None = None
        #: What the page draws of that graph, laid out; it is the same until components, links or folds change.
        self._scene: dict[str, Any] = {}
        self._detail = 0
        self._selected: tuple[Any, str, Component | None] = (None, "", None)
        self._banner: tuple[tuple[Any, ...], Banner | None] = ((), None)

    def forget(self) -> None:
        """Forget the choices that are about a past run."""
        self.at = self.event = self.window = self.opened = self.following = None
        self.unseen = None

    def component(self) -> Component | None:
        """Return the component that is selected, if it is alive."""
        scheduler, key, found = self._selected
        if scheduler is not self.lab.scheduler or key != self.selected or (found is not None and found.is_stopped()):
            found = component_with_key(self.lab, self.selected) if self.selected else None
            self._selected = (self.lab.scheduler, self.selected, found)
        return found

    def followed(self, snapshot: Snapshot | None = None) -> Component | None:
        """Return the component whose code is shown: the selected one, that of the banner, or the one that ran last.

        With the snapshot that is shown it is also found where it has ended.
        """
        banner = self._banner[1]
        key = self.selected or (banner["key"] if banner is not None else "")
        if not key:
            return last_run(self.lab, self.at)
        found = self.component() if self.selected else component_with_key(self.lab, key)
        if found is not None:
            return found
        known = [*(snapshot.components if snapshot is not None else ()), *self.lab.failures]
        return next((one for one in known if isinstance(one, Component) and key_of(one) == key), None)

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
        if self.at is not None and not self._is_known(lab, self.at):
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

    @staticmethod
    def _is_known(lab: Lab, step: int) -> bool:
        """Return whether a step can be shown: it has been, and a free run has not forgotten it since."""
        history = history_of(lab)
        return history.earliest <= step <= min(history.latest, lab.step_number)

    def _look(self, lab: Lab, detail: Detail) -> tuple[dict[str, Any], dict[str, Any]]:
        now = self._head(lab)
        scene: dict[str, Any] = {}
        snapshot = snapshot_of(lab, self.at, detail.messages) if _NEED_SNAPSHOT.intersection(self.pieces) else None
        for name, look in PIECES.items():
            if name in self.pieces:
                shown = look(self, detail, snapshot)
                scene.update(shown.pop("scene", {}))
                now.update(shown)
        self._mark_way(now, detail, snapshot)
        return scene, now

    def _mark_way(self, now: dict[str, Any], detail: Detail, snapshot: Snapshot | None) -> None:
        """Mark the way of the message that is followed: its links in the graph, its events in timeline and story."""
        way = self.way()
        if "graph" in now:
            hops, links = set(way.hops), {}
            if hops and snapshot is not None:
                links = structure_of(Shown(snapshot, self.folded, detail.parts))[1]
            now["graph"]["follow"] = [key for key, over in links.items() if not hops.isdisjoint(over)]
        if "timeline" in now:
            now["timeline"]["follow"] = list(way.events)
        for item in now["story"]["items"] if way.events and "story" in now else ():
            item["follow"] = item["n"] in way.events

    def look_at(self, step: int | None) -> None:
        """Show a step of the past from here on, or the lab as it is now.

        Raises:
            StepOutOfRange: it is forgotten; the step that was shown stays.
        """
        step = None if step is None else min(max(0, step), self.lab.step_number)
        if step is not None and step != self.lab.step_number:
            with reading(self.lab) as (lab, _):
                self.at = history_of(lab).check(step)
        else:
            self.at = None

    def look_for(self, text: str) -> None:
        """Look for a text from here on; for nothing if it is empty."""
        self.query = " ".join(text.split())[:200]
        self._found = (), None

    def found(self, lab: Lab) -> dict[str, Any] | None:
        """Return what was found; it is looked for again where the lab stands and has moved since."""
        version = self.query, lab.trace.next_number, lab.step_number
        if not self.query:
            return None
        if self._found[1] is None or (version != self._found[0] and lab.state != "running"):
            found = lab.find(self.query, HITS)
            names = ("kind", "text", "key", "step", "event")
            hits = [{name: getattr(hit, name) for name in names} for hit in found]
            self._found = version, {"query": self.query, "hits": hits, "more": found.more}
        return self._found[1]

    def way(self) -> Way:
        """Return the whole way of the message that is followed; of a lab that runs as it was when it was asked for."""
        if self.following is None:
            return Way()
        with reading(self.lab) as (lab, _):
            version = self.following, lab.trace.next_number
            if self._way[0][:1] != version[:1] or (version != self._way[0] and lab.state != "running"):
                self._way = version, way_of(history_of(lab), self.following)
        return self._way[1]

    def banner(self, lab: Lab) -> Banner | None:
        """Return the banner of a lab as it is read now; it is made once for each moment that it can be about."""
        scheduler = lab.scheduler
        stands = lab.state, lab.step_number, scheduler.rounds, lab.trace.next_number, lab.failed_count
        waits = len(scheduler.wakes), len(scheduler.posted), lab.pace, self.at
        version = (lab, scheduler, lab.outcome, *stands, *waits)
        if version != self._banner[0]:
            self._banner = version, banner_of(lab, self.at)
        return self._banner[1]

    def _head(self, seen: Lab) -> dict[str, Any]:
        """Return what the controls show of a lab as it is read now: its state, and what can be done."""
        lab = self.lab
        can = self.permissions()
        banner = self.banner(seen)
        virtual = lab.virtual
        return {
            "state": lab.state,
            "step": lab.step_number,
            "round": lab.scheduler.rounds,
            "time": round(lab.scheduler.now, 3) if virtual else None,
            "virtual": virtual,
            "headline": headline(lab, banner),
            "banner": banner,
            "can": can,
            "choose": {self.selected: can["choose"]} if self.selected else {},
            "pace": lab.pace,
            "breaks": [self._break(breakpoint) for breakpoint in lab.breakpoints],
            "at": self.at,
            "selected": self.selected,
            "found": self.found(seen),
            "following": self.following,
            "watches": seen.watches(self.at).rows(),
            "gone": "",
            "held": "",
        }

    def _break(self, breakpoint: Breakpoint) -> dict[str, Any]:
        """Return a breakpoint, with the key of the component that it is about if there is one."""
        shown = {"id": breakpoint.number, "text": label(breakpoint.words(), 80)}
        if breakpoint.looks_ahead:
            for component in self.lab.scheduler.members.values():
                if breakpoint.aim.is_about(component):
                    return {**shown, "key": key_of(component)}
        return shown


def headline(lab: Lab, banner: Banner | None = None) -> str:
    """Return the state of the lab and the reason for it, in a line; one that runs on and can do nothing is waiting.

    >>> headline(Lab())
    'new at step 0'
    """
    state = lab.state
    if state == "running" and banner is not None and banner["kind"] not in ("running", "past"):
        return f"waiting at step {lab.step_number}"
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
    "held": "only components that are held could run",
    "interrupted": "the run was interrupted",
}


def last_run(lab: Lab, step: int | None = None) -> Component | None:
    """Return the component of the user's own that had the last slice, up to a step; of kamlab's where there is none.

    Only the last slices are asked. A slice that does not end is the last one.
    """
    with reading(lab) as (seen, _):
        if step is None and isinstance(seen, HeldLab) and lab.scheduler.running is not None:
            component = whose(lab.scheduler.running)
            return component if isinstance(component, Component) else None
        ran = [component for component in _who_ran(seen, step) if isinstance(component, Component)]
    return next(filter(_is_users, ran), ran[0] if ran else None)


def _who_ran(lab: Lab, step: int | None) -> list[Any]:
    """Return the components of the last slices, up to a step, the last one first."""
    if step is None:
        records = lab.trace.records_from(max(0, lab.trace.next_number - 8 * SLICES))[::-1]
        return [whose(record[3]) for record in records if record[0] is RESUMED]
    history = history_of(lab)
    last = bisect_right(history.steps, step)
    return [whose(history.record(start)[3]) for start in history.starts[max(0, last - SLICES) : last][::-1]]


def _is_users(component: Component) -> bool:
    main = definition_of(component)
    return main is not None and not is_kamlabs(main.co_filename)


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
    return {"inboxes": view.data(), "payload": _payload(model, snapshot)}


def _payload(model: ViewModel, snapshot: Snapshot | None) -> Any:
    """Return the message that is opened, and whether it is the followed one; ``None`` if none is, or if it is gone."""
    if model.opened is None:
        return None
    try:
        payload = payload_of(model.lab, *model.opened, step=model.at).data()
    except KamlabError:
        model.opened = None
        return None
    key, box, index = model.opened
    waiting = snapshot.waiting.items() if snapshot is not None and model.following is not None else ()
    numbers = next((each.numbers for inbox, each in waiting if inbox.name == box and key_of(inbox.owner) == key), ())
    return {**payload, "followed": index < len(numbers) and numbers[index] == model.following}


def _source(model: ViewModel, detail: Detail, snapshot: Snapshot | None) -> dict[str, Any]:
    component = model.followed(snapshot)
    if component is None:
        return {"source": None}
    if model.at is not None:
        try:
            stands = model.lab.where(component, step=model.at)
        except KamlabError as error:
            return {"source": {"note": label(str(error), 300)}}
        assert isinstance(stands, Position)
        return {"source": SourceLook.of(stands, key_of(component)).data()}
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
_NEED_SNAPSHOT = frozenset({"graph", "inboxes", "source"})
