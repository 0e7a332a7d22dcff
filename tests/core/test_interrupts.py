"""Interrupts: Ctrl-C, or the stop button of a notebook, while a lab runs on the main thread."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time

import pytest

from kamlab import Component, Lab, ThreadedComponent
from kamlab.core import lab_time as patched_time
from kamlab.core.idle import ThreadIdle


class Counting(Component):
    """Writes a number in every slice, and interrupts the run in one of them."""

    def __init__(self, lines, times=5, interrupt_at=None, **argd):
        super().__init__(**argd)
        self.lines, self.times, self.interrupt_at = lines, times, interrupt_at

    def main(self):
        for number in range(self.times):
            if number == self.interrupt_at:
                interrupt()
            self.lines.append(number)
            yield


class Endless(Component):
    def main(self):
        while True:
            yield


def interrupt():
    """Do what Ctrl-C does, on this very line."""
    signal.raise_signal(signal.SIGINT)


def noticed(lab):
    """Return the condition that the lab has noticed the first interrupt."""
    return lambda: lab.scheduler.attention


class Pressing:
    """Presses Ctrl-C from another thread, once as soon as each of some conditions holds, one after the other."""

    def __init__(self, *conditions):
        self.conditions = conditions
        self.over = False
        self.thread = threading.Thread(target=self.press, daemon=True)

    def press(self):
        for condition in self.conditions:
            while not condition():
                if self.over:
                    return
                time.sleep(0.001)
            os.kill(os.getpid(), signal.SIGINT)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over = True
        self.thread.join()


@pytest.fixture(autouse=True)
def handler():
    """Check that the handler of the test run is back after each test."""
    before = signal.getsignal(signal.SIGINT)
    yield before
    assert signal.getsignal(signal.SIGINT) is before


# -- the first one ------------------------------------------------------------------------------------


def test_an_interrupt_stops_the_run_between_two_slices(lab):
    """The slice in which it strikes is finished, run() raises KeyboardInterrupt, and the lab can go on."""
    lines = []
    interrupted = Counting(lines, interrupt_at=2).activate()
    Counting(others := [], name="other").activate()
    with pytest.raises(KeyboardInterrupt, match="between two slices, at step 5; it can go on"):
        lab.run()
    assert lines == [0, 1, 2]
    assert lab.state == "paused"
    assert lab.outcome.reason == "interrupted"
    assert lab.failures == []
    assert lab.run().reason == "finished"
    assert lines == others == [0, 1, 2, 3, 4]
    assert interrupted.state == "finished"


@pytest.mark.parametrize(
    "drive",
    [
        lambda lab: lab.run(),
        lambda lab: lab.run(max_steps=1),
        lambda lab: lab.run(until=lambda lab: lab.step_number == 1),
        lambda lab: lab.step(),
        lambda lab: lab.step(100),
        lambda lab: lab.step_round(),
        lambda lab: lab.step_message(timeout=10),
    ],
)
def test_no_interrupt_is_swallowed(lab, drive):
    """Whatever drives the lab, and however it would have ended, an interrupt in it comes out of it."""
    lines = []
    Counting(lines, interrupt_at=0).activate()
    with pytest.raises(KeyboardInterrupt):
        drive(lab)
    assert lines == [0]
    assert lab.failures == []
    assert lab.run().reason == "finished"


@pytest.fixture
def no_collector():
    """Keep the garbage collector out: an interrupt that strikes in a callback of its own is lost, lab or no lab."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_loop_of_steps_can_be_interrupted(lab):
    """'while True: lab.step()' in a cell ends at the first interrupt, wherever that strikes."""
    endless = Endless().activate()
    for _ in range(20):
        began = lab.step_number
        with pytest.raises(KeyboardInterrupt), Pressing(lambda began=began: lab.step_number > began + 20):
            while True:
                lab.step()
        assert lab.failures == []
        assert lab.scheduler.driver is None
        assert not lab.lock.mine()
        assert lab.step().steps == 1
    assert endless in lab


def test_a_run_that_waits_can_be_interrupted(lab):
    """A run in which all sleep, waiting for a distant timer, comes back at once."""

    class Later(Component):
        def main(self):
            self.pause(1000)
            yield

    later = Later().activate()
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: later.asleep):
        lab.run()
    assert (later.state, lab.state) == ("waiting", "paused")


