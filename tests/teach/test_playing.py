"""A check plays every order where it can; otherwise it draws orders, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Graphline, Lab, ThreadedComponent
from kamlab.teach import Wrong
from kamlab.teach.actions import RUNS, TAKES, Action, Monitor
from kamlab.teach.orders import Orders, playing
from kamlab.teach.playing import _OneIsLate, play


class Says(Component):
    """Sends a word after some slices, or some time."""

    def __init__(self, word: str, slices: int = 0, seconds: float = 0) -> None:
        super().__init__()
        self.name = self.word = word
        self.slices, self.seconds = slices, seconds

    async def main(self) -> None:
        if self.seconds:
            await self.sleep(self.seconds)
        for _ in range(self.slices):
            await self.tick()
        self.send(self.word)


class Keeps(Component):
    """Keeps two words."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.kept = "keeps", []

    async def main(self) -> None:
        for _ in range(2):
            self.kept.append(await self.receive())


def of(*parts: Component, keeps: Component | None = None) -> Callable[[], Any]:
    """Return a system in which two components send to a third; they are made again each time."""

    def system() -> Any:
        kept = Keeps() if keeps is None else type(keeps)()
        again = [Says(part.word, part.slices, part.seconds) for part in parts if isinstance(part, Says)]
        wires = {(part.word, "outbox"): ("keeps", "inbox") for part in again}
        Graphline(**{part.word: part for part in again}, keeps=kept, linkages=wires).activate()
        return kept

    return system


def first_is_a(run: Any, _: Any) -> None:
    """Raise Wrong unless the word a came first."""
    if run.made.kept[:1] != ["a"]:
        raise Wrong(f"{run.made.kept} was kept.", run)


def anything(_run: Any, _state: Any) -> None:
    """Be content."""


def test_every_order_is_played_and_counted() -> None:
    """Where there are few states the sentence names the number of all orders, and that proves it."""
    played = play(of(Says("a"), Says("b")), anything)
    assert played.proved
    assert str(played).startswith("In all ")


def test_what_is_wrong_comes_with_a_shortest_order() -> None:
    """The order has no slice more than it takes, it can be replayed, and no seed has drawn it."""
    with pytest.raises(Wrong, match="'b', 'a'") as caught:
        play(of(Says("a"), Says("b")), first_is_a)
    run = caught.value.run
    assert run is not None
    assert run.seed is None
    assert (run.made.kept, run.step) == (["b", "a"], 5)
    assert run.line.startswith("kamlab")


@pytest.mark.parametrize("slices", [40, 60])
def test_waiting_for_slices_is_no_cure(slices: int) -> None:
    """An answer that lets the other go first by waiting for many slices is refused."""
    with pytest.raises(Wrong, match="'b', 'a'"):
        play(of(Says("a"), Says("b", slices=slices)), first_is_a)


def test_waiting_for_the_clock_is_no_cure() -> None:
    """A timer may fire before the others have run, unless the check says that none does."""
    late = of(Says("a"), Says("b", seconds=1))
    with pytest.raises(Wrong, match="'b', 'a'") as caught:
        play(late, first_is_a)
    assert caught.value.run is not None
    assert play(late, first_is_a, early=False).proved


class Threaded(ThreadedComponent):
    """Ends at once, in a thread of its own."""

    def main(self) -> None:
        self.pause(0.01)


def test_where_not_every_order_can_be_played_orders_are_drawn() -> None:
    """A system with a thread is played in orders that are drawn, and the sentence says how many."""

    def system() -> None:
        Threaded().activate()

    played = play(system, anything)
    assert not played.proved
    assert str(played).endswith("drawn orders")


class Peeks(Keeps):
    """Changes a variable of another component, or reads it."""

    other: Any = None
    changes = True

    async def main(self) -> None:
        if self.changes:
            self.other.slices = 7
        self.kept.append(self.other.slices)


