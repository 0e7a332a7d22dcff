"""Wherever a component can keep a number, two states that differ in it are told apart, or the graph is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component
from kamlab.exploration.executions import Differs
from kamlab.exploration.footprint import watching
from kamlab.exploration.graph import Graph
from kamlab.exploration.kinds import Opaque
from kamlab.exploration.setting import Setting
from sampling import sampled

from . import oracle
from .places import PLACES, Place


class Says(Component):
    """Sends one number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def main(self) -> Any:
        yield
        self.send(self.number)


class Holds(Component):
    """Counts in a place of its own with what it receives, and tells the number in the end."""

    told: Any = None
    place: Place

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.get, self.put_there, self.held = place.get, place.put, place.make()
        self.left = 2

    def main(self) -> Any:
        while self.left:
            for number in self.messages():
                self.left -= 1
                if number != self.left:  # put only if they come in this order
                    self.put_there(self.held, number)
                number = 0  # a variable would tell the order as well
            if self.left:
                self.pause()
            yield
        yield
        self.told = self.get(self.held)


class Changes(Component):
    """Changes a place that others hold as well, and tells what is there later."""

    told: Any = None

    def __init__(self, place: Place, held: Any, number: int) -> None:
        super().__init__()
        self.get, self.put_there, self.held, self.number = place.get, place.put, held, number

    def main(self) -> Any:
        yield
        self.put_there(self.held, self.number)
        yield
        self.told = self.get(self.held)


def own(place: Place) -> Callable[[], Any]:
    """Return a system in which a component keeps by the order of two messages what cannot be read elsewhere."""

    def system() -> Any:
        holds = Holds(place)
        says = [Says(1), Says(2)]
        for one in says:
            one.link((one, "outbox"), (holds, "inbox"))
            one.activate()
        return holds.activate()

    return system


def shared(place: Place) -> Callable[[], Any]:
    """Return a system of two that change a place that both hold."""

    def system() -> Any:
        held = place.make()
        return [Changes(place, held, 1).activate(), Changes(place, held, 2).activate()]

    return system


#: What no fingerprint sees into: objects of C that do not tell, and what is not made again with the system.
UNSEEN = {
    *("memoryview", "queue", "cache", "context", "weak reference", "weak values", "file in memory", "thread's own"),
    *("iterator of a deque", "denied dict", "member of an enum"),
}


def graph_of(system: Callable[[], Any]) -> Graph:
    """Return the graph of a system."""
    return Graph(Setting(system)).expand(100_000, 100.0)


@pytest.fixture(autouse=True)
def _watching() -> Iterator[None]:
    with watching():
        yield


@pytest.mark.parametrize("name", sampled([*list(PLACES)[::5], "memoryview"], list(PLACES)))
@pytest.mark.parametrize("kind", sampled([own], [own, shared]))
def test_what_a_component_keeps_is_seen_or_refused(kind: Any, name: str) -> None:
    """Two states that differ in a number kept anywhere are two states, as in real runs; or the system is refused."""
    system = kind(PLACES[name])
    if name in UNSEEN:
        with pytest.raises((Opaque, Differs)):
            graph_of(system)
        return
    graph = graph_of(system)
    assert len(graph.ends()) == len(oracle.brute_force(system)[1])
    assert oracle.differences(graph, 10)[1] == 0
    assert oracle.diamonds(graph)[1] == 0


@pytest.mark.parametrize("name", ["slot", "namespace", "OrderedDict", "value stack", "error's frame", "tee"])
def test_what_two_components_hold_is_seen_by_both(name: str) -> None:
    """Two components that change one object have the ends that real runs have."""
    test_what_a_component_keeps_is_seen_or_refused(shared, name)
