"""The graph is compared with the system itself: run in every order, at random, and in pairs of slices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Backplane, Component, Pipeline, PublishTo, SubscribeTo
from kamlab.exploration.counts import backwards, different, interleavings
from kamlab.exploration.footprint import watching
from kamlab.exploration.graph import Graph
from kamlab.exploration.orders import ways
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from kamlab.exploration.traces import Traces
from sampling import FULL, sampled

from . import generated, oracle, systems

SMALL: dict[str, Any] = {
    **{builder.__name__: builder for builder in systems.HIDDEN if builder is not systems.letters},
    "lost update": systems.lost_update(),
    "chain": systems.chain(2),
    "news": systems.news(1, 1),
    "sleeping": systems.sleeping,
}
#: Of systems that are drawn; KAMLAB_FULL=1 runs the first hundred.
SEEDS = range(100) if FULL else [0, 2, 3, 4, 7, 194]
LARGER: dict[str, Any] = {
    "table": systems.table(),
    "bounded": systems.bounded,
    "ticking": systems.ticking,
    "news 2": systems.news(),
    "on demand": systems.on_demand,
    "chain 3": systems.chain(3),
}


@pytest.fixture(autouse=True)
def _watching() -> Iterator[None]:
    with watching():
        yield


def graph_of(system: Any, assembled: bool = True) -> Graph:
    """Return the complete graph of a system."""
    graph = Graph(Setting(system), assembled).expand(100_000, 100.0)
    assert graph.complete, graph.why_not
    return graph


def count(graph: Graph) -> int:
    """Return how many interleavings a graph has."""
    order = backwards(graph)
    assert order is not None
    return interleavings(graph, order)


@pytest.mark.parametrize("name", SMALL)
def test_counts_are_those_of_running_every_order(name: str) -> None:
    """Interleavings and ends are as many as running every order finds, also where no box holds the state."""
    graph = graph_of(SMALL[name])
    number, ends = oracle.brute_force(SMALL[name])
    assert (count(graph), len(graph.ends())) == (number, len(ends))


@pytest.mark.parametrize("name", ["sleeping", "changing"])
def test_the_orders_of_the_wiring_count_as_well(name: str) -> None:
    """Explored from the builder on, the counts include the orders in which a system is wired."""
    graph = graph_of(SMALL[name], assembled=False)
    number, ends = oracle.brute_force(SMALL[name], assembled=False)
    assert (count(graph), len(graph.ends())) == (number, len(ends))


@pytest.mark.parametrize("fair", [1, 2])
@pytest.mark.parametrize("name", ["sleeping", "lost update", "changing"])
def test_fair_orders_are_those_of_running_every_fair_order(name: str, fair: int) -> None:
    """Where no component may be passed over too often, the graph has exactly the orders that keep to that."""
    graph = Graph(Setting(SMALL[name]), fair=fair).expand(100_000, 100.0)
    number, _ = oracle.brute_force(SMALL[name], fair=fair)
    assert count(graph) == number <= count(graph_of(SMALL[name]))


@pytest.mark.parametrize("name", [*SMALL, "ticking"])
def test_orders_that_differ_are_as_many_as_a_second_algorithm_finds(name: str) -> None:
    """Sleep sets on the graph, and partial-order reduction by running again, count the same orders."""
    system = {**SMALL, **LARGER}[name]
    runs = Traces(Setting(system), True, lambda stage: None).explore(100.0)
    assert runs.complete
    assert different(graph_of(system)) == runs.runs


@pytest.mark.parametrize("name", [*SMALL, *LARGER])
def test_random_runs_are_in_the_graph(name: str) -> None:
    """After each slice of a random run the real system is in the state that the graph says, cell by cell."""
    compared, differing = oracle.differences(graph_of({**SMALL, **LARGER}[name]), 8)
    assert compared >= 24
    assert differing == 0


@pytest.mark.parametrize("name", [*SMALL, *LARGER])
def test_independent_slices_commute(name: str) -> None:
    """Two slices that are called independent lead to the same state in both orders."""
    right, wrong = oracle.diamonds(graph_of({**SMALL, **LARGER}[name]))
    assert wrong == 0
    assert right or name in ("reaching", "dice", "peering")


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_systems_agree_with_every_oracle(seed: int) -> None:
    """Systems whose code is drawn have the counts, the states and the commuting slices that running them shows."""
    system = generated.drawn(seed)
    graph = graph_of(system)
    if backwards(graph) is not None and count(graph) < 300:
        number, ends = oracle.brute_force(system)
        assert (count(graph), len(graph.ends())) == (number, len(ends))
        assert different(graph) == Traces(Setting(system), True, lambda stage: None).explore(100.0).runs
    assert oracle.differences(graph, 4)[1] == 0
    assert oracle.diamonds(graph)[1] == 0


def test_known_numbers() -> None:
    """The counts of well-known systems do not change by themselves."""
    graph = graph_of(systems.lost_update())
    assert (count(graph), different(graph), len(graph.ends())) == (256, 88, 4)
    graph = graph_of(systems.table(3))
    assert (count(graph), different(graph), len(graph.ends())) == (4_682_564_249_934, 985_640, 2)
    assert graph.real < 150


class Sends(Component):
    """Sends three numbers, one a second."""

    async def main(self) -> None:
        for number in range(3):
            self.send(number)
            await self.sleep(1)


def broadcast() -> systems.Keep:
    """A Backplane to which one publishes."""
    keep = systems.Keep()
    Backplane("TIME").activate()
    Pipeline(Sends(), PublishTo("TIME")).activate()
    Pipeline(SubscribeTo("TIME"), keep).activate()
    return keep


def test_who_is_activated_first_has_the_lower_number() -> None:
    """Names have numbers in the order of activation, and a Backplane names its boxes after components: they are seen.

    The graph has the 36,640 interleavings that running every one of them finds. Two Pipelines that activate their
    components commute only if nobody can tell the names: taken for independent, they left 66 orders that differ, and
    random runs whose boxes had other names than the graph said.
    """
    graph = graph_of(broadcast, assembled=False)
    assert (count(graph), different(graph)) == (36_640, 317)
    assert oracle.differences(graph, 30)[1] == 0
    assert oracle.diamonds(graph)[1] == 0


@pytest.mark.parametrize("name", sampled(["news", "sleeping", "lost update"], [*SMALL, "built"]))
def test_orders_that_differ_are_the_classes_of_all_orders(name: str) -> None:
    """Orders between which one comes by swapping independent neighbours are one: counted one by one, as many."""
    graph = graph_of(broadcast, assembled=False) if name == "built" else graph_of(SMALL[name])
    assert oracle.classes(graph) == different(graph)


@pytest.mark.parametrize("name", SMALL)
def test_schedules_are_all_orders_each_once(name: str) -> None:
    """The schedules that are listed are as many as the interleavings, and each is a real run to an end."""
    graph = graph_of(SMALL[name])
    found = [tuple(path) for path, _ in ways(graph)]
    assert len(set(found)) == len(found) == count(graph)
    for schedule in found[:: len(found) // 3 + 1]:
        assert Stage(graph.setting).run([*graph.prefix, *schedule]).runnable() == []


def test_schedules_of_a_system_without_end_are_those_that_end() -> None:
    """A way that goes in a circle is left, and the others are listed."""
    graph = graph_of(systems.corridor)
    assert backwards(graph) is None
    assert 0 < len([tuple(path) for path, _ in ways(graph)]) < 10_000


def test_a_cell_may_have_more_values_than_a_byte() -> None:
    """States are written again with more bytes, and are the same states."""
    graph = graph_of(lambda: systems.Count(300).activate())
    assert len(graph.states) == 302
    assert count(graph) == 1
    assert oracle.differences(graph, 1, most=400) == (301, 0)


def test_two_equal_places_in_the_code_are_two_states() -> None:
    """A generator that stands at the second T of LETTER is not in the state that it had at the first."""
    assert count(graph_of(systems.letters)) == 3432  # 14 slices, 7 of each


def test_limits_are_reached_and_told() -> None:
    """A graph with too many states says how many were explored, and is not complete."""
    graph = Graph(Setting(systems.table())).expand(50, 100.0)
    assert not graph.complete
    assert "there are more than 50 states" in graph.why_not


def test_a_complete_graph_keeps_no_more_than_it_needs() -> None:
    """Equal footprints are one object, and where a slice may run is not kept once nothing is looked up any more."""
    graph = graph_of(systems.lost_update())
    footprints = {slice_.kind: slice_.footprint for slice_ in graph.memory.slices}
    assert all(slice_.footprint is footprints[slice_.kind] for slice_ in graph.memory.slices)
    state = graph.states[0]
    (component, slice_, _) = graph.edges[0][0]
    assert graph.memory.find(component, graph._local(state, component), state) is None
    assert slice_.outcomes.find(state) is None