@pytest.mark.parametrize("network", [False, True])
def test_an_interrupt_that_strikes_right_before_the_wait_is_noticed(lab, monkeypatch, network):
    """One that does not end the waiting, because that had not quite begun, is noticed soon after."""

    class Later(Component):
        def main(self):
            self.pause(1000)
            yield

    later = Later().activate()
    listening = socket.create_server(("127.0.0.1", 0))
    if network:
        lab.network.watch(listening, 1, lambda events: None)
    idle = lab.scheduler.idle
    assert isinstance(idle, ThreadIdle) != network
    monkeypatch.setattr(idle, "wake", lambda: None)  # what wakes it is lost
    monkeypatch.setattr(lab.scheduler, "nudge", lambda: None)
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: later.asleep):
        lab.run()
    monkeypatch.undo()
    listening.close()


def test_a_run_that_waits_for_the_lock_can_be_interrupted(lab, in_thread):
    """A step() that waits for another thread to give the lock back can be interrupted; all is as it was."""
    holding, enough = threading.Event(), threading.Event()

    def hold():
        with lab.lock:
            holding.set()
            enough.wait(20)

    holder = in_thread(hold)
    Endless().activate()
    holding.wait(10)
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: lab.lock.waiting):
        lab.step()
    enough.set()
    holder()
    assert lab.step().steps == 1


def test_an_interrupt_in_a_condition_stops_the_run(lab):
    """An interrupt while the condition of a run is asked stops it like any other."""
    lines = []
    Counting(lines).activate()

    def condition(lab):
        if len(lines) == 2:
            interrupt()
        return False

    with pytest.raises(KeyboardInterrupt):
        lab.run(until=condition)
    assert len(lines) in (2, 3)
    assert lab.run().reason == "finished"


def test_a_lab_in_the_background_is_not_interrupted(lab, eventually):
    """With no run on the main thread an interrupt is the caller's, and the background goes on."""
    Endless().activate()
    lab.start()
    eventually(lambda: lab.step_number > 10)
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    step = lab.step_number
    eventually(lambda: lab.step_number > step)
    assert lab.failures == []


def test_off_the_main_thread_nothing_is_installed(lab, in_thread):
    """A run in another thread leaves the handler alone."""
    seen = []

    class Looking(Component):
        def main(self):
            seen.append(signal.getsignal(signal.SIGINT))
            yield

    Looking().activate()
    before = signal.getsignal(signal.SIGINT)
    in_thread(lab.run)()
    assert seen == [before]


def test_the_handler_that_was_there_is_put_back(lab):
    """After every kind of end the handler is the one from before, also one that Python does not know."""

    def own(number, frame):
        """Be somebody's own handler."""

    class Failing(Component):
        def main(self):
            raise SystemExit

    before = signal.signal(signal.SIGINT, own)
    try:
        Counting([]).activate()
        lab.run()
        assert signal.getsignal(signal.SIGINT) is own
        Counting([], interrupt_at=1).activate()
        with pytest.raises(KeyboardInterrupt):
            lab.run()
        assert signal.getsignal(signal.SIGINT) is own
        Failing().activate()
        with pytest.raises(SystemExit):
            lab.run()
        assert signal.getsignal(signal.SIGINT) is own
        with pytest.raises(ZeroDivisionError):
            lab.run(until=lambda lab: 1 / 0)
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)


# -- the second one -----------------------------------------------------------------------------------


def hangs_in_its_own_code(self):
    while True:
        self.turns += 1


def hangs_in_sleep(self):
    self.turns += 1
    time.sleep(20)


def hangs_in_sleep_of_the_lab(self):
    patched_time.install()  # as a lab with a virtual clock does, for all labs
    hangs_in_sleep(self)


def hangs_sending(self):
    while True:
        self.turns += 1
        self.send(self.turns)


def hangs_asking(self):
    while not self.data_ready("control"):
        self.turns += 1


def hangs_calling(self):
    def helper():
        for _ in range(1000):
            self.turns += 1
            self.any_ready()

    while True:
        helper()


