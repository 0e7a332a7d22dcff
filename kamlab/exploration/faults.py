"""Faults: choices that a real world makes and a lab usually does not.

============= =====================================================================================================
timers        the next timer fires although components can run: those that sleep, pause or wait with a timeout are
              woken early, as where the others are slow. Timers that are due at the same time fire together.
loss          a message that is sent over a lossy link is gone. Its receiver is not woken by it.
duplication   a message that is sent over a lossy link arrives twice, one right behind the other.
reordering    a message that is sent over a lossy link overtakes any number of those that wait in the inbox.
============= =====================================================================================================

A fault is a choice like that of the component that runs next: it has an edge of its own in the graph, and counts as an
order of its own. It is done by the same acts as those of a user, so a schedule with faults is an ordinary recorded run:
a message is lost, doubled or moved before the round ends in which it was sent.

Choices have numbers as components do, so that an order is a list of numbers. Rejected: components that stand for the
network, since a fault would then take slices, and every order of these would be another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.describe import shorten
from ..core.microprocess import name_in_task
from ..replay.interventions import perform
from ..replay.journal import Entry
from .errors import CannotExplore

if TYPE_CHECKING:
    from .setting import Setting
    from .stage import Stage

TIMERS, LOSS, DUPLICATION, REORDERING = "timers", "loss", "duplication", "reordering"
FAULTS = (TIMERS, LOSS, DUPLICATION, REORDERING)
#: The faults of messages.
OF_MESSAGES = (LOSS, DUPLICATION, REORDERING)

#: What becomes of a message: it arrives, or the fault, and how many others it overtakes.
Fate = tuple[str, int]
ARRIVES: Fate = ("", 0)


@dataclass(frozen=True)
class FaultModel:
    """What the world may choose to do.

    Attributes:
        faults: which faults there may be.
        lossy: the boxes whose messages these may be about.
        most: how many there may be in one order; ``None``: any number.
    """

    faults: tuple[str, ...] = ()
    lossy: tuple[str, ...] = ()
    most: int | None = None


#: A world that does what a lab does.
NO_FAULTS = FaultModel()


def fault_model_of(faults: Iterable[str], lossy: Iterable[str], most: int | None) -> FaultModel:
    """Return what the world may choose to do, from the arguments of ``explore``.

    Raises:
        CannotExplore: one of them is wrong, or they do not fit each other.
    """
    names = [(name, [given] if isinstance(given, str) else list(given)) for name, given in _pairs(faults, lossy)]
    (_, wanted), (_, boxes) = names
    for fault in wanted:
        if fault not in FAULTS:
            raise CannotExplore(f"faults={fault!r}: it is one of {', '.join(map(repr, FAULTS))}")
    for box in boxes:
        if not isinstance(box, str) or "." not in box:
            raise CannotExplore(f"lossy={box!r}: give one end of a link, such as 'Shop.outbox' or 'Bank.inbox'")
    of_messages = [fault for fault in wanted if fault in OF_MESSAGES]
    if of_messages and not boxes:
        raise CannotExplore(
            f"faults={of_messages[0]!r}: of which messages? Name one end of the links: lossy='Shop.outbox'"
        )
    if boxes and not of_messages:
        listed = ", ".join(map(repr, OF_MESSAGES))
        raise CannotExplore(f"lossy={boxes[0]!r}: say what may happen to its messages, faults= one of {listed}")
    if most is not None and (type(most) is not int or most < 1):
        raise CannotExplore(f"most_faults={most!r}: give a whole number above 0, or None")
    return FaultModel(tuple(sorted(set(wanted))), tuple(sorted(set(boxes))), most)


def _pairs(faults: Any, lossy: Any) -> Iterator[tuple[str, Any]]:
    for name, given in (("faults", faults), ("lossy", lossy)):
        if not isinstance(given, Iterable):
            raise CannotExplore(f"{name}={given!r}: give names")
        yield name, given


def check_met(setting: Setting, complete: bool) -> None:
    """Raise CannotExplore if in no order a message went over a link that was named as lossy."""
    missing = sorted(set(setting.world.lossy) - setting.lossy_met)
    if missing and complete:
        known = ", ".join(sorted(name for name in setting.names if name))
        raise CannotExplore(f"lossy={missing[0]!r}: no message goes that way; the components are {known}")


#: The maker of what is no component, among the numbers of components.
WORLD = -2


@dataclass(frozen=True)
class Choice:
    """A choice that is not just the component that runs: that, and what becomes of its messages; or the timers fire.

    Attributes:
        component: the component that runs; ``None``: time jumps to the next timer.
        fates: what becomes of each message that it sends over a lossy link, in order.
    """

    component: int | None
    fates: tuple[Fate, ...] = ()

    @property
    def faults(self) -> int:
        """How many faults there are in it."""
        return 1 if self.component is None else sum(fate != ARRIVES for fate in self.fates)


def number_of_choice(setting: Setting, choice: Choice) -> int:
    """Return the number of a choice, among those of the components."""
    key = (WORLD, -1 if choice.component is None else choice.component, repr(choice.fates))
    number = setting.numbers.setdefault(key, len(setting.numbers))
    if number == len(setting.names):
        component = choice.component
        setting.names.append("the clock" if component is None else setting.names[component])
        setting.kinds.append(type(None) if component is None else setting.kinds[component])
        setting.choices[number] = choice
    return number


def fates_of(setting: Setting, sent: Sequence[tuple[Any, int | None]]) -> Iterator[tuple[Fate, ...]]:
    """Yield all that can become of messages but that all arrive.

    Args:
        setting: which faults there are.
        sent: for each message its inbox, and how many wait before it there; ``None`` if nobody will take it.
    """
    for fates in _fates(setting.world.faults, sent, {}):
        if any(fate != ARRIVES for fate in fates):
            yield fates


def _fates(
    faults: tuple[str, ...], sent: Sequence[tuple[Any, int | None]], more: dict[Any, int]
) -> Iterator[tuple[Fate, ...]]:
    """Yield what can become of messages; ``more`` is by how many more wait in an inbox for what became of others."""
    if not sent:
        yield ()
        return
    (inbox, before), rest = sent[0], sent[1:]
    known = more.get(inbox, 0)
    single = [(ARRIVES, 0)]
    if before is not None:
        single += [((LOSS, 0), -1)] * (LOSS in faults) + [((DUPLICATION, 0), 1)] * (DUPLICATION in faults)
        if REORDERING in faults:
            single += [((REORDERING, overtaken), 0) for overtaken in range(1, before + known + 1)]
    for fate, change in single:
        for others in _fates(faults, rest, {**more, inbox: known + change}):
            yield (fate, *others)


def is_lossy(setting: Setting, source: Any, inbox: Any) -> bool:
    """Return whether a message that goes from a box to an inbox goes over a link that was named as lossy."""
    found = [
        name for box in (source, inbox) if box is not None for name in _names_of(box) if name in setting.world.lossy
    ]
    setting.lossy_met.update(found)
    return bool(found)


def _names_of(box: Any) -> tuple[str, str, str]:
    name = name_in_task(box.owner)
    return f"{name}.{box.name}", f"{name.rpartition('_')[0]}.{box.name}", f"{type(box.owner).__name__}.{box.name}"


def play_fates(stage: Stage, fates: tuple[Fate, ...], sent: list[tuple[Any, Any, int | None]]) -> None:
    """Do to the messages that a slice has sent what becomes of them, before the round ends."""
    left = [inbox for inbox, _, _ in sent]
    lost: dict[int, int] = {}
    for (fault, overtaken), (inbox, message, before) in zip(fates, sent, strict=False):
        left.pop(0)
        place = len(inbox.items) - 1 - sum(other is inbox for other in left)
        if not fault or before is None or not 0 <= place < len(inbox.items) or inbox.items[place] is not message:
            continue
        where = f"{name_in_task(inbox.owner)}.{inbox.name}"
        address = (name_in_task(inbox.owner), inbox.name, place)
        text = f"the message {shorten(message)} to {where}"
        if fault == LOSS:
            lost[id(inbox)] = lost.get(id(inbox), 0) + 1
            in_vain = lost[id(inbox)] == sum(other is inbox for other, _, _ in sent)
            _act(stage, "lose", (*address, in_vain), f"{text} is lost")
            if in_vain:
                stage.recorder.not_woken(inbox.owner)
        elif fault == DUPLICATION:
            _act(stage, "duplicate", address, f"{text} arrives twice")
        else:
            others = "another one" if overtaken == 1 else f"{overtaken} others"
            _act(stage, "overtake", (*address, place - overtaken), f"{text} overtakes {others}")


def _act(stage: Stage, kind: str, what: tuple[Any, ...], words: str) -> None:
    scheduler = stage.scheduler
    stage.entries.append(Entry(scheduler.step, scheduler.rounds, kind, what))
    stage.told.append((scheduler.step, words))
    perform(stage.lab, kind, what)


def play_timers(stage: Stage) -> None:
    """Have the next timer fire."""
    scheduler = stage.scheduler
    when = scheduler.next_timer()
    assert when is not None
    owners = [timer.owner for timer in scheduler.timers.waiting() if timer.when == when]
    names = dict.fromkeys("the network" if owner is None else name_in_task(owner) for owner in owners)
    which = f"the timer of {next(iter(names))} fires" if len(names) == 1 else f"the timers of {', '.join(names)} fire"
    _act(stage, "fire", (when,), f"{which} first, at {when:g} s")
