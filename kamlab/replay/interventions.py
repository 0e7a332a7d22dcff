"""What the user does to a lab between two slices: which component goes next, and what waits in the inboxes.

Each intervention is checked, recorded in the journal and carried out, between two slices; it is an event of the trace
and part of the run. A message is named by its inbox and its place, 0 being the oldest, or by the event that brought it
there; then it is found wherever in the queue it is now.

Each kind of entry in the journal has one function in :data:`ACTS`, with the lab and what was recorded as its arguments.
The methods of :class:`Interventions` call the very same functions, so that an intervention and its replay cannot
differ. Components are named by their short names, which a system that is built again has again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kamlab.analysis import NotInTrace, history_of
from kamlab.core.box import Box, Inbox
from kamlab.core.clock import VirtualClock
from kamlab.core.component import Component
from kamlab.core.describe import shorten
from kamlab.core.errors import KamlabError, NoSpaceInBox, NoSuchBox, NotRunnable, listed
from kamlab.core.events import INSERTED, REMOVED, SENT, Event
from kamlab.core.link import find_box
from kamlab.core.microprocess import Microprocess, method_of, place_in, runner_of
from kamlab.core.naming import whose
from kamlab.core.task import task_of

from .errors import MessageIsGone, NoSuchMessage, NotHeld, NoTimer, RunDiffers

if TYPE_CHECKING:
    from kamlab.core.world import World

#: How long a replay waits, in seconds, for a thread that was late when the run was recorded.
THREAD_PATIENCE = 10.0


class Interventions:
    """What the user can do to a lab; the lab's methods of the same names say what each of them takes and raises."""

    def __init__(self, lab: World) -> None:
        self._lab = lab

    def choose(self, component: Microprocess | str) -> None:
        """Let a component have the next slice."""
        with self._lab.lock:
            self._lab.runtime.check_open()
            chosen = self._present(component)
            scheduler = self._lab.scheduler
            journal = scheduler.journal
            runner = runner_of(chosen)
            can_run = place_in(scheduler.runnable(), runner) >= 0
            if scheduler.takes_turns(runner):
                if not can_run:  # it has paused in this round; older recordings may choose it
                    raise scheduler.not_runnable(runner)
            elif journal is not None and can_run:
                journal.end_round()  # it is about to join the queue
            scheduler.choose(chosen)
            scheduler.note_act("choose", chosen.short_name)

    def hold(self, component: Microprocess | str) -> None:
        """Give a component, or a container with all that it contains, no slices until it is released."""
        with self._lab.lock:
            self._lab.runtime.check_open()
            held = whose(self._present(component))
            if task_of(held).id not in self._lab.scheduler.members:
                raise NotRunnable(f"{held.short_name} is not active, so it cannot be held")
            if not task_of(held).held:
                self._act_on(hold, held)

    def release(self, component: Microprocess | str) -> None:
        """Let a component that is held go on."""
        with self._lab.lock:
            self._lab.runtime.check_open()
            held = whose(self._present(component))
            if task_of(held).held:
                self._act_on(release, held)
                return
            holding = self._lab.scheduler.holding
            holder = holding.holder_of(held) if holding is not None else None
            if holder is not None:
                name = holder.short_name
                raise NotHeld(f"{held.short_name} is held with {name}, which contains it: lab.release({name!r})")
            there = listed(known.short_name for known in holding.held.values()) if holding is not None else "none"
            raise NotHeld(f"{held.short_name} is not held; these are: {there}")

    def _act_on(self, act: Callable[[World, str], None], component: Microprocess) -> None:
        """Do something to a component and record it, unless a slice does it, which does it again in a replay."""
        scheduler = self._lab.scheduler
        if scheduler.running is None or scheduler.is_outside():
            scheduler.note_act(act.__name__, component.short_name)
        act(self._lab, component.short_name)

    def fire_timers(self) -> float:
        """Move a virtual clock to the next timer, although components can run, and have it fire; return the time."""
        with self._lab.lock:
            self._lab.runtime.check_open()
            scheduler = self._lab.scheduler
            if not isinstance(scheduler.clock, VirtualClock):
                raise NoTimer(
                    "the time of this lab passes by itself, so timers fire when it comes: Lab(clock='virtual')"
                )
            if scheduler.running is not None and not scheduler.is_outside():
                raise NoTimer(f"{scheduler.running.short_name} is in its slice: timers fire between two slices")
            when = scheduler.next_timer()
            if when is None:
                raise NoTimer("no timer is pending that could fire")
            scheduler.note_act("fire", when)
            fire_timers(self._lab, when)
            return when

    def drop(self, where: Any, box: str = "inbox", index: int = 0) -> None:
        """Discard a message that waits."""
        self._act("drop", where, box, index)

    def duplicate(self, where: Any, box: str = "inbox", index: int = 0) -> None:
        """Insert a message a second time, right behind itself."""
        self._act("duplicate", where, box, index)

    def move(self, where: Any, to: int, box: str = "inbox", index: int = 0) -> None:
        """Move a message to another place of its inbox."""
        with self._lab.lock:
            inbox, index = self._find(where, box, index)
            check_index(inbox, to, len(inbox.items))
            self._act("move", inbox, inbox.name, index, to)

    def edit(self, where: Any, message: Any, box: str = "inbox", index: int = 0) -> None:
        """Replace a message that waits."""
        self._act("edit", where, box, index, message)

    def delay(self, where: Any, seconds: float, box: str = "inbox", index: int = 0) -> None:
        """Remove a message, and insert it at the end after ``seconds`` of the lab's clock."""
        if not isinstance(seconds, (int, float)) or not 0 <= seconds < math.inf:
            raise KamlabError(f"a message cannot be delayed by {seconds!r}; give a number of seconds, 0 or more")
        self._act("delay", where, box, index, seconds)

    def inject(self, component: Microprocess | str, message: Any, box: str = "inbox", index: int | None = None) -> None:
        """Insert a message that no component sent."""
        with self._lab.lock:
            inbox = self._inbox(component, box)
            place = len(inbox.items) if index is None else index
            check_index(inbox, place, len(inbox.items) + 1)
            self._act("inject", inbox, inbox.name, place, message, places=len(inbox.items) + 1)

    # -- finding -----------------------------------------------------------------------------------

    def _act(self, kind: str, where: Any, box: str, index: int, *more: Any, places: int | None = None) -> None:
        with self._lab.lock:
            self._lab.runtime.check_open()
            inbox, index = self._find(where, box, index)
            check_index(inbox, index, len(inbox.items) if places is None else places)
            if kind in ("duplicate", "inject") and inbox.is_full():
                raise NoSpaceInBox(len(inbox.items), inbox.limit or 0, str(inbox))
            what = (*address_of(self._lab, inbox), index, *more)
            self._lab.scheduler.note_act(kind, *what)
            perform(self._lab, kind, what)

    def _find(self, where: Any, box: str, index: int) -> tuple[Inbox, int]:
        if isinstance(where, Event):
            return self._waiting(where)
        return self._inbox(where, box), index

    def _inbox(self, where: Any, box: str) -> Inbox:
        if isinstance(where, Inbox):
            return where
        component = self._present(where)
        if not isinstance(component, Component):
            raise NoSuchBox(f"{component.short_name} is not a component and has no inboxes")
        target = find_box(component, box, "inboxes").target
        if not isinstance(target, Inbox):
            raise NoSuchBox(f"the inbox {box!r} of {component.short_name} leads nowhere")
        return target

    def _waiting(self, event: Event) -> tuple[Inbox, int]:
        """Return where the message of an event waits now, even if it was moved since."""
        if event.kind not in (SENT, INSERTED) or not isinstance(event.box, Inbox):
            raise NoSuchMessage(f"the event {event.kind!r} puts no message into an inbox; give one that is 'sent'")
        history = history_of(self._lab)
        try:
            place = history.place_now(history.number_of(event))
        except NotInTrace as error:
            raise MessageIsGone(str(error)) from None
        if place is None:
            place_name = f"{event.box.owner.short_name}.{event.box.name}"
            raise MessageIsGone(
                f"{shorten(event.message)} does not wait in {place_name} any more: it was taken or removed since step "
                f"{event.step}. lab.story(event) tells by whom; lab.goto({event.step}) is before that."
            )
        return place

    def _present(self, component: Any) -> Microprocess:
        """Return the component that is meant: in a lab that was built again, the one with the same name."""
        if isinstance(component, str):
            found: Microprocess = self._lab[component]
            return found
        if not isinstance(component, Microprocess):
            raise KamlabError(f"{component!r} is not a component; give one, or its name: {self._alive()}")
        given: Microprocess = component
        scheduler = task_of(given).scheduler
        if scheduler is self._lab.scheduler or scheduler is None or scheduler.world is not self._lab:
            return given
        members = self._lab.scheduler.members.values()
        return next((member for member in members if member.short_name == given.short_name), given)

    def _alive(self) -> str:
        return listed(member.short_name for member in self._lab.scheduler.members.values())


