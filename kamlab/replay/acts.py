"""What is done to a lab from outside, carried out: by the user's hands now, or again by a replay.

Each kind of entry in the journal has one function here, with the lab and what was noted as its
arguments. The user's methods check, note and then call the very same function, so that an act and
its replay cannot differ. Components are named by their short names, which a system that is built
again has again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kamlab.core.box import Box, Inbox
from kamlab.core.clock import VirtualClock
from kamlab.core.component import Component
from kamlab.core.errors import NoSpaceInBox, NoSuchBox
from kamlab.core.events import INSERTED, REMOVED
from kamlab.core.link import find_box
from kamlab.core.microprocess import Microprocess

from .errors import NoSuchMessage, RunDiffers

if TYPE_CHECKING:
    from kamlab.core.world import World

#: How long a replay waits, in seconds, for a thread that came late when the run was recorded.
THREAD_PATIENCE = 10.0


def perform(lab: World, kind: str, what: tuple[Any, ...]) -> None:
    """Carry out an entry of the journal; whoever calls holds the lab's lock.

    Raises:
        RunDiffers: there is no such act, or nobody of the name that it is about.
    """
    act = ACTS.get(kind)
    if act is None:
        raise RunDiffers(f"the run has an entry {kind!r} that nobody here can carry out", lab.scheduler.step)
    act(lab, *what)


def named(lab: World, name: str) -> Microprocess:
    """Return the living microprocess of that short name.

    Raises:
        RunDiffers: there is none.
    """
    for each in lab.scheduler.members.values():
        if each.short_name == name:
            return each
    alive = ", ".join(each.short_name for each in lab.scheduler.members.values()) or "nobody"
    raise RunDiffers(
        f"the run needs {name} at step {lab.scheduler.step}, and it is not there; alive are: {alive}",
        lab.scheduler.step,
    )


def inbox_of(lab: World, name: str, boxname: str) -> Inbox:
    """Return the inbox that a box of a living component is, or leads to.

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
    """Return (component, box) by which a replay finds an inbox: its owner's, or that of a living component before it.

    The owner of an inbox may not be activated yet. Then its name is not the same when the system is built again, and
    a box that leads to the inbox stands for it.

    Raises:
        NoSuchBox: the owner is not active, and no box of an active component leads to the inbox.
    """
    alive = lab.scheduler.members
    candidates: list[Box] = [inbox]
    while candidates:
        box = candidates.pop(0)
        if box.owner.id in alive:
            return box.owner.short_name, box.name
        candidates += box.sources
    raise NoSuchBox(f"{inbox} cannot be reached: its owner is not active, and no active component leads to it")


def remove(inbox: Inbox, index: int, why: str) -> Any:
    """Take a message out without its owner taking it; wake those who may wait for room.

    Raises:
        NoSuchMessage: nothing waits there.
    """
    check_index(inbox, index, len(inbox.items))
    message = inbox.items[index]
    del inbox.items[index]
    scheduler = inbox.scheduler
    if scheduler is not None:
        if scheduler.log is not None:
            scheduler.log((REMOVED, inbox, message, (index, why)))
        if inbox.feeders and inbox.collection is not None:
            inbox.note_taken(inbox.collection)
    return message


def insert(inbox: Inbox, index: int, message: Any, why: str, crowd: bool = False) -> None:
    """Put a message in at a place; wake the owner, as a delivery does. ``crowd``: even where there is no room.

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


# -- one function for each kind of entry ----------------------------------------------------------


def drop(lab: World, name: str, box: str, index: int) -> None:
    """Lose a message that waits."""
    remove(inbox_of(lab, name, box), index, "dropped by hand")


def duplicate(lab: World, name: str, box: str, index: int) -> None:
    """Put the same message in once more, right behind itself."""
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
    """Put another message in the place of one that waits."""
    inbox = inbox_of(lab, name, box)
    remove(inbox, index, "edited by hand")
    insert(inbox, index, message, "edited by hand")


def delay(lab: World, name: str, box: str, index: int, seconds: float) -> None:
    """Take a message out and put it in again, at the end, after so many seconds of the lab's clock."""
    inbox = inbox_of(lab, name, box)
    message = remove(inbox, index, f"delayed by hand for {seconds:g} s")

    def arrive() -> None:
        insert(inbox, len(inbox.items), message, "delayed by hand until now", crowd=True)

    lab.scheduler.call_later(seconds, arrive, inbox.owner)


def inject(lab: World, name: str, box: str, index: int, message: Any) -> None:
    """Put a message in that nobody sent."""
    insert(inbox_of(lab, name, box), index, message, "put in by hand")


def deliver(lab: World, name: str, box: str, message: Any) -> None:
    """Deliver a message from outside, as ``component.deliver`` does."""
    component = named(lab, name)
    assert isinstance(component, Component)
    find_box(component, box, "inboxes").target.deliver(message)


def choose(lab: World, name: str) -> None:
    """Let somebody have the next slice."""
    lab.scheduler.choose(named(lab, name))


def stop(lab: World, name: str) -> None:
    """End somebody."""
    named(lab, name).stop()


def wake(lab: World, name: str) -> None:
    """Wake somebody who sleeps."""
    named(lab, name).wake()


def put(lab: World, name: str, box: str, message: Any) -> None:
    """Put a message into a Handle."""
    handle: Any = named(lab, name)
    handle.put(message, box)


def end_round(lab: World, when: float) -> None:
    """End a round before its time."""
    tell_time(lab, when)
    lab.scheduler.end_round()


def tell_time(lab: World, when: float) -> None:
    """Make it that time."""
    clock: Any = lab.scheduler.clock
    clock.jump(when)
    if isinstance(clock, VirtualClock):
        lab.scheduler.note_jump()


def come_late(lab: World, name: str) -> None:
    """Do nothing: a thread did not come in time; it asked beforehand whether that is so."""


def arrive(lab: World, name: str) -> None:
    """Wait for a thread that was late, and let it in."""
    component: Any = named(lab, name)
    component.arrive(THREAD_PATIENCE)


def from_network(kind: str) -> Callable[..., None]:
    """Return what does to the network of a lab what came from its outside."""

    def call_back(lab: Any, *what: Any) -> None:
        lab._play_network(kind, what)

    return call_back


ACTS: dict[str, Callable[..., None]] = {
    "drop": drop,
    "duplicate": duplicate,
    "move": move,
    "edit": edit,
    "delay": delay,
    "inject": inject,
    "deliver": deliver,
    "put": put,
    "choose": choose,
    "stop": stop,
    "wake": wake,
    "round": end_round,
    "time": tell_time,
    "late": come_late,
    "arrived": arrive,
    "net": from_network("net"),
    "ready": from_network("ready"),
    "resolved": from_network("resolved"),
}
