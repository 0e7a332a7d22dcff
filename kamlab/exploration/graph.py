"""The state graph of a system: every state that some order of slices leads to, and the slices between them.

One global graph with a cache of transitions. Where the slice of a component is known for what it reads, the next state
is looked up; where not, the path to the state is executed for real, in the engine (:mod:`.stage`), and the slice runs
there. Each real execution is compared with the graph, cell by cell, and so is one of every :data:`CHECKED` edges that
were looked up. At any difference the exploration stops, and says which cell differs.

States are explored breadth first, so the path to each state is one with the fewest slices.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from ..core.describe import error_in_words
from ..core.states import ASLEEP, FAILED, RUNNABLE
from . import cells
from .cells import Cell, Values, default_of, words_of
from .effects import Effects, Reader
from .errors import CannotExplore
from .fault_edges import Faults
from .footprint import Recorder
from .setting import Setting
from .slices import Memory, Slice, State
from .stage import Stage

#: Of how many edges that were looked up one is executed as well; later fewer are.
CHECKED = 50
LATER, CHECKED_LATER = 20_000, 2_000

#: How many slots a state is extended by at a time.
SPARE = 8

#: An edge: the component that runs, its slice, and the state it leads to.
Edge = tuple[int, Slice, int]


class Differs(Exception):
    """The real system and the graph differ: something has a state that is not seen."""


class Graph:
    """The states of a system.

    Attributes:
        states: the states, by number; 0 is the first.
        edges: what leads on from each state, by its number; none from an end.
        parents: the state from which each was reached first, and the component that ran.
        depths: how many slices it takes at least to come to each.
        complete: whether all states were explored.
        why_not: if not, why.

    Args:
        setting: what all executions share.
        assembled: whether components that only wire others run first, in one order.
        fair: how often in a row a component that can run may be passed over; ``None``: for ever.
    """

    def __init__(self, setting: Setting, assembled: bool = True, fair: int | None = None) -> None:
        self.setting = setting
        self.fair = fair
        self.values = Values()
        self.states: list[State] = []
        self._index: dict[State, int] = {}
        self.edges: list[list[Edge]] = []
        self.parents: list[tuple[int, int]] = []
        self.depths: list[int] = []
        self.complete = False
        self.why_not = ""
        self.memory = Memory()
        self.real = self.replayed = self.looked_up = self.checks = 0
        self._initial: dict[Cell, int] = {}
        self.faults = Faults(self)
        self._slots: dict[Cell, int] = {}
        self._cell_at: list[Cell] = []
        self._width = 0
        self._messages = Values()
        self._appended: dict[tuple[int, int, int], int] = {}
        self._woken: dict[tuple[int, int], tuple[int, int] | None] = {}
        self._lives: list[tuple[int, int]] = []  # component, and the slot of its life
        self._local_slots: dict[int, int] = {}
        self._uncompared: set[int] = set()  # the slots of what only the graph counts
        self._entries: list[tuple[Slice, int]] = []
        self._kinds: dict[Any, int] = {}
        self.reader = Reader(setting)
        self._can_run: dict[Any, list[int]] = {}  # who can run, by the values of all lives
        self._pick_lives: Callable[[State], Any] = tuple
        self._standing: tuple[int, Stage] | None = None
        #: The slots of links and of who attends to takes; and who is woken by a take, by their values.
        self._links: list[int] = []
        self._pick_links: Callable[[State], Any] = bool  # none has changed yet
        self._sending: dict[Any, tuple[int, ...]] = {}
        stage = Stage(setting)
        self.prefix = stage.assemble() if assembled else []
        stage.runnable()
        found = stage.capture()
        self._initial = {cell: self.values.number(value) for cell, value in found.items()}
        self._slot(cells.TIME)
        self._add(self._encode(found), (-1, -1))
        stage.close()
        self._check_repeatable(found)

    def _check_repeatable(self, first: dict[Cell, Any]) -> None:
        try:
            stage = Stage(self.setting).run(self.prefix)
        except Exception as error:
            raise CannotExplore(f"the system cannot be built a second time: {error_in_words(error)}") from error
        again = stage.capture()
        stage.close()
        differing = [cell for cell in {**first, **again} if first.get(cell) != again.get(cell)]
        if differing:
            raise Differs(f"the system is not built the same way twice: {self.words(differing[0])} differs")

    # -- states as tuples -------------------------------------------------------------------------

    def _slot(self, cell: Cell) -> int:
        """Return the slot of a cell; give it one if it has none, which every known state is extended by."""
        slot = self._slots.get(cell)
        if slot is None:
            slot = self._slots[cell] = len(self._cell_at)
            self._cell_at.append(cell)
            if cell[0] in (cells.LEADS, cells.ATTENDS):
                self._links.append(slot)
                self._pick_links = itemgetter(*self._links)
                self._sending.clear()
            self._initial.setdefault(cell, self.values.number(default_of(cell)))
            if slot >= self._width:
                self._widen()
            if any(cell in slice_.reads for slice_, _ in self._entries):
                self.memory.begin_again([(one, local, self._where(one)) for one, local in self._entries])
        return slot

    def _widen(self) -> None:
        more = (0,) * SPARE
        self._width += SPARE
        self.states = [state + more for state in self.states]
        self._index = {state: number for number, state in enumerate(self.states)}

    def _code(self, cell: Cell, number: int) -> int:
        """Return how a state writes the value of a cell: 0 for the value at the beginning."""
        return 0 if number == self._initial.setdefault(cell, self.values.number(default_of(cell))) else number

    def _encode(self, found: dict[Cell, Any]) -> State:
        """Return the state with these values."""
        codes: dict[int, int] = {}
        for cell, value in found.items():
            if cell[0] == cells.LIFE and cell not in self._slots:
                self._local_slots[cell[1]] = self._slot((cells.LOCAL, cell[1]))
                self._lives.append((cell[1], self._slot(cell)))
                self._pick_lives = itemgetter(*[slot for _, slot in self._lives])
                self._can_run.clear()
                if self.fair is not None:
                    self._uncompared.add(self._slot((cells.PASSED, cell[1])))
            code = self._code(cell, self.values.number(value))
            if code:
                codes[self._slot(cell)] = code
        for cell, slot in self._slots.items():
            if cell not in found:
                codes[slot] = self._code(cell, self.values.number(default_of(cell)))
        state = [0] * self._width
        for slot, code in codes.items():
            state[slot] = code
        return tuple(state)

    def value(self, state: State, cell: Cell) -> Any:
        """Return the value of a cell in a state."""
        slot = self._slots.get(cell)
        code = 0 if slot is None else state[slot]
        if not code:
            initial = self._initial.get(cell)
            return default_of(cell) if initial is None else self.values.of(initial)
        return self.values.of(code)

    def number(self, state: State, cell: Cell) -> int:
        """Return the number of the value of a cell in a state."""
        slot = self._slots.get(cell)
        return (0 if slot is None else state[slot]) or self._initial.setdefault(
            cell, self.values.number(default_of(cell))
        )

    def cells(self) -> list[Cell]:
        """Return the cells whose value is not the same in all states."""
        return list(self._cell_at)

    def words(self, cell: Cell) -> str:
        """Return what a cell is, in words."""
        names = self.setting.names
        is_of = len(cell) > 1 and type(cell[1]) is int and cell[1] < len(names)
        return words_of(cell, names[cell[1]] if is_of else "")

    def _add(self, state: State, parent: tuple[int, int]) -> int:
        number = self._index.get(state)
        if number is None:
            number = self._index[state] = len(self.states)
            self.states.append(state)
            self.edges.append([])
            self.parents.append(parent)
            self.depths.append(0 if parent[0] < 0 else self.depths[parent[0]] + 1)
        return number

    def _reach(self, state: State, parent: tuple[int, int]) -> int:
        """Return the number of the state that a slice has led to, once time has jumped if no component can run."""
        if self.fair is not None:
            state = self._pass_over(state, parent)
        state = self.faults.count(state, parent[1])
        number = self._index.get(state)
        if number is None:
            settled = self._settle(state)
            number = self._add(settled, parent)
            self._index[state] = number
        return number

    def _pass_over(self, state: State, parent: tuple[int, int]) -> State:
        """Count for each component that could run, and still can, that another one ran in its place."""
        runner = self.setting.runner(parent[1])
        if runner is None:
            return state
        could, can = self.runnable(self.states[parent[0]]), set(self.runnable(state))
        changed = list(state)
        for component, _ in self._lives:
            cell = (cells.PASSED, component)
            slot = self._slots[cell]
            waited = component in could and component in can and component != runner
            count = self.value(state, cell) + 1 if waited else 0
            changed[slot] = self._code(cell, self.values.number(count))
        return tuple(changed)

    def _may_run(self, state: State) -> list[int]:
        """Return the components of which one may run in a state: those passed over too often, or all that can run."""
        found = self.runnable(state)
        if self.fair is None or len(found) < 2:
            return found
        overdue = [one for one in found if self.value(state, (cells.PASSED, one)) >= self.fair]
        return overdue or found

    def with_value(self, state: State, cell: Cell, value: Any) -> State:
        """Return a state with another value of a cell that only the graph counts."""
        slot = self._slot(cell)
        self._uncompared.add(slot)
        changed = [*state, *(0,) * (self._width - len(state))]
        changed[slot] = self._code(cell, self.values.number(value))
        return tuple(changed)

    def runs_as(self, choice: int, component: int) -> None:
        """Have a choice found by the local state of a component."""
        self._local_slots[choice] = self._local_slots[component]

    def slice_of_clock(self, choice: int) -> Slice:
        """Return the slice in which the next timer fires."""
        footprint = (choice, {cells.TIME: "W", cells.FAULTS: "W"})
        kind = self._kinds.setdefault((choice, frozenset(footprint[1].items())), len(self._kinds))
        return Slice(footprint, kind, {}, ())

    # -- what can run, and time ---------------------------------------------------------------------

    def runnable(self, state: State) -> list[int]:
        """Return the components that can run in a state, sorted."""
        lives = self._pick_lives(state)
        found = self._can_run.get(lives)
        if found is None:
            found = self._can_run[lives] = sorted(
                component for component, slot in self._lives if self.value(state, self._cell_at[slot])[0] is RUNNABLE
            )
        return found

    def _settle(self, state: State) -> State:
        """Return the state after time has jumped to the next timers, as long as no component can run."""
        while not self.runnable(state):
            later = self.jump(state)
            if later is None:
                break
            state = later
        return state

    def jump(self, state: State) -> State | None:
        """Return the state after time has jumped to the next timers; ``None`` if there are none."""
        lives = [(slot, self.value(state, self._cell_at[slot])) for _, slot in self._lives]
        timers = [life[1] for _, life in lives if life[1] is not None]
        if not timers:
            return None
        now, changed = min(timers), list(state)
        changed[self._slot(cells.TIME)] = self._code(cells.TIME, self.values.number(now))
        for slot, life in lives:
            if life[1] == now:
                code = self._code(self._cell_at[slot], self.values.number((RUNNABLE, None, life[2])))
                changed[slot] = code
        return tuple(changed)

    # -- real executions ----------------------------------------------------------------------------

    def way(self, number: int) -> list[tuple[int, int]]:
        """Return a way to a state with the fewest slices: the components that run, each with the state that follows."""
        found = []
        while self.parents[number][0] >= 0:
            before, component = self.parents[number]
            found.append((component, number))
            number = before
        return found[::-1]

    def path(self, number: int) -> list[int]:
        """Return the components that run, slice by slice, on a shortest way to a state, from the beginning on."""
        return self.prefix + [component for component, _ in self.way(number)]

    def stand_at(self, number: int) -> tuple[Stage, dict[Cell, Any]]:
        """Return a real execution that stands in a state, and its values.

        Raises:
            Differs: it is in another state than the graph says.
        """
        standing, self._standing = self._standing, None
        if standing is not None and standing[0] == number:
            stage = standing[1]
        else:
            if standing is not None:
                standing[1].close()
            path = self.path(number)
            self.replayed += len(path)
            stage = Stage(self.setting).run(path)
        found = stage.capture()
        self._compare(found, number)
        return stage, found

    def _compare(self, found: dict[Cell, Any], number: int) -> None:
        """Check that real values are those of a state."""
        real = self._encode(found)
        state = self.states[number]
        for slot, (code, other) in enumerate(zip(real, state, strict=True)):
            if code != other and slot not in self._uncompared:
                raise Differs(
                    f"the system does not do the same again: {self.words(self._cell_at[slot])} is not what it was; "
                    "it depends on something that is not seen"
                )

    def _learn(self, number: int, component: int) -> Slice:
        """Run a slice for real, and remember it."""
        self.real += 1
        stage, before = self.stand_at(number)
        _, recorder = stage.step(component)
        after = stage.capture()
        moved = self._encode(after)
        slice_ = self._make(number, component, recorder, before, after)
        state = self._apply(self.states[number], slice_)
        self._compare_codes(moved, state, stage.name(component))
        stage.runnable()
        target = self._reach(state, (number, component))
        if self.fair is not None or self.states[target] != state:
            self._compare(stage.capture(), target)
        self._standing = (target, stage)
        return slice_

    def _compare_codes(self, real: State, state: State, name: str) -> None:
        for slot, (code, other) in enumerate(zip(real, state, strict=True)):
            if code != other and slot not in self._uncompared:
                what = self.words(self._cell_at[slot])
                raise Differs(f"a slice of {name} changed {what} in a way that is not understood")

    def _make(
        self, number: int, component: int, recorder: Recorder, before: dict[Cell, Any], after: dict[Cell, Any]
    ) -> Slice:
        """Make the slice that leads from the values before to those after."""
        effects = self.reader.effects(self.setting.runner(component) or 0, recorder, before, after)
        return self._remember(self.states[number], component, recorder, effects)

    def _remember(
        self,
        state: State,
        component: int,
        recorder: Recorder,
        effects: Effects,
    ) -> Slice:
        sets = effects.sets
        footprint = recorder.footprint(self.setting.runner(component) or 0)
        key = (component, frozenset(footprint[1].items()))
        kind = self._kinds.setdefault(key, len(self._kinds))
        failed = tuple(
            number
            for cell, value in sets.items()
            if cell[0] == cells.LIFE and value[0] is FAILED
            for number in cell[1:]
        )
        known = {cell: self.number(state, cell) for cell in effects.reads}
        slice_ = Slice(footprint, kind, known, failed)
        slice_.number, slice_.lossy = component, recorder.lossy
        slice_.sets = tuple(
            [(self._slot(cell), self._code(cell, self.values.number(new))) for cell, new in sets.items()]
        )
        slice_.appends = tuple(
            [(self._slot(cell), self._messages.number(new)) for cell, new in effects.appends.items()]
        )
        slice_.wakes = tuple([self._slot((cells.LIFE, one)) for one in recorder.woken if (cells.LIFE, one) not in sets])
        slice_.takes = tuple(recorder.taken)
        local = state[self._local_slots[component]]
        self._entries.append((slice_, local))
        self.memory.add(slice_, local, self._where(slice_))
        return slice_

    def _where(self, slice_: Slice) -> dict[Cell, tuple[int, int]]:
        return {
            cell: (self._slots[cell], self._code(cell, number))
            for cell, number in slice_.reads.items()
            if cell in self._slots
        }

    # -- the state after a slice --------------------------------------------------------------------

    def _apply(self, state: State, slice_: Slice) -> State:
        """Return the state after a slice."""
        if slice_ is self.faults.jump:
            return self.jump(state) or state
        changed = list(state)
        for slot, messages in slice_.appends:
            key = (slot, changed[slot], messages)
            code = self._appended.get(key)
            if code is None:
                cell = self._cell_at[slot]
                value = self.value(state, cell) + self._messages.of(messages)
                code = self._appended[key] = self._code(cell, self.values.number(value))
            changed[slot] = code
        for slot in slice_.wakes:
            self._wake(changed, slot)
        for cell in slice_.takes:
            for component in self.senders(state, cell):
                self._wake(changed, self._slots[cells.LIFE, component])
        for slot, code in slice_.sets:
            changed[slot] = code
        return tuple(changed)

    def senders(self, state: State, cell: Cell) -> tuple[int, ...]:
        """Return the components that are woken when a message is taken out of an inbox: those that send there."""
        key = (cell, self._pick_links(state))
        found = self._sending.get(key)
        if found is None:
            todo, names = [(cell[1], "inbox", cell[2])], set()
            while todo:
                end = todo.pop()
                for other in self._initial:
                    if other[0] == cells.LEADS and self.value(state, other) == end:
                        todo.append(other[1:])
                        if other[2] == "outbox" and self.value(state, (cells.ATTENDS, other[1])):
                            names.add(other[1])
            found = self._sending[key] = tuple(sorted(names))
        return found

    def _wake(self, changed: list[int], slot: int) -> None:
        """Have a component run again if it sleeps, or the helper that runs in its place."""
        key = (slot, changed[slot])
        if key not in self._woken:
            cell = self._cell_at[slot]
            life, _, delegate = self.value(tuple(changed), cell)
            self._woken[key] = None
            if delegate is not None:
                self._wake(changed, self._slot((cells.LIFE, delegate)))
                del self._woken[key]  # that depends on the other one
                return
            if life is ASLEEP:
                code = self._code(cell, self.values.number((RUNNABLE, None, None)))
                self._woken[key] = (slot, code)
        found = self._woken[key]
        if found is not None:
            changed[found[0]] = found[1]

    # -- exploring ----------------------------------------------------------------------------------

    def expand(self, states: int, seconds: float) -> Graph:
        """Explore until all is known, or a limit is reached.

        Raises:
            Differs, CannotStage, Opaque: the graph is not what the system does, or it cannot be seen.
        """
        began = time.perf_counter()
        waiting = deque([0])
        done = 0
        while waiting:
            number = waiting.popleft()
            done += 1
            self._expand(number, waiting)
            if len(self.states) > states:
                self.why_not = f"there are more than {states:,} states"
            elif not done % 64 and time.perf_counter() - began > seconds:
                self.why_not = f"it was not done after {seconds:g} seconds"
            if self.why_not:
                self.why_not += f"; {done:,} states were explored, {len(self.states) - done:,} more are known"
                break
        else:
            self.complete = True
        if self._standing is not None:
            self._standing[1].close()
            self._standing = None
        return self

    def _expand(self, number: int, waiting: deque[int]) -> None:
        found: list[Edge] = []
        known = len(self.states)
        local_slots, memory, checks = (
            self._local_slots,
            self.memory,
            CHECKED if self.looked_up < LATER else CHECKED_LATER,
        )
        todo = self._may_run(self.states[number])
        if self.setting.world.faults:
            todo = self.faults.with_timers(self.states[number], todo)
        for component in todo:
            state = self.states[number]  # as wide as it is by now
            slice_ = self.faults.jump if component == self.faults.clock else None
            slice_ = slice_ or memory.find(component, state[local_slots[component]], state)
            if slice_ is None:
                slice_ = self._learn(number, component)
                state = self.states[number]
            else:
                self.looked_up += 1
            target = self._reach(self._apply(state, slice_), (number, component))
            found.append((component, slice_, target))
            if slice_.lossy and component == self.setting.runner(component):
                todo += self.faults.variants(self.states[number], component, slice_)
            if self.looked_up and not self.looked_up % checks:
                self._check(number, component, target)
        waiting.extend(range(known, len(self.states)))
        self.edges[number] = found

    def _check(self, number: int, component: int, target: int) -> None:
        """Execute an edge that was looked up."""
        self.checks += 1
        stage, _ = self.stand_at(number)
        stage.step(component)
        stage.runnable()
        self._compare(stage.capture(), target)
        self._standing = (target, stage)

    def ends(self) -> list[int]:
        """Return the states from which nothing goes on."""
        return [
            number for number, edges in enumerate(self.edges) if not edges and not self.runnable(self.states[number])
        ]

    def life(self, number: int, component: int) -> str:
        """Return the life of a component in a state."""
        return str(self.value(self.states[number], (cells.LIFE, component))[0])

    def components(self) -> list[int]:
        """Return the numbers of all components."""
        return sorted(component for component, _ in self._lives)
