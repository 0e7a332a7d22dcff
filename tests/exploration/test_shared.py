"""Shared variables: what an exploration sees of them, compared with running every order."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Lab, Shared, explore
from kamlab.core import shared
from kamlab.exploration import CannotExplore
from kamlab.exploration.counts import backwards, different, interleavings
from kamlab.exploration.footprint import watching
from kamlab.exploration.graph import Graph
from kamlab.exploration.setting import Setting
from kamlab.exploration.traces import Traces
from sampling import FULL

from . import oracle


class Adds(Component):
    """Adds one to a variable in two slices."""

    def __init__(self, total: Shared[int]) -> None:
        super().__init__()
        self.total = total

    def main(self) -> Any:
        seen = self.total.value
        yield
        self.total.value = seen + 1


class Updates(Adds):
    """Adds one to a variable in one slice."""

    def main(self) -> Any:
        yield
        self.total.update(lambda number: number + 1)


class Reads(Adds):
    """Reads a variable twice."""

    seen = 0

    def main(self) -> Any:
        self.seen = self.total.value
        yield
        self.seen += self.total.value


class Appends(Component):
    """Changes a list that a variable holds, and never assigns it."""

    def __init__(self, kept: Shared[list[str]], letter: str) -> None:
        super().__init__()
        self.kept, self.letter = kept, letter

    def main(self) -> Any:
        yield
        self.kept.value.append(self.letter)
        yield


class Late(Component):
    """Makes a variable of its own in its second slice, and gives it to nobody."""

    def main(self) -> Any:
        yield
        own = Shared(1)
        yield
        own.value += 1
        yield


def two_of(kind: Any) -> Any:
    """Return a system of two components of a class with one variable."""

    def system() -> Shared[int]:
        total = Shared(0)
        kind(total).activate()
        kind(total).activate()
        return total

    return system


def reader_and_writer() -> Shared[int]:
    """Two that read, and one that writes."""
    total = Shared(0)
    for kind in (Reads, Reads, Adds):
        kind(total).activate()
    return total


def appending() -> Shared[list[str]]:
    """Two that change one list."""
    kept: Shared[list[str]] = Shared([])
    Appends(kept, "a").activate()
    Appends(kept, "b").activate()
    return kept


def late() -> None:
    """Two that make variables while they run."""
    Late().activate()
    Late().activate()


SYSTEMS: dict[str, Any] = {
    "adds": two_of(Adds),
    "updates": two_of(Updates),
    "reads": two_of(Reads),
    "reader and writer": reader_and_writer,
    "appending": appending,
    "late": late,
}


def graph_of(system: Any) -> Graph:
    """Return the complete graph of a system."""
    graph = Graph(Setting(system)).expand(100_000, 100.0)
    assert graph.complete
    return graph


@pytest.mark.parametrize("name", SYSTEMS if FULL else ["adds", "appending", "late"])
def test_variables_are_explored_as_running_every_order_does(name: str) -> None:
    """Orders, ends, orders that differ, random runs and pairs of slices are what the real system shows."""
    with watching():
        graph = graph_of(SYSTEMS[name])
        number, ends = oracle.brute_force(SYSTEMS[name])
        order = backwards(graph)
        assert order is not None
        assert (interleavings(graph, order), len(graph.ends())) == (number, len(ends))
        assert different(graph) == Traces(Setting(SYSTEMS[name]), True, lambda stage: None).explore(100.0).runs
        assert oracle.differences(graph, 4)[1] == 0
        assert oracle.diamonds(graph)[1] == 0


def test_reads_commute() -> None:
    """Components that only read a variable have one order that differs from no other."""
    assert explore(two_of(Reads)).different == 1


def test_a_lost_update_is_found_in_its_shortest_order() -> None:
    """The shortest order in which one component overwrites the other opens, and the variable shows it."""
    result = explore(two_of(Adds), lambda total: total.value == 2)
    schedule = result.found[0]
    assert (schedule.names, schedule.slices, schedule.minimal) == (("invariant",), 4, True)
    lab = schedule.open()
    assert lab.step_number == 4
    lab.stop()
    assert explore(two_of(Updates), lambda total: total.value == 2).proved


def test_a_predicate_may_ask_for_the_variable_itself() -> None:
    """A predicate that is asked at every state sees each value that the variable has."""
    result = explore(two_of(Adds), always=lambda total: total.value < 2)
    assert result.found[0].names == ("always",)


def test_a_variable_from_outside_is_refused() -> None:
    """A variable that the builder did not make keeps its value from run to run, which is told."""
    outer = Shared(0)

    def system() -> None:
        Adds(outer).activate()
        Adds(outer).activate()

    with pytest.raises(CannotExplore, match="a Shared variable was not made by the builder: make it in the function"):
        explore(system)


def test_a_variable_is_an_ordinary_one_in_a_lab() -> None:
    """In a lab a variable is read and written as any attribute is, and shows what it holds."""
    with Lab(clock="virtual") as lab:
        total = two_of(Updates)()
        lab.run()
    assert repr(total) == "Shared(2)"
    assert shared.listener is None
