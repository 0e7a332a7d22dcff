"""The contents of the picture of a lab, without positions: components with their boxes, and their links.

A structure is a plain value. As long as it stays the same, so does the picture. Three decisions are made here.

*Which components.* Every component that is alive, those linked to one of them, and those that a chassis will take in
when it first runs, with the links that it will make. What it has taken in stays, with the links that are gone, as
long as the chassis is shown. Of the others that have ended: the last
:data:`FAILURES` that failed; and the last :data:`ENDED_KEPT` of those that ended within the last :data:`ENDED_FOR`
slices and were not activated by a component that is still alive. So a system that has just come to its end can still
be seen, and a server does not fill the picture with closed connections.

*Which containers are folded.* A folded container is one part; links to something in it lead to the container.

*Which boxes.* Those that are linked, hold something or have lost something; on a side where none is linked, ``inbox``
or ``outbox`` too. A container's ``control`` that only leads on to a child, and to which nothing is linked, says nothing
and is left out, as is a ``signal`` that leads nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from ...analysis.link_counts import Hop
from ...analysis.snapshot import Snapshot, Stand
from ...core.box import Inbox, made_inboxes_of, made_outboxes_of
from ...core.component import Component, planned_in
from ...core.naming import drawn_names, given_name, label_of
from ...core.states import ENDED, FAILED, NEW
from ...core.task import task_of
from ..components import key_of
from ..printable import label

#: How many failed components stay in the picture.
FAILURES = 8
#: How many of the other ended components are shown, and for how many slices.
ENDED_KEPT, ENDED_FOR = 8, 50
#: How many components are considered; those beyond are only counted.
SEARCHED = 1000
#: How many parts are shown before the largest containers are folded, and before the rest is left out.
ROOMY, MOST = 60, 150
#: How many boxes are shown on each side of a part.
BOXES = 16
#: How many characters of a name are kept.
NAME = 40

#: Boxes that carry control messages instead of work; so do those whose names begin with an underscore.
_CONTROL = frozenset({"control", "signal"})
_QUIET = frozenset({"control", "configuration", "signal"})


class Part(NamedTuple):
    """A component in the picture. ``lefts`` and ``rights`` are the names of the boxes on its sides.

    ``label`` is its name in texts, ``name`` the one that is drawn.

    Inboxes are on the left, outboxes on the right; a box that only passes on what others send is on the other
    side as well.
    """

    key: str
    label: str
    kind: str
    parent: str = ""
    container: bool = False
    folded: bool = False
    inside: int = 0
    lefts: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    boxes_more: int = 0
    name: str = ""


class InSpot(NamedTuple):
    """An inbox of a component that has not made its boxes yet."""

    owner: Any
    name: str


class OutSpot(NamedTuple):
    """The same for an outbox."""

    owner: Any
    name: str


#: What a link may lead to.
_INBOXES = (Inbox, InSpot)


class DrawnLink(NamedTuple):
    """A link in the picture. The sides, ``"L"`` and ``"R"``, say where each end is on its part.

    ``gone``: it was there until one of its ends came to an end.
    """

    key: str
    source: str
    source_box: str
    source_side: str
    target: str
    target_box: str
    target_side: str
    inner: bool = False
    quiet: bool = False
    gone: bool = False


class Structure(NamedTuple):
    """Everything in the picture, parents before their children. ``more`` components are left out."""

    parts: tuple[Part, ...] = ()
    wires: tuple[DrawnLink, ...] = ()
    more: int = 0


#: Makes the name of a box, a class or a component short and printable; a lab has few different ones.
short_name = lru_cache(maxsize=1024)(partial(label, width=NAME))


class Shown:
    """Which components, containers and links of a snapshot are in the picture.

    Args:
        snapshot: the snapshot of the lab.
        folded: the keys of containers that are folded; ``"-7"`` keeps 7 open, however many parts there are.
        most: how many parts to show at most; the rest are counted.
    """

    def __init__(self, snapshot: Snapshot, folded: Iterable[str] = (), most: int = MOST) -> None:
        stands = {who: stand for who, stand in snapshot.components.items() if isinstance(who, Component)}
        chosen = _chosen(snapshot, stands)
        who = self.who = {component: stands[component] for component in chosen[:SEARCHED]}
        self.links: list[Any] = [hop for hop in snapshot.counts if hop[0].owner in who and hop[1].owner in who]
        #: The keys of components that a chassis will take in: when it first runs, or one after another.
        self.planned: dict[Any, str] = {}
        for component, stand in list(who.items()) if len(who) < SEARCHED else ():
            if stand.ended is None:
                self._plan(component, key_of(component), snapshot.step)
        self.gone: set[Any] = set()
        self.waiting = {box: waiting.count for box, waiting in snapshot.waiting.items() if box.owner in who}
        self.lost: Mapping[Any, int] = snapshot.lost
        self.limits: Mapping[Any, int] = snapshot.limits
        self.parents: dict[Any, Any] = {}
        self.children: dict[Any, list[Any]] = {}
        self._tops: list[Any] = []
        for component, stand in who.items():
            if stand.parent in who:
                self.parents[component] = stand.parent
                self.children.setdefault(stand.parent, []).append(component)
            else:
                self._tops.append(component)
        ended = [self.parents.get(child) for child, stand in who.items() if stand.ended is not None]
        for chassis in dict.fromkeys(ended):
            if chassis is not None:
                self._keep(chassis)
        self.folded: set[Any] = set()
        visible = self._fold(frozenset(folded), min(ROOMY, most))
        #: The components that are parts, parents before their children.
        self.parts: list[Any] = visible[:most]
        self.keys: dict[Any, str] = {
            component: self.planned.get(component) or key_of(component) for component in self.parts
        }
        self.more: int = max(0, len(chosen) - SEARCHED) + len(visible) - len(self.parts)
        #: The outermost folded container of each component that is in one, and how many components are in each.
        self.outer: dict[Any, Any] = {}
        self.inside: dict[Any, int] = {}
        if self.folded:
            self._hide()

    def _plan(self, chassis: Any, key: str, step: int) -> None:
        """Add what a chassis has not taken in yet, and the links that it will make."""
        children, routes = planned_in(chassis)
        found = {child: f"{key}.{place}" for place, child in enumerate(children) if self._is_to_come(child, step)}
        if not found:
            return
        self.planned.update(found)
        for child in found:
            self.who[child] = Stand(NEW, chassis)
        for source, box, sink, into, kind in routes:
            if (source in found or sink in found) and source in self.who and sink in self.who:
                self.links.append((_spot(source, box, kind == 1), _spot(sink, into, kind != 2)))
        for child, place in found.items():
            self._plan(child, place, step)

    def _is_to_come(self, child: Any, step: int) -> bool:
        if child in self.who:
            return False
        ended = task_of(child).end_record
        return ended is None or ended.step > step

    def _keep(self, chassis: Any) -> None:
        """Keep the order of the children of a chassis, some of which have ended, and the links that went with them."""
        children, routes = planned_in(chassis)
        order = {child: place for place, child in enumerate(children)}
        self.children[chassis].sort(key=lambda child: order.get(child, len(order)))
        there = {(source.owner, source.name, sink.owner, sink.name) for source, sink in self.links}
        for source, box, sink, into, kind in routes:
            ended = source in self.who and sink in self.who and (source in order or sink in order)
            if ended and (source, box, sink, into) not in there:
                hop = _spot(source, box, kind == 1), _spot(sink, into, kind != 2)
                self.links.append(hop)
                self.gone.add(hop)

    def within(self, component: Any, container: Any) -> bool:
        """Return whether a component is in a container, at any depth."""
        while component is not None:
            component = self.parents.get(component)
            if component is container:
                return True
        return False

    def _fold(self, asked: frozenset[str], roomy: int) -> list[Any]:
        """Fold the given containers, and the largest if there are too many parts; return the visible components."""
        if asked:
            self.folded = {container for container in self.children if key_of(container) in asked}
        visible = self._visible()
        while len(visible) > roomy:
            count = len(visible)
            for container in self._foldable(visible, asked):
                if count <= roomy:
                    break
                self.folded.add(container)
                count -= len(self.children[container])
            if count == len(visible):
                break
            visible = self._visible()
        return visible

    def _foldable(self, visible: list[Any], asked: frozenset[str]) -> list[Any]:
        """Return the open containers that hold no open container and are not to be kept open, the largest first."""
        unfolded = self.children.keys() - self.folded
        found = [
            component
            for component in visible
            if component in unfolded
            and f"-{key_of(component)}" not in asked
            and unfolded.isdisjoint(self.children[component])
        ]
        return sorted(found, key=lambda container: -len(self.children[container]))

    def _visible(self) -> list[Any]:
        """Return the components that are not in a folded container, parents before their children."""
        found: list[Any] = []
        left = self._tops[::-1]
        while left:
            component = left.pop()
            found.append(component)
            if component in self.children and component not in self.folded:
                left.extend(reversed(self.children[component]))
        return found

    def _hide(self) -> None:
        """Note which folded container each hidden component is in."""
        self.inside = dict.fromkeys(self.folded, 0)
        for component in self.who:
            container = self.parents.get(component)
            while container is not None:
                if container in self.folded:
                    self.inside[container] += 1
                    self.outer[component] = container
                container = self.parents.get(container)


def _label_before(component: Any) -> str:
    """Return the label that a component has, or had, before its activation."""
    if component.__dict__.get("_name") is not None:
        return label_of(component)
    given, own = given_name(component), f"{type(component).__name__}_?"
    return f"{given} ({own})" if given else own


def _spot(owner: Any, name: str, into: bool) -> Any:
    """Return a box, or what stands for it as long as it has not been made."""
    if into:
        return made_inboxes_of(owner).get(name) or InSpot(owner, name)
    return made_outboxes_of(owner).get(name) or OutSpot(owner, name)


def _chosen(snapshot: Snapshot, stands: Mapping[Any, Stand]) -> list[Any]:
    alive = [component for component, stand in stands.items() if stand.state not in ENDED]
    linked = [box.owner for hop in snapshot.counts for box in hop if box.owner in stands]
    ended = [component for component, stand in stands.items() if stand.ended is not None]
    if not ended:
        return list(dict.fromkeys([*alive, *linked]))
    ended.sort(key=lambda component: stands[component].ended or 0)
    failed = [component for component in ended if stands[component].state == FAILED]
    activated = {id(component) for component in alive if stands[component].state != NEW}
    late = [
        component
        for component in ended
        if snapshot.step - (stands[component].ended or 0) <= ENDED_FOR
        and id((home := task_of(component).home) and home()) not in activated
    ]
    chosen = dict.fromkeys([*alive, *linked, *failed[-FAILURES:], *late[-ENDED_KEPT:]])
    for component in sorted(ended, key=lambda component: task_of(component).number):  # a chassis before what is in it
        parent = stands[component].parent
        if parent in chosen and any(component is child for child in planned_in(parent)[0]):
            chosen[component] = None
    return list(chosen)


def _declared(boxes: Any) -> set[Any]:
    """Return the names of declared boxes; none if the attribute was set to something else later."""
    return set(boxes) if isinstance(boxes, Iterable) else set()


def structure_of(shown: Shown, kept: Structure | None = None) -> tuple[Structure, dict[str, list[Hop]]]:
    """Return the structure, and which links each wire stands for: several, if it leads to a folded part.

    Args:
        shown: which components and links of a lab are in it; there is one part for each of ``shown.parts``.
        kept: the structure of the picture before: boxes that were shown then still are.
    """
    wires, hops = _wires(shown)
    sides: dict[tuple[str, str], dict[str, None]] = {}
    for wire in wires:
        sides.setdefault((wire.source, wire.source_side), {})[wire.source_box] = None
        sides.setdefault((wire.target, wire.target_side), {})[wire.target_box] = None
    linked = set(sides)
    for boxes, side in ((shown.waiting, "L"), (shown.lost, "R")):
        for box in boxes:
            if box.owner in shown.keys:
                sides.setdefault((shown.keys[box.owner], side), {})[short_name(str(box.name))] = None
    before = {part.key: part for part in kept.parts} if kept is not None else {}
    names = drawn_names(shown.parts, shown.planned)
    parts = []
    for component in shown.parts:
        key, parent = shown.keys[component], shown.parents.get(component)
        old = before.get(key, _NO_PART)
        is_container = component in shown.children
        left, right = (key, "L"), (key, "R")
        inbox = "" if is_container or left in linked else "inbox"
        outbox = "" if is_container or right in linked else "outbox"
        lefts = _boxes(sides.get(left, {}), list(made_inboxes_of(component) or component.Inboxes), old.lefts, inbox)
        rights = _boxes(
            sides.get(right, {}), list(made_outboxes_of(component) or component.Outboxes), old.rights, outbox
        )
        # A box that was made later and is not linked does not count: the record does not say when it was made.
        more = len(_declared(component.Inboxes).difference(lefts)) + len(
            _declared(component.Outboxes).difference(rights)
        )
        parts.append(
            Part(
                key,
                short_name(label_of(component) if component not in shown.planned else _label_before(component)),
                short_name(type(component).__name__),
                shown.keys[parent] if parent is not None else "",
                is_container and component not in shown.folded,
                component in shown.folded,
                shown.inside.get(component, 0),
                lefts[:BOXES],
                rights[:BOXES],
                more,
                short_name(names[component]),
            )
        )
    return Structure(tuple(parts), tuple(wires), shown.more), hops


_NO_PART = Part("", "", "")


def _boxes(names: dict[str, None], declared: list[str], kept: tuple[str, ...], usual: str) -> tuple[str, ...]:
    """Return the boxes on one side of a part in the order in which they are declared, control boxes last.

    Args:
        names: the boxes that are linked, hold something or have lost something.
        declared: the boxes that the component has.
        kept: the boxes that were shown before.
        usual: the one to show in any case, or the first one if there is none of that name; ``""``: none.
    """
    for name in kept:
        if name in declared:
            names[name] = None
    if usual in declared:
        names[usual] = None
    elif usual and declared:
        names[short_name(str(declared[0]))] = None
    if len(names) < 2:
        return tuple(names)
    in_order = [name for name in dict.fromkeys((*declared, *names)) if name in names]
    return tuple(sorted(in_order, key=_CONTROL.__contains__))


def _wires(shown: Shown) -> tuple[list[DrawnLink], dict[str, list[Hop]]]:
    keys, parents, outer = shown.keys, shown.parents, shown.outer
    idle = _idle_links(shown)
    wires: dict[str, DrawnLink] = {}
    hops: dict[str, list[Hop]] = {}
    for hop in shown.links:
        source, sink = hop
        start, end = outer.get(source.owner, source.owner), outer.get(sink.owner, sink.owner)
        if start not in keys or end not in keys or hop in idle:
            continue
        if start is end and (start is not source.owner or end is not sink.owner):
            continue
        siblings = parents.get(start) is parents.get(end)
        down = not siblings and shown.within(end, start)
        up = not siblings and not down and shown.within(start, end)
        from_in, to_in = isinstance(source, _INBOXES), isinstance(sink, _INBOXES)
        source_box, target_box = short_name(str(source.name)), short_name(str(sink.name))
        begin, finish = keys[start], keys[end]
        wire = DrawnLink(
            f"{'in ' if from_in else '' if to_in else 'out '}{begin}.{source_box}>{finish}.{target_box}",
            begin,
            source_box,
            "L" if from_in and down else "R",
            finish,
            target_box,
            "R" if not to_in and up else "L",
            (from_in or not to_in) and (down or up),
            sink.name in _QUIET or source_box.startswith("_") or target_box.startswith("_"),
            hop in shown.gone,
        )
        wires.setdefault(wire.key, wire)
        hops.setdefault(wire.key, []).append(hop)
    return list(wires.values()), hops


def _idle_links(shown: Shown) -> set[Hop]:
    """Return the links that carry nothing: those through which a container would pass on what nothing can send it."""
    sources: dict[Any, list[Any]] = {}
    onward: dict[Any, Any] = dict(shown.links)
    for source, sink in shown.links:
        sources.setdefault(sink, []).append(source)

    def is_unfed(box: Any) -> bool:
        """Return whether nothing is in an inbox of a container, and nothing but idle links leads to it."""
        if box.name == "inbox" or box in shown.waiting:
            return False
        for source in sources.get(box, ()):
            if not (isinstance(source, _INBOXES) and shown.within(box.owner, source.owner) and is_unfed(source)):
                return False
        return True

    def is_unheard(box: Any) -> bool:
        """Return whether an outbox of a container has lost nothing, and leads nowhere or over idle links only."""
        if box.name == "outbox" or box in shown.lost:
            return False
        following = onward.get(box)
        if following is None:
            return True
        inner = not isinstance(following, _INBOXES) and shown.within(box.owner, following.owner)
        return inner and is_unheard(following)

    idle = set()
    for source, sink in shown.links:
        if isinstance(source, _INBOXES):
            if shown.within(sink.owner, source.owner) and is_unfed(source):
                idle.add((source, sink))
        elif not isinstance(sink, _INBOXES) and shown.within(source.owner, sink.owner) and is_unheard(sink):
            idle.add((source, sink))
    return idle
