"""The graph of a lab: a scene, how everything in it is, and a headline."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ...analysis.snapshot import Snapshot, is_rushing, snapshot_of
from ...core.calling import names_in
from ...core.events import DISCARDED, said_in
from ...core.world import World
from ..quoting import label, quoted
from ..states import say
from .layout import Picture, picture_of
from .moves import last_moves
from .scene import Look, Move, Node, Now, Scene
from .shown import Shown
from .structure import MOST, Layered, structure_of

#: How much of a message is shown on its way.
TEXT = 40


@dataclass(frozen=True, slots=True)
class Graph:
    """The components of a lab, their boxes and links, at one moment.

    Printed, it is text; in a notebook, a picture. Two graphs are equal if they show the same.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), PassThrough()).activate()
    ...     _ = lab.step_message()
    ...     graph = lab.graph()
    >>> graph.headline, [node.label for node in graph.scene.nodes], graph.svg[:4]
    ('paused at step 4, 3 components', ['Pipeline_1', 'DataSource_2', 'PassThrough_3'], '<svg')
    """

    state: str
    step: int
    scene: Scene
    now: Now
    #: Whether this is the past of a lab that stands elsewhere.
    past: bool = False
    _picture: Picture | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, name: str) -> tuple[Node, Look]:
        """Return the node of a key, a label, or a name in a label, and how it is."""
        for node in self.scene.nodes:
            if name in (node.key, node.label, *names_in(node.label)):
                return node, self.now.nodes[node.key]
        raise KeyError(f"there is no {name!r} in this graph; there are: {', '.join(n.label for n in self.scene.nodes)}")

    @property
    def headline(self) -> str:
        """How the lab stands, in one line."""
        count = sum(1 + node.inside for node in self.scene.nodes) + self.scene.more
        components = f"{count} component{'' if count == 1 else 's'}"
        return f"{'as it was' if self.past else self.state} at step {self.step}, {components}"

    def data(self) -> dict[str, Any]:
        """Return scene and now as dictionaries that can be written as JSON."""
        return {"scene": self.scene.data(), "now": self.now.data()}

    @property
    def svg(self) -> str:
        """The picture as SVG: the same text for the same graph."""
        from .svg import as_svg

        return as_svg(self)

    @property
    def summary(self) -> str:
        """What the picture shows, in a sentence."""
        states: dict[str, int] = {}
        for look in self.now.nodes.values():
            states[look.state] = states.get(look.state, 0) + 1
        counted = ", ".join(f"{number} {state}" for state, number in states.items())
        return f"Graph: {self.headline}" + (f": {counted}" if counted else "")

    def __str__(self) -> str:
        from .text import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self.svg.encode("utf-8", "replace")).decode("ascii")
        return (
            f'<div class="kamlab-graph"><img src="data:image/svg+xml;base64,{picture}" alt="{escape(self.summary)}" '
            'style="max-width:100%"></div>'
        )


def graph_of(
    lab: World,
    step: int | None = None,
    folded: Iterable[str] = frozenset(),
    previous: Graph | None = None,
    since: int | None = None,
    most: int = MOST,
) -> Graph:
    """Return the graph of a lab, as it is now or was after a step.

    Without ``previous`` it is a function of the lab alone.

    Args:
        lab: the lab.
        step: the step; now, unless told.
        folded: the keys of containers that are shown as one part. ``"-4"`` keeps container 4 open, where
            there are so many components that the largest containers fold by themselves.
        previous: the graph shown before this one; what is in both keeps its place.
        since: show the messages from this event number on, instead of those of the last slice.
        most: how many components to show at most; the largest containers are folded before any is left out.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.

    >>> from kamlab import Component, Lab, Pipeline
    >>> class Hello(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> with Lab() as lab:
    ...     _ = Pipeline(Hello(), Component()).activate()
    ...     _ = lab.step(2)
    ...     graph = graph_of(lab)
    >>> [node.label for node in graph.scene.nodes]
    ['Pipeline_1', 'Hello_2', 'Component_3']
    >>> graph.now.links["2.outbox>3.inbox"]
    (1, True)
    """
    with lab.lock:
        picture = previous._picture if previous is not None else None
        snapshot = snapshot_of(lab, step, most=0)
        shown = Shown(snapshot)
        layered = structure_of(shown, folded, picture.structure if picture is not None else None, most)
        moves = last_moves(lab, step, since)
        now = Now(
            _looks(lab, snapshot, shown, layered),
            {key: (sum(snapshot.counts[hop] for hop in hops), snapshot.exact) for key, hops in layered.hops.items()},
            _moves(moves, shown, layered),
        )
        drawn = picture_of(layered.structure, picture)
        past = step is not None and step != lab.step_number
        return Graph(lab.state, snapshot.step, drawn.scene, now, past, drawn)


def _looks(lab: World, snapshot: Snapshot, shown: Shown, layered: Layered) -> dict[str, Look]:
    looks = {}
    rushing = is_rushing(lab)
    for part in layered.structure.parts:
        component = layered.components[part.key]
        stand = shown.who[component]
        inboxes, outboxes = _boxes(shown, component, part.lefts)
        is_next, was_last = component is snapshot.next, component is snapshot.ran
        looks[part.key] = Look(stand.state, say(component, stand, rushing), is_next, was_last, inboxes, outboxes)
    return looks


def _boxes(
    scene: Shown, component: Any, names: tuple[str, ...]
) -> tuple[tuple[tuple[str, int, int | None], ...], tuple[tuple[str, int], ...]]:
    inboxes = []
    made = {label(str(name), 40): box for name, box in component._in.items()}
    declared = {label(str(name), 40) for name in component.Inboxes}
    for name in names:
        box = made.get(name)
        if box is not None:
            inboxes.append((name, scene.waiting.get(box, 0), scene.limits.get(box)))
        elif name in declared:
            inboxes.append((name, 0, None))
    outboxes = tuple(
        (label(str(name), 40), scene.lost[box]) for name, box in component._out.items() if scene.lost.get(box)
    )
    return tuple(inboxes), outboxes


def _moves(found: list[tuple[int, Any, Any]], scene: Shown, layered: Layered) -> tuple[Move, ...]:
    """Write down the last messages: their way over the links that are shown, and their text."""
    wires = {hop: key for key, hops in layered.hops.items() for hop in hops}
    moves = []
    for number, record, way in found:
        source, target = record[1], record[2]
        keys = tuple(dict.fromkeys(wires[hop] for hop in way if hop in wires))
        moves.append(
            Move(
                number,
                keys,
                quoted(record[3], TEXT) if said_in(record) is None else label(str(said_in(record)), TEXT),
                record[0] == DISCARDED,
                _end(source, scene, layered) if source is not None else None,
                _end(target, scene, layered) if target is not None else None,
            )
        )
    return tuple(moves)


def _end(box: Any, scene: Shown, layered: Layered) -> tuple[str, str]:
    return scene.key(layered.shown_as(box.owner)), label(str(box.name), 40)
