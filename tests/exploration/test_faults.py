"""Faults as choices of the world: timers that fire early; messages that are lost, doubled or overtake others."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Graphline, Lab, explore
from kamlab.exploration import CannotExplore
from kamlab.exploration.cells import FAULTS, default_of
from kamlab.exploration.counts import backwards, different, interleavings
from kamlab.exploration.faults import FaultModel
from kamlab.exploration.footprint import watching
from kamlab.exploration.graph import Graph
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from kamlab.exploration.traces import Traces
from sampling import FULL

from . import oracle


@pytest.fixture(autouse=True)
def _watching() -> Iterator[None]:
    with watching():
        yield


class Works(Component):
    """Sends its result in its fourth slice."""

    def main(self) -> Any:
        for _ in range(3):
            yield
        self.send("result")


class Sleeps(Component):
    """Hopes that the result is there when it has slept."""

    got = None

    def main(self) -> Any:
        self.pause(1)
        yield
        self.got = self.recv() if self.data_ready() else "nothing"
        yield


class Sends(Component):
    """Sends numbers, one a slice."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.numbers = numbers

    def main(self) -> Any:
        for number in range(self.numbers):
            self.send(number)
            yield


class SendsAtOnce(Sends):
    """Sends numbers, all in one slice."""

    def main(self) -> Any:
        for number in range(self.numbers):
            self.send(number)
        yield


class Keeps(Component):
    """Keeps what has come whenever it is woken, and must not be woken for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[int] = []

    def main(self) -> Any:
        while True:
            if not self.any_ready():
                self.pause()
                yield
            self.kept.append(self.recv())


class Gathers(Keeps):
    """Takes all that has come when it is told to by a signal."""

    def main(self) -> Any:
        while not self.data_ready("control"):
            self.pause()
            yield
        self.kept = list(self.messages())


class Signals(Component):
    """Sends numbers, and a signal behind them."""

    def __init__(self, numbers: int) -> None:
        super().__init__()
        self.numbers = numbers

    def main(self) -> Any:
        for number in range(self.numbers):
            self.send(number)
        yield
        self.send("now", "signal")


class Ticks(Component):
    """Naps, for its own time, and sends it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def main(self) -> Any:
        self.pause(self.seconds)
        yield
        self.send(self.seconds)


def cured_by_sleep() -> Sleeps:
    """A race that seems to be cured, since the one that must come second sleeps."""
    sleeps = Sleeps()
    Graphline(W=Works(), S=sleeps, linkages={("W", "outbox"): ("S", "inbox")}).activate()
    return sleeps


def sending(sends: Callable[[int], Component], numbers: int, keeps: Callable[[], Keeps] = Keeps) -> Any:
    """Return a system of one that sends numbers and one that keeps them."""

    def system() -> Keeps:
        keep = keeps()
        links = {("S", "outbox"): ("K", "inbox"), ("S", "signal"): ("K", "control")}
        Graphline(S=sends(numbers), K=keep, linkages=links).activate()
        return keep

    return system


def ticking() -> Keeps:
    """Two that nap, and one that keeps what they send."""
    keep = Keeps()
    links = {("A", "outbox"): ("K", "inbox"), ("B", "outbox"): ("K", "inbox")}
    Graphline(A=Ticks(1), B=Ticks(2), K=keep, linkages=links).activate()
    return keep


LINK = ("Keeps.inbox",)
CASES: dict[str, tuple[Any, FaultModel]] = {
    "timers": (cured_by_sleep, FaultModel(("timers",))),
    "one timer": (ticking, FaultModel(("timers",), most=1)),
    "loss": (sending(Sends, 3), FaultModel(("loss",), LINK)),
    "duplication": (sending(Sends, 2), FaultModel(("duplication",), LINK)),
    "reordering": (sending(Sends, 3), FaultModel(("reordering",), LINK)),
    "all at once": (
        sending(SendsAtOnce, 2),
        FaultModel(
            (
                "loss",
                "duplication",
                "reordering",
            ),
            LINK,
        ),
    ),
    "at most one": (
        sending(Sends, 3),
        FaultModel(
            (
                "loss",
                "duplication",
            ),
            LINK,
            most=1,
        ),
    ),
    "timers and loss": (
        ticking,
        FaultModel(
            (
                "timers",
                "loss",
            ),
            LINK,
            most=1,
        ),
    ),
}

#: All together; KAMLAB_FULL=1 runs each.
SAMPLE = CASES if FULL else ["timers", "all at once", "timers and loss"]


