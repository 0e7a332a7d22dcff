"""A virtual clock that components poll moves by itself; a run that only polls or yields comes to its limit."""

from __future__ import annotations

import asyncio
import datetime
import math
import signal
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab import Component, ThreadedComponent
from kamlab.core import drive as drive_module
from kamlab.core import polling
from kamlab.core.polling import BUSY, STEP, next_time

#: The ways in which component code reads the clock; each returns seconds.
READERS = {
    "time.time": lambda lab: time.time(),
    "time.time_ns": lambda lab: time.time_ns() / 1e9,
    "time.monotonic": lambda lab: time.monotonic(),
    "time.perf_counter": lambda lab: time.perf_counter(),
    "time.gmtime": lambda lab: float(sum(a * b for a, b in zip(time.gmtime()[3:6], (3600, 60, 1), strict=True))),
    "datetime.now": lambda lab: datetime.datetime.now().timestamp(),
    "datetime.utcnow": lambda lab: datetime.datetime.utcnow().timestamp(),
    "lab.clock.now": lambda lab: lab.clock.now(),
}


class Poller(Component):
    """Polls for some seconds, and notes when it came to its end."""

    read = staticmethod(lambda lab: time.time())
    seconds = 5.0
    ended = None

    def main(self):
        lab = self.scheduler_in_charge.world
        begun = self.read(lab)
        while self.read(lab) - begun < self.seconds:
            yield
        self.ended = lab.clock.now()


class Sleeper(Component):
    """Sleeps, and notes when it woke up."""

    seconds = 3.0
    ended = None

    async def main(self):
        await self.sleep(self.seconds)
        self.ended = self.scheduler_in_charge.clock.now()


class Ticker(Component):
    """Sends in each round while it polls."""

    def main(self):
        end = time.time() + 0.05
        while time.time() < end:
            self.send("tick")
            yield


class Sink(Component):
    """Keeps what it gets."""

    def __init__(self, **argd):
        super().__init__(**argd)
        self.got = []

    async def main(self):
        while True:
            self.got.append(await self.receive())


class Endless(Component):
    """Yields and never waits."""

    def main(self):
        while True:
            yield


@pytest.fixture
def lab(make_lab):
    """A current lab with a virtual clock."""
    return make_lab(clock="virtual")


# -- the rule -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READERS)
def test_a_poller_comes_to_its_end_however_it_reads_the_clock(lab, name):
    """A loop that yields until five seconds are over ends after five seconds of the lab's clock."""
    poller = Poller(read=READERS[name]).activate()
    assert lab.run().reason == "finished"
    assert poller.ended == pytest.approx(5.0, abs=2 * STEP)


def test_the_old_scheduler_s_time_is_a_reading_of_the_clock(lab):
    """A component in the old spelling that polls ``scheduler.time`` comes to its end as well."""
    from kamlab.axon.scheduler import scheduler

    poller = Poller(read=lambda lab: scheduler.run.time).activate()
    lab.run(timeout=60)
    assert poller.ended == pytest.approx(5.0, abs=2 * STEP)


def test_a_poller_does_not_overshoot_a_later_timer(lab):
    """Polling five seconds beside a timer of sixty takes five seconds, and the timer is due at sixty."""
    poller, sleeper = Poller().activate(), Sleeper(seconds=60.0).activate()
    lab.run()
    assert (poller.ended, sleeper.ended) == (pytest.approx(5.0, abs=2 * STEP), 60.0)


def test_a_timer_is_due_at_its_time_while_a_component_polls(lab):
    """A step never passes a timer, also one that lies between two steps."""
    poller, sleeper = Poller().activate(), Sleeper(seconds=3.1234).activate()
    lab.run()
    assert (poller.ended, sleeper.ended) == (pytest.approx(5.0, abs=2 * STEP), 3.1234)


@pytest.mark.parametrize("beside", [True, False])
def test_a_system_that_merely_yields_moves_no_time(lab, beside):
    """Where no component reads the clock, a component that yields keeps time from moving, timer or not."""
    Endless().activate()
    if beside:
        Sleeper().activate()
    assert lab.run(max_steps=5000).reason == "max_steps"
    assert lab.clock.now() == 0.0
    assert lab.scheduler.polling is None


