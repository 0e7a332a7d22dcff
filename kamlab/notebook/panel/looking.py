"""What one panel looks at, and the plain values that its page is sent.

The choices of whoever looks (what is selected, folded, which step of the past) belong to the panel and
not to the lab: two panels on one lab may look at different things. What is shown is computed anew from
lab and choices each time; nothing is kept but the last graph, so that the picture does not jump, and how
far the trace was read, so that each message travels once.

A page is sent no more than :data:`LIMIT` bytes: where a system is so large that it would be more, fewer
messages, events and lines are shown, and the rest is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...core.calling import whose
from ...core.component import Component
from ...core.errors import KamlabError
from ...core.events import RESUMED
from ...lab import Lab
from ...replay.breakpoint import Breakpoint
from ...views.components import component_of, key_of
from ...views.quoting import label
from .allowed import allowed

#: The most bytes that the values for a page become, as JSON.
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


class Looking:
    """The choices of one panel, and what they show.

    Args:
        lab: the lab.
        pieces: the names of the pieces to be shown.
    """

    def __init__(self, lab: Lab, pieces: tuple[str, ...]) -> None:
        self.lab = lab
        self.pieces = pieces
        self.selected = ""
        self.folded: frozenset[str] = frozenset()
        #: The step of the past that is shown; ``None`` shows the lab as it stands.
        self.at: int | None = None
        self.event: int | None = None
        self.window: tuple[int, int] | None = None
        self.filter = ""
        self.kinds: tuple[str, ...] | None = None
        #: Which message is opened: key, inbox, index.
        self.opened: tuple[str, str, int] | None = None
        self._detail = 0
        self._graph: Any = None
        self._seen: int | None = None
        self._selected: tuple[Any, str, Component | None] = (None, "", None)

    def forget(self) -> None:
        """The lab begins anew: what was seen of it is no more."""
        self.at = self.event = self.window = self.opened = None
        self._seen = None

    def component(self) -> Component | None:
        """Return the component that is selected, if it is there."""
        scheduler, key, found = self._selected
        if scheduler is not self.lab.scheduler or key != self.selected or (found is not None and found.is_stopped()):
            found = component_of(self.lab, self.selected) if self.selected else None
            self._selected = (self.lab.scheduler, self.selected, found)
        return found

    def fold(self, key: str) -> None:
        """Fold a container, or unfold it, also one that the graph has folded by itself."""
        nodes = self._graph.data()["scene"]["nodes"] if self._graph is not None else ()
        is_folded = any(node["key"] == key and node["folded"] for node in nodes)
        by_hand = self.folded - {key, f"-{key}"}
        if is_folded:
            self.folded = by_hand if key in self.folded else by_hand | {f"-{key}"}
        else:
            self.folded = by_hand | {key}

    # -- what is shown ------------------------------------------------------------------------------

    def look(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the scene and what else is shown now; whoever calls holds the lab's lock."""
        self._stay_within()
        while True:
            scene, now, size = self._look(DETAILS[self._detail])
            if size <= LIMIT or self._detail == len(DETAILS) - 1:
                break
            self._detail += 1
        if size < LIMIT // 4 and self._detail:
            self._detail -= 1
        self._seen = self.lab.trace.next_number
        return scene, now

    def _stay_within(self) -> None:
        if self.at is not None and not 0 <= self.at <= self.lab.step_number:
            self.at = None

    def _look(self, detail: Detail) -> tuple[dict[str, Any], dict[str, Any], int]:
        now = self.head()
        scene: dict[str, Any] = {}
        for name, look in PIECES.items():
            if name in self.pieces:
                shown = look(self, detail)
                scene.update(shown.pop("scene", {}))
                now.update(shown)
        return scene, now, len(json.dumps(scene)) + len(json.dumps(now))

    def head(self) -> dict[str, Any]:
        """Return what the controls show: how the lab stands, and what can be done."""
        lab = self.lab
        selected = self.component()
        can = allowed(lab, selected, self.at is not None)
        return {
            "state": lab.state,
            "step": lab.step_number,
            "round": lab.scheduler.rounds,
            "time": round(lab.scheduler.now, 3) if lab.virtual else None,
            "virtual": lab.virtual,
            "headline": headline(lab),
            "can": can,
            "choose": {self.selected: can["choose"]} if self.selected else {},
            "pace": lab.pace,
            "breaks": [self._break(each) for each in lab.breakpoints],
            "at": self.at,
            "selected": self.selected,
            "gone": "",
        }

    def _break(self, breakpoint: Breakpoint) -> dict[str, Any]:
        """Return a breakpoint; with the key of the component that it is about, where it is about one."""
        shown = {"id": breakpoint.number, "text": label(breakpoint.words(), 80)}
        who = str(breakpoint.aim)
        for each in self.lab.scheduler.members.values():
            if breakpoint.looks_ahead and each.short_name == who:
                return {**shown, "key": key_of(each)}
        return shown

    def followed(self) -> Component | None:
        """Return whose code is shown: the component that is selected, or else whoever had the last slice."""
        selected = self.component()
        return selected if selected is not None or self.selected else last_run(self.lab)