def graph_of(name: str) -> Graph:
    """Return the complete graph of a case."""
    system, world = CASES[name]
    graph = Graph(Setting(system, world=world)).expand(100_000, 100.0)
    assert graph.complete, graph.why_not
    return graph


def brute_force(name: str) -> tuple[int, set[Any]]:
    """Run every order of choices from the beginning; return how many there are, and the states in which they end."""
    system, world = CASES[name]
    setting = Setting(system, world=world)
    first = Stage(setting)
    prefix = first.assemble()
    todo: list[list[int]] = [[]]
    count, ends = 0, set()
    while todo:
        path = todo.pop()
        stage = Stage(setting).run([*prefix, *path[:-1]])
        left = path[-1:]
        path = path[:-1]
        while can_run := stage.choices():
            if not left:
                todo += [[*path, other] for other in can_run[1:]]
            choice = left.pop() if left else can_run[0]
            stage.step(choice)
            if choice not in setting.choices:
                todo += [[*path, variant] for variant in stage.variants(choice)[1:]]
            path.append(choice)
        count += 1
        ends.add(frozenset((cell, value) for cell, value in stage.capture().items() if value != default_of(cell)))
    return count, ends


@pytest.mark.parametrize("name", SAMPLE)
def test_orders_are_those_of_running_every_choice(name: str) -> None:
    """There are as many orders, ends, and orders that truly differ as running the real system in all of them shows."""
    graph = graph_of(name)
    order = backwards(graph)
    assert order is not None
    number, ends = brute_force(name)
    told = {tuple(graph.states[end]) for end in graph.ends()}
    if FAULTS in graph.cells():  # how many there were is known to the graph alone
        slot = graph.cells().index(FAULTS)
        told = {state[:slot] + state[slot + 1 :] for state in told}
    assert (interleavings(graph, order), len(told)) == (number, len(ends))
    system, world = CASES[name]
    assert different(graph) == Traces(Setting(system, world=world), True, lambda stage: None).explore(100.0).runs


@pytest.mark.parametrize("name", SAMPLE)
def test_pairs_of_choices_that_are_independent_commute(name: str) -> None:
    """Two choices that are called independent lead to the same state in both orders."""
    graph = graph_of(name)
    assert oracle.diamonds(graph)[1] == 0


@pytest.mark.parametrize("name", SAMPLE)
def test_random_orders_are_in_the_graph(name: str) -> None:
    """After each choice of a random order the real system is in the state that the graph says."""
    graph, draw = graph_of(name), random.Random(1)
    for _ in range(6):
        stage, number = Stage(graph.setting).run(graph.prefix), 0
        while edges := graph.edges[number]:
            plain = [choice for choice, _, _ in edges if choice not in graph.setting.choices]
            assert plain == stage.runnable()
            choice, _, number = draw.choice(edges)
            stage.step(choice)
            stage.runnable()
            found, state = stage.capture(), graph.states[number]
            for cell in {*found, *graph.cells()} - {FAULTS}:
                assert graph.value(state, cell) == found.get(cell, default_of(cell))


def kept_with(faults: str, numbers: int = 3) -> set[tuple[int, ...]]:
    """Return what the one that takes all at the end can have."""
    seen: set[tuple[int, ...]] = set()

    def note(keep: Any) -> None:
        seen.add(tuple(keep.kept))

    result = explore(sending(Signals, numbers, Gathers), note, faults=faults, lossy="Gathers.inbox")
    assert result.complete
    return seen


def test_faults_do_what_their_names_say() -> None:
    """Any of the messages may be lost, any doubled, and they may come in any order."""
    numbers = range(3)
    subsets = {kept for size in range(4) for kept in itertools.combinations(numbers, size)}
    assert kept_with("loss") == subsets
    doubled = {
        tuple(number for number, times in zip(numbers, counts, strict=True) for _ in range(times))
        for counts in itertools.product((1, 2), repeat=3)
    }
    assert kept_with("duplication") == doubled
    assert kept_with("reordering") == set(itertools.permutations(numbers))