class Sparse(Poller):
    """Yields several times for each look at the clock."""

    every = 3

    def main(self):
        begun = time.time()
        for number in range(1_000_000):
            if number % self.every == 0 and time.time() - begun >= self.seconds:
                break
            yield
        self.ended = self.scheduler_in_charge.world.clock.now()


@pytest.mark.parametrize("every", [2, 3, 10, polling.WINDOW + 1])
@pytest.mark.parametrize("beside", [True, False])
def test_a_poller_that_reads_the_clock_in_some_of_its_slices_comes_to_its_end(lab, every, beside):
    """A loop may yield several times for each look at the clock; time moves a step for each look, past no timer."""
    poller = Sparse(every=every).activate()
    sleeper = Sleeper(seconds=60.0).activate() if beside else None
    lab.run(until=100.0)
    assert poller.ended == pytest.approx(5.0, abs=2 * STEP)
    assert sleeper is None or sleeper.ended == 60.0


def test_a_poller_that_seldom_reads_the_clock_is_named_with_its_line(lab):
    """run(timeout=) ends at its limit, and says who polls and where."""
    Sparse(every=10).activate()
    outcome = lab.run(timeout=2)
    assert (outcome.reason, lab.clock.now()) == ("timeout", 2.0)
    line = Sparse.main.__code__.co_firstlineno + 3
    assert f"Sparse_1 polls the clock at line {line} of main() in test_polling.py" in str(outcome)


def test_to_read_the_clock_now_and_then_moves_no_time(lab):
    """A component that reads the clock more rarely, only once, or pauses in between, does not poll."""

    class Looks(Component):
        def main(self):
            for _ in range(5):
                time.time()
                for _ in range(polling.WINDOW + 2):
                    yield

    class Once(Component):
        def main(self):
            time.time()
            for _ in range(50):
                yield

    class Stamps(Component):
        def main(self):
            for _ in range(50):
                time.time()
                self.pause(0.0)
                yield
                yield

    Looks().activate()
    Once().activate()
    Stamps().activate()
    lab.run()
    assert lab.clock.now() == 0.0


def test_time_on_each_message_moves_no_time(lab):
    """A source that puts the time on each of some hundred messages, one a slice, sends them all at one time."""

    class Stamps(Component):
        def main(self):
            for _ in range(BUSY // 4):
                self.send(time.time())
                yield

    source, sink = Stamps().activate(), Sink().activate()
    source.link((source, "outbox"), (sink, "inbox"))
    lab.run()
    assert len(sink.got) == BUSY // 4
    assert lab.clock.now() == 0.0


def test_while_others_work_a_poller_moves_no_time(lab):
    """Time waits while messages go to and fro, and moves once each component has had a slice and nothing happened."""
    times = []

    class Works(Component):
        def main(self):
            for number in range(20):
                self.send(number)
                times.append(lab.scheduler.time())
                yield

    worker, sink = Works().activate(), Sink().activate()
    worker.link((worker, "outbox"), (sink, "inbox"))
    Poller().activate()
    lab.run(timeout=10)
    assert set(times) == {0.0}


@pytest.mark.parametrize("record", [True, False])
def test_a_busy_poller_moves_time_as_well(make_lab, record):
    """A component that sends in each round while it polls comes to its end, and timers are due meanwhile."""
    lab = make_lab(clock="virtual", record=record)
    ticker, sink, sleeper = Ticker().activate(), Sink().activate(), Sleeper(seconds=0.03).activate()
    ticker.link((ticker, "outbox"), (sink, "inbox"))
    lab.run()
    assert ticker.is_stopped()
    assert lab.clock.now() == 0.05
    assert sleeper.ended == 0.03
    assert len(sink.got) == pytest.approx(5 * BUSY / 2, rel=0.1)


def test_a_poller_in_a_thread_moves_time_at_its_points_of_contact(lab):
    """The thread of a component that polls and looks for messages in between comes to its end."""

    class Polls(ThreadedComponent):
        def main(self):
            begun = time.time()
            while time.time() - begun < 1:
                self.data_ready()

    component = Polls().activate()
    assert lab.run(until=component).reason == "condition"
    assert lab.clock.now() == pytest.approx(1.0, abs=2 * STEP)


def test_polling_in_a_generator_that_is_waited_for_counts(lab):
    """WaitComplete(self.poll()) polls, and the outcome names the component, not its generator."""
    from kamlab import WaitComplete

    class Outer(Component):
        def main(self):
            yield WaitComplete(self.poll())

        def poll(self):
            while time.time():
                yield

    Outer().activate()
    outcome = lab.run(timeout=1)
    assert lab.clock.now() == 1.0
    assert "Outer_1 polls the clock at line" in str(outcome)


def test_nothing_is_kept_once_no_component_polls(lab):
    """Whoever has ended or waits is not watched, so later rounds cost nothing."""
    Poller(seconds=0.1).activate()
    Sleeper().activate()
    lab.run()
    assert lab.scheduler.polling is None


def test_under_a_real_clock_nothing_is_noted(make_lab):
    """A poller in real time takes its time, and is not watched."""
    lab = make_lab(clock="real")
    Poller(seconds=0.01).activate()
    assert lab.run(timeout=10).reason == "finished"
    assert lab.scheduler.polling is None


@given(
    st.floats(0, 1e6),
    st.none() | st.floats(0, 1e6),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2 * BUSY),
)
def test_where_time_moves(now, timer, polled, quiet, slices):
    """Time moves only if the clock is polled, in a quiet or a busy round; forward, a step at most, past no timer."""
    when = next_time(now, timer, polled=polled, quiet=quiet, slices=slices)
    moves = polled and (quiet or slices >= BUSY) and (timer is None or timer > now)
    assert (when is not None) == moves
    if when is not None:
        assert now < when <= now + STEP * 1.001
        assert when <= (math.inf if timer is None else timer)


