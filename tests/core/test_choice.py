"""Who goes next: the chooser behind the door, and the user in its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlab import Component, Lab, SeededRandom
from kamlab.core.errors import KamlabError, UnknownComponent
from kamlab.core.task import task_of


class Counting(Component):
    def __init__(self, lines, times=3, **argd):
        super().__init__(**argd)
        self.lines, self.times = lines, times

    def main(self):
        for number in range(self.times):
            self.lines.append(f"{self.name}{number}")
            yield


class Sleeper(Component):
    def main(self):
        while True:
            self.pause()
            yield


def order_with(seed, names="abc", times=4):
    """Return the order of the slices of some components under a seed."""
    lines = []
    with Lab(chooser=SeededRandom(seed)) as lab:
        for name in names:
            Counting(lines, times, name=name).activate()
        lab.run()
    return lines


# -- random -------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_run():
    """Two runs of one system under one seed have the same slices in the same order."""
    assert order_with(7) == order_with(7)


def test_other_seeds_give_other_runs():
    """Different seeds find different orders, not only Axon's."""
    orders = {tuple(order_with(seed)) for seed in range(10)}
    assert len(orders) > 5


def test_every_component_keeps_its_own_order_under_any_seed():
    """Whatever the order among components, each one's slices follow each other."""
    lines = order_with(3)
    for name in "abc":
        assert [line for line in lines if line.startswith(name)] == [f"{name}{number}" for number in range(4)]


def test_a_reset_begins_the_same_choices_anew(make_lab):
    """After lab.reset() the same system runs in the same order again."""
    lab = make_lab(chooser=SeededRandom(5))
    orders = []
    for _ in range(2):
        lines = []
        for name in "abc":
            Counting(lines, 4, name=name).activate()
        lab.run()
        orders.append(lines)
        lab.reset()
    assert orders[0] == orders[1]


def test_a_chooser_is_given_only_those_who_can_run(make_lab):
    """A chooser chooses among the runnable; who sleeps or was stopped is not offered."""
    offered = []

    class Watching:
        def choose(self, runnable):
            offered.append([component.name for component in runnable])
            return 0

    make_lab(chooser=Watching())
    lines = []

    class Killer(Component):
        def main(self):
            victim.stop()
            yield

    Killer(name="killer").activate()
    victim = Counting(lines, name="victim").activate()
    Sleeper(name="sleeper").activate()
    Counting(lines, 2, name="c").activate()
    lab = task_of(victim).scheduler.world
    lab.run()
    assert offered[0] == ["killer", "victim", "sleeper", "c"]
    assert not any("victim" in names for names in offered[1:])
    assert all(names.count("sleeper") <= 1 for names in offered)
    assert offered[-1] != []


def test_a_round_under_a_chooser_has_as_many_slices_as_can_run(make_lab):
    """step_round() under a chooser runs as many slices as there are runnable components."""
    lab = make_lab(chooser=SeededRandom(1))
    lines = []
    for name in "abc":
        Counting(lines, 9, name=name).activate()
    assert lab.step_round().steps == 3
    assert lab.step_round().steps == 3


class Source(Component):
    def __init__(self, messages, **argd):
        super().__init__(**argd)
        self.to_send = messages

    def main(self):
        for message in self.to_send:
            self.send(message)
            yield


class Relay(Component):
    def main(self):
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Sink(Component):
    def __init__(self, **argd):
        super().__init__(**argd)
        self.got = []

    def main(self):
        while True:
            self.got.extend(self.messages())
            self.pause()
            yield


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    stages=st.integers(0, 4),
    widths=st.lists(st.integers(1, 3) | st.none(), min_size=5, max_size=5),
    sources=st.lists(st.integers(0, 12), min_size=1, max_size=3),
)
def test_any_pipeline_delivers_everything_in_order_under_any_choice(seed, stages, widths, sources):
    """Whatever the choices, every message of every source arrives once, and those of one source in order."""

    class Careful(Relay):
        def main(self):
            while True:
                while self.data_ready() and not self.outboxes["outbox"].is_full():
                    self.send(self.recv())
                self.pause()
                yield

    with Lab(chooser=SeededRandom(seed)) as lab:
        sink = Sink().activate()
        first = sink
        for width in widths[:stages]:
            relay = Careful().activate()
            relay.link((relay, "outbox"), (first, "inbox"), pipewidth=width)
            first = relay
        for number, count in enumerate(sources):
            source = Source([(number, index) for index in range(count)]).activate()
            source.link((source, "outbox"), (first, "inbox"))
        lab.run()
        assert not lab.failures
    for number, count in enumerate(sources):
        assert [index for source, index in sink.got if source == number] == list(range(count))
    assert len(sink.got) == sum(sources)


# -- the user -----------------------------------------------------------------------------------------


def test_the_user_may_say_who_goes_next(lab):
    """choose(component) or choose(name) gives that one the next slice; the others keep their order."""
    lines = []
    components = [Counting(lines, name=name).activate() for name in "abc"]
    lab.choose(components[2])
    lab.step()
    lab.choose("b")
    lab.step(2)
    assert lines == ["c0", "b0", "a0"]


def test_the_chosen_may_have_had_its_turn(lab):
    """One whose slice of this round is over may be chosen again."""
    lines = []
    for name in "abc":
        Counting(lines, name=name).activate()
    lab.step()
    lab.choose("a")
    lab.step(2)
    assert lines == ["a0", "a1", "b0"]


def test_the_users_choice_goes_before_the_choosers(make_lab):
    """Where a chooser decides, choose() decides before it, once."""
    lab = make_lab(chooser=SeededRandom(1))
    lines = []
    for name in "abcdefgh":
        Counting(lines, 5, name=name).activate()
    for name in "hgfedcba":
        lab.choose(name)
        lab.step()
    assert lines == [f"{name}0" for name in "hgfedcba"]


def test_choosing_a_sleeper_is_refused(lab):
    """Only who can run can go next; the error says what state it is in and who can."""
    Sleeper(name="zed").activate()
    lab.run()
    Counting([], name="anna").activate()
    with pytest.raises(KamlabError, match="zed cannot go next: it is waiting. These can: anna"):
        lab.choose("zed")
    with pytest.raises(UnknownComponent, match="nobody"):
        lab.choose("nobody")


def test_choosing_who_was_stopped_is_refused(lab):
    """A component that was stopped while it waited for its turn cannot be chosen."""
    victim = Counting([], name="victim").activate()
    Counting([], name="other").activate()
    lab.step(2)
    victim.stop()
    with pytest.raises(KamlabError, match="victim cannot go next: it is stopped. These can: other"):
        lab.choose(victim)


def test_runnable_lists_who_goes_next_in_order(lab):
    """lab.runnable() is the queue: who waits for a turn, then those who had theirs, then newcomers."""
    lines = []
    for name in "abc":
        Counting(lines, name=name).activate()
    assert [component.name for component in lab.runnable()] == ["a", "b", "c"]
    lab.step()
    Counting(lines, name="d").activate()
    assert [component.name for component in lab.runnable()] == ["b", "c", "a", "d"]
    lab.step(3)
    assert lines == ["a0", "b0", "c0", "a1"]