# -- one function for each kind of entry in the journal ------------------------------------------------


def perform(lab: World, kind: str, what: tuple[Any, ...]) -> None:
    """Carry out an entry of the journal; the caller holds the lab's lock.

    Raises:
        RunDiffers: there is no such kind of entry, or no component of the name in it.
    """
    act = ACTS.get(kind)
    if act is None:
        raise RunDiffers(f"the run has an entry {kind!r} of an unknown kind", lab.scheduler.step)
    act(lab, *what)


def named(lab: World, name: str) -> Microprocess:
    """Return the living microprocess of that short name.

    Raises:
        RunDiffers: there is none.
    """
    for member in lab.scheduler.members.values():
        if member.short_name == name:
            return member
    alive = ", ".join(member.short_name for member in lab.scheduler.members.values()) or "none"
    raise RunDiffers(
        f"the run needs {name} at step {lab.scheduler.step}, and it is not there; these are alive: {alive}",
        lab.scheduler.step,
    )


def inbox_of(lab: World, name: str, boxname: str) -> Inbox:
    """Return the inbox at the end of the chain of a living component's box.

    Raises:
        RunDiffers: no component of that name is alive.
        NoSuchBox: it has no such box, or the box leads nowhere.
    """
    owner = named(lab, name)
    side = "outboxes" if isinstance(owner, Component) and boxname not in owner.inboxes else "inboxes"
    target = find_box(owner, boxname, side).target
    if not isinstance(target, Inbox):
        raise NoSuchBox(f"the box {boxname!r} of {name} leads nowhere")
    return target