def test_a_cure_that_only_sleeps_is_refuted() -> None:
    """Where a timer may fire first, the shortest order in which it does is found, says so, and opens as a run."""

    def holds(sleeps: Any) -> bool:
        return bool(sleeps.got == "result")

    assert explore(cured_by_sleep, holds).proved
    result = explore(cured_by_sleep, holds, faults=("timers",))
    schedule = result.found[0]
    assert schedule.minimal
    assert schedule.faults == ((2, "the timer of Sleeps_3 fires first, at 1 s"),)
    assert "       the timer of Sleeps_3 fires first, at 1 s" in str(schedule)
    assert "with any faults of timers" in str(result)
    with schedule.open() as lab:
        assert lab.step_number == schedule.step
        assert next(event.component for event in lab.trace.events() if event.kind == "timer").got == "nothing"
        lab.goto(2)
        assert lab.clock.now() == 1.0
    again = Lab(build=cured_by_sleep, clock="virtual")
    again.replay(schedule.line)
    assert again.clock.now() == 1.0
    again.stop()


@pytest.mark.parametrize("fault", ["loss", "duplication", "reordering"])
def test_orders_with_faults_of_messages_open(fault: str) -> None:
    """The order in which a message meets its fate is played in a lab, by the shortest way and by one run each."""
    for how in ("all", "traces"):
        result = explore(
            sending(Sends, 2), lambda keep: keep.kept == [0, 1], faults=fault, lossy="Keeps.inbox", how=how
        )
        schedule = next(one for one in result.found if "invariant" in one.names)
        assert len(schedule.faults) == 1 or how == "traces"
        with schedule.open() as lab:
            assert lab.step_number == schedule.step
            kept = next(one for one in lab.components if isinstance(one, Keeps)).kept
            assert kept == {"loss": [1], "duplication": [0, 0, 1], "reordering": [1, 0]}[fault] or kept != [0, 1]
            assert not lab.failures


def test_a_lost_message_wakes_nobody() -> None:
    """A receiver that relies on being woken for a message only does not fail where messages are lost."""
    result = explore(sending(Sends, 2), faults="loss", lossy="Sends.outbox")
    assert result.complete
    assert not result.found


def test_drawn_orders_fire_timers_early_too() -> None:
    """Orders that are drawn have timers that fire early, and the order that is shown opens with them."""
    result = explore(cured_by_sleep, lambda sleeps: sleeps.got == "result", faults=("timers",), how="random", runs=60)
    assert result.found[0].faults
    with result.found[0].open() as lab:
        assert lab.clock.now() == 1.0


def test_drawn_orders_say_which_faults_were_left_out() -> None:
    """Messages are not lost in orders that are drawn, which the result says."""
    result = explore(sending(Sends, 2), faults="loss", lossy="Keeps.inbox", how="random", runs=3)
    assert "no faults of loss were drawn" in result.why_not


def test_a_system_that_ends_only_without_faults_is_no_livelock() -> None:
    """That faults could go on for ever is not called a livelock of the components."""

    class Asks(Component):
        def main(self) -> Any:
            while not self.data_ready():
                self.send("again")
                self.pause()
                yield
            self.recv()

    class Answers(Component):
        def main(self) -> Any:
            while not self.data_ready("control"):
                for _ in self.messages():
                    self.send("answer")
                self.pause(1)
                yield

    def system() -> None:
        links = {("A", "outbox"): ("B", "inbox"), ("B", "outbox"): ("A", "inbox")}
        Graphline(A=Asks(), B=Answers(), linkages=links).activate()

    result = explore(system, faults=("loss",), lossy="Asks.inbox", most_faults=1, states=60, seconds=2, runs=5)
    assert not any("livelock" in schedule.names for schedule in result.found)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"faults": "storms"}, r"faults='storms': it is one of 'timers', 'loss', 'duplication', 'reordering'"),
        ({"faults": 3}, r"faults=3: give names"),
        ({"faults": ["loss"]}, r"faults='loss': of which messages\? Name one end of the links: lossy='Shop.outbox'"),
        ({"lossy": "Keeps.inbox"}, r"lossy='Keeps.inbox': say what may happen to its messages"),
        ({"faults": "loss", "lossy": "Keeps"}, r"lossy='Keeps': give one end of a link"),
        (
            {"faults": "loss", "lossy": "Keep.inbox"},
            r"lossy='Keep.inbox': no message goes that way; the components are",
        ),
        ({"faults": "timers", "most_faults": 0}, r"most_faults=0: give a whole number above 0, or None"),
    ],
)
def test_arguments_that_cannot_be_understood_are_refused(arguments: dict[str, Any], said: str) -> None:
    """What is wrong with an argument is said, with what it may be."""
    with pytest.raises(CannotExplore, match=said):
        explore(sending(Sends, 1), **arguments)
