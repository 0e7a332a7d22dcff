"""A virtual clock waits for the real work of component threads, up to a bound."""

from __future__ import annotations

import hashlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from kamlab import Component, ThreadedComponent
from kamlab.core import thread_probe
from kamlab.core import thread_relay as relay_module
from kamlab.core.lab_time import real_monotonic, real_sleep

#: How long a piece of work takes, in seconds of real time.
LONG = 0.5


def after_a_while(call):
    """Have something called after :data:`LONG`, by a thread that is not a component's."""
    threading.Timer(LONG, call).start()


def in_a_subprocess():
    subprocess.run([sys.executable, "-c", f"import time; time.sleep({LONG})"], check=True)


def on_a_socket():
    near, far = socket.socketpair()
    with near, far:
        after_a_while(lambda: far.sendall(b"x"))
        assert near.recv(1) == b"x"


def in_python():
    end = real_monotonic() + LONG
    while real_monotonic() < end:
        sum(range(1000))


def in_c():
    end = real_monotonic() + LONG
    while real_monotonic() < end:
        hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 100_000)


def on_a_pipe():
    reading, writing = os.pipe()
    after_a_while(lambda: os.write(writing, b"x"))
    assert os.read(reading, 1) == b"x"
    os.close(reading)
    os.close(writing)


def on_a_queue():
    fed = queue.Queue()
    after_a_while(lambda: fed.put("x"))
    assert fed.get() == "x"


def in_a_real_sleep():
    threading.Event().wait(LONG)


WORK = [in_a_subprocess, on_a_socket, in_python, in_c, on_a_pipe, on_a_queue, in_a_real_sleep]


class Reader(Component):
    """Waits for a message, at most a minute of the lab's time."""

    got = "nothing yet"

    async def main(self):
        self.got = await self.ready("inbox", timeout=60)


class Poller(Component):
    """Polls for a message, at most a minute of the lab's time."""

    got = "nothing yet"

    def main(self):
        end = time.time() + 60
        while not self.data_ready() and time.time() < end:
            yield
        self.got = self.any_ready() or None


def worker_and(lab, reader, body):
    """Activate a thread with this body, which sends to the reader at its end."""

    class Worker(ThreadedComponent):
        def main(self):
            body()
            self.send("result")

    worker = Worker(name="worker")
    worker.link((worker, "outbox"), (reader, "inbox"))
    reader.activate(lab)
    return worker.activate(lab)


@pytest.fixture
def lab(make_lab):
    """A current lab with a virtual clock."""
    return make_lab(clock="virtual")


@pytest.fixture
def at_once_late(monkeypatch):
    """Make threads late in their slices at once, as on a machine that is very busy."""
    monkeypatch.setattr(relay_module, "LOCKSTEP_PATIENCE", 0.0)


@pytest.mark.parametrize("reader", [Reader, Poller])
@pytest.mark.parametrize("work", WORK)
def test_half_a_second_of_work_is_not_overtaken_by_a_minute(lab, at_once_late, work, reader):
    """Whatever the thread works on, its result arrives before a timeout of the lab's time, waited for or polled."""
    waits = reader()
    worker_and(lab, waits, work)
    lab.run()
    assert waits.got == "inbox"
    assert lab.clock.now() < 60


@pytest.mark.parametrize("drive", ["step", "start", "run to a moment"])
def test_work_is_waited_for_however_the_lab_is_driven(lab, at_once_late, eventually, drive):
    """In steps, in the background and in a run to a moment, the result comes before the timeout."""
    reader = Reader()
    worker_and(lab, reader, in_a_real_sleep)
    if drive == "step":
        eventually(lambda: (lab.step(), reader.is_stopped())[1])
    elif drive == "start":
        lab.start()
        eventually(reader.is_stopped)
    else:
        lab.run(until=100.0)
    assert reader.got == "inbox"


class Blocked:
    """A thread that waits for something until it is released, and the reader beside it."""

    def __init__(self, lab, reader=Reader):
        self.go = threading.Event()
        self.reader = reader()
        self.worker = worker_and(lab, self.reader, self.wait_here)

    def wait_here(self):
        self.go.wait(60)


