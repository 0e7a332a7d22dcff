"""The needs of everybody alive, and what follows from them: who goes on, who waits in a circle."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.box import Inbox
from ..core.component import Component
from ..core.events import name_of
from ..core.microprocess import Microprocess
from .circles import circle_through, groups_of
from .facts import SLEEPING, Moment, ended_in_words, held_by_thread
from .needs import GOES_ON, MESSAGE, NETWORK, OUTSIDE, ROOM, THREAD, TIMER, TURN, Need, needs_of
from .words import counted, end_of, joined

Circle = list[tuple[Microprocess, Need]]


class Graph:
    """The needs of everybody alive, and what follows from them."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.nodes: list[Microprocess] = moment.components
        self.needs: dict[Microprocess, list[Need]] = {each: needs_of(each, moment) for each in self.nodes}
        self.going_on = self._reached(filter(self._goes_on, self.nodes))
        self.open_to_outside = self._reached([*self.going_on, *filter(self._is_open, self.nodes)])

    def _reached(self, first: Iterable[Microprocess]) -> dict[Microprocess, None]:
        """Return those from whom something comes, and everybody whom that lets go on, directly or over others."""
        reached = dict.fromkeys(first)
        behind: dict[Microprocess, list[Microprocess]] = {}
        for waiter, needs in self.needs.items():
            for need in needs:
                if need.who is not None:
                    behind.setdefault(need.who, []).append(waiter)
        left = list(reached)
        while left:
            for waiter in behind.get(left.pop(), ()):
                if waiter not in reached:
                    reached[waiter] = None
                    left.append(waiter)
        return reached

    def _goes_on(self, node: Microprocess) -> bool:
        """Whether something will come for one that no other component has to bring about."""
        kinds = {need.kind for need in self.needs[node]}
        return bool(kinds & (GOES_ON if self.moment.network_is_alive else GOES_ON - {NETWORK}))

    def _is_open(self, node: Microprocess) -> bool:
        """Whether a sleeper waits for the outside rather than for somebody in the lab."""
        if any(cls.__module__ == "kamlab.handle" for cls in type(node).__mro__):  # made to be fed from outside
            return True
        needs = self.needs[node]
        if any(need.kind == NETWORK for need in needs):  # nothing is on its way, but the other end may send
            return True
        outside = [need for need in needs if need.kind == OUTSIDE]
        from_lab = any(need.who is not None for need in needs)
        return not from_lab or any(need.sure or need.name != "control" for need in outside)

    def circles(self) -> list[Circle]:
        """Return a circle of each group whose members have nothing but each other to hope for."""
        closed = [node for node in self.nodes if node not in self.open_to_outside]
        found = []
        for group in groups_of(closed, self._next):
            members = set(group)
            edges = {node: self._edges(node, members) for node in group}
            if edges[group[0]]:
                found.append(circle_through(group[0], len(group), edges.__getitem__, _end))
        return found

    def is_certain(self, circle: Circle) -> bool:
        """Whether a circle cannot be rest: a box in it is full, or somebody is in the middle of something."""
        return any(need.kind == ROOM for _, need in circle) or any(self._asks_for_less(waiter) for waiter, _ in circle)

    def _asks_for_less(self, node: Microprocess) -> bool:
        """Whether the line that a component stands at asks for fewer inboxes than the rest of its code."""
        needs = [need for need in self.needs[node] if need.kind in (MESSAGE, OUTSIDE)]
        if not isinstance(node, Component) or not needs or not all(need.sure for need in needs):
            return False
        known = self.moment.looked_at(node)
        others = (frozenset(node._in or node.Inboxes) if known is None else known) - {"control"}
        return {need.name for need in needs} - {"control"} < others

    def _next(self, node: Microprocess) -> list[Microprocess]:
        return [need.who for need in self.needs.get(node, ()) if need.who is not None]

    def _edges(self, node: Microprocess, inside: set[Microprocess]) -> list[Need]:
        """Return the needs of a node that lead to members of its group, those for room first."""
        needs = {need.who: need for need in reversed(self.needs[node]) if need.who in inside}
        return sorted(needs.values(), key=lambda need: (need.kind != ROOM, not need.sure))

    def chain(self, node: Microprocess) -> Circle:
        """Return whom a component waits for, whom that one waits for, and so on, until nobody or a known one comes."""
        chain: Circle = []
        seen: set[Microprocess] = set()
        at: Microprocess | None = node
        while at is not None and at not in seen and self.needs.get(at):
            seen.add(at)
            need = min(self.needs[at], key=_first_told)
            if need.kind == TURN:
                break
            chain.append((at, need))
            at = need.who
        return chain

    def left_lying(self, circles: list[Circle]) -> list[str]:
        """Say what waits where nobody will take it."""
        said = []
        in_circle = {waiter for circle in circles for waiter, _ in circle}
        for node in self.nodes:
            for need in self.needs[node]:
                if need.kind == ROOM and need.who is not None and need.who.is_stopped():
                    said.append(
                        f"{name_of(node)} waits for {need}, but {name_of(need.who)} {ended_in_words(need.who)}."
                    )
            if node in in_circle or any(need.kind == ROOM for need in self.needs[node]):
                continue
            if isinstance(node, Component) and node not in self.going_on:
                said += [unread_in_words(box, self.moment) for box in unread(node, self.moment)]
        return said

    def coming(self) -> list[str]:
        """Say what will make somebody runnable: threads, timers, the network."""
        named: dict[str, list[str]] = {}
        for node in self.nodes:
            for need in self.needs[node]:
                if need.kind in (THREAD, TIMER, NETWORK):
                    named.setdefault(need.kind, []).append(name_of(node))
        said = []
        if THREAD in named:
            said.append(f"{joined(named[THREAD])} {_is(named[THREAD])} busy in a thread")
        if NETWORK in named and self.moment.network_is_alive:
            said.append(f"{joined(named[NETWORK])} {_wait(named[NETWORK])} for the network")
        elif self.moment.network_is_alive:
            said.append("something may come from the network")
        when = self.moment.scheduler.timers.next()
        if when is not None:
            who = f" of {joined(named[TIMER])}" if TIMER in named else ""
            said.append(f"the next timer{who} is due at {when:.3f} s")
        if THREAD not in named and any(_may_wake(each) for each in self.moment.scheduler.outsiders):
            said.append("a thread may still deliver something")
        return said


