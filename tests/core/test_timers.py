"""Timers: pause with a timeout, calls at a time, and what becomes of them."""

from __future__ import annotations

import pytest

from kamlab import Component
from kamlab.core.idle import Idle


class VirtualClock:
    """A clock that jumps to the next timer instead of waiting."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def wait(self, idle: Idle, until: float | None) -> None:
        if until is None:
            idle.wait(1.0)
        else:
            self.time = max(self.time, until)


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def lab(make_lab, clock):
    return make_lab(clock=clock)


class Ticking(Component):
    """Pauses for some time again and again, and writes when it was woken."""

    def __init__(self, lines, seconds, times=3, **argd):
        super().__init__(**argd)
        self.lines, self.seconds, self.times = lines, seconds, times

    def main(self):
        for _ in range(self.times):
            self.pause(self.seconds)
            yield
            self.lines.append((self.name, self._task.scheduler.clock.now()))


def test_a_timeout_ends_a_pause(lab):
    """pause(seconds) sleeps so many seconds of the lab's clock."""
    lines = []
    Ticking(lines, 2.5, name="t").activate()
    assert lab.run().reason == "finished"
    assert lines == [("t", 2.5), ("t", 5.0), ("t", 7.5)]


def test_timers_fire_in_order_of_time(lab):
    """Whoever is due first runs first; those due at the same time in the order in which they asked."""
    lines = []
    for name, seconds in (("c", 3), ("a", 1), ("b", 2), ("b2", 2)):
        Ticking(lines, seconds, 1, name=name).activate()
    lab.run()
    assert lines == [("a", 1), ("b", 2), ("b2", 2), ("c", 3)]


@pytest.mark.parametrize("seconds", [0, -1, 0.0])
def test_a_timeout_of_nothing_costs_one_round(lab, seconds):
    """pause(0) gives the others a turn and goes on at the same time."""
    lines = []
    Ticking(lines, seconds, 2, name="t").activate()
    assert lab.run().reason == "finished"
    assert lines == [("t", 0.0), ("t", 0.0)]


def test_a_message_ends_a_pause_before_its_timeout(lab):
    """Whatever comes first wakes, and the timer of a pause that is over does not wake a later one."""
    lines = []

    class Waiter(Component):
        def main(self):
            self.pause(10)
            yield
            lines.append(("woken", lab.clock.now()))
            self.recv()
            self.pause()
            yield
            lines.append(("never", lab.clock.now()))

    waiter = Waiter().activate()
    lab.scheduler.call_later(3, lambda: waiter.deliver("x"))
    lab.scheduler.call_later(30, lambda: lines.append(("end", lab.clock.now())))
    assert lab.run().reason == "stuck"
    assert lines == [("woken", 3), ("end", 30)]


def test_the_last_pause_of_a_slice_counts(lab):
    """Of two pauses asked for in one slice the last one's timeout counts."""
    lines = []

    class Twice(Component):
        def main(self):
            self.pause(10)
            self.pause(2)
            yield
            lines.append(lab.clock.now())

    Twice().activate()
    lab.run()
    assert lines == [2]


def test_a_component_that_ends_leaves_no_timer(lab):
    """Stopping a component that pauses with a timeout leaves nothing to wait for."""
    stopped = Ticking([], 1000, name="t").activate()
    lab.step()
    lab.step(timeout=0)
    assert stopped.state == "waiting"
    stopped.stop()
    assert lab.run().reason == "finished"
    assert lab.clock.now() == 0
    assert lab.scheduler.next_timer() is None


def test_a_call_can_be_made_later_and_cancelled(lab):
    """call_later and call_at make a call at a time of the lab's clock, unless it is cancelled first."""
    calls = []
    scheduler = lab.scheduler
    scheduler.call_at(5, lambda: calls.append(("at", lab.clock.now())))
    scheduler.call_later(2, lambda: calls.append(("later", lab.clock.now())))
    cancelled = scheduler.call_later(3, lambda: calls.append("never"))
    scheduler.call_later(1, cancelled.cancel)
    Ticking([], 10, 1).activate()
    lab.run()
    assert calls == [("later", 2), ("at", 5)]


