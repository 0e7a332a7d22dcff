"""The graph of a lab: its components and links, their states, and the last messages; as a value and as text.

The :class:`Structure` holds what changes rarely: components, their boxes, and links. The :class:`Now` holds what
changes with every slice: states, waiting messages, counts, the last messages. The positions in a picture are computed
from the structure on request; the text does not need them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

from ...analysis import history_of
from ...analysis.link_counts import Hop, Onward
from ...analysis.snapshot import Snapshot, is_rushing, snapshot_of
from ...core.box import made_inboxes_of, made_outboxes_of
from ...core.component import may_be_unheard
from ...core.events import DISCARDED, RESUMED, SENT, said_in
from ...core.naming import names_in
from ...core.reading import reads
from ...core.world import World
from .. import render
from ..components import key_of, say
from ..printable import label, quoted
from .layering import Levels
from .structure import MOST, Part, Shown, Structure, short_name, structure_of

if TYPE_CHECKING:
    from .layout import LaidOut, Node, Scene

#: How many of the messages in an inbox are shown as chips, and how many characters of each.
CHIPS, CHIP = 3, 20
#: The states, the one to be told first first.
URGENT = ("failed", "blocked", "held", "running", "runnable", "waiting", "new", "stopped", "finished")
#: How many characters of a message in transit are shown.
TEXT = 40
#: How many messages in transit are shown.
MOVES = 12
#: How many records are searched for them.
SEARCHED = 2048
#: How many characters wide a graph as text is at most.
WIDE = 100
#: The signs of the states in a text.
SIGNS = {
    "new": ".",
    "held": "H",
    "runnable": ">",
    "running": "@",
    "waiting": "-",
    "blocked": "#",
    "failed": "x",
    "finished": "=",
    "stopped": "=",
}


class Look(NamedTuple):
    """The state of one component, the same in words, and what its boxes hold.

    ``inboxes`` holds (name, messages waiting, limit) for each inbox shown, ``outboxes`` (name, messages lost) for
    those that lost any, and ``chips`` (name, texts) for the first messages in each inbox that is not empty. ``unheard``
    are the outboxes that may lead nowhere: what they lost is no loss. ``lit``: something of it has changed in the last
    slice. ``inside`` is what a folded container holds: how many messages wait in it, and the most urgent state.
    """

    state: str
    say: str = ""
    next: bool = False
    last: bool = False
    inboxes: tuple[tuple[str, int, int | None], ...] = ()
    outboxes: tuple[tuple[str, int], ...] = ()
    chips: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unheard: tuple[str, ...] = ()
    lit: bool = False
    inside: tuple[int, str] | None = None

    @property
    def full(self) -> tuple[str, ...]:
        """The inboxes that are full."""
        return tuple(name for name, waiting, limit in self.inboxes if limit is not None and waiting >= limit)

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        found: dict[str, Any] = {"state": self.state, "say": self.say, "next": self.next, "last": self.last}
        found["in"] = {name: [waiting, limit] for name, waiting, limit in self.inboxes}
        found["out"] = dict(self.outboxes)
        more = {
            "chips": {name: list(texts) for name, texts in self.chips},
            "unheard": list(self.unheard),
            "lit": self.lit,
            "inside": self.inside and {"waiting": self.inside[0], "state": self.inside[1]},
        }
        return found | {name: value for name, value in more.items() if value}


class Move(NamedTuple):
    """A message in transit: the number of its event, the links it went over, its text.

    ``source`` and ``target`` are (key, box) pairs; ``None`` for messages that came from outside or were lost.
    """

    n: int
    way: tuple[str, ...]
    text: str
    lost: bool = False
    source: tuple[str, str] | None = None
    target: tuple[str, str] | None = None

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "n": self.n,
            "way": list(self.way),
            "text": self.text,
            "lost": self.lost,
            "from": list(self.source) if self.source else None,
            "to": list(self.target) if self.target else None,
        }


class Now(NamedTuple):
    """The state of everything in a scene at one moment: looks by node key, (count, exact) by link key."""

    nodes: dict[str, Look]
    links: dict[str, tuple[int, bool]]
    moves: tuple[Move, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        return {
            "nodes": {key: look.data() for key, look in self.nodes.items()},
            "links": {key: list(count) for key, count in self.links.items()},
            "moves": [move.data() for move in self.moves],
        }


@dataclass(frozen=True, eq=False, repr=False)
class Graph(render.View):
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
    structure: Structure
    now: Now
    #: Whether this is the past: the lab itself is at another step.
    past: bool = False
    #: The picture that this one continues: parts in both keep their places.
    before: LaidOut | None = field(default=None, repr=False)
    #: Who waits for whom in a deadlock, as pairs of keys; drawn in red.
    circle: tuple[tuple[str, str], ...] = ()

    @cached_property
    def picture(self) -> LaidOut:
        """The structure laid out."""
        from .layout import picture_of

        return picture_of(self.structure, self.before)

    @property
    def scene(self) -> Scene:
        """Where everything is on the picture."""
        return self.picture.scene

    @property
    def feedback(self) -> frozenset[str]:
        """The keys of the links that lead back, to the left."""
        if self.before is not None:
            return frozenset(line.key for line in self.scene.links if line.feedback)
        return Levels({part.key: part.parent for part in self.structure.parts}, self.structure.wires).feedback()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Graph):
            return NotImplemented
        mine, theirs = ((graph.state, graph.step, graph.structure, graph.now, graph.past) for graph in (self, other))
        return mine == theirs and (self.before is other.before or self.scene == other.scene)

    def __getitem__(self, name: str) -> tuple[Node, Look]:
        """Return a node and its look, by its key, its label, a name in its label, or the name that is drawn."""
        for node in self.scene.nodes:
            if name in (node.key, node.label, *names_in(node.label)):
                return node, self.now.nodes[node.key]
        drawn = [node for node in self.scene.nodes if node.name == name]
        if len(drawn) == 1:
            return drawn[0], self.now.nodes[drawn[0].key]
        raise KeyError(f"there is no {name!r} in this graph; there are: {', '.join(n.label for n in self.scene.nodes)}")

    @property
    def headline(self) -> str:
        """The state of the lab, in one line."""
        count = len(self.structure.parts) + sum([part.inside for part in self.structure.parts]) + self.structure.more
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
        """What the picture shows, in one sentence."""
        states: dict[str, int] = {}
        for look in self.now.nodes.values():
            states[look.state] = states.get(look.state, 0) + 1
        counted = ", ".join(f"{number} {state}" for state, number in states.items())
        return f"Graph: {self.headline}" + (f": {counted}" if counted else "")

    def document(self) -> render.Document:
        """Return the picture."""
        return (render.Picture(self.svg, self.summary),)

    def as_words(self) -> str:
        """Return the components and their boxes as lines of text."""
        return _as_text(self)


@reads()
def graph_of(
    lab: World,
    step: int | None = None,
    folded: Iterable[str] = frozenset(),
    previous: Graph | None = None,
    since: int | None = None,
    most: int = MOST,
    snapshot: Snapshot | None = None,
) -> Graph:
    """Return the graph of a lab, as it is now or was after a step.

    Without ``previous`` it is a function of the lab alone.

    Args:
        lab: the lab.
        step: the step; by default, now.
        folded: the keys of containers that are shown as one part. ``"-4"`` keeps container 4 open where
            there are so many components that the largest containers are folded automatically.
        previous: the graph shown before this one; parts in both keep their places.
        since: show the messages from this event number on, instead of those of the last slice.
        most: how many components to show at most; the largest containers are folded before any is left out.
        snapshot: the lab's snapshot of that step, if the caller has one.

    Raises:
        StepOutOfRange: there is no such step, or it has been forgotten.

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
    before = previous.picture if previous is not None else None
    snapshot = snapshot_of(lab, step, most=CHIPS) if snapshot is None else snapshot
    shown = Shown(snapshot, folded, most)
    structure, hops = structure_of(shown, before.structure if before is not None else None)
    counts = {**dict.fromkeys(shown.links, 0), **snapshot.counts}
    moves = _moves(_last_moves(lab, step, since), shown, hops)
    now = Now(
        _looks(lab, snapshot, shown, structure, {move.target[0] for move in moves if move.target}),
        {key: (sum(map(counts.__getitem__, links)), snapshot.exact) for key, links in hops.items()},
        moves,
    )
    past = step is not None and step != lab.step_number
    return Graph(lab.state, snapshot.step, structure, now, past, before)


