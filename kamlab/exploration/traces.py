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
from typing import Any

from ..core.states import RUNNABLE
from . import cells
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


class _Run:
    """One execution: its footprints, which slices happen before which, and which slice woke whom."""

    def __init__(self, setting: Setting, reader: Reader, prefix: list[int]) -> None:
        self.stage = Stage(setting).run(prefix)
        self._reader = reader
        self.footprints: list[Footprint] = []
        self.choices: list[int] = []
        self.before: list[int] = []  # the slices before each, as bits
        self.wakers: list[int | None] = []
        self.jumps: list[int] = []  # how often time had jumped
        self._woke: dict[int, int] = {}
        self._jumped = 0
        #: How often time had jumped before it has jumped now, until that is looked at.
        self.may_have_fired: int | None = None
        self._values = self.stage.capture()
        self._awake = self._runs()

    def _runs(self) -> set[int]:
        return {cell[1] for cell, value in self._values.items() if cell[0] == cells.LIFE and value[0] is RUNNABLE}

    def runnable(self) -> list[int]:
        """Return who can run, after time has jumped if that was nobody."""
        now = self.stage.scheduler.time()
        found = self.stage.choices()
        if self.stage.scheduler.time() != now:
            self.may_have_fired = self._jumped
            self._jumped += 1
            self._values = self.stage.capture()
            self._note_woken(None)
        return found

    def step(self, component: int) -> Footprint:
        """Run a slice."""
        _, recorder = self.stage.step(component)
        after = self.stage.capture()
        runner = self.stage.setting.runner(component)
        if runner is not None:
            self._reader.effects(runner, recorder, self._values, after)
        for shared, found in self.stage.hidden.items():
            if any(len(cell) > 1 and cell[1] == component for cell in found):
                recorder.mark(("hidden", *shared), "W")
        footprint = recorder.footprint(component)
        self._values = after
        place = len(self.footprints)
        self.wakers.append(self._woke.get(component))
        self.jumps.append(self._jumped)
        earlier = 0
        for other in range(place - 1, -1, -1):
            if earlier >> other & 1:
                continue
            if self.jumps[other] < self._jumped or dependent(self.footprints[other], footprint):
                earlier |= 1 << other | self.before[other]
        self.footprints.append(footprint)
        self.choices.append(component)
        self.before.append(earlier)
        self._note_woken(place)
        return footprint

    def pretend_to_fire(self, clock: int, jumped: int) -> None:
        """Add a slice in which the next timer fired, just before time jumped."""
        self.footprints.append((clock, {cells.TIME: "W"}))
        self.choices.append(clock)
        self.before.append((1 << len(self.before)) - 1)
        self.wakers.append(None)
        self.jumps.append(jumped)

    def forget_last(self) -> None:
        """Remove the last slice from what is known of this execution."""
        for known in (self.footprints, self.choices, self.before, self.wakers, self.jumps):
            known.pop()

    def _note_woken(self, place: int | None) -> None:
        awake = self._runs()
        for component in awake - self._awake:
            if place is None:
                self._woke.pop(component, None)
            else:
                self._woke[component] = place
        self._awake = awake


class Traces:
    """Runs a system once for each truly different order.

    Args:
        setting: what all executions share.
        assembled: whether components that only wire others run first.
        judge: called with the stage at the end of each run.
        watch: called with the stage after each slice.

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
    ) -> None:
        self._setting = setting
        self._judge = judge
        self._watch = watch
        self._reader = Reader(setting)
        self.runs = self.blocked = 0
        self.complete = False
        self.why_not = ""
        stage = Stage(setting)
        self.prefix = stage.assemble() if assembled else []
        stage.close()

    def explore(self, seconds: float) -> Traces:
        """Run all orders that differ, or as many as there is time for."""
        until = time.perf_counter() + seconds
        nodes: list[_Node] = []
        while True:
            self._run(nodes)
            while nodes and not self._next(nodes[-1]):
                nodes.pop()
            if not nodes:
                self.complete = not self.why_not
                return self
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

    def _run(self, nodes: list[_Node]) -> None:
        """Run to an end, along the nodes as far as they go."""
        run = _Run(self._setting, self._reader, self.prefix)
        for place, node in enumerate(nodes):
            run.runnable()
            node.footprint = self._slice(run, node.chosen)
            self._note_variants(node, run)
            if place == len(nodes) - 1:
                self._note_races(nodes, run)
        while True:
            enabled = run.runnable()
            self._note_races_of_clock(nodes, run)
            sleep: dict[int, Footprint] = {}
            if nodes:
                last = nodes[-1].footprint
                sleep = {one: mark for one, mark in nodes[-1].sleep.items() if not dependent(mark, last)}
            known = self._known(nodes[-1]) if nodes else {}
            there = [choice for one in enabled for choice in sorted({one, *known.get(one, ())})]
            free = [choice for choice in there if choice not in sleep]
            if not enabled or not free or len(nodes) >= SLICES:
                break
            node = _Node(enabled, sleep, free[0], known)
            node.todo.update(choice for choice in enabled if self._setting.runner(choice) is None)
            nodes.append(node)
            node.footprint = self._slice(run, node.chosen)
            self._note_variants(node, run)
            self._note_races(nodes, run)
        if enabled and free:
            self.why_not = f"a run had more than {SLICES} slices"
        if enabled and not free:
            self.blocked += 1
        else:
            self.runs += 1
            self._judge(run.stage)
        run.stage.close()

    def _known(self, node: _Node) -> dict[int, set[int]]:
        """Return the choices that are known for the next slices of components, after the slice at a node."""
        runner = self._setting.runner(node.chosen)
        return {component: choices for component, choices in node.known.items() if component != runner}

    def _note_variants(self, node: _Node, run: _Run) -> None:
        """Note what else may become of the messages of the slice that was run, as to be done."""
        runner = self._setting.runner(node.chosen)
        found = [] if runner is None else run.stage.variants(runner)
        if runner is not None and found:
            node.todo.update(found)
            node.known[runner] = set(found)

    def _slice(self, run: _Run, component: int) -> Footprint:
        footprint = run.step(component)
        if self._watch is not None:
            self._watch(run.stage)
        return footprint

    def _note_races_of_clock(self, nodes: list[_Node], run: _Run) -> None:
        """Where time has jumped, and the timer might have fired before: note with which slices that is in a race."""
        jumped, run.may_have_fired = run.may_have_fired, None
        if jumped is None or TIMERS not in self._setting.world.faults:
            return
        run.pretend_to_fire(number_of_choice(self._setting, Choice(None)), jumped)
        self._note_races(nodes, run)
        run.forget_last()

    def _note_races(self, nodes: list[_Node], run: _Run) -> None:
        """Note for each slice that the last one races with that they are still to be run the other way round."""
        last = len(run.footprints) - 1
        new, before = run.footprints[last], run.before
        for place in range(last):
            if run.footprints[place][0] == new[0] or run.jumps[place] != run.jumps[last]:
                continue
            if run.wakers[last] != place and not dependent(run.footprints[place], new):
                continue
            if any(before[last] >> other & 1 and before[other] >> place & 1 for other in range(place + 1, last)):
                continue
            self._reverse(nodes[place], place, last, run)

    def _reverse(self, node: _Node, place: int, last: int, run: _Run) -> None:
        """Note at a place who must run there so that the last slice comes before the one that was run."""
        mover = run.footprints[last][0]
        others = [other for other in range(place + 1, last) if not run.before[other] >> place & 1]
        wakes = any("K" in run.footprints[other][1].get((cells.LIFE, mover), "") for other in others)
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
