"""The wait-for graph: the needs of all living components, which of them go on, and which wait in a circle."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.box import Inbox, made_inboxes_of
from ..core.component import Component
from ..core.describe import name_of
from ..core.microprocess import Microprocess
from ..core.states import ASLEEP, FAILED
from ..core.task import task_of
from .cycles import circle_through, groups_of
from .moment import Moment, Party, ended_in_words, has_ended, held_by_thread
from .needs import GOES_ON, GONE, MESSAGE, NETWORK, OUTSIDE, RELEASE, ROOM, THREAD, TIMER, TURN, Need, needs_of
from .source_hints import inboxes_looked_at
from .words import counted, end_of, joined

Circle = list[tuple[Microprocess, Need]]

#: How many components that wait in vain are written of, and how many failures.
WRITTEN, FAILURES = 6, 3


class WaitGraph:
    """The needs of all living components, and what follows from them."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment
        self.nodes: list[Microprocess] = moment.components
        self.needs: dict[Microprocess, list[Need]] = {
            component: needs_of(component, moment) for component in self.nodes
        }
        kinds = {need.kind for needs in self.needs.values() for need in needs}
        self.anyone_can_run: bool = TURN in kinds
        #: Whether a component could run that the user holds.
        self.anyone_could_run: bool = RELEASE in kinds
        #: For whom each could bring something about.
        self.behind: dict[Party, list[Microprocess]] = {}
        for waiter, needs in self.needs.items():
            for need in needs:
                if need.who is not None:
                    self.behind.setdefault(need.who, []).append(waiter)
        by_itself = GOES_ON if moment.network_is_alive else GOES_ON - {NETWORK}
        #: Those for which something will come that no other component has to bring about, and whom these let go on.
        self.going_on: dict[Microprocess, None] = self._reached(
            [node for node, needs in self.needs.items() for need in needs if need.kind in by_itself]
        )
        self.open_to_outside: dict[Microprocess, None] = self._reached(
            [node for node in self.nodes if node in self.going_on or self._is_open(node)]
        )

    def _reached(self, first: Iterable[Microprocess]) -> dict[Microprocess, None]:
        """Return these components and all that they let go on, directly or over others."""
        reached = dict.fromkeys(first)
        left = list(reached)
        while left:
            for waiter in self.behind.get(left.pop(), ()):
                if waiter not in reached:
                    reached[waiter] = None
                    left.append(waiter)
        return reached

    def _is_open(self, node: Microprocess) -> bool:
        """Whether a sleeper waits for the outside rather than for a component of the lab."""
        if "kamlab.handle" in [cls.__module__ for cls in type(node).__mro__]:  # made to be fed from outside
            return True
        from_lab = from_outside = False
        for need in self.needs[node]:
            if need.kind == NETWORK:  # nothing is on its way, but the other end may send
                return True
            if need.kind == OUTSIDE:
                from_outside = from_outside or need.sure or need.name != "control"
            elif need.who is not None and need.kind != GONE:
                from_lab = True
        return from_outside or not from_lab

    def circles(self) -> list[Circle]:
        """Return a circle of each group whose members have nothing but each other to hope for."""
        closed = [node for node in self.nodes if node not in self.open_to_outside]
        found = []
        for group in groups_of(closed, self._next) if closed else ():
            members = set(group)
            edges = {node: self._edges(node, members) for node in group}
            if edges[group[0]]:
                found.append(circle_through(group[0], len(group), edges.__getitem__, _end))
        return found

    def is_certain(self, circle: Circle) -> bool:
        """Whether a circle cannot be rest: a box in it is full, or a member is in the middle of something."""
        return any(need.kind == ROOM for _, need in circle) or any(self._asks_for_less(waiter) for waiter, _ in circle)

    def _asks_for_less(self, node: Microprocess) -> bool:
        """Whether the line that a component stands at asks for fewer inboxes than the rest of its code."""
        needs = [need for need in self.needs[node] if need.kind in (MESSAGE, OUTSIDE)]
        if not isinstance(node, Component) or not needs or not all(need.sure for need in needs):
            return False
        known = inboxes_looked_at(node)
        others = (frozenset(made_inboxes_of(node) or node.Inboxes) if known is None else known) - {"control"}
        return {need.name for need in needs} - {"control"} < others

    def _next(self, node: Microprocess) -> list[Microprocess]:
        return [need.who for need in self.needs.get(node, ()) if isinstance(need.who, Microprocess)]

    def _edges(self, node: Microprocess, inside: set[Microprocess]) -> list[Need]:
        """Return the needs of a node that lead to members of its group, those for room first."""
        needs = {need.who: need for need in reversed(self.needs[node]) if need.who in inside}
        return sorted(needs.values(), key=lambda need: (need.kind != ROOM, not need.sure))

    def chain(self, node: Microprocess) -> Circle:
        """Return whom a component waits for, whom that one waits for, and so on, up to a known one or the last."""
        chain: Circle = []
        seen: set[Microprocess] = set()
        at: Party | None = node
        while isinstance(at, Microprocess) and at not in seen and self.needs.get(at):
            seen.add(at)
            need = min(self.needs[at], key=lambda need: _first_told(need, self.moment))
            if need.kind == TURN:
                break
            chain.append((at, need))
            at = need.who
        return chain

    def lost_wake_ups(self) -> list[Component]:
        """Return the sleepers that may have missed a wake-up, if nothing can run any more.

        Each sleeps without saying what it waits for, beside messages in an inbox that its code may look into. Only
        running it can tell whether it would take them, were it woken.
        """
        return [
            node
            for node in self.nodes
            if isinstance(node, Component)
            and self.moment.status(node) == ASLEEP
            and task_of(node).awaits is None
            and node not in self.going_on
            and not any(need.kind == ROOM for need in self.needs[node])
            and missed_by(node, self.moment)
        ]

    def left_lying(self, circles: list[Circle]) -> list[str]:
        """Say which messages wait that no component will take."""
        said = []
        in_circle = {waiter for circle in circles for waiter, _ in circle}
        for node in self.nodes:
            for_room = False
            for need in self.needs[node]:
                if need.kind == ROOM:
                    for_room = True
                    if need.who is not None and has_ended(need.who):
                        said.append(
                            f"{name_of(node)} waits for {need}, but {name_of(need.who)} {ended_in_words(need.who)}."
                        )
            if not (for_room or node in in_circle or node in self.going_on) and isinstance(node, Component):
                said += [unread_in_words(box, self.moment) for box in unread(node, self.moment)]
        return said + [
            unclaimed_in_words(box) for component in self.moment.never_activated for box in unclaimed(component)
        ]

    def in_vain(self) -> tuple[list[str], set[str]]:
        """Say who waits for components from which nothing will come; return also the names of those."""
        waiting = {
            node: awaited
            for node in self.nodes
            if node not in self.going_on and (awaited := self._awaited_in_vain(node))
        }
        said = []
        for node, awaited in list(waiting.items())[:WRITTEN]:
            named = "; and for ".join(awaited.values())
            said.append(f"{name_of(node)} waits for {named}.")
            behind = [name_of(component) for component in self._reached([node]) if component not in waiting]
            if behind:
                said.append(f"{joined(behind)} {_wait(behind)} for {name_of(node)} in turn.")
        if len(waiting) > WRITTEN:
            said.append(f"{counted(len(waiting) - WRITTEN, 'other component')} wait in the same way.")
        return said, set().union(*waiting.values())

    def _awaited_in_vain(self, node: Microprocess) -> dict[str, str]:
        """Return the components for which a sleeper waits in vain, by name and in words, if it waits for no other."""
        needs = [need for need in self.needs[node] if need.kind in (MESSAGE, GONE)]
        if not needs:
            return {}
        boxes = {need.name for need in needs if not need.why_not}
        in_vain = [need for need in needs if need.name not in boxes]
        main = [need for need in in_vain if need.name != "control"]
        if not main and boxes:
            return {}
        return {name_of(need.who): str(need) for need in main or in_vain}

    def failures(self, told: set[str]) -> list[tuple[str, str]]:
        """Return the names of the last components that failed, each with a sentence unless that has been ``told``."""
        failed = [ended for ended in self.moment.ended if ended.state == FAILED and not ended.helper]
        last = failed[-FAILURES:]
        found = [(ended.name, "" if ended.name in told else f"{ended.name} {ended_in_words(ended)}.") for ended in last]
        others = max(self.moment.world.failed_count, len(failed)) - len(last)
        if others:
            more = counted(others, "other component" if last else "component")
            found.append((more, f"{more} failed before."))
        return found

    def held(self) -> list[str]:
        """Say what the user holds."""
        holding = self.moment.scheduler.holding
        held = list(holding.held.values())[:WRITTEN] if holding is not None else []
        said = [held_in_words(component, component) for component in held]
        more = len(holding.held) - len(held) if holding is not None else 0
        return [*said, f"{counted(more, 'other component')} {_is(['it'] * more)} held as well."] if more else said

    def coming(self) -> list[str]:
        """Say what will make a component runnable: threads, timers, the network."""
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
        if THREAD not in named and any(map(_may_wake, self.moment.scheduler.outsiders)):
            said.append("a thread may still deliver something")
        return said


