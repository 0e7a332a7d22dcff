"""Stateless exploration: one run for each truly different order, by running again from the beginning.

For systems that hold something that cannot be seen into, so that states cannot be told apart. It is source-DPOR with
sleep sets (Abdulla, Aronis, Jonsson, Sagonas, POPL 2014, algorithm 1), on the footprints of the slices that ran: after
each slice the earlier ones that it races with are found, and where it was possible to go the other way round, that is
noted as still to be done.

Two things are of kamlab. A component that was woken may have been woken by any of several slices, so a race stands if
the component was awake before, or another slice that comes with it wakes it as well. And where time has jumped, all
that comes later happens after all that came before, since time jumps only when nothing can run.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from ..core.states import RUNNABLE
from .cells import LIFE, TIME, Cell
from .effects import Reader
from .faults import TIMERS, Choice, number_of_choice
from .footprint import Footprint, dependent
from .setting import Setting
from .stage import Stage

#: How many slices a run may have.
SLICES = 1000


class _Node:
    """One place in the present run: who could run, who was run, and who is still to be."""

    __slots__ = ("chosen", "done", "enabled", "footprint", "known", "sleep", "todo")

    def __init__(
        self, enabled: list[int], sleep: dict[int, Footprint], chosen: int, known: dict[int, set[int]]
    ) -> None:
        self.enabled = enabled
        self.sleep = sleep
        self.chosen = chosen
        self.todo = {chosen}
        self.done: set[int] = set()
        #: For a component the choices there are for its next slice, where that was seen: what becomes of its messages.
        self.known = known
        self.footprint: Footprint = (chosen, {})


class _Moment(NamedTuple):
    """How a run stood before a slice: the values of all cells, who was awake, who woke whom, how often time jumped."""

    values: dict[Cell, Any]
    awake: frozenset[int]
    woke: dict[int, int]
    jumped: int


class _Run:
    """The present run: its footprints, which slices happen before which, and which slice woke whom.

    A run begins like the one before, so what is known of the slices that they share is kept.
    """

    def __init__(self, setting: Setting, prefix: list[int]) -> None:
        self._setting = setting
        self._reader = Reader(setting)
        self._prefix = prefix
        self.stage = Stage(setting).run(prefix)
        self.footprints: list[Footprint] = []
        self.choices: list[int] = []
        self.before: list[int] = []  # the slices before each, as bits
        self.wakers: list[int | None] = []
        self.jumps: list[int] = []  # how often time had jumped
        #: How often time had jumped before it has jumped now, until that is looked at.
        self.may_have_fired: int | None = None
        values = self.stage.capture()
        #: How it stood before each slice; the last one is how it stands now.
        self._moments = [_Moment(values, _awake_in(values), {}, 0)]

    def begin_again(self, path: list[int], watch: Callable[[Stage], Any] | None) -> None:
        """Run again, as it was run before, up to a slice."""
        self.stage.close()
        self.stage = Stage(self._setting).run(self._prefix)
        if watch is None:
            self.stage.run(path)
        else:
            for component in path:
                self.stage.run([component])
                watch(self.stage)
        for known in (self.footprints, self.choices, self.before, self.wakers, self.jumps):
            del known[len(path) :]
        del self._moments[len(path) + 1 :]

    def runnable(self) -> list[int]:
        """Return who can run, after time has jumped if that was nobody."""
        now = self.stage.scheduler.time()
        found = self.stage.choices()
        last = self._moments[-1]
        if self.stage.scheduler.time() != now:
            self.may_have_fired = last.jumped
            values = self.stage.capture()
            awake = _awake_in(values)
            woke = {one: place for one, place in last.woke.items() if one not in awake - last.awake}
            self._moments[-1] = _Moment(values, awake, woke, last.jumped + 1)
        return found

    def step(self, component: int) -> Footprint:
        """Run a slice."""
        moment = self._moments[-1]
        _, recorder = self.stage.step(component)
        after = self.stage.capture()
        runner = self._setting.runner(component)
        if runner is not None:
            self._reader.effects(runner, recorder, moment.values, after)
        for shared, found in self.stage.hidden.items():
            if any(len(cell) > 1 and cell[1] == runner for cell in found):
                recorder.mark(("hidden", *shared), "W")
        footprint = recorder.footprint(component if runner is None else runner)
        place = len(self.footprints)
        self.wakers.append(moment.woke.get(footprint[0]))
        self.jumps.append(moment.jumped)
        earlier = 0
        for other in range(place - 1, -1, -1):
            if earlier >> other & 1:
                continue
            if self.jumps[other] < moment.jumped or dependent(self.footprints[other], footprint):
                earlier |= 1 << other | self.before[other]
        self.footprints.append(footprint)
        self.choices.append(component)
        self.before.append(earlier)
        awake = _awake_in(after)
        woke = {**moment.woke, **dict.fromkeys(awake - moment.awake, place)}
        self._moments.append(_Moment(after, awake, woke, moment.jumped))
        return footprint

    def pretend_to_fire(self, clock: int, jumped: int) -> None:
        """Add a slice in which the next timer fired, just before time jumped."""
        self.footprints.append((clock, {TIME: "W"}))
        self.choices.append(clock)
        self.before.append((1 << len(self.before)) - 1)
        self.wakers.append(None)
        self.jumps.append(jumped)

    def forget_last(self) -> None:
        """Remove the last slice from what is known of this execution."""
        for known in (self.footprints, self.choices, self.before, self.wakers, self.jumps):
            known.pop()


def _awake_in(values: dict[Cell, Any]) -> frozenset[int]:
    """Return the components that can run."""
    return frozenset([cell[1] for cell, value in values.items() if cell[0] is LIFE and value[0] is RUNNABLE])


class Traces:
    """Runs a system once for each truly different order.

    Args:
        setting: what all executions share.
        assembled: whether components that only wire others run first.
        judge: called with the stage at the end of each run.
        watch: called with the stage in its first state, and after each slice.
        give_up: called with the stage of each run that is given up before its end.

    Attributes:
        runs: how many orders were run to their end.
        blocked: how many runs were given up, since they only repeat others.
        complete: whether all were run.
        why_not: if not, why.
    """

    def __init__(
        self,
        setting: Setting,
        assembled: bool,
        judge: Callable[[Stage], Any],
        watch: Callable[[Stage], Any] | None = None,
        give_up: Callable[[Stage], Any] | None = None,
    ) -> None:
        self._setting = setting
        self._judge = judge
        self._watch = watch
        self._give_up = give_up
        self.runs = self.blocked = 0
        self.complete = False
        self.why_not = ""
        stage = Stage(setting)
        self.prefix = stage.assemble() if assembled else []
        stage.close()
        self._run = _Run(setting, self.prefix)

    def explore(self, seconds: float) -> Traces:
        """Run all orders that differ, or as many as there is time for."""
        until = time.perf_counter() + seconds
        nodes: list[_Node] = []
        if self._watch is not None:
            self._watch(self._run.stage)
        while True:
            self._go_on(nodes)
            while nodes and not self._next(nodes[-1]):
                nodes.pop()
            if not nodes:
                self.complete = not self.why_not
                return self
            self._run.begin_again([node.chosen for node in nodes[:-1]], self._watch)
            if time.perf_counter() > until:
                self.why_not = f"it was not done after {seconds:g} seconds"
                return self

    def _next(self, node: _Node) -> bool:
        """Choose what is still to be done at a place; return whether there is anything."""
        node.done.add(node.chosen)
        node.sleep[node.chosen] = node.footprint
        left = sorted(node.todo - node.done - node.sleep.keys())
        if left:
            runner = self._setting.runner(node.chosen)
            same = [choice for choice in left if self._setting.runner(choice) == runner]
            node.chosen = (same or left)[0]  # all that may become of the messages of one slice first
        return bool(left)

    def _go_on(self, nodes: list[_Node]) -> None:
        """Run the slice that was chosen at the last node, and on to an end."""
        run = self._run
        if nodes:
            run.runnable()
            self._slice(nodes)
        while True:
            enabled = run.runnable()
            self._note_races_of_clock(nodes)
            sleep: dict[int, Footprint] = {}
            if nodes:
                last = nodes[-1].footprint
                sleep = {one: mark for one, mark in nodes[-1].sleep.items() if not dependent(mark, last)}
            known = self._known(nodes[-1]) if nodes else {}
            there = [choice for one in enabled for choice in sorted({one, *known.get(one, ())})]
            free = [choice for choice in there if choice not in sleep]
            if not enabled or not free or len(nodes) >= SLICES:
                break
            nodes.append(_Node(enabled, sleep, free[0], known))
            nodes[-1].todo.update(choice for choice in enabled if self._setting.runner(choice) is None)
            self._slice(nodes)
        if not enabled:
            self.runs += 1
            self._judge(run.stage)
            return
        if free:
            self.why_not = f"a run had more than {SLICES} slices"
        else:
            self.blocked += 1
        if self._give_up is not None:
            self._give_up(run.stage)

    def _slice(self, nodes: list[_Node]) -> None:
        """Run the slice that was chosen at the last node, and note what it races with."""
        nodes[-1].footprint = self._run.step(nodes[-1].chosen)
        self._note_variants(nodes[-1])
        if self._watch is not None:
            self._watch(self._run.stage)
        self._note_races(nodes)

    def _known(self, node: _Node) -> dict[int, set[int]]:
        """Return the choices that are known for the next slices of components, after the slice at a node."""
        runner = self._setting.runner(node.chosen)
        return {component: choices for component, choices in node.known.items() if component != runner}

    def _note_variants(self, node: _Node) -> None:
        """Note what else may become of the messages of the slice that was run, as to be done."""
        runner = self._setting.runner(node.chosen)
        found = [] if runner is None else self._run.stage.variants(runner)
        if runner is not None and found:
            node.todo.update(found)
            node.known[runner] = set(found)

    def _note_races_of_clock(self, nodes: list[_Node]) -> None:
        """Where time has jumped, and the timer might have fired before: note with which slices that is in a race."""
        run = self._run
        jumped, run.may_have_fired = run.may_have_fired, None
        if jumped is None or TIMERS not in self._setting.world.faults:
            return
        run.pretend_to_fire(number_of_choice(self._setting, Choice(None)), jumped)
        self._note_races(nodes)
        run.forget_last()

    def _note_races(self, nodes: list[_Node]) -> None:
        """Note for each slice that the last one races with that they are still to be run the other way round."""
        run = self._run
        last = len(run.footprints) - 1
        new, before = run.footprints[last], run.before
        for place in range(last):
            if run.footprints[place][0] == new[0] or run.jumps[place] != run.jumps[last]:
                continue
            if run.wakers[last] != place and not dependent(run.footprints[place], new):
                continue
            if any(before[last] >> other & 1 and before[other] >> place & 1 for other in range(place + 1, last)):
                continue
            self._reverse(nodes[place], place, last)

    def _reverse(self, node: _Node, place: int, last: int) -> None:
        """Note at a place who must run there so that the last slice comes before the one that was run."""
        run = self._run
        mover = run.footprints[last][0]
        others = [other for other in range(place + 1, last) if not run.before[other] >> place & 1]
        wakes = any("K" in run.footprints[other][1].get((LIFE, mover), "") for other in others)
        if self._setting.runner(mover) is None:
            wakes = bool(others)  # one of them may have begun to wait for a time
        if mover not in node.enabled and not wakes:
            return
        initials, seen = [], set()
        for position, other in enumerate([*others, last]):
            component = run.footprints[other][0]
            if component in seen:
                continue
            seen.add(component)
            first = not any(run.before[other] >> earlier & 1 for earlier in others[:position])
            if first and component in node.enabled:
                initials.append(run.choices[other])
        initials = initials or list(node.enabled)
        if not any(one in node.todo or one in node.done for one in initials):
            node.todo.add(initials[0])
