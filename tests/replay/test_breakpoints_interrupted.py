"""Two interrupts at once, at many points of a run with breakpoints and of going back: none harms the engine."""

from __future__ import annotations

import gc
import signal
import sys

import pytest

from kamlab import Component, Lab, Pipeline
from kamlab.core.states import ALIVE
from kamlab.core.task import task_of
from kamlab.replay import BadBreakpoint
from sampling import sampled

MESSAGES = 4

#: How many points are left out between two strikes; no multiple of anything that comes again and again.
STRIDE = sampled(149, 37)


class Source(Component):
    def main(self):
        for number in range(MESSAGES):
            self.send(number)
            yield


class Double(Component):
    def main(self):
        while True:
            for message in self.messages():
                self.send(2 * message)
            self.pause()
            yield


class Sink(Component):
    def __init__(self, got):
        super().__init__()
        self.got = got

    def main(self):
        while True:
            self.got.extend(self.messages())
            self.pause()
            yield


def building(got):
    """Return what builds the system; ``got`` is where the messages go, and is emptied when it is built again."""

    def system():
        got.clear()
        Pipeline(Source(), Double(), Sink(got)).activate()

    return system


# Called for every call and return; as it seems to be of the engine, the interrupt strikes where it was called from.
STRIKE = """
def strike(frame, event, argument):
    if getsignal(2) is not before:
        counter[0] += 1
        if counter[0] == at:
            for _ in range(2):
                raise_signal(2)
"""


class Striking:
    """Interrupts twice at one point of what is done meanwhile, out of all calls and returns; ``points`` counts them."""

    def __init__(self, at):
        self.counter = [0]
        self.names = {
            "__name__": "kamlab.core.struck",
            "at": at,
            "before": signal.getsignal(signal.SIGINT),
            "counter": self.counter,
            "getsignal": signal.getsignal,
            "raise_signal": signal.raise_signal,
        }
        exec(STRIKE, self.names)

    @property
    def points(self):
        return self.counter[0]

    def __enter__(self):
        sys.setprofile(self.names["strike"])
        return self

    def __exit__(self, *error):
        sys.setprofile(None)
        sys.settrace(None)


@pytest.fixture(autouse=True)
def as_it_was():
    """Keep the garbage collector out; afterwards the handler is the one from before."""
    before = signal.getsignal(signal.SIGINT)
    gc.disable()
    yield
    gc.enable()
    assert signal.getsignal(signal.SIGINT) is before


class QuietLab(Lab):
    def __init__(self, **how):
        self.reports = []
        super().__init__(**how)

    def report(self, text):
        self.reports.append(text)


def check_consistent(lab):
    """Assert that what the lab says of itself fits together."""
    scheduler = lab.scheduler
    assert (scheduler.driver, scheduler.running, lab.lock.mine()) == (None, None, False)
    queued = [*scheduler.queue, *scheduler.done]
    assert len({id(component) for component in queued}) == len(queued)
    for component in scheduler.members.values():
        assert task_of(component).life in ALIVE
        due = component in queued or component in scheduler.wakes or component in scheduler.pauses
        assert due or task_of(component).life != "runnable", component


def breaking_lab(record):
    """Return a lab with breakpoints of every sort, and the list of what its sink got."""
    got = []
    lab = QuietLab(build=building(got), clock="virtual", record=record)

    def large(message):
        return message > 2

    def late(lab):
        return lab.step_number > 6

    lab.break_on("Double")
    lab.break_on("Sink", kind="received", message=large, when=late)
    lab.break_on(when=late)
    lab.break_on(("Sink", "inbox"), queue=1)
    return lab, got


def run_on(lab):
    """Run to the end, breakpoint by breakpoint."""
    while lab.run().reason == "breakpoint":
        pass


@pytest.mark.parametrize("record", [True, False])
def test_two_interrupts_at_any_point_of_a_run_with_breakpoints(record):
    """They are raised in a component or a predicate, or not at all: the others go on, and no breakpoint gets lost."""
    for _ in range(2):  # the first run has more calls: something is worked out once and kept
        lab, _ = breaking_lab(record)
        with Striking(0) as counted:
            run_on(lab)
        expected = [breakpoint.hits for breakpoint in lab.breakpoints]
        lab.stop()
    unharmed = spoilt = failed = 0
    for at in range(1, counted.points, STRIDE):
        lab, got = breaking_lab(record)
        with pytest.raises((KeyboardInterrupt, BadBreakpoint)) as raised, Striking(at):
            run_on(lab)
        check_consistent(lab)
        broken = [breakpoint for breakpoint in lab.breakpoints if breakpoint.error is not None]
        assert all(isinstance(breakpoint.error, KeyboardInterrupt) for breakpoint in [*broken, *lab.failures])
        assert len(broken) + len(lab.failures) <= 1
        assert raised.type is KeyboardInterrupt or broken, raised.value
        assert [text for text in lab.reports if "was detached" in text] == []
        for breakpoint in broken:
            breakpoint.enabled = True
        run_on(lab)
        check_consistent(lab)
        if lab.failures:
            failed += 1
        else:
            assert got == [2 * number for number in range(MESSAGES)]
            if broken:
                spoilt += 1
            else:
                unharmed += 1
                assert [breakpoint.hits for breakpoint in lab.breakpoints] == expected
        lab.stop()
    assert unharmed > 0
    assert failed + spoilt > 0


def test_two_interrupts_at_any_point_of_going_back():
    """No component fails by them: goto() raises KeyboardInterrupt, and the next one goes where it shall."""
    lab = QuietLab(build=building(got := []), clock="virtual")
    assert lab.run().reason == "stuck"
    tip, story = lab.step_number, lab.trace.text()
    for _ in range(2):
        with Striking(0) as counted:
            lab.goto(tip)
    struck = 0
    for at in range(1, counted.points, STRIDE):
        with pytest.raises(KeyboardInterrupt), Striking(at):
            lab.goto(tip)
        struck += 1
        check_consistent(lab)
        assert lab.failures == []
        lab.goto(tip)
        assert lab.trace.text() == story
        assert got == [2 * number for number in range(MESSAGES)]
    assert struck > 10
    assert [branch.number for branch in lab.branches] == [0]
    lab.stop()


def test_a_repr_that_hangs_costs_the_words_only():
    """The words of a hit are made while the lab runs; a message whose repr never returns is told so, and no more."""

    class Hangs:
        def __repr__(self):
            while True:
                pass

    class Sends(Component):
        def main(self):
            for number in range(2):
                self.send(Hangs() if number == 0 else number)
                yield

    with QuietLab() as lab:
        Sends(name="sends").activate()
        stop = lab.break_on(kind="discarded")
        assert "<Hangs whose repr takes too long> is discarded" in lab.run().breakpoints[0].what
        assert (lab.failures, lab.reports) == ([], [])
        assert lab.run().breakpoints[0].breakpoint is stop
        assert stop.hits == 2