def held_in_words(component: Microprocess, holder: Microprocess) -> str:
    """Say that a component is held, by itself or with what contains it, and how it is released."""
    release = f"lab.release({name_of(holder)!r})"
    if component is holder:
        return f"{name_of(component)} is held by you: {release} lets it go on."
    return f"{name_of(component)} is held with {name_of(holder)}, which contains it: {release} lets them go on."


def unread(component: Component, moment: Moment) -> list[Inbox]:
    """Return the inboxes of a sleeper in which messages wait, although it has been woken since and slept again."""
    if moment.status(component) != ASLEEP:
        return []
    return [box for box in made_inboxes_of(component).values() if box.items or held_by_thread(component, box.name)]


def missed_by(component: Component, moment: Moment) -> list[Inbox]:
    """Return the inboxes beside whose messages a component sleeps, and into which its code looks, as far as known."""
    looked_at = inboxes_looked_at(component)
    waiting = unread(component, moment)
    return [box for box in waiting if (box.name != "control" if looked_at is None else box.name in looked_at)]


def unread_in_words(box: Inbox, moment: Moment) -> str:
    """Say what waits unread, and whether its owner would ever look there."""
    owner = box.owner
    count = len(box.items) + len(held_by_thread(owner, box.name))
    text = f"{_waiting(count)} unread in {end_of(box)}, and {name_of(owner)} sleeps"
    looked_at = inboxes_looked_at(owner)
    if looked_at is not None and box.name not in looked_at:
        return f"{text}: its code never looks into {box.name!r}."
    return f"{text}: it went to sleep without taking {'it' if count == 1 else 'them'}."


