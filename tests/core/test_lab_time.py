"""The time module as component code reads it: the lab's time where that is virtual or held, real time elsewhere."""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
import math
import pickle
import queue
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlab import Component, ThreadedComponent
from kamlab.core import lab_time as patched_time
from kamlab.core.clock import EPOCH, HeldClock, VirtualClock
from kamlab.core.lab_time import install, real_sleep, real_time, restore

NOON = "Thu Jul  1 12:00:00 2004"
READERS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")


def in_slice(lab, call):
    """Return what ``call`` returns or raises in a slice of a component of this lab."""
    answer = []

    class Asking(Component):
        def main(self):
            answer.append(attempt(call))
            yield

    Asking().activate(lab)
    while not answer:
        assert lab.step()
    return answer[0]


def in_own_thread(lab, call):
    """Return what ``call`` returns or raises in the thread of a component of this lab."""
    answer = []

    class Asking(ThreadedComponent):
        def main(self):
            answer.append(attempt(call))

    component = Asking().activate(lab)
    lab.run(until=component)
    return answer[0]


def attempt(call):
    try:
        return call()
    except Exception as error:
        return type(error), str(error)


@pytest.fixture
def lab(make_lab):
    """A current lab with a virtual clock."""
    return make_lab(clock="virtual")


# -- what component code reads ------------------------------------------------------------------------


@pytest.mark.parametrize("where", [in_slice, in_own_thread])
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: time.time(), EPOCH + 2.5),
        (lambda: time.time_ns(), 1088683202_500_000_000),
        (lambda: time.monotonic(), 2.5),
        (lambda: time.monotonic_ns(), 2_500_000_000),
        (lambda: time.perf_counter(), 2.5),
        (lambda: time.perf_counter_ns(), 2_500_000_000),
        (lambda: time.asctime(), "Thu Jul  1 12:00:02 2004"),
        (lambda: time.asctime(time.gmtime(0)), "Thu Jan  1 00:00:00 1970"),
        (lambda: time.ctime(), "Thu Jul  1 12:00:02 2004"),
        (lambda: time.ctime(None), "Thu Jul  1 12:00:02 2004"),
        (lambda: time.ctime(3600), "Thu Jan  1 01:00:00 1970"),
        (lambda: tuple(time.gmtime()), (2004, 7, 1, 12, 0, 2, 3, 183, 0)),
        (lambda: tuple(time.localtime()), (2004, 7, 1, 12, 0, 2, 3, 183, 0)),
        (lambda: tuple(time.localtime(None)), (2004, 7, 1, 12, 0, 2, 3, 183, 0)),
        (lambda: tuple(time.localtime(0)), (1970, 1, 1, 0, 0, 0, 3, 1, 0)),
        (lambda: time.strftime("%H:%M:%S"), "12:00:02"),
        (lambda: time.strftime("%H:%M", time.gmtime(60)), "00:01"),
        (lambda: time.mktime(time.localtime()), 1088683202.0),
        (lambda: time.mktime((2004, 14, 1, 0, 0, 0, 0, 0, 0)), 1107216000.0),
    ],
)
def test_component_code_reads_the_lab_s_time(lab, where, call, said):
    """In a slice and in a component's thread every function of the module says what time it is in the lab."""
    lab.clock.jump(2.5)
    assert where(lab, call) == said


