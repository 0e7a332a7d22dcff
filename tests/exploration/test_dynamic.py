"""Systems that change while they run: components that are made, links that are cut, connections that come and go."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from kamlab import (
    Carousel,
    Component,
    Graphline,
    NewComponent,
    NoSpaceInBox,
    Pipeline,
    ProducerFinished,
    SimpleServer,
    TCPClient,
    explore,
)
from kamlab.exploration import CannotExplore
from kamlab.exploration.counts import backwards, interleavings
from kamlab.exploration.faults import FaultModel
from kamlab.exploration.footprint import watching
from kamlab.exploration.graph import Graph, NetworkMet
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from kamlab.net import SimplePeer, Simulated
from kamlab.parts import DataSource
from sampling import FULL, only_in_full

from . import oracle


@pytest.fixture(autouse=True)
def _watching() -> Iterator[None]:
    with watching():
        yield


class Keeps(Component):
    """Keeps what comes."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Any] = []

    def main(self) -> Any:
        while True:
            self.kept += self.messages()
            self.pause()
            yield


class Job(Component):
    """Puts its name before one message, and ends."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.label = name

    def main(self) -> Any:
        while not self.data_ready():
            if self.data_ready("control"):
                return
            self.pause()
            yield
        self.send(self.label + self.recv())


class Names(Component):
    """Sends the names of two jobs."""

    def main(self) -> Any:
        self.send("A", "signal")
        yield
        self.send("B", "signal")
        yield


def jobs() -> Keeps:
    """A Carousel that makes a component for each name."""
    keeps = Keeps()
    links = {("N", "signal"): ("C", "next"), ("D", "outbox"): ("C", "inbox"), ("C", "outbox"): ("K", "inbox")}
    Graphline(N=Names(), D=DataSource("x"), C=Carousel(Job), K=keeps, linkages=links).activate()
    return keeps


class Parent(Component):
    """Makes a component for each of two numbers, which sends it to a box of its own."""

    def main(self) -> Any:
        for number in range(2):
            child = Sends(number)
            self.link((child, "outbox"), (self, "inbox"))
            yield NewComponent(child)
        self.got: list[int] = []
        while len(self.got) < 2:
            self.got += self.messages()
            self.pause()
            yield


class Sends(Component):
    """Sends one number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def main(self) -> Any:
        yield
        self.send(self.number)


def family() -> Parent:
    """One that makes two."""
    return Parent().activate()


class Counts(Component):
    """Sends numbers, one a slice."""

    def main(self) -> Any:
        for number in range(2):
            self.send(number)
            yield


class Rewires(Component):
    """Links two others, and cuts the link again."""

    def __init__(self, source: Component, sink: Component) -> None:
        super().__init__()
        self.source, self.sink = source, sink

    def main(self) -> Any:
        yield
        link = self.link((self.source, "outbox"), (self.sink, "inbox"))
        yield
        self.unlink(link)


def rewired() -> Keeps:
    """A link that is made and cut while messages go over it."""
    counts, keeps = Counts(), Keeps()
    for component in (counts, keeps, Rewires(counts, keeps)):
        component.activate()
    return keeps


class Pushes(Component):
    """Sends numbers to a box with little room, and counts those for which there is none."""

    refused = 0

    def main(self) -> Any:
        for number in range(3):
            try:
                self.send(number)
            except NoSpaceInBox:
                self.refused += 1
            yield


class Narrows(Keeps):
    """Lets in one message at a time, then two."""

    def main(self) -> Any:
        self.set_inbox_size("inbox", 1)
        yield
        self.kept += self.messages()
        self.set_inbox_size("inbox", 2)
        yield
        self.kept += self.messages()


def narrowing() -> list[Any]:
    """A box whose size changes while it fills."""
    pushes, narrows = Pushes(), Narrows()
    Graphline(P=pushes, N=narrows, linkages={("P", "outbox"): ("N", "inbox")}).activate()
    return [pushes, narrows]


CHANGING: dict[str, tuple[Any, Any]] = {
    "family": (family, lambda parent: tuple(parent.got)),
    "rewired": (rewired, lambda keeps: tuple(keeps.kept)),
    "narrowing": (narrowing, lambda both: (both[0].refused, tuple(both[1].kept))),
}


