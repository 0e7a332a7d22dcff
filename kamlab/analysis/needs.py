"""What could let one component go on: the needs of a sleeper, each with the component that could meet it.

The engine wakes a component for any of several things, so needs are alternatives: *one* that is met is
enough. Where the code says what it waits for (:mod:`kamlab.analysis.source_hints`), the others are left
out, because they would wake the component and not let it get on; such needs are *sure*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..core.box import Inbox, Outbox, made_inboxes_of, made_outboxes_of
from ..core.component import Component
from ..core.describe import name_of
from ..core.microprocess import Microprocess
from ..core.states import ASLEEP, BLOCKED, ENDED, RUNNABLE, RUNNING
from ..core.task import task_of
from ..core.thread import ThreadedComponent
from . import source_hints
from .moment import Moment, Party, gone_in_words, senders_to
from .source_hints import Awaited, awaited, inboxes_looked_at
from .stack import stack_of
from .words import end_of, how_full

#: The kinds of need. The first four come from within the lab's own doings and are always met.
TURN, THREAD, TIMER, NETWORK = "turn", "thread", "timer", "network"
MESSAGE, ROOM, CHILD, OUTSIDE = "message", "room", "child", "outside"
#: One that sent there until it ended: it brings nothing any more, and says why nothing comes.
GONE = "gone"

#: A component that has one of these goes on sooner or later, whatever the other components do.
GOES_ON = frozenset({TURN, THREAD, TIMER, NETWORK})


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """One thing that would let a component go on.

    ``who`` could bring it about, ``None`` if no component of the lab could. ``box`` is the inbox in which a message
    or room is wanted; ``name`` what it is called, for one that was never used. ``when`` is the time of a
    timer. ``sure``: the code says so, and nothing else lets it go on.
    """

    kind: str
    who: Party | None = None
    box: Inbox | None = None
    name: str = ""
    when: float = 0.0
    sure: bool = False

    @property
    def why_not(self) -> str:
        """Why no message comes from ``who``: it has ended, or has not been activated; empty if one may come."""
        return gone_in_words(self.who) if self.kind in (MESSAGE, GONE) and self.who is not None else ""

    @property
    def short(self) -> str:
        """The same as ``str``, without the error of a failure."""
        if self.who is not None and self.why_not:
            return f"{name_of(self.who)}, which {gone_in_words(self.who, error=False)}"
        return str(self)

    def __str__(self) -> str:
        if self.kind in (MESSAGE, GONE) and self.who is not None:
            why_not = self.why_not
            return f"{name_of(self.who)}, which {why_not}" if why_not else f"a message from {name_of(self.who)}"
        if self.kind == ROOM:
            assert self.box is not None
            return f"room in {end_of(self.box)} ({how_full(self.box)})"
        if self.kind == CHILD:
            return f"the end of {name_of(self.who)}"
        if self.kind == TIMER:
            return f"its timer at {self.when:.3f} s"
        return {TURN: "its turn", THREAD: "its thread", NETWORK: "the network"}.get(self.kind, "a message from outside")


def needs_of(component: Microprocess, moment: Moment) -> list[Need]:
    """Return what could let a component go on now; nothing for one that has ended or is not activated."""
    status = moment.status(component)
    if status in (RUNNING, RUNNABLE):
        return [Need(TURN)]
    if status == BLOCKED:
        return [Need(THREAD)]
    if status != ASLEEP:
        return []
    needs = []
    timer = moment.timer(component)
    if timer is not None:
        needs.append(Need(TIMER, when=timer.when))
    if moment.waits_for_network(component):
        needs.append(Need(NETWORK))
    if isinstance(component, Component):
        needs += _from_others(component, what_it_awaits(component), moment)
    return needs


def what_it_awaits(component: Microprocess) -> Awaited:
    """Return what the code of a sleeper says it waits for."""
    return awaited(stack_of(component))


def _from_others(component: Component, said: Awaited, moment: Moment) -> list[Need]:
    if said.kind == source_hints.TIME:
        return []
    if said.kind == source_hints.CHILD:
        return _children(component, sure=True)
    if said.kind == source_hints.ROOM:
        full = [Need(ROOM, box.owner, box, sure=True) for box in _full_targets(component, said.boxes)]
        if full:
            return full
        said = Awaited()
    needs: list[Need] = []
    for name in inboxes_awaited(component, said, moment):
        needs += _message(component, name, said.sure, moment)
    if held_back(component) or (component.woken_by_collection and not said.sure):
        needs += [Need(ROOM, box.owner, box) for box in _full_targets(component, None)]
    return needs if said.sure else needs + _children(component, sure=False)


def inboxes_awaited(component: Component, said: Awaited, moment: Moment) -> list[str]:
    """Return the inboxes in which a message would let a component get on."""
    names = list(made_inboxes_of(component) or component.Inboxes)
    if said.boxes is not None:
        return [name for name in names if name in said.boxes]
    looked_at = inboxes_looked_at(component)
    return [name for name in names if name in looked_at] or names if looked_at is not None else names


def held_back(component: Microprocess) -> bool:
    """Return whether messages of a component's thread wait for room."""
    return isinstance(component, ThreadedComponent) and any(list(component._outgoing.values()))


def _message(component: Component, name: str, sure: bool, moment: Moment) -> list[Need]:
    box = made_inboxes_of(component).get(name)
    if box is None:
        return [Need(OUTSIDE, None, None, name, sure=sure)]
    if box.onward is not None:  # what is sent there goes on to another component
        return []
    needs = [Need(MESSAGE, sender, box, name, sure=sure) for sender in senders_to(box)]
    needs = needs or [Need(OUTSIDE, None, box, name, sure=sure)]
    return needs + [Need(GONE, ended, box, name, sure=sure) for ended in moment.former_senders(box)]


def _full_targets(component: Component, names: tuple[str, ...] | None) -> list[Inbox]:
    """Return the full inboxes that some outboxes lead to."""
    boxes: list[Outbox] = [box for name, box in made_outboxes_of(component).items() if names is None or name in names]
    targets: list[Any] = [box.target for box in boxes if box.is_full()]
    return list(dict.fromkeys([target for target in targets if isinstance(target, Inbox)]))


def _children(component: Component, sure: bool) -> list[Need]:
    children = task_of(component).children or ()
    return [Need(CHILD, child, sure=sure) for child in children if task_of(child).life not in ENDED]