@pytest.mark.parametrize("where", [in_slice, in_own_thread])
def test_local_time_is_utc_on_every_machine(lab, where, monkeypatch):
    """The machine's time zone shows in nothing that a component reads."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert where(lab, lambda: (time.asctime(), time.ctime(0))) == (NOON, "Thu Jan  1 00:00:00 1970")
        assert where(lab, lambda: time.mktime(time.localtime(EPOCH))) == EPOCH
    finally:
        monkeypatch.undo()
        time.tzset()


@given(seconds=st.integers(-(10**9), 4 * 10**9))
def test_mktime_is_the_inverse_of_localtime(seconds):
    """What localtime makes of a time, mktime turns back into that time."""
    asked = patched_time._Asked.__new__(patched_time._Asked)
    date = patched_time._say_date(asked, None, seconds)
    assert patched_time._say_mktime(asked, lambda _: None, date) == seconds


def test_a_component_that_ticks_by_the_page_s_listing_ticks_in_the_lab_s_time(lab, listing):
    """TimeTick of the cookbook sends each second once, the same texts in every run."""
    source = listing("time_server").split("\n\nfrom Kamaelia")[0].replace("Axon.", "kamlab.axon.")
    source = source.replace("kamlab.axon.ThreadedComponent", "kamlab.axon.threaded")
    names = {"__name__": "__main__"}
    exec(source, names)
    got = []

    class Sink(Component):
        def main(self):
            while True:
                got.extend(self.messages())
                self.pause()
                yield

    tick, sink = names["TimeTick"]().activate(lab), Sink().activate(lab)
    tick.link((tick, "outbox"), (sink, "inbox"))
    lab.run(until=lambda _: len(got) == 3)
    assert got == [f"Thu Jul  1 12:00:0{second} 2004\n" for second in range(3)]
    assert lab.clock.now() == pytest.approx(2.0, abs=0.11)


def test_a_thread_that_is_busy_elsewhere_reads_the_time_at_which_it_was_let_go(lab, eventually, monkeypatch):
    """What a late thread reads does not depend on when it asks; its next point of contact shows it the present."""
    monkeypatch.setattr("kamlab.core.thread_relay.LOCKSTEP_PATIENCE", 0.01)
    lab.thread_patience = 0.5
    go = threading.Event()
    read = []

    class Busy(ThreadedComponent):
        def main(self):
            go.wait(20)
            read.append(time.monotonic())
            time.sleep(0)
            read.append(time.monotonic())

    class Ticker(Component):
        def main(self):
            for _ in range(3):
                self.pause(1)
                yield

    busy = Busy().activate(lab)
    ticker = Ticker().activate(lab)
    lab.run(until=ticker)
    go.set()
    eventually(lambda: read)
    lab.run(until=busy)
    assert read == [0.0, 3.0]


# -- who reads real time ------------------------------------------------------------------------------


def test_importing_kamlab_and_making_an_ordinary_lab_changes_nothing():
    """The module is left alone until there is a lab whose time is not the machine's."""
    code = (
        "import time; before = dict(vars(time)); import kamlab; lab = kamlab.Lab(); "
        "assert dict(vars(time)) == before; kamlab.Lab(clock='virtual'); assert time.time is not before['time']"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("name", READERS)
def test_everybody_else_reads_real_time(lab, in_thread, make_lab, name):
    """Outside of slices, in other threads and in labs with real time the functions are the real ones."""
    read = getattr(time, name)
    real = read.__wrapped__
    other = make_lab()

    def is_real():
        before, said, after = real(), read(), real()
        return before <= said <= after

    assert is_real()
    assert in_thread(is_real)()
    assert in_slice(other, is_real)
    assert in_own_thread(other, is_real)
    assert not in_slice(lab, is_real)


def test_a_thread_that_a_component_started_itself_reads_real_time(lab):
    """Only the component's own thread belongs to the lab."""

    def ask():
        said = []
        helper = threading.Thread(target=lambda: said.append(time.time()))
        helper.start()
        helper.join(10)
        return said[0]

    assert in_slice(lab, ask) > EPOCH + 10**8
    assert in_own_thread(lab, ask) > EPOCH + 10**8


def test_calls_between_two_slices_and_observers_of_the_engine_read_real_time(lab):
    """A posted call is nobody's slice."""
    said = []
    lab.scheduler.post(lambda: said.append(time.time()))
    in_slice(lab, lambda: None)
    assert said[0] > EPOCH + 10**8


def test_the_standard_library_waits_in_real_time(lab):
    """A timeout of the standard library is waited for as it is meant, and does not wait for ever."""

    def wait():
        queue.Queue().get(timeout=0.01)

    assert in_slice(lab, wait)[0] is queue.Empty
    assert in_own_thread(lab, wait)[0] is queue.Empty
    assert lab.clock.now() == 0.0


def test_asyncio_run_in_a_component_s_thread_sleeps_in_real_time(lab):
    """An event loop in a thread comes to its end, although the lab's time stands still."""

    async def work():
        await asyncio.sleep(0.01)
        return time.monotonic()

    assert in_own_thread(lab, lambda: asyncio.run(work())) == 0.0


def test_the_log_has_real_dates(lab):
    """The logging module dates what a component logs by the machine's clock."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = logging.Logger("of a component")
    logger.addHandler(handler)
    in_slice(lab, lambda: logger.warning("now"))
    assert records[0].created > EPOCH + 10**8


@pytest.mark.parametrize(
    ("module", "own"),
    [
        ("__main__", False),
        ("", False),
        ("lesson", False),
        ("numpy.random", False),
        ("kamlab.demo", False),
        ("kamlab.parts.rates", False),
        ("kamlab.core.clock", True),
        ("kamlab.notebook.panel.panel", True),
        ("asyncio.base_events", True),
        ("threading", True),
        ("ipykernel.iostream", True),
    ],
)
def test_which_code_has_its_own_time(module, own):
    """The engine, the standard library and the tools around a notebook have real time, in slices as well."""
    assert patched_time._has_own_time(module) is own


# -- sleep --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_async", [False, True])
def test_sleep_in_a_slice_moves_the_virtual_clock_and_nobody_else_runs(lab, as_async):
    """A blocking call that takes no time: when it returns, the lab's time is later, and the slice goes on."""
    seen = []

    class Other(Component):
        def main(self):
            while True:
                seen.append(("other", time.monotonic()))
                yield

    class Sleeper(Component):
        def main(self):
            seen.append(time.monotonic())
            time.sleep(10**6)
            seen.append(time.monotonic())
            yield

    class AsyncSleeper(Component):
        async def main(self):
            seen.append(time.monotonic())
            time.sleep(10**6)
            seen.append(time.monotonic())

    (AsyncSleeper if as_async else Sleeper)().activate(lab)
    Other().activate(lab)
    happened = lab.step(2)
    assert seen == [0.0, 1e6, ("other", 1e6)]
    assert happened.of_kind("resumed")[-1].time == 1e6


def test_sleep_in_a_thread_is_ended_by_the_timer_alone(lab):
    """Other components run meanwhile, and messages do not end it."""
    woken = []

    class Sleeper(ThreadedComponent):
        def main(self):
            time.sleep(1)
            woken.append((time.monotonic(), self.data_ready()))

    class Nagger(Component):
        def main(self):
            for number in range(20):
                self.send(number)
                self.pause(0.1)
                yield

    sleeper, nagger = Sleeper().activate(lab), Nagger().activate(lab)
    nagger.link((nagger, "outbox"), (sleeper, "inbox"))
    lab.step(5)
    assert sleeper.thread_place == "sleeps"
    lab.run()
    assert woken[0][0] == 1.0
    assert woken[0][1] > 5


@pytest.mark.parametrize("wrong", [-1, -0.5, math.nan, math.inf, "1", None, [], 1e30])
def test_sleep_refuses_what_the_real_one_refuses(lab, wrong):
    """The error is the one that Python itself raises."""
    expected = attempt(lambda: real_sleep(wrong))
    assert isinstance(expected, tuple)
    for where in (in_slice, in_own_thread):
        assert where(lab, lambda: time.sleep(wrong)) == expected


@pytest.mark.parametrize("name", sorted(set(patched_time.IN_LAB) - {"sleep"}))
@pytest.mark.parametrize("given", [("x", "y", "z"), (object(),)])
def test_wrong_arguments_are_refused_as_the_real_ones_refuse_them(lab, name, given):
    """A call that Python refuses is refused in a lab, too, with the same kind of error."""
    expected = attempt(lambda: getattr(time, name).__wrapped__(*given))
    assert in_slice(lab, lambda: getattr(time, name)(*given))[0] is expected[0]


def test_sleep_of_nothing_returns(lab):
    """sleep(0) takes no time."""
    for where in (in_slice, in_own_thread):
        assert where(lab, lambda: time.sleep(0)) is None
    assert lab.clock.now() == 0.0


def test_a_sleeping_thread_ends_with_its_lab(make_lab):
    """lab.stop() ends a thread that sleeps in the lab's time, and one that would begin to."""
    lab = make_lab(clock="virtual")
    began = []

    class Sleeper(ThreadedComponent):
        def main(self):
            began.append(1)
            try:
                time.sleep(10**6)
            finally:
                time.sleep(10**6)

    sleeper = Sleeper().activate(lab)
    lab.step()
    assert sleeper.thread_place == "sleeps"
    lab.stop()
    assert not sleeper._os_thread.is_alive()
    assert lab.failures == []


# -- held time ----------------------------------------------------------------------------------------


def test_held_time_is_read_and_moves_by_a_sleep(make_lab):
    """Under a held clock time stands still within a slice; a sleep takes its time, and then it is that much later."""
    clock = HeldClock()
    lab = make_lab(clock=clock)

    def ask():
        before = time.time(), time.monotonic()
        time.sleep(0.01)
        return before, (time.time(), time.monotonic())

    before, after = in_slice(lab, ask)
    assert before[0] == clock.epoch + before[1]
    assert after[1] == before[1] + 0.01
    clock.held = False
    assert in_slice(lab, lambda: time.time() - real_time()) == pytest.approx(0, abs=5)


def test_a_replayed_sleep_takes_no_time(make_lab):
    """While a run is replayed a sleep under a held clock only moves the clock."""

    class Replaying:
        replaying = True

        def __getattr__(self, _name):
            return lambda *_: None

    lab = make_lab(clock=HeldClock())
    lab.scheduler.journal = Replaying()
    assert in_slice(lab, lambda: (time.sleep(10**6), time.monotonic())) == (None, 1e6)


# -- the replacements ---------------------------------------------------------------------------------


def test_a_replaced_function_does_not_become_a_method():
    """Kept as a class attribute it is called as the real one is: without the instance."""
    install()

    class Formatter:
        converter = time.gmtime

    assert Formatter().converter(0).tm_year == 1970


def test_a_replaced_function_looks_like_the_real_one():
    """Name, documentation, pickling and copying are as they were."""
    install()
    for name in patched_time.IN_LAB:
        ours = getattr(time, name)
        assert (ours.__name__, ours.__module__) == (name, "time")
        assert ours.__doc__ == ours.__wrapped__.__doc__
        assert pickle.loads(pickle.dumps(ours)) is ours
        assert copy.deepcopy(ours) is ours
        assert inspect.unwrap(ours) is ours.__wrapped__


def test_restore_puts_the_real_functions_back():
    """After restore() the module is as it was, and the next virtual clock replaces its functions again."""
    install()
    real = time.time.__wrapped__
    restore()
    assert time.time is real
    restore()
    VirtualClock()
    assert time.time is not real
    assert time.time.__wrapped__ is real


def test_restore_leaves_alone_what_somebody_else_has_replaced(monkeypatch):
    """A function that another tool has put in the place of ours stays."""
    install()
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    restore()
    assert time.monotonic() == 5.0
    monkeypatch.undo()
    time.monotonic = patched_time.real_monotonic
    install()