def _looks(lab: World, snapshot: Snapshot, shown: Shown, structure: Structure, got: set[str]) -> dict[str, Look]:
    """Return the look of each part; ``got`` are the keys of those that a message came to in the last slice."""
    looks = {}
    rushing = is_rushing(lab)
    urgent = _inside(shown)
    for part, component in zip(structure.parts, shown.parts, strict=True):
        stand = shown.who[component]
        is_next, was_last = component is snapshot.next, component is snapshot.ran
        inboxes, chips = _inboxes(shown, component, part.lefts, snapshot)
        outboxes, unheard = _lost(shown, component) if shown.lost else ((), ())
        looks[part.key] = Look(
            stand.state,
            say(component, stand, rushing),
            is_next,
            was_last,
            inboxes,
            outboxes,
            chips,
            unheard,
            not rushing and (was_last or part.key in got or (stand.ended is not None and stand.ended == snapshot.step)),
            urgent.get(component),
        )
    return looks


def _lost(shown: Shown, component: Any) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """Return what the outboxes of a component have lost, and those of which it is no loss."""
    lost = [box for box in made_outboxes_of(component).values() if box in shown.lost]
    counts = tuple([(short_name(str(box.name)), shown.lost[box]) for box in lost])
    return counts, tuple([short_name(str(box.name)) for box in lost if may_be_unheard(box)])