@pytest.mark.parametrize("reader", [Reader, Poller])
def test_one_that_stays_away_is_waited_for_once_and_named(lab, at_once_late, reader):
    """After the bound time goes on; the report names the thread, its line and the bound, and comes once."""
    lab.thread_patience = 0.3
    blocked = Blocked(lab, reader)
    began = real_monotonic()
    lab.run(until=blocked.reader)
    assert real_monotonic() - began >= 0.3
    assert blocked.reader.got is None
    lab.run(until=200.0)
    assert lab.clock.now() == 200.0
    line = Blocked.wait_here.__code__.co_firstlineno + 1
    (report,) = lab.reports
    assert "the thread of worker has been busy for 0.3 s" in report
    assert f"line {line} of wait_here() in test_thread_work.py" in report
    blocked.go.set()
    assert lab.run(until=blocked.worker).reason == "condition"


def test_a_thread_that_came_back_is_waited_for_again(lab, at_once_late):
    """The bound counts for each time that the thread is away, not for all of them together."""
    lab.thread_patience = 0.6
    waited = []

    class Works(ThreadedComponent):
        def main(self):
            for _ in range(4):
                real_sleep(0.25)
                waited.append(lab.clock.now())
                self.send("done")

    class Sleeper(Component):
        async def main(self):
            await self.sleep(60)

    Works().activate()
    Sleeper().activate()
    lab.run()
    assert waited == [0.0] * 4
    assert lab.reports == []


def test_the_limit_of_a_run_is_one_for_the_wait_as_well(lab, at_once_late):
    """run(timeout=0.2) waits no longer than that for a thread, and reports nothing."""
    lab.thread_patience = 60.0
    blocked = Blocked(lab)
    began = real_monotonic()
    assert lab.run(timeout=0.2).reason == "timeout"
    assert real_monotonic() - began < 30
    assert lab.clock.now() == 0.2
    assert lab.reports == []
    blocked.go.set()


@pytest.mark.parametrize("reader", [Reader, Poller])
def test_an_interrupt_ends_the_wait(lab, at_once_late, in_thread, eventually, reader):
    """Ctrl-C while time waits for a thread stops the run between two slices, and the lab goes on from there."""
    lab.thread_patience = 60.0
    blocked = Blocked(lab, reader)
    press = in_thread(lambda: (eventually(lambda: blocked.worker.elsewhere), os.kill(os.getpid(), signal.SIGINT)))
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    press()
    assert lab.clock.now() == 0.0
    blocked.go.set()
    lab.run()
    assert blocked.reader.got == "inbox"


@pytest.mark.parametrize("reader", [Reader, Poller])
def test_other_threads_get_the_lock_and_may_pause_meanwhile(lab, at_once_late, eventually, reader):
    """While time waits for a thread, a cell can look into the lab, deliver a message, and pause it."""
    lab.thread_patience = 60.0
    blocked = Blocked(lab, reader)
    lab.start()
    eventually(lambda: blocked.worker.elsewhere)
    with lab.lock:
        assert lab.clock.now() == 0.0
    assert lab.pause() is True
    lab.start()
    blocked.reader.deliver("from a cell")
    eventually(blocked.reader.is_stopped)
    assert blocked.reader.got == "inbox"
    assert lab.pause() is True
    blocked.go.set()


def test_under_a_real_clock_no_time_is_waited_for(make_lab):
    """In real time a timeout is due when it is due, whatever a thread does."""
    lab = make_lab(clock="real")
    blocked = Blocked(lab)
    blocked.reader.deliver("x")
    assert lab.run(until=blocked.reader, timeout=30).reason == "condition"
    blocked.go.set()


@pytest.mark.parametrize("reader", [Reader, Poller])
def test_a_run_with_late_work_is_replayed(make_lab, monkeypatch, reader):
    """A run in which time waited for a thread is played again as it was, to any step."""
    monkeypatch.setattr(relay_module, "LOCKSTEP_PATIENCE", 0.0)
    monkeypatch.setattr(thread_probe, "BLOCKED", 0.0)
    lab = make_lab(
        clock="virtual", build=lambda lab: worker_and(lab, reader(), lambda: threading.Event().wait(0.1)), current=False
    )
    lab.run()
    lab.step(0)
    steps, moment = lab.step_number, lab.clock.now()
    assert moment < 60
    for step in (steps // 2, 1, steps):
        lab.goto(step)
    assert (lab.step_number, lab.clock.now()) == (steps, moment)
