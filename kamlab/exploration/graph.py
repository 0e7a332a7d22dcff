"""The state graph of a system: every state that some order of slices leads to, and the slices between them.

One global graph with a cache of transitions. Where the slice of a component is known for what it reads, the next state
is looked up (:mod:`.transitions`); where not, the path to the state is executed for real, in the engine
(:mod:`.executions`), and the slice runs there. Each real execution is compared with the graph, cell by cell, and so is
a sample of the edges that were looked up (:data:`CHECKED`). At any difference the exploration stops, and says which
cell differs.

States are explored breadth first, so the path to each state is one with the fewest slices.
"""

from __future__ import annotations

import time
from array import array
from typing import Any

from ..core.describe import error_in_words
from ..core.states import FAILED
from . import cells
from .cells import Cell, words_of
from .edges import Edges
from .effects import Reader
from .errors import CannotExplore
from .executions import OF_GRAPH, Differs, Executions
from .fault_edges import Faults
from .footprint import Footprint, Recorder
from .setting import Setting
from .slices import Memory, Slice
from .stage import Stage
from .states import State, States
from .transitions import Transitions
from .wiring import footprint_of_feeding

#: Of how many edges that were looked up one is executed as well: of five at first, later of fewer, so that the share
#: falls as one through the number of edges.
CHECKED, SHARE = 5, 20


class NetworkMet(Exception):
    """A system has begun to use a simulated network: its states are to be explored again, with the network seen."""


