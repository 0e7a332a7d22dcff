"""Where only whom a component feeds differs, a slice is not run again: its footprint follows from the links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component
from kamlab.exploration.cells import FEEDERS, Cell
from kamlab.exploration.counts import backwards, different, interleavings
from kamlab.exploration.footprint import Footprint, watching
from kamlab.exploration.graph import Graph
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from kamlab.exploration.traces import Traces

from . import oracle, systems


class Feeding(Component):
    """Says something in two boxes, and waits for messages between."""

    Outboxes = ("outbox", "spare")

    async def main(self) -> None:
        self.send(1)
        await self.receive()
        self.send(2, "spare")
        await self.receive()


class Sink(Component):
    """Takes all that comes."""

    async def main(self) -> None:
        while True:
            await self.receive()


class Wirer(Component):
    """Links the spare outbox of another late, and wakes it before and after."""

    Outboxes = ("outbox",)

    def __init__(self, feeding: Feeding, sink: Sink) -> None:
        super().__init__()
        self.feeding, self.sink = feeding, sink

    def main(self) -> Iterator[int]:
        self.send("go")
        yield 1
        self.link((self.feeding, "spare"), (self.sink, "inbox"))
        yield 1
        self.send("go on")


def wired_late() -> None:
    """Activate a component that feeds a second sink only from when a third one links it."""
    feeding, near, far = Feeding(), Sink(), Sink()
    wirer = Wirer(feeding, far)
    wirer.link((wirer, "outbox"), (feeding, "inbox"))
    wirer.link((feeding, "outbox"), (near, "inbox"))
    for component in (feeding, near, far, wirer):
        component.activate()


SYSTEMS: dict[str, Any] = {
    "lost update 2": systems.lost_update(2),
    "lost update 3": systems.lost_update(3),
    "philosophers 2": systems.table(2),
    "chain": systems.chain(3),
    "on demand": systems.on_demand,
    "wired late": wired_late,
}


@pytest.fixture(autouse=True)
def _watching() -> Iterator[None]:
    with watching():
        yield


def graph_of(system: Any) -> Graph:
    """Return the complete graph of a system."""
    return Graph(Setting(system)).expand(100_000, 100.0)


def fed(footprint: Footprint) -> dict[Cell, str]:
    """Return what a footprint says of the inboxes that components feed."""
    return {cell: letters for cell, letters in footprint[1].items() if cell[0] == FEEDERS}


def real_footprint(graph: Graph, number: int, component: int) -> Footprint:
    """Return the footprint of a slice that is run in a state, in the engine."""
    stage = Stage(graph.setting).run(graph.path(number))
    found, _ = stage.step(component)
    stage.close()
    return found


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_footprint_that_was_worked_out_is_that_of_the_slice_that_runs(name: str) -> None:
    """For each slice that is known the footprint is what the engine tells of it in the last state in which it runs."""
    graph = graph_of(SYSTEMS[name])
    last = {}
    for number in range(len(graph.states)):
        for component, slice_, _ in graph.edges[number]:
            last[slice_.place] = number, component, slice_
    for number, component, slice_ in last.values():
        assert fed(slice_.footprint) == fed(real_footprint(graph, number, component))


def test_slices_that_differ_only_in_whom_they_feed_run_once() -> None:
    """With three clients most slices are known from a state in which other clients are still linked."""
    graph = graph_of(systems.lost_update(3))
    assert graph.real < len(graph.memory.slices) / 2


def test_a_system_that_is_wired_while_it_runs_agrees_with_every_order() -> None:
    """A link that is made late counts for whom its owner feeds: orders and ends are those of running all."""
    graph = graph_of(wired_late)
    order = backwards(graph)
    assert order is not None
    count, ends = oracle.brute_force(wired_late)
    assert (interleavings(graph, order), len(graph.ends())) == (count, len(ends))
    assert oracle.differences(graph, 40)[1] == 0
    assert different(graph) == Traces(Setting(wired_late), True, lambda stage: None).explore(100.0).runs