def address_of(lab: World, inbox: Inbox) -> tuple[str, str]:
    """Return (component, box) by which a replay finds an inbox: its own, or that of a box that leads to it.

    The owner of an inbox may not be activated yet. Then its name differs when the system is built again, so a box of
    a living component that leads to the inbox is used instead.

    Raises:
        NoSuchBox: the owner is not active, and no box of an active component leads to the inbox.
    """
    alive = lab.scheduler.members
    candidates: list[Box] = [inbox]
    while candidates:
        box = candidates.pop(0)
        if task_of(box.owner).id in alive:
            return box.owner.short_name, box.name
        candidates += box.sources
    raise NoSuchBox(f"{inbox} cannot be reached: its owner is not active, and no active component leads to it")


def remove(inbox: Inbox, index: int, why: str) -> Any:
    """Remove a message without its owner taking it; wake components that may wait for room.

    Raises:
        NoSuchMessage: nothing waits there.
    """
    message = _take_out(inbox, index, why)
    if inbox.scheduler is not None and inbox.feeders and inbox.collection is not None:
        inbox.note_taken(inbox.collection)
    return message


def _take_out(inbox: Inbox, index: int, why: str) -> Any:
    """Remove a message, and wake nobody."""
    check_index(inbox, index, len(inbox.items))
    message = inbox.items[index]
    del inbox.items[index]
    if inbox.scheduler is not None and inbox.scheduler.log is not None:
        inbox.scheduler.log((REMOVED, inbox, message, (index, why)))
    return message