class Echo(Component):
    """Sends back what comes over a connection."""

    def main(self) -> Any:
        while not self.data_ready("control"):
            for data in self.messages():
                self.send(data)
            self.pause()
            yield
        self.send(self.recv("control"), "signal")


class Asks(Component):
    """Sends a text, waits for as many bytes, and ends its connection."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.text, self.got = text, b""

    def main(self) -> Any:
        self.send(self.text)
        while len(self.got) < len(self.text) and not self.data_ready("control"):
            self.got += b"".join(self.messages())
            self.pause()
            yield
        self.send(ProducerFinished(self), "signal")


def ask(text: bytes) -> Asks:
    """Activate a client that asks an echo server."""
    asks = Asks(text)
    links = {
        ("A", "outbox"): ("C", "inbox"),
        ("A", "signal"): ("C", "control"),
        ("C", "outbox"): ("A", "inbox"),
        ("C", "signal"): ("A", "control"),
    }
    Graphline(A=asks, C=TCPClient("127.0.0.1", 1500), linkages=links).activate()
    return asks


def echoing() -> Asks:
    """An echo server and one client: connections are made and closed while they run."""
    SimpleServer(protocol=Echo, port=1500).activate()
    return ask(b"hello")


def refused() -> Asks:
    """A client that nobody listens to."""
    return ask(b"hello")


def datagrams(sent: Sequence[str] = ("one",)) -> Keeps:
    """Datagrams from one to another."""
    keeps = Keeps()
    Pipeline(SimplePeer(localport=1600), keeps).activate()
    Pipeline(DataSource(sent), SimplePeer("127.0.0.1", 1601, "localhost", 1600)).activate()
    return keeps


def bytes_of(keeps: Keeps) -> tuple[bytes, ...]:
    """Return the datagrams that were kept."""
    return tuple(data for data, _ in keeps.kept)


ON_NETWORK: dict[str, tuple[Any, Any]] = {
    "echo": (echoing, lambda asks: asks.got),
    "refused": (refused, lambda asks: asks.got),
}


def graph_of(system: Any, world: FaultModel | None = None, assembled: bool = False) -> Graph:
    """Return the complete graph of a system."""
    setting = Setting(system) if world is None else Setting(system, world=world)
    try:
        graph = Graph(setting, assembled).expand(100_000, 100.0)
    except NetworkMet:
        graph = Graph(setting, assembled).expand(100_000, 100.0)
    assert graph.complete, graph.why_not
    return graph


def seen_at_ends(graph: Graph, look: Any) -> set[Any]:
    """Return what is seen at the ends of a graph."""
    return {look(Stage(graph.setting).run(graph.path(end)).made) for end in graph.ends()}


@pytest.mark.parametrize("name", [*CHANGING, *ON_NETWORK] if FULL else ["rewired", "narrowing", "echo"])
def test_orders_are_those_of_running_ordinary_labs(name: str) -> None:
    """A system that changes, or is on a network, has as many orders and the same ends as labs in every order show."""
    system, look = {**CHANGING, **ON_NETWORK}[name]
    graph = graph_of(system)
    order = backwards(graph)
    assert order is not None
    assert (interleavings(graph, order), seen_at_ends(graph, look)) == oracle.orders_in_labs(system, look)


@pytest.mark.parametrize("name", [*CHANGING, "jobs"] if FULL else ["narrowing", "jobs"])
def test_random_runs_are_in_the_graph(name: str) -> None:
    """After each slice of a random run the real system is in the state that the graph says, and slices commute."""
    graph = graph_of({**CHANGING, "jobs": (jobs, None)}[name][0], assembled=True)
    assert oracle.differences(graph, 6)[1] == 0
    assert oracle.diamonds(graph)[1] == 0


def test_a_carousel_loses_a_message_if_the_next_one_is_asked_for_too_early() -> None:
    """Which of the components of a Carousel gets a message depends on the order, and all that can happen is found."""
    seen = set()
    result = explore(jobs, lambda keeps: seen.add(tuple(keeps.kept)))
    assert result.complete
    assert ("Ax",) in seen
    assert len(seen) > 1


def test_what_is_found_on_a_network_opens() -> None:
    """The shortest order on a network is played in a lab, to the same end."""
    result = explore(echoing, lambda asks: asks.got != b"hello")
    assert result.how == "all"
    assert result.different is None
    schedule = result.found[0]
    assert schedule.minimal
    with schedule.open() as lab:
        assert lab.step_number == schedule.step
        assert next(one for one in lab.components if isinstance(one, Asks)).got == b"hello"


def test_too_many_orders_on_a_network_are_drawn_and_open() -> None:
    """Where a network has too many states, orders are drawn, and the one that is shown opens as well."""
    result = explore(echoing, lambda asks: asks.got != b"hello", states=3, runs=4)
    assert result.how in ("all", "random and pct")
    drawn = explore(echoing, lambda asks: asks.got != b"hello", how="random", runs=2)
    for schedule in (*result.found, *drawn.found):
        with schedule.open() as lab:
            assert lab.step_number == schedule.step
    assert drawn.found


def test_a_network_is_not_explored_by_traces() -> None:
    """Which slices on a network depend on each other is not known, so that way is refused, with the reason."""
    with pytest.raises(CannotExplore, match="it uses a network, of which it is not known which slices depend"):
        explore(echoing, how="traces")


def test_what_cannot_be_seen_on_a_network_is_drawn_from() -> None:
    """A system on a network that holds what cannot be seen into is run in orders that are drawn, with both reasons."""

    def system() -> Any:
        asks: Any = echoing()
        asks.lock = threading.Lock()
        return asks

    result = explore(system, runs=2)
    assert result.how == "random and pct"
    assert "cannot be told apart" in result.why_not
    assert "it uses a network" in result.why_not


@pytest.mark.parametrize(
    ("fault", "sent", "expected"),
    [
        ("loss", ["one"], {(), (b"one",)}),
        pytest.param("duplication", ["one"], {(b"one",), (b"one", b"one")}, marks=only_in_full),
        pytest.param("reordering", ["one", "two"], {(b"one", b"two"), (b"two", b"one")}, marks=only_in_full),
    ],
)
def test_datagrams_may_be_lost_doubled_or_overtake_each_other(fault: str, sent: list[str], expected: set[Any]) -> None:
    """Where the inbox of what sends datagrams is called lossy, all that may become of them is found, and opens."""
    whole = tuple(text.encode() for text in sent)
    seen = set()

    def look(keeps: Keeps) -> bool:
        seen.add(bytes_of(keeps))
        return bytes_of(keeps) == whole

    result = explore(lambda: datagrams(sent), look, faults=fault, lossy="SimplePeer.inbox")
    assert result.complete
    assert seen == expected
    with result.found[0].open() as lab:
        kept = next(one for one in lab.components if isinstance(one, Keeps)).kept
        assert tuple(data for data, _ in kept) != whole


def test_bytes_may_arrive_while_components_run() -> None:
    """Where timers may fire early, so do those of what is under way: there are more orders, and they open."""
    result = explore(refused, lambda asks: asks.got == b"hello", faults="timers", most_faults=1)
    assert result.complete
    assert result.schedules is not None
    assert result.schedules > (explore(refused).schedules or 0)
    with result.found[0].open() as lab:
        assert lab.step_number == result.found[0].step


def test_the_conditions_of_a_network_are_part_of_its_state() -> None:
    """A network that draws what is lost draws the same in each order that draws as often."""

    def system(lab: Any) -> Keeps:
        lab.network.conditions = Simulated(loss=0.5, seed=3)
        return datagrams()

    result = explore(system)
    assert result.complete
    assert result.proved


def test_a_real_socket_is_never_called_proved() -> None:
    """A component that holds a real socket has a state that is not seen, which the result says."""

    class Binds(Component):
        def main(self) -> Any:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind(("127.0.0.1", 0))
                yield

    result = explore(lambda: Binds().activate(), runs=2)
    assert not result.proved
    assert "socket" in result.why_not