# -- limits, and names --------------------------------------------------------------------------------


def test_a_poller_stops_at_the_limit_and_is_named_with_its_line(lab):
    """run(timeout=) ends at its limit, before the slice that is due then, and says who polls and where."""

    class Polls(Component):
        def main(self):
            begun = time.time()
            while time.time() - begun < 5:
                yield

    Polls().activate()
    outcome = lab.run(timeout=2)
    assert (outcome.reason, lab.clock.now()) == ("timeout", 2.0)
    line = Polls.main.__code__.co_firstlineno + 2
    assert f"Polls_1 polls the clock at line {line} of main() in test_polling.py" in str(outcome)
    assert lab.run(until=3.0).reason == "condition"
    assert lab.clock.now() == 3.0


@pytest.mark.parametrize("way", ["run", "start", "arun", "until"])
def test_a_run_that_merely_yields_ends_at_its_limit(lab, monkeypatch, eventually, way):
    """A run with a time limit that virtual time does not reach ends after as much processor time, and says why."""
    monkeypatch.setattr(drive_module, "SPINNING", 0.05)
    Endless().activate()
    if way == "run":
        lab.run(timeout=0.1)
    elif way == "until":
        lab.run(until=0.1)
    elif way == "arun":
        asyncio.run(lab.arun(timeout=0.1))
    else:
        lab.start(timeout=0.1)
        eventually(lambda: not lab.running)
    assert lab.outcome.reason == "timeout"
    assert "Endless_1 yields in a loop and never waits" in str(lab.outcome)


def test_a_poller_that_the_chooser_prefers_ends_at_the_limit(make_lab, monkeypatch):
    """Where the other components never get a slice, so that no round is quiet, the run ends and names the poller."""

    class First:
        def choose(self, runnable):
            return 0

    monkeypatch.setattr(polling, "BUSY", math.inf)
    monkeypatch.setattr(drive_module, "SPINNING", 0.05)
    lab = make_lab(clock="virtual", chooser=First())
    Poller().activate()
    Endless().activate()
    assert "Poller_1 polls the clock" in str(lab.run(timeout=0.1))


def test_a_run_that_works_is_not_ended_by_its_processor_time(lab, monkeypatch):
    """Where messages move, the time limit is one of the lab's clock alone, however long the run takes."""
    monkeypatch.setattr(drive_module, "SPINNING", 0.0)

    class Source(Component):
        def main(self):
            for number in range(20_000):
                self.send(number)
                yield

    source, sink = Source().activate(), Sink().activate()
    source.link((source, "outbox"), (sink, "inbox"))
    assert lab.run(timeout=0.001).reason == "stuck"
    assert len(sink.got) == 20_000