class Graph:
    """The states of a system.

    Attributes:
        states: the states, by number; 0 is the first.
        edges: what leads on from each state, by its number; none from an end.
        depths: how many slices it takes at least to come to each.
        complete: whether all states were explored.
        why_not: if not, why.
        real, looked_up, checks: how many slices were run in the engine, looked up, and both.

    Args:
        setting: what all executions share.
        assembled: whether components that only wire others run first, in one order.
        fair: how often in a row a component that can run may be passed over; ``None``: for ever.
    """

    def __init__(self, setting: Setting, assembled: bool = True, fair: int | None = None) -> None:
        self.setting = setting
        self.fair = fair
        self.complete = False
        self.why_not = ""
        self.real = self.looked_up = self.checks = 0
        self.memory = Memory()
        self.reader = Reader(setting)
        self._next_check = CHECKED
        self._kinds: dict[Any, tuple[Footprint, int]] = {}
        self.edges = Edges(self.memory.slices)
        self._parents, self._movers = array("i"), array("i")
        self.depths = array("I")
        stage = Stage(setting)
        self.prefix = stage.assemble() if assembled else []
        stage.runnable()
        found = stage.capture()
        stage.close()
        self.states = States(found)
        self._transitions = Transitions(self.states, self.memory)
        self.faults = Faults(self, self.states, self._transitions, self.memory)
        self._executions = Executions(setting, self.states, self.path, self.words)
        self.states.slot(cells.TIME)
        self._add(self.states.encode(found), -1, -1)
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

    def count(self) -> int:
        """Return how many states are known."""
        return len(self.states)

    # -- states -----------------------------------------------------------------------------------

    def _add(self, state: State[int], parent: int, component: int) -> int:
        number = self.states.add(state)
        if number == len(self.depths):
            self._parents.append(parent)
            self._movers.append(component)
            self.depths.append(0 if parent < 0 else self.depths[parent] + 1)
            self.edges.known += 1
        return number

    def _reach(self, state: State[int], parent: int, component: int) -> int:
        """Return the number of the state that a slice has led to, once time has jumped if no component can run."""
        if self.fair is not None:
            state = self._pass_over(state, parent, component)
        if component in self.setting.choices:
            state = self.faults.count(state, component)
        number = self.states.find(state)
        if number is None:
            number = self._add(self._transitions.settle(state), parent, component)
            self.states.alias(self.states.opened(state), number)
        return number

    def _pass_over(self, state: State[int], parent: int, component: int) -> State[int]:
        """Count for each component that could run, and still can, that another one ran in its place."""
        runner = self.setting.runner(component)
        if runner is None:
            return state
        states, waits = self.states, self._transitions.runnable
        could, can = waits(states[parent]), waits(state)
        counts = {}
        for other in self._transitions.lives:
            cell = (cells.PASSED, other)
            waited = other in could and other in can and other != runner
            slot = states.slot(cell)
            counts[slot] = states.code(slot, states.value(states[parent], cell) + 1 if waited else 0)
        changed = states.opened(state)
        for slot, code in counts.items():
            changed[slot] = code
        return changed

    def _may_run(self, state: State[int]) -> list[int]:
        """Return the components of which one may run in a state: those passed over too often, or all that can run."""
        found = self._transitions.runnable(state)
        if self.fair is None or len(found) < 2:
            return found
        overdue = [one for one in found if self.value(state, (cells.PASSED, one)) >= self.fair]
        return overdue or found

    def runnable(self, state: State[int]) -> list[int]:
        """Return the components that can run in a state, sorted."""
        return self._transitions.runnable(state)

    def senders(self, state: State[int], cell: Cell) -> tuple[int, ...]:
        """Return the components that are woken when a message is taken out of an inbox: those that send there."""
        return self._transitions.senders(state, cell)

    def value(self, state: State[int], cell: Cell) -> Any:
        """Return the value of a cell in a state."""
        return self.states.value(state, cell)

    def number(self, state: State[int], cell: Cell) -> int:
        """Return the number of the value of a cell in a state, among the values of this cell."""
        return self.states.number(state, cell)

    def cells(self) -> list[Cell]:
        """Return the cells whose value is not the same in all states."""
        return list(self.states.cells)

    def words(self, cell: Cell) -> str:
        """Return what a cell is, in words."""
        names = self.setting.names
        is_of = len(cell) > 1 and type(cell[1]) is int and cell[1] < len(names)
        return words_of(cell, names[cell[1]] if is_of else "")

    def ends(self) -> list[int]:
        """Return the states from which nothing goes on."""
        explored = range(len(self.edges.first) - 1)
        left = range(len(explored), len(self.states))
        found = [number for number in explored if not self.edges.range_of(number)]
        return [number for number in (*found, *left) if not self.runnable(self.states[number])]

    def life(self, number: int, component: int) -> str:
        """Return the life of a component in a state."""
        return str(self.value(self.states[number], (cells.LIFE, component))[0])

    def components(self) -> list[int]:
        """Return the numbers of all components."""
        return sorted(self._transitions.lives)

    # -- ways -------------------------------------------------------------------------------------

    def differing(self, found: dict[Cell, Any], number: int) -> str:
        """Return in words what differs first between real values and those of a state; "" if nothing does."""
        return self._executions.differing(found, number)

    def way(self, number: int) -> list[tuple[int, int]]:
        """Return a way to a state with the fewest slices: the components that run, each with the state that follows."""
        found = []
        while number:
            found.append((self._movers[number], number))
            number = self._parents[number]
        return found[::-1]

    def path(self, number: int) -> list[int]:
        """Return the components that run, slice by slice, on a shortest way to a state, from the beginning on."""
        return self.prefix + [component for component, _ in self.way(number)]

    # -- slices that are not known yet ----------------------------------------------------------------

    def _learn(self, number: int, component: int) -> Slice:
        """Run a slice for real, and remember it."""
        if self.setting.networked:
            return self._learn_on_network(number, component)
        self.real += 1
        stage, before = self._executions.stand_at(number)
        _, recorder = stage.step(component)
        after = stage.capture()
        if self.setting.networked:
            raise NetworkMet
        self.states.encode(after)  # so that what it has changed has slots
        slice_ = self._remember(number, component, recorder, before, after)
        state = self._transitions.apply(self.states[number], slice_)
        self._executions.compare_slice(after, state, stage.name(component))
        stage.runnable()
        target = self._reach(state, number, component)
        if self.fair is not None or self.states[target] != self.states.opened(state):
            self._executions.compare(stage.capture(), target)
        self._executions.keep(stage, target)
        return slice_

    def _rewire(self, number: int, component: int) -> Slice | None:
        """Return the slice of a component that is known from where it feeds others; ``None`` if there is none."""
        state = self.states[number]
        local = self._local(state, component)
        known = self.memory.find_elsewhere(component, local, state)
        if known is None:
            return None
        footprint, reads = footprint_of_feeding(known, self.states, state)
        rest = {cell: code for cell, code in known.reads.items() if cell not in known.wired}
        wired = frozenset(reads.keys() - rest.keys())
        slice_ = known.rewired(*self._kind(component, footprint), {**reads, **rest}, wired)
        self.memory.add(slice_, local, self.states.slots)
        self._note_rewired(known, slice_)
        return slice_

    def _note_rewired(self, known: Slice, slice_: Slice) -> None:
        """Take note that a slice does what a known one does; for graphs that keep something of each slice."""

    def _kind(self, component: int, footprint: Footprint) -> tuple[Footprint, int]:
        """Return for equal footprints of a choice the same object, of which there is one only, and the same number."""
        key = (component, frozenset(footprint[1].items()))
        return self._kinds.setdefault(key, (footprint, len(self._kinds)))

    def _learn_on_network(self, number: int, component: int) -> Slice:
        """Run a slice for real, and what the network does before the next one; it is for this state alone."""
        self.real += 1
        stage = self._executions.standing(number)
        _, recorder = stage.step(component)
        stage.runnable()
        after = self.states.encode(stage.capture())
        state = self.states[number]
        slots = [slot for slot, (one, other) in enumerate(zip(state, after, strict=True)) if one != other]
        cells_of = self.states.cells
        failed = tuple(
            cells_of[slot][1]
            for slot in slots
            if cells_of[slot][0] == cells.LIFE and self.states.at(after, slot)[0] is FAILED
        )
        runner = self.setting.runner(component)
        slice_ = Slice(recorder.footprint(component if runner is None else runner), self.real, {}, failed)
        slice_.number, slice_.lossy = component, recorder.lossy
        slice_.sets = tuple([(slot, after[slot]) for slot in slots if cells_of[slot][0] not in OF_GRAPH])
        self.memory.keep(slice_)
        self._executions.keep(stage, self._reach(self._transitions.apply(state, slice_), number, component))
        return slice_

    def _remember(
        self, number: int, component: int, recorder: Recorder, before: dict[Cell, Any], after: dict[Cell, Any]
    ) -> Slice:
        """Make the slice that leads from the values before to those after."""
        states = self.states
        runner = self.setting.runner(component)
        assert runner is not None
        effects = self.reader.effects(runner, recorder, before, after)
        footprint, kind = self._kind(component, recorder.footprint(runner))
        failed = tuple(cell[1] for cell, value in effects.sets.items() if cell[0] == cells.LIFE and value[0] is FAILED)
        state = states[number]
        slice_ = Slice(footprint, kind, {cell: states.number(state, cell) for cell in effects.reads}, failed)
        slice_.number, slice_.lossy = component, recorder.lossy
        sets = [(states.slot(cell), new) for cell, new in effects.sets.items()]
        slice_.sets = tuple([(slot, states.code(slot, new)) for slot, new in sets])
        slice_.appends = tuple([(states.slot(cell), new) for cell, new in effects.appends.items()])
        lives = self._transitions.lives
        slice_.wakes = tuple([lives[one] for one in recorder.woken if (cells.LIFE, one) not in effects.sets])
        slice_.takes = tuple(recorder.taken)
        slice_.feeds, slice_.wired = tuple(recorder.feeding), frozenset(effects.wired)
        self.memory.add(slice_, self._local(states[number], component), states.slots)
        return slice_

    def _local(self, state: State[int], component: int) -> int:
        return state[self._transitions.locals[component]]

    # -- exploring ----------------------------------------------------------------------------------

    def expand(self, states: int, seconds: float) -> Graph:
        """Explore until all is known, or a limit is reached.

        Raises:
            Differs, CannotStage, Opaque: the graph is not what the system does, or it cannot be seen.
        """
        began = time.perf_counter()
        done = 0
        while done < len(self.states):
            self._expand(done)
            self.edges.close()
            done += 1
            if len(self.states) > states:
                self.why_not = f"there are more than {states:,} states"
            elif not done % 64 and time.perf_counter() - began > seconds:
                self.why_not = f"it was not done after {seconds:g} seconds"
            if self.why_not:
                self.why_not += f"; {done:,} states were explored, {len(self.states) - done:,} more are known"
                cell, values = self.states.most_varied()
                self.why_not += f"; what differs most is {self.words(cell)}, which has had {values:,} values"
                break
        else:
            self.complete = True
            self.memory.forget_where()  # nothing is looked up any more
        self._executions.close()
        return self

    def _expand(self, number: int) -> None:
        """Find what leads on from a state."""
        states, memory, local, apply = self.states, self.memory, self._transitions.locals, self._transitions.apply
        state, version = states[number], states.version
        todo = self._may_run(state)
        if self.setting.world.faults:
            todo = self.faults.with_timers(state, todo)
        for component in todo:
            if version != states.version:
                state, version = states[number], states.version
            if component == self.faults.clock and not self.setting.networked:
                self._add_jump(number, state)
                continue
            slice_ = memory.find(component, state[local[component]], state)
            if slice_ is None and (slice_ := self._rewire(number, component)) is None:
                slice_ = self._learn(number, component)
                state, version = states[number], states.version
            else:
                self.looked_up += 1
            target = self._reach(apply(state, slice_), number, component)
            self.edges.add(component, slice_, target)
            if slice_.lossy and slice_.number not in self.setting.choices:
                todo += self.faults.variants(states[number], component, slice_)
            if self.looked_up >= self._next_check:
                self._check(number, component, target)

    def _add_jump(self, number: int, state: State[int]) -> None:
        """Add the edge on which the next timer fires although components can run."""
        jump, later = self.faults.jump, self._transitions.jump(state)
        assert jump is not None
        assert later is not None
        target = self._reach(later, number, jump.number)
        self.edges.add(jump.number, jump, target)
        self.looked_up += 1
        if self.looked_up >= self._next_check:
            self._check(number, jump.number, target)

    def _check(self, number: int, component: int, target: int) -> None:
        """Execute an edge that was looked up."""
        self.checks += 1
        self._next_check = self.looked_up + max(CHECKED, self.looked_up // SHARE)
        stage = self._executions.standing(number)
        stage.step(component)
        stage.runnable()
        self._executions.compare(stage.capture(), target)
        self._executions.keep(stage, target)