@pytest.mark.parametrize(("changes", "word"), [(True, "changes"), (False, "reads")])
def test_variables_of_others_are_out_of_reach(changes: bool, word: str) -> None:
    """A component that changes or reads a variable of another one is refused, and both and the variable are named."""

    def system() -> Any:
        says, peeks = Says("a"), Peeks()
        peeks.other, peeks.changes = says, changes
        Graphline(a=says, keeps=peeks, linkages={("a", "outbox"): ("keeps", "inbox")}).activate()
        return peeks

    with pytest.raises(Wrong, match=f"keeps {word} the variable slices of a"):
        play(system, anything)


class Asks(Keeps):
    """Asks another component how it stands, or its own child."""

    other: Any = None

    async def main(self) -> None:
        if self.other is None:
            self.add_children(Says("child"))
            self.kept.append(self.child_components()[0].is_stopped())
        else:
            self.kept.append(self.other.data_ready() or self.other.asleep)


def test_how_another_component_stands_is_out_of_reach() -> None:
    """A component that asks whether another one sleeps or has messages is refused; its own children it may ask."""

    def system(own: bool = False) -> Any:
        says, asks = Says("a"), Asks()
        asks.other = None if own else says
        Graphline(a=says, keeps=asks, linkages={("a", "outbox"): ("keeps", "inbox")}).activate()
        return asks

    with pytest.raises(Wrong, match="keeps asks for data_ready of a"):
        play(system, anything)
    play(lambda: system(own=True), anything, explores=False, drawn=10)


def test_in_fair_orders_one_component_may_be_late() -> None:
    """It gets no slice for at least twenty of them, and then it does again; alone it is not left out."""
    for seed in range(20):
        late = _OneIsLate(seed)
        drawn = "".join("abc"[late.choose("abc")] for _ in range(300))
        assert max(len(without) for name in "abc" for without in drawn.split(name)) >= 20
        assert set(drawn[200:]) == set("abc")
    assert [_OneIsLate(seed).choose("a") for seed in range(50)] == [0] * 50


class NoB(Monitor):
    """The word b is never taken; twice a part of its own."""

    attributes = ("kept",)

    def see(self, state: Any, action: Action) -> Any:
        """Look at what is taken, and at what is kept."""
        if action.kind == TAKES and action.message == "b":
            raise Wrong("b came in step {step}.", part=1)
        if action.kind == RUNS and action.now.get("kept") == ("b", "a"):
            raise Wrong("b was kept first in step {step}.")
        return state


def test_a_monitor_sees_each_moment_and_the_first_part_matters_first() -> None:
    """What is wrong with the first part of an exercise is said, although the second part went wrong before."""
    with pytest.raises(Wrong, match=r"b was kept first in step \d+\.") as caught:
        play(of(Says("a"), Says("b")), anything, monitor=NoB())
    assert caught.value.part == 0


def test_the_orders_that_are_drawn_begin_with_the_seed_of_the_check() -> None:
    """A graded check begins with a seed that nobody knew before."""
    seeds = []
    with playing(Orders(first_seed=70)) as orders:
        play(of(Says("a"), Says("b")), lambda run, _: seeds.append(run.seed))
    assert min(seed for seed in seeds if seed is not None) == 70
    assert orders.played == len(seeds)


@pytest.mark.parametrize(
    "late", [Says("b"), Says("b", slices=5), Says("b", seconds=1)], ids=["soon", "slices", "timer"]
)
def test_the_order_that_went_wrong_can_be_replayed(late: Says) -> None:
    """Its line leads to the same end in a lab without a chooser, also where a timer fires early."""
    system = of(Says("a"), late)
    with pytest.raises(Wrong) as caught:
        play(system, first_is_a)
    run = caught.value.run
    assert run is not None
    kept: list[Any] = []
    with Lab(build=lambda: kept.append(system()), clock="virtual") as lab:
        lab.replay(run.line, to=caught.value.step)
        assert (lab.step_number, kept[-1].kept) == (run.step, ["b", "a"])