def _inboxes(
    shown: Shown, component: Any, names: tuple[str, ...], snapshot: Snapshot
) -> tuple[tuple[tuple[str, int, int | None], ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return what is in the inboxes of these names: (name, messages, limit), and (name, texts of the first ones)."""
    inboxes, chips = [], []
    made = {short_name(str(name)): box for name, box in made_inboxes_of(component).items()}
    for name in names:
        box = made.get(name)
        if box is not None:
            inboxes.append((name, shown.waiting.get(box, 0), shown.limits.get(box)))
            waiting = snapshot.waiting.get(box)
            if waiting is not None and waiting.messages and component not in shown.folded:
                first = islice(zip_longest(waiting.said, waiting.messages), CHIPS)
                texts = [label(said, CHIP) if said is not None else quoted(message, CHIP) for said, message in first]
                chips.append((name, tuple(texts)))
        elif name in {short_name(str(declared)) for declared in component.Inboxes}:
            inboxes.append((name, 0, None))
    return tuple(inboxes), tuple(chips)


def _inside(shown: Shown) -> dict[Any, tuple[int, str]]:
    """Return for each folded container how many messages wait in it, and the most urgent of the states in it."""
    found: dict[Any, tuple[int, str]] = {}
    for component, container in shown.outer.items():
        waiting, state = found.get(container, (0, URGENT[-1]))
        found[container] = waiting, min(state, shown.who[component].state, key=URGENT.index)
    for box, count in shown.waiting.items():
        container = shown.outer.get(box.owner)
        if container is not None:
            found[container] = found[container][0] + count, found[container][1]
    return found


# -- the last messages --------------------------------------------------------------------------------

#: The number of an event, its record, and the links over which the message went.
Sent = tuple[int, Any, tuple[Hop, ...]]


def _last_moves(lab: World, step: int | None, since: int | None) -> list[Sent]:
    """Return the last messages up to a step, or up to now, oldest first; at most :data:`MOVES`.

    Args:
        lab: the lab; under its lock.
        step: the step, of a lab whose record is read; ``None`` reads the newest records as they are.
        since: return the messages from this event number on, instead of those of the last slice and after it.
    """
    if step is None:
        end = lab.trace.next_number
        onward = Onward()
        recent = lab.trace.records_from(max(since or 0, end - SEARCHED))
        return _newest(recent, end, since, lambda source, target, _: onward.way(source, target), onward.undo)
    history = history_of(lab)
    end = history.end_of(step) + 1
    begin = max(0, end - history.first - SEARCHED)
    return _newest(history.records[begin : end - history.first], end, since, history.way)


def _newest(
    records: Sequence[Any],
    end: int,
    since: int | None,
    way: Callable[[Any, Any, int], tuple[Hop, ...]],
    undo: Callable[[Any], Any] = lambda record: None,
) -> list[Sent]:
    found: list[Sent] = []
    for number, record in zip(range(end - 1, end - 1 - len(records), -1), reversed(records), strict=False):
        kind = record[0]
        if since is not None and number < since:
            break
        if kind is SENT or kind is DISCARDED:
            target = record[2] if kind is SENT else None
            found.append((number, record, way(record[1], target, number) if record[1] is not None else ()))
            if len(found) == MOVES:
                break
        elif kind is RESUMED and since is None:
            break
        else:
            undo(record)
    found.reverse()
    return found


def _moves(sent: Iterable[Sent], shown: Shown, hops: dict[str, list[Hop]]) -> tuple[Move, ...]:
    """Describe messages: their path over the links that are shown, and their text."""
    wires = {hop: key for key, links in hops.items() for hop in links}
    moves = []
    for number, record, way in sent:
        said = said_in(record)
        moves.append(
            Move(
                number,
                tuple(dict.fromkeys([wires[hop] for hop in way if hop in wires])),
                quoted(record[3], TEXT) if said is None else label(str(said), TEXT),
                record[0] == DISCARDED,
                _end(shown, record[1]),
                _end(shown, record[2]),
            )
        )
    return tuple(moves)


def _end(shown: Shown, box: Any) -> tuple[str, str] | None:
    if box is None:
        return None
    owner = shown.outer.get(box.owner, box.owner)
    return shown.keys.get(owner) or key_of(owner), short_name(str(box.name))


# -- as text ------------------------------------------------------------------------------------------


def _as_text(graph: Graph) -> str:
    """Return a graph as lines of text, at most :data:`WIDE` characters wide.

    First comes a tree of the components: each has a sign and a word for its state, what it waits for, its boxes that
    hold or lost something, and then the components in it. The links follow with their counts, then the last messages.
    """
    lines = [graph.headline, *_tree(graph), *_links(graph), *_messages(graph)]
    return "\n".join(_cut(map(str.rstrip, lines), WIDE))


def _cut(texts: Iterable[str], width: int) -> list[str]:
    return [text if len(text) <= width else text[: width - 3] + "..." for text in texts]


def _tree(graph: Graph) -> list[str]:
    parts = graph.structure.parts
    depths: dict[str, int] = {}
    for part in parts:
        depths[part.key] = depths.get(part.parent, -1) + 1
    labels = _cut([part.label for part in parts], 36)
    names = [depths[part.key] * "  " + text for part, text in zip(parts, labels, strict=True)]
    width = max(map(len, names), default=0)
    looks = graph.now.nodes
    states = max([len(look.state) for look in looks.values()], default=0)
    lines = []
    for part, name in zip(parts, names, strict=True):
        look = looks[part.key]
        sign = ">>" if look.next else f" {SIGNS[look.state]}"
        lines.append(f"{sign} {name:<{width}}  {look.state:<{states}}  {_remark(part, look)}")
        indent = " " * (5 + 2 * depths[part.key])
        for box, waiting, limit in look.inboxes:
            is_full = limit is not None and waiting >= limit
            if waiting or is_full:
                full = ", FULL" if is_full else ""
                bar = "*" * min(waiting, 20) + ("+" if waiting > 20 else "")
                lines.append(f"{indent}{box}: {waiting}{'' if limit is None else f' of {limit}'} waiting{full}  {bar}")
        for box, lost in look.outboxes:
            lines.append(f"{indent}{box}: {lost} LOST, it leads nowhere")
    if graph.structure.more:
        lines.append(f"   and {graph.structure.more} more component{'' if graph.structure.more == 1 else 's'}")
    return lines


def _remark(part: Part, look: Look) -> str:
    said = [look.say] if look.say and look.say != look.state else []
    said += [f"{part.inside} inside"] if part.folded else []
    said += ["runs next"] if look.next else []
    said += ["ran last"] if look.last else []
    return ", ".join(said)


def _links(graph: Graph) -> list[str]:
    wires, counts = [wire for wire in graph.structure.wires if not wire.gone], graph.now.links
    if not wires:
        return []
    names = {part.key: part.label for part in graph.structure.parts}
    back = graph.feedback
    sources, targets, numbers, notes = [], [], [], []
    for wire in wires:
        number, exact = counts.get(wire.key, (0, True))
        if number or not exact or not wire.quiet:
            sources.append(f"{names[wire.source]}.{wire.source_box}")
            targets.append(f"{names[wire.target]}.{wire.target_box}")
            numbers.append(f"{number}" if exact else f"{number}+")
            notes.append("  (back)" if wire.key in back else "")
    silent = len(wires) - len(sources)
    more = f"; {silent} idle control link{'s' if silent > 1 else ''} hidden" if silent else ""
    sources, targets = _cut(sources, 40), _cut(targets, 40)
    left, right, digits = [max(map(len, texts), default=0) for texts in (sources, targets, numbers)]
    lines = [f"links (messages sent){more}:"]
    for source, target, count, note in zip(sources, targets, numbers, notes, strict=True):
        lines.append(f"   {source:<{left}} -> {target:<{right}}  {count:>{digits}}{note}")
    return lines


def _messages(graph: Graph) -> list[str]:
    if not graph.now.moves:
        return []
    names = {part.key: part.label for part in graph.structure.parts}
    lines = ["last messages:"]
    for move in graph.now.moves:
        (start, outbox), (end, inbox) = move.source or ("", ""), move.target or ("", "")
        source = f"{names.get(start, start)}.{outbox}" if move.source else "outside"
        target = f"{names.get(end, end)}.{inbox}" if move.target else "nowhere"
        lines.append(f"   {source} -> {target}: {move.text}{' is LOST' if move.lost else ''}")
    return lines