def test_step_message_comes_back_from_a_poller(lab):
    """step_message() runs on to the message that a poller sends at its end."""

    class Sends(Poller):
        def main(self):
            yield from super().main()
            self.send("over")

    Sends(seconds=0.5).activate()
    Sink().activate()
    lab.step_message()
    assert lab.clock.now() >= 0.5 or lab.outcome.reason == "idle"


class Polls(Component):
    """Polls for ever."""

    def main(self):
        while time.time() >= 0:
            yield


#: What spins, the line of it, and what is said of it.
SPINNERS = {
    "polls": (Polls, 1, "Polls_1 polls the clock at line {} of main() in test_polling.py"),
    "yields": (Endless, 2, "Endless_1 yields in a loop and never waits, at line {} of main() in test_polling.py"),
}


def words_on(kind, lines, words):
    return words.format(kind.main.__code__.co_firstlineno + lines)


@pytest.mark.parametrize(("kind", "lines", "words"), SPINNERS.values(), ids=SPINNERS)
def test_step_message_ends_and_names_what_spins(lab, kind, lines, words):
    """step_message() takes ten times the patience in real time, names what spins, and shows its first events."""
    lab.runtime.patience = 0.02
    kind().activate()
    happened = lab.step_message()
    assert happened.reason == "timeout"
    assert words_on(kind, lines, words) in str(happened)
    assert len(str(happened).splitlines()) <= 12
    assert "... and more; its events are in .events" in str(happened)


@pytest.mark.parametrize(("kind", "lines", "words"), SPINNERS.values(), ids=SPINNERS)
@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_an_interrupted_run_names_what_spins(make_lab, kind, lines, words, clock):
    """An interrupt says who merely polls or yields, and at which line; in real time a poller yields."""
    lab = make_lab(clock=clock)
    kind().activate()
    if clock == "real":
        words = f"{kind.__name__}_1 yields in a loop and never waits, at line"

    def press(lab):
        if lab.scheduler.step == 500:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match=r"it can go on\. ") as caught:
        lab.run(until=press)
    assert (words if clock == "real" else words_on(kind, lines, words)) in str(caught.value)


def test_an_interrupted_run_that_works_names_nobody(lab):
    """Where messages move, the interrupt says only where the lab stands."""

    class Works(Component):
        def main(self):
            while True:
                self.send("work")
                yield

    source, sink = Works().activate(), Sink().activate()
    source.link((source, "outbox"), (sink, "inbox"))

    def press(lab):
        if lab.scheduler.step == 200:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="it can go on$"):
        lab.run(until=press)


class PollsForEver(Component):
    """Polls without end, and sends one message at times."""

    every = 0

    def main(self):
        count = 0
        while True:
            time.time()
            count += 1
            if self.every and count % self.every == 0:
                self.wake()
            yield


def reports_of(lab):
    """Return what a lab reports from now on."""
    reports = []
    lab.report = reports.append
    return reports


@pytest.mark.parametrize("way", ["run", "step", "background"])
def test_a_poller_without_a_limit_is_named_once(lab, monkeypatch, eventually, way):
    """A run that polls on and on in silence goes on, and says once who polls, at which line, and what to do."""
    monkeypatch.setattr(polling, "SILENCE", 0.05)
    reports = reports_of(lab)
    PollsForEver().activate(lab)
    if way == "run":
        lab.run(max_steps=100_000)
    elif way == "step":
        lab.step(100_000)
    else:
        lab.start()
        assert eventually(lambda: reports)
        assert lab.running
        lab.pause()
    (report,) = reports
    line = PollsForEver.main.__code__.co_firstlineno + 3
    assert report.startswith(
        f"PollsForEver_1 polls the clock at line {line} of main() in test_polling.py; nothing else"
    )
    assert ("lab.pause() stops it" if way == "background" else "Interrupt to stop it") in report
    assert "await self.sleep(seconds)" in report
    assert lab.failures == []


def test_a_poller_with_a_limit_or_beside_events_is_not_named(lab, monkeypatch):
    """Nothing is said of a run that has a limit of time, or in which anything happens now and then."""
    monkeypatch.setattr(polling, "SILENCE", 0.0)
    reports = reports_of(lab)
    poller = PollsForEver().activate(lab)
    lab.run(timeout=200)
    poller.stop()
    PollsForEver(every=1000).activate(lab)
    lab.run(max_steps=30_000)
    assert reports == []