@pytest.mark.parametrize("record", [True, False])
@pytest.mark.parametrize(
    "hang",
    [hangs_in_its_own_code, hangs_in_sleep, hangs_in_sleep_of_the_lab, hangs_sending, hangs_asking, hangs_calling],
    ids=lambda f: f.__name__,
)
def test_a_second_interrupt_is_raised_in_a_component_that_hangs(make_lab, hang, record):
    """The first interrupt waits for the end of the slice; the second is raised in the component; that one fails."""
    lab = make_lab(record=record)

    class Hanging(Component):
        turns = 0

        def main(self):
            hang(self)
            yield

    class Sink(Component):
        Inboxes = ["inbox", "control"]

        def main(self):
            while True:
                self.got = list(self.messages()) or self.__dict__.get("got")
                self.pause()
                yield

    lines = []
    sink = Sink().activate()
    before = Counting(lines).activate()
    hanging = Hanging().activate()
    Counting(after := []).activate()
    hanging.link((hanging, "outbox"), (sink, "inbox"))
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: hanging.turns, noticed(lab)):
        lab.run()
    assert isinstance(hanging.error, KeyboardInterrupt)
    assert lab.failures == [hanging]
    assert (before.state, lab.state) == ("runnable", "paused")
    assert lab.run().reason == "stuck"
    assert lines == after == [0, 1, 2, 3, 4]
    if hang is hangs_sending:
        assert sink.got is not None
        assert len(sink.got) in (hanging.turns, hanging.turns - 1)


def test_a_second_interrupt_never_strikes_within_the_engine(lab):
    """Where the engine has the word the second interrupt waits until the component has it again, and strikes there."""
    lines = []
    of_the_engine = {"__name__": "kamlab.core.made_up", "interrupt": signal.raise_signal, "lines": lines}
    source = "def call():\n    interrupt(2)\n    interrupt(2)\n    lines.append('the engine came to its end')\n"
    exec(source, of_the_engine)

    class Calling(Component):
        def main(self):
            of_the_engine["call"]()
            lines.append("never")
            yield

    calling = Calling().activate()
    Counting(numbers := []).activate()
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    assert lines == ["the engine came to its end"]
    assert isinstance(calling.error, KeyboardInterrupt)
    assert sys.gettrace() is None
    assert lab.run().reason == "finished"
    assert numbers == [0, 1, 2, 3, 4]


def test_what_the_engine_has_called_of_the_library_is_engine_too(lab):
    """A second interrupt in a module of Python's that the engine has called is not raised in there."""
    lines = []
    library = {"__name__": "queue", "interrupt": signal.raise_signal}
    exec("def get():\n    interrupt(2)\n    interrupt(2)", library)
    of_the_engine = {"__name__": "kamlab.core.made_up", "get": library["get"], "lines": lines}
    exec("def call():\n    get()\n    lines.append('the engine came to its end')", of_the_engine)

    class Calling(Component):
        def main(self):
            of_the_engine["call"]()
            lines.append("never")
            yield

    class CallingTheLibrary(Component):
        def main(self):
            try:
                library["get"]()
            finally:
                lines.append(sys.exc_info()[2].tb_next is not None)
            yield

    calling = Calling().activate()
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    assert lines == ["the engine came to its end"]
    assert isinstance(calling.error, KeyboardInterrupt)
    other = CallingTheLibrary().activate()
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    assert lines[1:] == [True]  # raised where it hangs: in the library
    assert isinstance(other.error, KeyboardInterrupt)


def test_a_component_that_hangs_while_it_is_closed_can_be_interrupted_too(lab):
    """A finally block that hangs is broken by the second interrupt; the component has ended, the others go on."""
    hanging = []

    class Hanging(Component):
        def main(self):
            try:
                yield
            finally:
                while True:
                    hanging.append(1)

    class Stopping(Component):
        def main(self):
            yield
            victim.stop()
            yield

    victim = Hanging().activate()
    Stopping().activate()
    Counting(lines := []).activate()
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: hanging, noticed(lab)):
        lab.run(max_steps=1000)
    assert victim.is_stopped()
    assert victim not in lab
    assert lab.run().reason == "finished"
    assert lines == [0, 1, 2, 3, 4]


def test_an_observer_that_hangs_is_interrupted_and_detached(lab):
    """A hook that hangs is broken by the second interrupt, detached and reported; no component is harmed."""
    turns = []

    def hang(event):
        while True:
            turns.append(1)

    Counting(lines := []).activate()
    Counting(others := []).activate()
    lab.trace.attach(hang, ["resumed"])
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: turns, noticed(lab)):
        lab.run()
    assert lab.trace.hooks == {}
    assert "hang" in lab.reports[0]
    assert lab.failures == []
    assert lab.run().reason == "finished"
    assert lines == others == [0, 1, 2, 3, 4]


