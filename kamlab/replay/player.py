"""Replaying a run, in a lab that was just built.

The loop knows two things: how many slices there are to the next entry of the journal, which the
scheduler then runs in one go, and how a round ends where nothing can run: a virtual clock jumps to
its next timer. It stops at the first difference between the run and its record; the lab then stands
there and can be inspected.
"""

from __future__ import annotations

import sys
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
    """A chooser that picks the component that the record names, and asks the real chooser where there is no record.

    The real chooser is asked in any case, so that a chooser with a state, such as random numbers, continues as in
    the original run.
    """

    def __init__(self, journal: Journal, chooser: Any) -> None:
        self._journal = journal
        self._chooser = chooser

    def choose(self, runnable: Sequence[Microprocess]) -> int:
        """Return the index of the recorded component."""
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

    The user's interventions after the last of them are replayed, too.

    Raises:
        RunDiffers: the run differs from the recorded one.
        KeyboardInterrupt: it was interrupted; the lab stands between two slices before that step.
    """
    scheduler = lab.scheduler
    scheduler.journal = journal
    interrupt.drive = sys._getframe()
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
    """End the round of the last slice as a step does, then replay the user's interventions after it.

    At the tip of the run everything that was recorded is replayed, to the exact round.
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
    """Return how many entries to replay so that all of the user's interventions up to a step are included."""
    last = played = len(journal.entries)
    for number, entry in enumerate(journal.rest(), played + 1):
        if entry.step > step:
            break
        if entry.by_hand or entry.kind == "late":
            last = number
    return last


def _reach(lab: World, journal: Journal, entry: Entry) -> None:
    """Advance to the place of an entry between two slices, and carry it out."""
    scheduler = lab.scheduler
    if entry.kind != "late":
        _end_rounds(lab, entry.rounds)
    if entry.kind == "late" or (entry.step, entry.rounds) == (scheduler.step, scheduler.rounds):
        _perform(lab, journal, entry)
        return
    raise RunDiffers(
        f"after step {scheduler.step} the record has {entry.kind} in round {entry.rounds}, and the lab does not get "
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
    """End rounds, while nothing can run, until there have been so many."""
    scheduler = lab.scheduler
    while scheduler.rounds < rounds and (scheduler.chooser is not None or not scheduler.turn_waits()):
        before = scheduler.rounds
        if scheduler.end_round():
            if scheduler.rounds == before:
                return
        elif scheduler.rounds < rounds:
            _wait(lab)


def _wait(lab: World) -> None:
    """Wait as a lab in which nothing can run: make a virtual clock jump to the next timer.

    This is :meth:`Runtime.wait`, without anything outside that could end the wait.
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
            f"after step {scheduler.step} nothing can run, and the record continues; "
            f"{len(scheduler.members)} components are alive",
            scheduler.step,
        )
    scheduler.clock.jump(timer)
    scheduler.note_jump()
    scheduler.idle.dispatch()


def _check(lab: World, journal: Journal, interrupt: Interrupt) -> None:
    scheduler = lab.scheduler
    fatal, scheduler.fatal = scheduler.fatal, None  # it was raised when the run was recorded, and the run continued
    if isinstance(fatal, KeyboardInterrupt) and interrupt.interrupted and fatal.args:
        journal.go_live()
        journal.foreign("a slice was interrupted while the run was replayed", scheduler.step - 1)
        raise KeyboardInterrupt(
            f"{fatal}. That was in a replay; the lab stands at step {scheduler.step}, not as it did"
        )
    if journal.differs is not None:
        raise journal.differs
    if scheduler.attention:
        scheduler.attention = False
        if interrupt.interrupted:
            step = scheduler.step
            raise KeyboardInterrupt(f"the replay was interrupted; the lab stands between two slices, at step {step}")
        lab.lock.give_way()


def _names(runnable: Sequence[Microprocess]) -> str:
    return ", ".join(component.short_name for component in runnable) or "none"
