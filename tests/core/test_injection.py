"""An exception or an interrupt at every slice of a small system leaves the lab usable."""

from __future__ import annotations

import itertools
import signal

import pytest

from kamlab import Component, NewComponent, ProducerFinished, WaitComplete
from kamlab.core.states import ALIVE
from kamlab.core.task import task_of

MESSAGES = 5


class Watched(Component):
    """Calls the lab's ``strike`` in every slice."""

    def strike(self):
        lab = self._task.scheduler.world
        lab.strike(lab.step_number)


class Source(Watched):
    """Sends some numbers, and waits for room before each."""

    async def main(self):
        for number in range(MESSAGES):
            while self.outboxes["outbox"].is_full():
                self.pause()
                await self.tick()
            self.send(number)
            self.strike()
            await self.sleep(0)
        self.send(ProducerFinished(self), "signal")


class Relay(Watched):
    """Passes everything on, one part of its work done by a generator it waits for."""

    def main(self):
        yield WaitComplete(self.warm_up())
        while True:
            self.strike()
            while self.data_ready() and not self.outboxes["outbox"].is_full():
                self.send(self.recv())
            if self.data_ready("control") and not self.data_ready():
                self.send(self.recv("control"), "signal")
                return
            self.pause()
            yield

    def warm_up(self):
        for _ in range(2):
            self.strike()
            yield


class Sink(Watched):
    def __init__(self, got):
        super().__init__()
        self.got = got

    def main(self):
        while True:
            self.strike()
            self.got.extend(self.messages())
            if self.data_ready("control") and not self.data_ready():
                return
            self.pause()
            yield


class Whole(Watched):
    """Contains the others and ends when they have."""

    def __init__(self, got):
        super().__init__()
        self.got = got

    def main(self):
        parts = Source(), Relay(), Relay(), Sink(self.got)
        self.add_children(*parts)
        for one, two in itertools.pairwise(parts):
            self.link((one, "outbox"), (two, "inbox"), pipewidth=2 if two is not parts[-1] else None)
            self.link((one, "signal"), (two, "control"))
        yield NewComponent(*parts)
        while not self.children_done():
            self.strike()
            self.pause()
            yield


class Injected(Exception):
    """What the tests throw."""


@pytest.fixture
def build(make_lab):
    """Build the system in a fresh lab; ``strike`` is called with the number of the slice in each of them."""

    def builder(strike, **how):
        lab = make_lab(**how)
        lab.strike = strike
        lab.got = []
        Whole(lab.got).activate()
        return lab

    return builder


def count_slices(build):
    """Return how many slices the undisturbed system has."""
    lab = build(lambda step: None)
    assert lab.run().reason == "finished"
    assert lab.got == list(range(MESSAGES))
    assert lab.failures == []
    return lab.step_number


def check_consistent(lab):
    """Assert that what the lab says of itself fits together."""
    scheduler = lab.scheduler
    assert scheduler.driver is None
    assert scheduler.running is None
    assert lab.state in ("new", "paused", "finished")
    queued = [*scheduler.queue, *scheduler.done]
    assert len({id(component) for component in queued}) == len(queued)
    for component in scheduler.members.values():
        assert task_of(component).life in ALIVE
    for component in scheduler.members.values():
        due = component in queued or component in scheduler.wakes or component in scheduler.pauses
        assert due or task_of(component).life != "runnable", component
    events = lab.trace.events()
    steps = [event.step for event in events]
    assert steps == sorted(steps)
    assert all(str(event) for event in events)


def check_usable(lab):
    """Assert that the lab still runs, can be reset, and runs the system again."""
    outcome = lab.run(timeout=20)
    assert outcome.reason in ("finished", "stuck")
    check_consistent(lab)
    lab.strike = lambda step: None
    lab.reset()
    assert (lab.step_number, lab.failures, lab.components) == (0, [], [])
    got = []
    Whole(got).activate()
    assert lab.run(timeout=20).reason == "finished"
    assert got == list(range(MESSAGES))


@pytest.mark.parametrize("how", ["run", "step", "not recorded"])
def test_an_exception_at_every_slice(build, how):
    """Whoever is hit by an exception fails alone; the rest goes on as far as it can, and the lab stays usable."""
    slices = count_slices(build)
    struck = 0
    for at in range(1, slices + 1):
        lab = build(lambda step, at=at: throw(step, at), record=how != "not recorded")
        if how == "step":
            while lab.step(timeout=1):
                pass
        else:
            lab.run(timeout=20)
        struck += len(lab.failures)
        for failed in lab.failures:
            assert isinstance(failed.error, Injected)
            assert failed not in lab
        assert len(lab.failures) <= 1
        check_consistent(lab)
        check_usable(lab)
    assert struck > slices / 2


def throw(step, at):
    if step == at:
        raise Injected(str(at))


@pytest.mark.parametrize("record", [True, False])
def test_an_interrupt_at_every_slice(build, record):
    """An interrupt in any slice stops the lab after it; when it goes on, every message arrives, and nothing is lost."""
    slices = count_slices(build)
    struck = 0
    for at in range(1, slices + 1):

        def strike(step, at=at):
            if step == at:
                signal.raise_signal(signal.SIGINT)

        lab = build(strike, record=record)
        try:
            lab.run(timeout=20)
        except KeyboardInterrupt:
            struck += 1
            assert lab.step_number == at
        check_consistent(lab)
        assert lab.run(timeout=20).reason == "finished"
        assert lab.got == list(range(MESSAGES))
        assert lab.failures == []
        check_usable(lab)
    assert struck > slices / 2


def test_a_keyboard_interrupt_raised_inside_every_slice(build):
    """A KeyboardInterrupt that strikes inside a component fails that one and ends the run, which can go on."""
    slices = count_slices(build)
    for at in range(1, slices + 1):

        def strike(step, at=at):
            if step == at:
                raise KeyboardInterrupt

        lab = build(strike)
        try:
            lab.run(timeout=20)
        except KeyboardInterrupt:
            assert len(lab.failures) == 1
        check_consistent(lab)
        check_usable(lab)


def test_stopping_the_lab_at_every_slice(build):
    """lab.stop() after any number of slices ends everybody, and the reset lab runs the system again."""
    slices = count_slices(build)
    for at in range(slices + 1):
        lab = build(lambda step: None)
        lab.step(at)
        everybody = list(lab.scheduler.members.values())
        lab.stop()
        assert all(component.is_stopped() for component in everybody)
        assert lab.scheduler.members == {}
        lab.reset()
        check_usable(lab)


def test_stopping_each_component_at_every_slice(build):
    """Whoever is stopped, and whenever: nobody is left that says it is runnable and is not."""
    slices = count_slices(build)
    for at in range(1, slices, 3):
        for index in range(5):
            lab = build(lambda step: None)
            lab.step(at)
            if index < len(lab.components):
                lab.components[index].stop()
            lab.run(timeout=20)
            check_consistent(lab)
            assert lab.failures == []
