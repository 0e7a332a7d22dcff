"""Playing a run again, in a lab that was just built.

The loop knows two things: how many slices there are to the next entry of the journal, which the
scheduler then runs in one go, and how a round ends where nothing can run: a virtual clock jumps to
its next timer. Where the run and its record part, it stops; the lab then stands at the difference
and can be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kamlab.core.clock import VirtualClock
from kamlab.core.errors import KamlabError
from kamlab.core.interrupt import Interrupt
from kamlab.core.microprocess import Microprocess

from .errors import RunDiffers
from .interventions import perform
from .journal import Entry, Journal

if TYPE_CHECKING:
    from kamlab.core.world import World


class PlayedChoices:
    """A chooser that picks whom the record names, and asks the real one where there is no record.

    The real one is asked in any case, so that one that counts or draws numbers goes on from where
    it would be.
    """

    def __init__(self, journal: Journal, chooser: Any) -> None:
        self._journal = journal
        self._chooser = chooser

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the one that is recorded."""
        own: int = self._chooser.choose(runnable)
        name = self._journal.next_pick()
        if name is None:
            return own
        for index, component in enumerate(runnable):
            if component.short_name == name:
                return index
        step = self._journal.scheduler.step
        self._journal.differ(
            f"after step {step} the record lets {name} run next, and these can run: {_names(runnable)}"
        )
        return own


def play(lab: World, journal: Journal, steps: int, interrupt: Interrupt) -> None:
    """Run a lab by its journal until ``steps`` slices have run.

    What came by hand after the last of them is played, too.

    Raises:
        RunDiffers: the run is not the recorded one any more.
        KeyboardInterrupt: it was interrupted; the lab stands between two slices on the way.
    """
    scheduler = lab.scheduler
    scheduler.journal = journal
    if scheduler.chooser is not None:
        scheduler.chooser = PlayedChoices(journal, scheduler.chooser)
    try:
        _play_slices(lab, journal, steps, interrupt)
        _play_trailing(lab, journal)
    finally:
        scheduler.chooser = lab.chooser
        scheduler.deadline = float("inf")


def _play_slices(lab: World, journal: Journal, steps: int, interrupt: Interrupt) -> None:
    scheduler = lab.scheduler
    while scheduler.step < steps:
        entry = journal.next_entry()
        if entry is not None and entry.step <= scheduler.step:
            _reach(lab, journal, entry)
            continue
        limit = (steps if entry is None else min(steps, entry.step)) - scheduler.step
        ran = scheduler.advance(limit)
        broke_off = scheduler.fatal is not None or scheduler.attention  # the round may have slices left
        _check(lab, journal, interrupt)
        if ran < limit and not broke_off and not scheduler.turn_waits():
            _wait(lab)


def _play_trailing(lab: World, journal: Journal) -> None:
    """End the round of the last slice as a step does, then do what was done by hand after it.

    At the tip of the run everything is played that was recorded, up to the very round.
    """
    scheduler = lab.scheduler
    if scheduler.step and not scheduler.turn_waits():
        place = (scheduler.step, scheduler.rounds)
        while (entry := journal.next_entry()) is not None and not entry.by_hand:
            if (entry.step, entry.rounds) != place:
                break
            _perform(lab, journal, entry)
        scheduler.end_round()
    tip = journal.at_tip()
    last = len(journal.entries) + len(journal.rest()) if tip else _last_by_hand(journal, scheduler.step)
    while len(journal.entries) < last:
        entry = journal.next_entry()
        assert entry is not None
        _reach(lab, journal, entry)
    if tip:
        _end_rounds(lab, journal.rounds_at_tip)


def _last_by_hand(journal: Journal, step: int) -> int:
    """Return how many entries are to be played so that all that was done by hand up to a step is done."""
    last = played = len(journal.entries)
    for number, entry in enumerate(journal.rest(), played + 1):
        if entry.step > step:
            break
        if entry.by_hand or entry.kind == "late":
            last = number
    return last


def _reach(lab: World, journal: Journal, entry: Entry) -> None:
    """Come to the place of an entry between two slices, and carry it out."""
    scheduler = lab.scheduler
    if entry.kind != "late":
        _end_rounds(lab, entry.rounds)
    if entry.kind == "late" or (entry.step, entry.rounds) == (scheduler.step, scheduler.rounds):
        _perform(lab, journal, entry)
        return
    raise RunDiffers(
        f"after step {scheduler.step} the record has {entry.kind} in round {entry.rounds}, and the lab does not come "
        f"there: it is in round {scheduler.rounds}, and {_names(scheduler.runnable())} can run",
        scheduler.step,
    )


def _perform(lab: World, journal: Journal, entry: Entry) -> None:
    journal.played(entry)
    try:
        perform(lab, entry.kind, entry.what)
    except RunDiffers:
        raise
    except KamlabError as error:
        raise RunDiffers(
            f"after step {entry.step} the record has {entry.kind}, which cannot be done again: {error}", entry.step
        ) from error


def _end_rounds(lab: World, rounds: int) -> None:
    """End rounds, as long as nothing can run, until there were so many."""
    scheduler = lab.scheduler
    while scheduler.rounds < rounds and (scheduler.chooser is not None or not scheduler.turn_waits()):
        before = scheduler.rounds
        if scheduler.end_round():
            if scheduler.rounds == before:
                return
        elif scheduler.rounds < rounds:
            _wait(lab)


def _wait(lab: World) -> None:
    """Do what a lab does in which nothing can run: make a virtual clock jump to the next timer.

    This is the waiting of :meth:`Runtime.wait`, without anything outside that could end it.
    """
    scheduler = lab.scheduler
    if scheduler.posted or scheduler.wakes:
        return
    if scheduler.idle.sources():
        scheduler.idle.dispatch()
        if scheduler.posted or scheduler.wakes:
            return
    timer = scheduler.next_timer()
    if timer is None or not isinstance(scheduler.clock, VirtualClock):
        raise RunDiffers(
            f"after step {scheduler.step} nothing can run, and the record goes on; {len(scheduler.members)} are alive",
            scheduler.step,
        )
    scheduler.clock.jump(timer)
    scheduler.note_jump()
    scheduler.idle.dispatch()


def _check(lab: World, journal: Journal, interrupt: Interrupt) -> None:
    scheduler = lab.scheduler
    scheduler.fatal = None  # it was raised when the run was recorded, and the run went on
    if journal.differs is not None:
        raise journal.differs
    if scheduler.attention:
        scheduler.attention = False
        if interrupt.interrupted:
            step = scheduler.step
            raise KeyboardInterrupt(f"the replay was interrupted; the lab stands between two slices, at step {step}")
        lab.lock.give_way()


def _names(runnable: Sequence[Microprocess]) -> str:
    return ", ".join(component.short_name for component in runnable) or "nobody"