def insert(inbox: Inbox, index: int, message: Any, why: str, crowd: bool = False) -> None:
    """Insert a message at a place, and wake the owner as a delivery does; with ``crowd`` even if the inbox is full.

    Raises:
        NoSuchMessage: there is no such place.
        NoSpaceInBox: the inbox is full.
    """
    check_index(inbox, index, len(inbox.items) + 1)
    if inbox.limit is not None and len(inbox.items) >= inbox.limit and not crowd:
        raise NoSpaceInBox(len(inbox.items), inbox.limit, str(inbox))
    inbox.put(message, index)
    if inbox.scheduler is not None and inbox.scheduler.log is not None:
        inbox.scheduler.log((INSERTED, inbox, message, (index, why)))


def check_index(inbox: Inbox, index: Any, places: int) -> None:
    """Raise NoSuchMessage unless ``index`` is one of so many places."""
    if type(index) is not int or not 0 <= index < places:
        waiting = len(inbox.items)
        raise NoSuchMessage(
            f"there is no place {index!r} in {inbox.owner.short_name}.{inbox.name}: "
            + (f"{waiting} wait there, counted from 0, the oldest" if waiting else "nothing waits there")
        )


def drop(lab: World, name: str, box: str, index: int) -> None:
    """Discard a message that waits."""
    remove(inbox_of(lab, name, box), index, "dropped by hand")


def lose(lab: World, name: str, box: str, index: int, in_vain: bool) -> None:
    """Lose a message on its way, before the round in which it was sent has ended.

    Args:
        lab, name, box, index: the message.
        in_vain: whether nothing else has come into its inbox in this round, so that its receiver is not woken.
    """
    inbox = inbox_of(lab, name, box)
    _take_out(inbox, index, "lost on its way")
    if in_vain and inbox.arrived:
        lab.scheduler.forget_wake(inbox)


def overtake(lab: World, name: str, box: str, index: int, to: int) -> None:
    """Have a message overtake others on its way, before the round in which it was sent has ended."""
    inbox = inbox_of(lab, name, box)
    check_index(inbox, to, len(inbox.items))
    insert(inbox, to, _take_out(inbox, index, "overtakes others"), "overtakes others", crowd=True)


def duplicate(lab: World, name: str, box: str, index: int) -> None:
    """Insert the same message again, right behind itself."""
    inbox = inbox_of(lab, name, box)
    check_index(inbox, index, len(inbox.items))
    insert(inbox, index + 1, inbox.items[index], "duplicated by hand")


def move(lab: World, name: str, box: str, index: int, to: int) -> None:
    """Move a message to another place of its inbox."""
    inbox = inbox_of(lab, name, box)
    check_index(inbox, index, len(inbox.items))
    check_index(inbox, to, len(inbox.items))
    insert(inbox, to, remove(inbox, index, "moved by hand"), "moved by hand")


def edit(lab: World, name: str, box: str, index: int, message: Any) -> None:
    """Replace a message that waits."""
    inbox = inbox_of(lab, name, box)
    remove(inbox, index, "edited by hand")
    insert(inbox, index, message, "edited by hand")