def test_what_a_timer_posts_is_done(lab):
    """A call posted by a timer's call is made, although nothing else happens."""
    calls = []
    lab.scheduler.call_later(1, lambda: lab.scheduler.post(lambda: calls.append("done")))
    Ticking([], 5, 1).activate()
    lab.run(timeout=2)
    assert calls == ["done"]


def test_an_error_in_a_timers_call_is_reported_and_the_run_goes_on(lab):
    """A call of a timer, or a posted one, that fails is reported and harms nobody."""
    lines = []

    def fail():
        raise ValueError("a broken call")

    lab.scheduler.call_later(1, fail)
    lab.scheduler.post(fail)
    Ticking(lines, 2, 1, name="t").activate()
    assert lab.run().reason == "finished"
    assert lines == [("t", 2)]
    assert len(lab.reports) == 2
    assert all("a broken call" in report and "in fail" in report for report in lab.reports)


def test_a_timer_is_an_event(lab):
    """The end of a timed pause is in the trace, with who it was for, and as the cause of waking."""
    ticking = Ticking([], 2, 1, name="t").activate()
    lab.run()
    (timer,) = [event for event in lab.trace if event.kind == "timer"]
    assert timer.component is ticking
    woken = next(event for event in lab.trace if event.kind == "woken")
    assert str(woken).endswith("t woken by its timer")
    paused = next(event for event in lab.trace if event.kind == "paused")
    assert "timer" in paused.detail


def test_cancelled_timers_do_not_pile_up(lab):
    """A pause of ten minutes, ended by a message again and again while an older timer lives, leaves no heap of them."""
    scheduler = lab.scheduler

    class Waiter(Component):
        def main(self):
            while True:
                list(self.messages())
                self.pause(600)
                yield

    class Poker(Component):
        count = 0

        def main(self):
            while self.count < 5000:
                self.count += 1
                self.send(self.count)
                yield

    scheduler.call_later(500, lambda: None)
    waiter, poker = Waiter().activate(), Poker().activate()
    poker.link((poker, "outbox"), (waiter, "inbox"))
    most = 0

    def watch(lab):
        nonlocal most
        most = max(most, len(scheduler.timers))
        return poker.is_stopped()

    lab.run(until=watch)
    assert poker.count == 5000
    assert most < 300


def test_many_timers_that_are_wanted_all_fire(lab):
    """Clearing away dead timers loses none that lives."""
    lines = []
    dead = [lab.scheduler.call_later(1 + index, lambda: lines.append("dead")) for index in range(1000)]
    for index in range(500):
        lab.scheduler.call_later(2 + index % 7, lambda: lines.append("alive"))
        dead[index].cancel()
    for timer in dead:
        timer.cancel()
    for index in range(500):
        lab.scheduler.call_later(2 + index % 7, lambda: lines.append("alive"))
    Ticking([], 100, 1).activate()
    lab.run()
    assert lines == ["alive"] * 1000


def test_a_lab_that_stands_still_fires_nothing(lab, clock):
    """Timers fire only while the lab is driven, in the order of their time."""
    lines = []
    Ticking(lines, 5, 1, name="t").activate()
    lab.step()
    clock.time = 100.0
    assert lines == []
    assert lab.components != []
    lab.run()
    assert lines == [("t", 100.0)]


def test_the_real_clock_waits(make_lab):
    """With the real clock a pause takes at least its time, and the outcome says how long the run took."""
    lab = make_lab()
    lines = []
    Ticking(lines, 0.05, 2, name="t").activate()
    began = lab.clock.now()
    outcome = lab.run()
    assert outcome.reason == "finished"
    assert [time - began >= 0.05 * count for count, (_, time) in enumerate(lines, 1)] == [True, True]
    assert outcome.seconds >= 0.1