def unclaimed(component: Component) -> list[Inbox]:
    """Return the inboxes in which messages wait for a component that was never activated."""
    return [box for box in made_inboxes_of(component).values() if box.items]


def unclaimed_in_words(box: Inbox) -> str:
    """Say what waits in an inbox whose owner was never activated."""
    return f"{_waiting(len(box.items))} in {end_of(box)}, and {name_of(box.owner)} was never activated."


def _waiting(count: int) -> str:
    return f"{counted(count, 'message')} {'waits' if count == 1 else 'wait'}"


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _wait(names: list[str]) -> str:
    return "waits" if len(names) == 1 else "wait"


def _may_wake(outsider: object) -> bool:
    ask = getattr(outsider, "may_wake", None)
    return bool(ask()) if ask is not None else False


def _first_told(need: Need, moment: Moment) -> tuple[bool, ...]:
    """Order needs: what comes by itself, then room, what is sure, what a failure has cut off, and what is alive."""
    failed = need.who is not None and moment.status(need.who) == FAILED
    ended = need.who is None or has_ended(need.who)
    return need.kind not in GOES_ON, need.kind != ROOM, not need.sure, not failed, ended, need.kind == OUTSIDE


def _end(need: Need) -> Microprocess:
    assert isinstance(need.who, Microprocess)
    return need.who
