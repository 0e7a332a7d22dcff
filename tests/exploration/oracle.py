"""What explorations are compared with: every interleaving by running again, random runs, and pairs of slices."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from kamlab import Lab
from kamlab.exploration.cells import default_of
from kamlab.exploration.counts import dependence
from kamlab.exploration.graph import Graph
from kamlab.exploration.orders import ways
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage


def brute_force(system: Any, assembled: bool = True, fair: int | None = None) -> tuple[int, set[Any]]:
    """Run every interleaving from the beginning; return how many there are, and the states in which they end.

    With ``fair`` only those in which no component that can run is passed over more often than that in a row.
    """
    setting = Setting(system)
    first = Stage(setting)
    prefix = first.assemble() if assembled else []
    first.close()
    count, ends = 0, set()
    path: list[int] = []
    left: list[list[int]] = []
    while True:
        stage, passed = Stage(setting).run(prefix), dict[int, int]()
        for component in path:
            passed = pass_over(stage, component, passed)
        while can_run := stage.runnable():
            if fair is not None:
                can_run = [one for one in can_run if passed.get(one, 0) >= fair] or can_run
            if len(left) == len(path):
                left.append(can_run[1:])
                path.append(can_run[0])
            passed = pass_over(stage, path[-1], passed)
        count += 1
        ends.add(frozenset((cell, value) for cell, value in stage.capture().items() if value != default_of(cell)))
        stage.close()
        while left and not left[-1]:
            left.pop()
            path.pop()
        if not left:
            return count, ends
        path[-1] = left[-1].pop(0)


def pass_over(stage: Stage, component: int, passed: dict[int, int]) -> dict[int, int]:
    """Run a slice of a component; return how often each of the others was passed over in a row."""
    could = stage.runnable()
    stage.step(component)
    can = {stage.number_of(one) for one in stage.scheduler.runnable()}
    return {one: passed.get(one, 0) + 1 for one in could if one in can and one != component}


def differences(graph: Graph, runs: int, seed: int = 1, most: int = 60) -> tuple[int, int]:
    """Run a system in random orders beside its graph; return how many states were compared, and how many differ."""
    chooser = random.Random(seed)
    compared = differing = 0
    for _ in range(runs):
        stage, number = Stage(graph.setting).run(graph.prefix), 0
        for _ in range(most):
            edges = graph.edges[number]
            if stage.runnable() != [component for component, _, _ in edges]:
                differing += 1
                break
            if not edges:
                break
            component, _, number = chooser.choice(edges)
            stage.step(component)
            stage.runnable()
            compared += 1
            found = stage.capture()
            state = graph.states[number]
            cells = {*found, *graph.cells()}
            if any(graph.value(state, cell) != found.get(cell, default_of(cell)) for cell in cells):
                differing += 1
        stage.close()
    return compared, differing


def classes(graph: Graph) -> int:
    """Return how many classes of orders there are, where neighbours that are independent may change places.

    All orders are written down, and two that differ by such a swap are joined: for small graphs without cycles.
    """
    ask = dependence()
    orders = {order: place for place, order in enumerate(tuple(path) for path, _ in ways(graph))}
    joined = list(range(len(orders)))

    def first(place: int) -> int:
        while joined[place] != place:
            joined[place] = place = joined[joined[place]]
        return place

    leads = [{component: (slice_, target) for component, slice_, target in edges} for edges in graph.edges]
    for order, place in orders.items():
        number = 0
        for position, (one, other) in enumerate(pairwise(order)):
            here = leads[number]
            if one < other and other in here and not ask(here[one][0], here[other][0]):
                swapped = (*order[:position], other, one, *order[position + 2 :])
                joined[first(place)] = first(orders[swapped])
            number = here[one][1]
    return sum(first(place) == place for place in range(len(orders)))


def diamonds(graph: Graph) -> tuple[int, int]:
    """Return how many pairs of slices called independent lead to one state in both orders, and how many do not."""
    ask = dependence()
    right = wrong = 0
    for edges in graph.edges:
        for place, (one, slice_, target) in enumerate(edges):
            for other, second, elsewhere in edges[:place]:
                if ask(slice_, second):
                    continue
                there = {component: end for component, _, end in graph.edges[target]}
                here = {component: end for component, _, end in graph.edges[elsewhere]}
                if other in there and there.get(other) == here.get(one):
                    right += 1
                else:
                    wrong += 1
    return right, wrong


class Script:
    """A chooser that takes the given choices, then always the first, and notes how many could run."""

    seed = 0

    def __init__(self, script: list[int]) -> None:
        self._script = script
        self.restart()

    def restart(self) -> None:
        """Begin again; called when a lab is reset."""
        self.widths: list[int] = []

    def choose(self, runnable: Sequence[Any]) -> int:
        """Return the index of the component whose turn it is by the script, in the order of their names."""
        place = len(self.widths)
        self.widths.append(len(runnable))
        names = sorted((component.short_name, index) for index, component in enumerate(runnable))
        return names[self._script[place] if place < len(self._script) else 0][1]


def orders_in_labs(system: Callable[[], Any], look: Callable[[Any], Any], most: int = 500) -> tuple[int, set[Any]]:
    """Run a system in every order in ordinary labs; return how many there are, and what is seen at their ends."""
    script: list[int] = []
    count, seen = 0, set()
    while True:
        chooser, made = Script(script), list[Any]()
        lab = Lab(build=lambda made=made: made.append(system()), clock="virtual", chooser=chooser, record=False)
        lab.run(max_steps=most)
        count += 1
        seen.add(look(made[0]))
        lab.stop()
        script += [0] * (len(chooser.widths) - len(script))
        while script and script[-1] + 1 == chooser.widths[len(script) - 1]:
            script.pop()
        if not script:
            return count, seen
        script[-1] += 1