def headline(lab: Lab) -> str:
    """Say in a line how the lab stands, and why.

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
    if outcome.reason in ("stuck", "idle", "interrupted"):
        return f"{text}: {REASONS[outcome.reason]}"
    return text


REASONS = {
    "stuck": "nothing can run, and nothing is left that could wake a component",
    "idle": "nothing can run now",
    "interrupted": "the run was interrupted",
}


def last_run(lab: Lab) -> Component | None:
    """Return the component that had the last slice, if the trace knows it."""
    records = lab.trace.records_from(max(0, lab.trace.next_number - 64))
    for record in reversed(records):
        if record[0] is RESUMED:
            who = whose(record[3])
            return who if isinstance(who, Component) else None
    return None


# -- one function for each piece --------------------------------------------------------------------------


def _controls(looking: Looking, detail: Detail) -> dict[str, Any]:
    return {}  # what they show is shown in any case


def _graph(looking: Looking, detail: Detail) -> dict[str, Any]:
    from ...views.graph import graph_of

    looking._graph = graph = graph_of(
        looking.lab,
        step=looking.at,
        folded=looking.folded,
        previous=looking._graph,
        since=looking._seen,
        most=detail.parts,
    )
    data = graph.data()
    scene = {**data["scene"], "nodes": _lean(data["scene"]["nodes"]), "links": _lean(data["scene"]["links"])}
    return {"scene": scene, "graph": data["now"]}


def _lean(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the values that say nothing; a page takes what is absent for that."""
    return [{name: value for name, value in row.items() if value is not False and value != ""} for row in rows]


def _inboxes(looking: Looking, detail: Detail) -> dict[str, Any]:
    from ...views.inboxes import look

    view = look(looking.lab, step=looking.at, components=detail.components, messages=detail.messages)
    return {"inboxes": view.data(), "payload": _payload(looking)}


def _payload(looking: Looking) -> Any:
    """Return the message that is opened; ``None`` if none is, or if it is gone."""
    if looking.opened is None:
        return None
    from ...views.payload import payload_of

    try:
        return payload_of(looking.lab, *looking.opened, step=looking.at).data()
    except KamlabError:
        looking.opened = None
        return None


def _source(looking: Looking, detail: Detail) -> dict[str, Any]:
    if looking.at is not None:
        return {"source": {"note": "The code is shown where the lab stands: press “Go there” to see it at this step."}}
    component = looking.followed()
    if component is None:
        return {"source": None}
    from ...views.source import source_of

    data = source_of(looking.lab, component).data()
    data["key"] = key_of(component)
    return {"source": data}


def _timeline(looking: Looking, detail: Detail) -> dict[str, Any]:
    from ...views.branches import branches_of
    from ...views.timeline import timeline_of

    first, last = looking.window or (None, None)
    view = timeline_of(
        looking.lab, first=first, last=last, at=looking.at, event=looking.event, lines=detail.lifelines
    ).data()
    return {"timeline": view, "tree": branches_of(looking.lab).data() if looking.lab.state != "running" else None}


def _story(looking: Looking, detail: Detail) -> dict[str, Any]:
    from ...views.story import story_of

    view = story_of(looking.lab, looking.filter, looking.kinds, last=detail.events, upto=looking.at)
    return {"story": {**view.data(), "chosen": list(looking.kinds or ())}}


PIECES: dict[str, Callable[[Looking, Detail], dict[str, Any]]] = {
    "controls": _controls,
    "graph": _graph,
    "inboxes": _inboxes,
    "source": _source,
    "timeline": _timeline,
    "story": _story,
}