def test_an_error_from_outside_is_not_raised_at_a_yield(lab):
    """An interrupt in the engine's code, called in the line that yields, leaves the component whole; its lab stops."""
    of_the_engine = {"__name__": "kamlab.core.made_up", "interrupt": signal.raise_signal}
    exec("def call():\n    interrupt(2)\n    interrupt(2)", of_the_engine)

    class Yields(Component):
        closed = False

        def main(self):
            try:
                yield of_the_engine["call"]()
                yield
            finally:
                self.closed = True

    yields = Yields().activate()
    with pytest.raises(KeyboardInterrupt, match="between two slices"):
        lab.run()
    assert yields.error is None
    assert sys.gettrace() is None
    lab.run()
    assert (yields.state, yields.closed) == ("finished", True)


def test_a_second_interrupt_between_two_slices_harms_nobody(lab):
    """Two interrupts at once stop the run once."""
    lines = []

    class Twice(Counting):
        def main(self):
            for number in range(3):
                self.lines.append(number)
                if number == 1:
                    threading.Thread(target=both).start()
                    while not lab.scheduler.attention:
                        pass
                yield

    def both():
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)

    twice = Twice(lines).activate()
    Endless().activate()
    with pytest.raises(KeyboardInterrupt):
        lab.run(timeout=20)
    assert lab.scheduler.driver is None
    assert twice in lab or isinstance(twice.error, KeyboardInterrupt)
    assert lab.step(3).steps == 3


def test_a_wake_up_from_a_signal_handler_is_safe():
    """wake() may interrupt itself and wait() anywhere: a thousand of them in a row leave the door usable."""
    idle = ThreadIdle()
    before = signal.signal(signal.SIGINT, lambda number, frame: idle.wake())
    try:
        for _ in range(1000):
            interrupt()
            idle.wait(5)
    finally:
        signal.signal(signal.SIGINT, before)
    assert idle._wakes.qsize() == 0


# -- threads ------------------------------------------------------------------------------------------


def test_an_interrupt_leaves_threads_at_their_next_contact(lab, eventually):
    """After an interrupted run the threads of components stand still, and go on with the next run."""

    class Talking(ThreadedComponent):
        count = 0

        def main(self):
            while self.count < 50:
                self.count += 1
                self.send(self.count)
                self.sync()

    talking = Talking().activate()
    Counting([], interrupt_at=2).activate()
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    eventually(lambda: talking.thread_place in ("waits for its turn", "waits for the scheduler", "over"))
    assert lab.run(timeout=20).reason == "finished"
    assert talking.count == 50


# -- the lab's own methods ------------------------------------------------------------------------------


class StrikingAt:
    """Interrupts twice when a function is called, as if the code that called it were struck in its middle."""

    def __init__(self, function):
        names = {"__name__": "kamlab.core.struck", "code": function.__code__, "raise_signal": signal.raise_signal}
        source = "def strike(frame, event, _):\n    if event == 'call' and frame.f_code is code:\n"
        exec(source + "        raise_signal(2)\n        raise_signal(2)\n", names)
        self.strike = names["strike"]

    def __enter__(self):
        sys.setprofile(self.strike)
        return self

    def __exit__(self, *error):
        sys.setprofile(None)
        sys.settrace(None)


@pytest.mark.usefixtures("no_collector")
def test_a_second_interrupt_does_not_strike_in_the_report_of_a_failure(capsys):
    """Lab.report is called by the engine, so it is finished: the failure is reported, and the component has ended."""

    class Fails(Component):
        def main(self):
            yield
            raise ValueError("on purpose")

    with Lab() as lab:
        failing = Fails().activate()
        Counting(lines := []).activate()
        with pytest.raises(KeyboardInterrupt, match="between two slices"), StrikingAt(Lab.report):
            lab.run()
        assert "on purpose" in capsys.readouterr().err
        assert isinstance(failing.error, ValueError)
        assert failing not in lab
        assert lab.run().reason == "finished"
        assert lines == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("function", ["stop", "close"])
def test_a_second_interrupt_does_not_break_off_the_stopping_of_a_lab(make_lab, function):
    """A slice that stops its lab is struck in the middle of that: the network is closed all the same."""
    from kamlab.core.runtime import Runtime

    lab = make_lab(network="simulated")
    closed = []

    class Stops(Component):
        def main(self):
            lab.network.close = lambda: closed.append(True)
            yield
            lab.stop()
            yield

    Stops().activate()
    with pytest.raises(KeyboardInterrupt), StrikingAt(getattr(Runtime, function)):
        lab.run()
    assert lab.state == "stopped"
    assert closed == [True]
