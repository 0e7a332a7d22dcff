"""Who can run in a state, and which state a slice leads to: looked up, without the engine.

What a slice changes may depend on the state, where it is relative to it: a message is appended to what waits already,
and only who sleeps is woken. So it is worked out once for each combination of values that it depends on, which are
noted while it is worked out.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from ..core.states import ASLEEP, RUNNABLE
from . import cells
from .cells import Cell
from .lookup import NOTHING, Pick
from .slices import Changes, Memory, Slice
from .states import State, States


class _Draft:
    """A state in the middle of a slice: what it was is read, and what it will be is set."""

    def __init__(self, states: States, state: State[int]) -> None:
        self._states = states
        self._state = state
        self.read: dict[int, int] = {}
        self.changed: dict[int, int] = {}

    def value(self, slot: int) -> Any:
        """Return the value at a slot, and note that what is changed depends on it."""
        self.read[slot] = self._state[slot]
        return self._states.at(self._state if slot not in self.changed else self.finished(), slot)

    def depend_on(self, slots: Iterable[int]) -> None:
        """Note that what is changed depends on the values at some slots."""
        for slot in slots:
            self.read[slot] = self._state[slot]

    def finished(self) -> State[int]:
        """Return the state that it has become."""
        now = self._states.opened(self._state)[:]
        for slot, code in self.changed.items():
            now[slot] = code
        return now

    def put(self, slot: int, value: Any) -> None:
        """Set the value at a slot."""
        self.changed[slot] = self._states.code(slot, value)


class Transitions:
    """Tells what follows from states.

    Args:
        states: the states.
        memory: the slices, which are entered again where a cell that they read gets a slot.

    Attributes:
        lives: the slot of the life of each component that was ever met.
        locals: the slot of its local state.
    """

    def __init__(self, states: States, memory: Memory) -> None:
        self._states = states
        self._memory = memory
        self.lives: dict[int, int] = {}
        self.locals: dict[int, int] = {}
        self._pick_lives: Pick = NOTHING
        self._runnable: dict[Any, list[int]] = {}
        #: The slots of links and of who attends to takes; and who is woken by a take, by their values.
        self._links: list[int] = []
        self._pick_links: Pick = NOTHING  # none has changed yet
        self._senders: dict[Any, tuple[int, ...]] = {}
        states.on_slot = self._note_slot

    def _note_slot(self, cell: Cell, slot: int) -> None:
        if cell[0] == cells.LIFE:
            self.lives[cell[1]] = slot
            self._pick_lives = itemgetter(*self.lives.values())
            self._runnable.clear()
        elif cell[0] == cells.LOCAL:
            self.locals[cell[1]] = slot
        elif cell[0] in (cells.LEADS, cells.ATTENDS):
            self._links.append(slot)
            self._pick_links = itemgetter(*self._links)
            self._senders.clear()
            if cell[0] == cells.LEADS:
                self._memory.note_link(cell)
            for slice_ in self._memory.slices:
                if slice_.takes:
                    slice_.outcomes.clear()
        if self._memory.reads(cell):
            self._memory.begin_again(self._states.slots)

    # -- who can run, and time ----------------------------------------------------------------------

    def runnable(self, state: State[int]) -> list[int]:
        """Return the components that can run in a state, sorted."""
        lives = self._pick_lives(state)
        found = self._runnable.get(lives)
        if found is None:
            found = self._runnable[lives] = sorted(
                component for component, slot in self.lives.items() if self._states.at(state, slot)[0] is RUNNABLE
            )
        return found

    def settle(self, state: State[int]) -> State[int]:
        """Return the state after time has jumped to the next timers, as long as no component can run."""
        while not self.runnable(state):
            later = self.jump(state)
            if later is None:
                break
            state = later
        return state

    def jump(self, state: State[int]) -> State[int] | None:
        """Return the state after time has jumped to the next timers; ``None`` if there are none."""
        states = self._states
        lives = [(slot, states.at(state, slot)) for slot in self.lives.values()]
        timers = [when for _, (_, when, _) in lives if when is not None]
        if not timers:
            return None
        draft = _Draft(states, state)
        draft.put(states.slot(cells.TIME), min(timers))
        for slot, (_, when, delegate) in lives:
            if when == min(timers):
                draft.put(slot, (RUNNABLE, None, delegate))
        return draft.finished()

    # -- the state after a slice --------------------------------------------------------------------

    def apply(self, state: State[int], slice_: Slice) -> State[int]:
        """Return the state after a slice, before time moves."""
        changes = slice_.outcomes.find(state)
        if changes is None:
            changes = self._work_out(state, slice_)
            state = self._states.opened(state)
        changed = state[:]
        for slot, code in changes:
            changed[slot] = code
        return changed

    def _work_out(self, state: State[int], slice_: Slice) -> Changes:
        """Work out what a slice changes in a state, and remember it for all states in which it does the same."""
        draft = _Draft(self._states, state)
        for slot, messages in slice_.appends:
            draft.put(slot, draft.value(slot) + messages)
        for slot in slice_.wakes:
            self._wake(draft, slot)
        for cell in slice_.takes:
            draft.depend_on(self._links)
            for component in self.senders(state, cell):
                self._wake(draft, self.lives[component])
        draft.changed.update(slice_.sets)
        changes = tuple(draft.changed.items())
        slice_.outcomes.enter(draft.read, changes)
        return changes

    def _wake(self, draft: _Draft, slot: int) -> None:
        """Have a component run again if it sleeps, or the helper that runs in its place."""
        life, _, delegate = draft.value(slot)
        if delegate is not None:
            self._wake(draft, self.lives[delegate])
        elif life is ASLEEP:
            draft.put(slot, (RUNNABLE, None, None))

    def senders(self, state: State[int], cell: Cell) -> tuple[int, ...]:
        """Return the components that are woken when a message is taken out of an inbox: those that send there."""
        key = (cell, self._pick_links(state))
        found = self._senders.get(key)
        if found is None:
            found = self._senders[key] = self._senders_now(state, cell)
        return found

    def _senders_now(self, state: State[int], cell: Cell) -> tuple[int, ...]:
        value = self._states.value
        todo, found = [(cell[1], "inbox", cell[2])], set()
        while todo:
            end = todo.pop()
            for other in self._states.initial:
                if other[0] == cells.LEADS and value(state, other) == end:
                    todo.append(other[1:])
                    if other[2] == "outbox" and value(state, (cells.ATTENDS, other[1])):
                        found.add(other[1])
        return tuple(sorted(found))