def delay(lab: World, name: str, box: str, index: int, seconds: float) -> None:
    """Remove a message and insert it at the end after so many seconds of the lab's clock."""
    inbox = inbox_of(lab, name, box)
    message = remove(inbox, index, f"delayed by hand for {seconds:g} s")

    def arrive() -> None:
        insert(inbox, len(inbox.items), message, "delayed by hand until now", crowd=True)

    lab.scheduler.call_later(seconds, arrive, inbox.owner)


def inject(lab: World, name: str, box: str, index: int, message: Any) -> None:
    """Insert a message that no component sent."""
    insert(inbox_of(lab, name, box), index, message, "put in by hand")


def deliver(lab: World, name: str, box: str, message: Any) -> None:
    """Deliver a message from outside, as ``component.deliver`` does."""
    component = named(lab, name)
    assert isinstance(component, Component)
    find_box(component, box, "inboxes").target.deliver(message)


def choose(lab: World, name: str) -> None:
    """Let a component have the next slice."""
    lab.scheduler.choose(named(lab, name))


def hold(lab: World, name: str) -> None:
    """Hold a component."""
    lab.scheduler.hold(named(lab, name))


def release(lab: World, name: str) -> None:
    """Release a component that is held."""
    component, holding = named(lab, name), lab.scheduler.holding
    if holding is not None and task_of(component).held:
        holding.remove(component)


def stop(lab: World, name: str) -> None:
    """Stop a component."""
    method_of(named(lab, name), "stop")()


def wake(lab: World, name: str) -> None:
    """Wake a component that waits."""
    named(lab, name).wake()


def put(lab: World, name: str, box: str, message: Any) -> None:
    """Put a message into a Handle."""
    handle: Any = named(lab, name)
    handle.put(message, box)


def end_round(lab: World, when: float) -> None:
    """End a round early."""
    tell_time(lab, when)
    journal: Any = lab.scheduler.journal
    journal.end_round_here()


def fire_timers(lab: World, when: float) -> None:
    """Move the clock to a time, and end the round, so that the timers that are due then fire."""
    tell_time(lab, when)
    journal: Any = lab.scheduler.journal
    if journal is None:
        lab.scheduler.end_round()
    else:
        journal.end_round_here()


def tell_time(lab: World, when: float) -> None:
    """Set the clock."""
    clock: Any = lab.scheduler.clock
    clock.jump(when)
    if isinstance(clock, VirtualClock):
        lab.scheduler.note_jump()


def let_time_move(lab: World, window: int = 0) -> None:
    """Let a clock that is polled move from here on.

    Args:
        lab: the lab.
        window: how many slices may lie between two reads; a recording that does not say so was made when none could.
    """
    scheduler: Any = lab.scheduler
    scheduler.journal.time_moves = True
    scheduler.poll_window = window
    if scheduler.polling is not None:
        scheduler.polling.window = window


def come_late(lab: World, name: str) -> None:
    """Do nothing: a thread was late; its component has read this entry already."""


def arrive(lab: World, name: str) -> None:
    """Wait for a thread that was late, and accept it."""
    component: Any = named(lab, name)
    component.arrive(THREAD_PATIENCE)


def from_network(kind: str) -> Callable[..., None]:
    """Return the function that replays an entry of this kind in the lab's network."""

    def call_back(lab: Any, *what: Any) -> None:
        lab.play_network(kind, what)

    return call_back


ACTS: dict[str, Callable[..., None]] = {
    "drop": drop,
    "lose": lose,
    "overtake": overtake,
    "duplicate": duplicate,
    "move": move,
    "edit": edit,
    "delay": delay,
    "inject": inject,
    "deliver": deliver,
    "put": put,
    "choose": choose,
    "hold": hold,
    "release": release,
    "stop": stop,
    "fire": fire_timers,
    "wake": wake,
    "round": end_round,
    "time": tell_time,
    "polled": let_time_move,
    "late": come_late,
    "arrived": arrive,
    "net": from_network("net"),
    "ready": from_network("ready"),
    "resolved": from_network("resolved"),
}