def unread(component: Component, moment: Moment) -> list[Inbox]:
    """Return the inboxes of a sleeper in which messages wait, although it has been woken since and slept again."""
    if moment.status(component) not in SLEEPING:
        return []
    return [box for box in component._in.values() if box.items or held_by_thread(component, box.name)]


def unread_in_words(box: Inbox, moment: Moment) -> str:
    """Say what waits unread, and whether its owner would ever look there."""
    owner = box.owner
    count = len(box.items) + len(held_by_thread(owner, box.name))
    text = (
        f"{counted(count, 'message')} {'waits' if count == 1 else 'wait'} unread in {end_of(box)}, and "
        f"{name_of(owner)} sleeps"
    )
    looked_at = moment.looked_at(owner)
    if looked_at is not None and box.name not in looked_at:
        return f"{text}: its code never looks into {box.name!r}."
    return f"{text}: it went to sleep without taking {'it' if count == 1 else 'them'}."


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _wait(names: list[str]) -> str:
    return "waits" if len(names) == 1 else "wait"


def _may_wake(outsider: object) -> bool:
    ask = getattr(outsider, "may_wake", None)
    return bool(ask()) if ask is not None else False


def _first_told(need: Need) -> tuple[bool, bool, bool, bool]:
    """Order needs: what comes by itself, then room, what is sure, and whoever is alive."""
    ended = need.who is None or need.who.is_stopped()
    return need.kind not in GOES_ON, need.kind != ROOM, not need.sure, ended


def _end(need: Need) -> Microprocess:
    assert need.who is not None
    return need.who
