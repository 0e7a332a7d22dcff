"""The watch on every slice: what it says of a long one, what ends it, and what it leaves alone."""

from __future__ import annotations

import contextlib
import copy
import inspect
import itertools
import os
import queue
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from kamlab import Component, ThreadedComponent
from kamlab.core.blocking_call import BLOCKED, Standstill
from kamlab.core.errors import BadLimit, SliceEnded
from kamlab.core.ipc import WaitComplete
from kamlab.core.lab_time import install, real_sleep
from kamlab.core.long_slice import LongSlice
from kamlab.core.slice_limit import SliceLimit, size_of
from kamlab.replay import CannotRewind
from kamlab.replay.breakpoint import BadBreakpoint
from sampling import sampled


class Adds(Component):
    def main(self):
        while True:
            self.count = self.__dict__.get("count", 0) + 1
        yield


class Sends(Component):
    def main(self):
        while True:
            self.send(1)
        yield


class Asks(Component):
    async def main(self):
        while not self.data_ready():
            self.any_ready()


class Helped(Component):
    def main(self):
        yield WaitComplete(self.helper())

    def helper(self):
        yield
        while True:
            self.any_ready()


class Gets(Component):
    def main(self):
        queue.Queue().get()
        yield


class Acquires(Component):
    def main(self):
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
        yield


class Sleeps(Component):
    async def main(self):
        time.sleep(100)


SPINS = [Adds, Sends, Asks, Helped]
BLOCKS = [(Gets, "queue.get()"), (Acquires, "lock.acquire()"), (Sleeps, "time.sleep()")]


class Sink(Component):
    def main(self):
        while True:
            self.got = list(self.messages())
            self.pause()
            yield


class Pressing:
    """Presses Ctrl-C once, from another thread, when a condition holds."""

    def __init__(self, condition):
        self.condition = condition
        self.over = False
        self.thread = threading.Thread(target=self.press, daemon=True)

    def press(self):
        while not self.condition():
            if self.over:
                return
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *error):
        self.over = True
        self.thread.join()


@pytest.fixture
def unbounded(make_lab):
    """Make labs whose slices have no bound, so that only what is tested ends them."""

    def make(**how):
        lab = make_lab(**how)
        lab.slice_limit = (None, None)
        return lab

    return make


# -- what is said ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SPINS)
def test_a_long_slice_is_reported_once_with_its_line_and_the_first_interrupt_ends_it(unbounded, kind):
    """After a second a sentence names component, line and cure; one interrupt ends the slice, and the others go on."""
    lab = unbounded()
    hangs, sink = kind().activate(), Sink().activate()
    long_after = lambda: lab.reports and lab.runtime.watch.seconds() > 1.4  # noqa: E731
    with pytest.raises(KeyboardInterrupt, match="in a slice that had lasted") as error, Pressing(long_after):
        lab.run()
    notices = [text for text in lab.reports if "has been in one slice for 1 s, at line" in text]
    assert len(notices) == 1
    assert notices[0].startswith(f"{kind.__name__}_1 has been")
    assert notices[0].endswith("is a yield or await missing in this loop? Interrupt to end it.")
    place = "helper()" if kind is Helped else "main()"
    assert place in notices[0]
    assert place in str(error.value)
    assert str(error.value).endswith("is a yield or await missing?")
    assert isinstance(hangs.error, KeyboardInterrupt)
    assert hangs.state == "failed"
    assert lab.state == "paused"
    assert lab.run().reason == "stuck"
    assert sink.state != "failed"


@pytest.mark.parametrize(("kind", "call"), BLOCKS)
def test_a_slice_that_blocks_is_named_by_its_call_and_ended_by_an_interrupt(unbounded, kind, call):
    """What waits in a call is told from what loops; an interrupt of the main thread ends that, too."""
    lab = unbounded()
    hangs = kind().activate()
    with pytest.raises(KeyboardInterrupt, match="belongs in a ThreadedComponent"), Pressing(lambda: lab.reports):
        lab.run()
    assert f"has been in one slice for 1 s and blocks in {call} at line" in lab.reports[0]
    assert "Interrupt to end it; code that blocks belongs in a ThreadedComponent." in lab.reports[0]
    assert hangs.state == "failed"


def test_the_traceback_of_an_ended_slice_ends_in_the_users_code(unbounded):
    """No frame of the engine or of the handler comes after the line that was interrupted."""
    lab = unbounded()
    hangs = Sends().activate()
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: lab.reports):
        lab.step()
    tb = hangs.error.__traceback__
    while tb.tb_next is not None:
        tb = tb.tb_next
    assert tb.tb_frame.f_code.co_filename == __file__


def test_a_short_slice_is_not_ended_by_the_first_interrupt(lab):
    """An interrupt at the beginning of a slice waits for its end."""

    class Short(Component):
        def main(self):
            signal.raise_signal(signal.SIGINT)
            self.done = True
            yield

    short = Short().activate()
    with pytest.raises(KeyboardInterrupt, match="between two slices"):
        lab.run()
    assert short.done
    assert lab.reports == []


def test_a_long_slice_that_ends_by_itself_does_no_harm(lab):
    """A long computation is reported and goes on; nothing of the lab is changed by the watch."""

    class Long(Component):
        def main(self):
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                self.send(1)
                time.sleep(0.001)
            yield

    long, sink = Long().activate(), Sink().activate()
    long.link((long, "outbox"), (sink, "inbox"))
    assert lab.run().reason == "stuck"
    assert len(lab.reports) == 1
    assert lab.failures == []
    assert lab.long_slice() is None
    assert lab.scheduler.log == lab.trace.writer(complete=True)


def test_a_call_between_two_slices_is_watched_too(lab):
    """The condition of a run that hangs is reported with its line, and the first interrupt ends it."""

    def condition(lab):
        while True:
            pass

    Sink().activate()
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: lab.reports):
        lab.run(until=condition)
    assert lab.reports[0].startswith("A call between two slices has lasted 1 s, at line")
    assert "of condition()" in lab.reports[0]
    assert lab.failures == []
    assert lab.step().steps == 1


def test_a_timer_that_hangs_is_watched_too(lab):
    """The same holds for a call that a timer makes."""

    def ring():
        while True:
            pass

    Sink().activate()
    with lab.lock:
        lab.scheduler.call_later(0.01, ring)
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: lab.reports):
        lab.run(timeout=20)
    assert "of ring(): does this loop end? Interrupt to end it." in lab.reports[0]
    assert lab.scheduler.driver is None
    assert lab.step(timeout=0).reason == "idle" or lab.state == "paused"


def test_a_lab_that_waits_is_not_in_a_long_slice(lab, eventually):
    """While nothing can run there is nothing to report, however long it lasts."""

    class Later(Component):
        def main(self):
            self.pause(1.6)
            yield

    Later().activate()
    lab.run()
    assert lab.reports == []


def test_a_thread_that_works_is_not_reported(make_lab):
    """A component's own thread may block: who asks is told its line, and no notice is given."""

    class Works(ThreadedComponent):
        def main(self):
            time_over.wait(20)

    time_over = threading.Event()
    lab = make_lab(clock="virtual")
    works = Works(name="works").activate()
    seen: list[LongSlice] = []
    lab.runtime.on_long_slice = seen.append
    threading.Timer(1.6, time_over.set).start()
    lab.run()
    assert works.state == "finished"
    assert lab.reports == []
    for found in seen:  # it may have given up the thread before a second was over
        assert found.in_thread


def test_a_front_end_can_take_the_notice(unbounded):
    """What is set as on_long_slice gets the slice as a value, instead of the report."""
    lab = unbounded()
    hangs = Adds(name="hangs").activate()
    seen = []
    lab.runtime.on_long_slice = seen.append
    with pytest.raises(KeyboardInterrupt), Pressing(lambda: seen):
        lab.step()
    (found,) = seen
    assert found.component is hangs
    assert found.seconds >= 1
    assert found.place.endswith("of main()")
    assert found.blocks_in is None
    assert found.sentence().startswith("hangs has been in one slice for 1 s, at line ")
    assert lab.reports == []


def naps_for_long():
    while True:
        try:
            time.sleep(100)
        except:  # noqa: E722
            pass


def naps_often():
    while True:
        try:
            time.sleep(0.05)
        except:  # noqa: E722
            pass


def spins():
    while True:
        pass


def gets():
    queue.Queue().get()


class Does(Component):
    does = staticmethod(spins)

    def main(self):
        self.does()
        yield


@pytest.mark.parametrize("does", [spins, gets, naps_for_long, naps_often])
def test_an_interrupt_early_in_an_endless_slice_is_sent_again_until_that_has_ended(unbounded, does):
    """The first interrupt ends the slice once that is old enough, and also a slice that catches everything."""
    lab = unbounded()
    hangs = Does().activate()
    hangs.does = does
    with pytest.raises(KeyboardInterrupt, match="in a slice that had lasted"), Pressing(lambda: lab.step_number):
        lab.step()
    assert hangs.state == "failed"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert sys.gettrace() is None
    time.sleep(0.3)  # nothing comes late


@pytest.mark.parametrize("where", ["finally", "close_down"])
def test_the_end_of_a_component_is_watched_too(unbounded, where):
    """What hangs while a lab is stopped is reported, and the first interrupt ends it; the lab has stopped then."""

    class Hangs(Component):
        def main(self):
            try:
                while True:
                    yield
            finally:
                if where == "finally":
                    spins()

        def close_down(self):
            if where == "close_down":
                spins()

    lab = unbounded()
    hangs = Hangs(name="hangs").activate()
    lab.step()
    with pytest.raises(KeyboardInterrupt, match="hangs was interrupted while it closed"), Pressing(lambda: lab.reports):
        lab.stop()
    assert lab.reports[0].startswith("hangs has been closing for 1 s, at line ")
    assert lab.reports[0].endswith("does this loop end? Interrupt to end it.")
    assert "During handling" not in lab.reports[1]
    assert isinstance(hangs.error, KeyboardInterrupt)
    assert lab.state == "stopped"


def test_a_call_in_the_middle_of_a_slice_is_not_the_components(unbounded):
    """The condition of a breakpoint that loops is reported as what it is."""

    def loops(_message):
        while True:
            pass

    class Once(Component):
        def main(self):
            self.send(1)
            yield

    lab = unbounded()
    once, sink = Once(name="once").activate(), Sink().activate()
    once.link((once, "outbox"), (sink, "inbox"))
    lab.break_on(message=loops)
    with pytest.raises(BadBreakpoint, match="in a slice of once was interrupted"), Pressing(lambda: lab.reports):
        lab.run()
    assert lab.reports[0].startswith("A call that the lab makes in a slice of once has lasted 1 s, at line ")
    assert "of loops(): does this loop end?" in lab.reports[0]


# -- the background -------------------------------------------------------------------------------------


class Copies(Component):
    def main(self):
        nested = [[[[1]]]] * 50
        while True:
            copy.deepcopy(nested)
        yield


class CatchesAll(Component):
    def main(self):
        while True:
            with contextlib.suppress(BaseException):
                self.send(1)
        yield


@pytest.mark.parametrize(
    ("end", "kind"),
    sampled(
        [("stop", Sends), ("reset", Copies)],
        list(itertools.product(("stop", "reset"), [*SPINS, Copies, CatchesAll])),
    ),
)
def test_a_long_slice_in_the_background_is_ended_by_stop_and_reset(unbounded, eventually, kind, end):
    """The slice ends at its next line, its component has failed with the line, and the lab can be used again."""
    lab = unbounded()
    hangs = kind().activate()
    lab.start()
    found = eventually(lab.long_slice)
    assert found.component is hangs
    assert found.sentence().endswith("lab.stop() or lab.reset() ends it.")
    assert (lab.running, lab.state) == (True, "running")
    getattr(lab, end)()
    assert (lab.running, lab.state) == (False, "stopped" if end == "stop" else "new")
    assert isinstance(hangs.error, SliceEnded)
    assert "was stopped in a slice that had lasted" in str(hangs.error)
    assert sum(thread.name == "kamlab lab" and thread.is_alive() for thread in threading.enumerate()) == 0
    lab.reset()
    Sink().activate(lab)
    assert lab.step().steps == 1


@pytest.mark.parametrize(("kind", "call"), BLOCKS)
def test_a_slice_that_blocks_in_the_background_is_given_up(unbounded, eventually, kind, call):
    """stop() says which call it cannot end and goes on without it; after a reset the lab is as new."""
    lab = unbounded()
    hangs, sink = kind(name="hangs").activate(), Sink().activate()
    lab.start()
    found = eventually(lambda: (found := lab.long_slice()) and found.blocks_in and found)
    assert found.blocks_in == call
    lab.stop()
    assert (lab.running, lab.state) == (False, "stopped")
    assert f"blocks in {call}" in lab.reports[-1]
    assert "It cannot be ended from outside" in lab.reports[-1]
    assert hangs.is_stopped()
    assert sink.is_stopped()
    assert lab.long_slice() is None
    lab.reset()
    again = Sink().activate(lab)
    assert lab.run().reason == "stuck"
    assert again in lab


def test_a_thread_that_was_given_up_never_drives_the_lab_again(unbounded, eventually):
    """When the call returns, its component finds itself stopped: nothing of the new run is touched."""
    lab = unbounded()
    let_go, after = threading.Event(), []

    class Waits(Component):
        def main(self):
            let_go.wait()
            self.send("late")
            after.append(threading.current_thread())
            yield
            after.append("never")

    Waits().activate()
    lab.start()
    eventually(lab.long_slice)
    lab.reset()
    sink = Sink().activate(lab)
    lab.start()
    eventually(lambda: lab.step_number == 1)
    let_go.set()
    eventually(lambda: after)
    after[0].join(10)
    assert not after[0].is_alive()
    assert len(after) == 1
    assert lab.running
    sink.deliver("hello")
    eventually(lambda: lab.step_number == 2)
    assert sink.got == ["hello"]
    assert lab.pause()
    assert lab.failures == []


def test_a_pause_waits_for_a_long_slice_and_says_what_ends_it(unbounded, eventually):
    """pause() ends nothing: it comes back with False and names the line and what is possible."""
    lab = unbounded()
    hangs = Adds().activate()
    lab.start()
    eventually(lab.long_slice)
    assert lab.pause(timeout=0.1) is False
    assert "at line" in lab.reports[-1]
    assert lab.reports[-1].endswith("It stops at the end of that slice. lab.stop() or lab.reset() ends it.")
    assert hangs.error is None
    assert lab.running


def test_a_stop_that_is_interrupted_leaves_the_lab_running(unbounded, eventually):
    """running is true as long as the thread runs, also after an interrupt in stop() or pause()."""
    lab = unbounded()
    Gets().activate()
    lab.start()
    eventually(lab.long_slice)
    with pytest.raises(KeyboardInterrupt):
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        lab.pause(timeout=20)
    assert (lab.running, lab.state) == (True, "running")


@pytest.mark.parametrize("of_labs", [True, False], ids=["sleep of labs", "plain sleep"])
def test_a_slice_that_catches_what_wakes_it_is_ended_by_stop(unbounded, eventually, monkeypatch, of_labs):
    """What is raised in it is always caught at its sleep, so another error follows at a later line; once reported."""
    if of_labs:
        install()
    else:
        monkeypatch.setattr(time, "sleep", real_sleep)
    lab = unbounded()
    hangs = Does(name="hangs").activate()
    hangs.does = naps_often
    lab.start()
    assert eventually(lab.long_slice).blocks_in is None
    lab.stop(timeout=60)
    assert isinstance(hangs.error, SliceEnded)
    assert not [text for text in lab.reports if "background run" in text]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells whether a thread has run")
@pytest.mark.parametrize("naps", [True, False])
def test_a_thread_that_runs_between_two_looks_does_not_block(naps):
    """A thread that naps is never taken for one that blocks, however often it is observed; one that waits is, soon."""
    is_over, runs = threading.Event(), []

    def work():
        while not is_over.wait(BLOCKED / 5 if naps else None):
            runs.append(None)

    thread = threading.Thread(target=work)
    thread.start()
    standstill, seen = Standstill(), []
    end = time.monotonic() + 5 * BLOCKED
    while time.monotonic() < end or (len(runs) < 5 if naps else not any(seen)):
        stack = [sys._current_frames()[thread.ident]]
        seen += [standstill.lasts(thread.ident, stack), standstill.is_long]
        standstill.observe(thread.ident, stack)
        time.sleep(0.001)
    is_over.set()
    thread.join()
    assert any(seen) is not naps


def test_a_component_that_catches_everything_is_ended_all_the_same(unbounded, eventually):
    """A bare except in the loop does not keep a background slice from being ended."""

    class Catches(Component):
        def main(self):
            while True:
                try:
                    self.any_ready()
                except:  # noqa: E722
                    pass
            yield

    lab = unbounded()
    catches = Catches().activate()
    lab.start()
    eventually(lab.long_slice)
    lab.stop(timeout=20)
    assert catches.is_stopped()
    assert lab.state == "stopped"


# -- the bound ------------------------------------------------------------------------------------------


def sends_numbers(self):
    while True:
        self.send(1)


def sends_and_catches(self):
    while True:
        try:
            self.send(1)
        except Exception:
            pass


def sends_and_catches_everything(self):
    while True:
        try:
            self.send(1)
        except:  # noqa: E722
            pass


def sends_ever_longer_lists(self):
    data: list[int] = []
    while True:
        data = data + [1] * 100
        self.send(data)


def sends_bytes(self):
    while True:
        self.send(b"x" * 1_000_000)


def activates(self):
    while True:
        Sink().activate()


def pauses(self):
    while True:
        self.pause()


ENDLESS = [
    sends_numbers,
    sends_and_catches,
    sends_and_catches_everything,
    sends_ever_longer_lists,
    sends_bytes,
    activates,
    pauses,
]
#: In the sample each of them is tried once, recorded and linked in turn.
FEW = [(endless, number % 2 == 0, number % 3 == 0) for number, endless in enumerate(ENDLESS)]


@pytest.mark.parametrize(
    ("endless", "record", "linked"), sampled(FEW, list(itertools.product(ENDLESS, (True, False), (True, False))))
)
def test_a_slice_past_the_bound_fails(make_lab, endless, record, linked):
    """A long slice that fills the memory is ended, with the sentence of the notice and the bound; the lab goes on."""

    class Endless(Component):
        def main(self):
            endless(self)
            yield

    lab = make_lab(record=record)
    lab.slice_limit = (20_000, 20_000_000)
    failing, sink = Endless(name="endless").activate(), Sink().activate()
    if linked:
        failing.link((failing, "outbox"), (sink, "inbox"))
    outcome = lab.run(max_steps=1)
    assert failing in outcome.failed
    assert isinstance(failing.error, SliceEnded)
    words = str(failing.error)
    assert words.startswith("endless has been in one slice for ")
    assert f"of {endless.__name__}(): is a yield or await missing in this loop?" in words
    assert words.endswith("in one slice, the bound that lab.slice_limit sets.")
    assert ("20,000 events" in words) or ("20,000,000 bytes of messages" in words)
    assert lab.state == "paused"
    assert sink in lab


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the memory is read from /proc")
def test_a_slice_that_fills_the_memory_without_a_message_fails(lab):
    """A list that grows without end is ended at the bound, which the sentence names."""

    class Fills(Component):
        def main(self):
            data = []
            while True:
                data.append([len(data)])
            yield

    lab.slice_limit = (None, None, 50_000_000)
    fills = Fills().activate()
    lab.step()
    assert "the process grew by more than 50,000,000 bytes in one slice" in str(fills.error)


def test_before_a_second_is_over_there_is_no_bound_on_events(lab):
    """A short slice may send as much as it likes."""

    class Sends(Component):
        def main(self):
            for number in range(5000):
                self.send(number)
            yield

    lab.slice_limit = (10, None)
    sends = Sends().activate()
    lab.run()
    assert sends.state == "finished"


def test_a_component_that_works_off_a_long_queue_is_not_at_fault(lab):
    """A message that is taken makes up for one that is sent on."""

    class Passes(Component):
        def main(self):
            for message in self.messages():
                self.send(message)
                time.sleep(0.005)
            yield

    passes = Passes().activate()
    lab.slice_limit = (100, None)
    for number in range(300):
        passes.deliver(number)
    lab.run()
    assert passes.state == "finished"
    assert len(lab.reports) == 1


def test_with_on_error_raise_the_bound_stops_the_run(make_lab):
    """A slice past the bound is a failure like any other."""
    from kamlab.core.errors import ComponentFailed

    lab = make_lab(on_error="raise")
    lab.slice_limit = (1000, None)
    Sends().activate()
    with pytest.raises(ComponentFailed, match="more than 1,000 events"):
        lab.run()


@pytest.mark.parametrize("limit", [5, (1,), (0, 1), (-1, None), (1.5, 2), ("a", "b"), (True, None)])
def test_a_bad_bound_is_refused(lab, limit):
    """The bound is a pair of positive whole numbers or None; anything else is said to be wrong, and changes nothing."""
    with pytest.raises(BadLimit, match="slice_limit = "):
        lab.slice_limit = limit
    assert lab.slice_limit == SliceLimit()


def test_a_size_is_taken_without_running_the_users_code():
    """Sizes are those of Python; an object with a __sizeof__ of its own is not asked."""

    class Rude:
        def __sizeof__(self):
            raise AssertionError

    assert size_of(Rude()) == 64
    assert size_of(b"x" * 1000) > 1000
    assert size_of([b"x" * 1000, b"y" * 1000]) > 2000
    assert size_of({1: b"x" * 1000}) > 1000


# -- the journal ----------------------------------------------------------------------------------------


def ended_by_an_interrupt(lab):
    with pytest.raises(KeyboardInterrupt), Pressing(lab.long_slice):
        lab.run()


def ended_by_its_bound(lab):
    lab.slice_limit = (1000, None)
    lab.run(max_steps=6)


def caught_an_interrupt(lab):
    with pytest.raises(KeyboardInterrupt), Pressing(lab.long_slice):
        lab.run()


@pytest.mark.parametrize("end", [ended_by_an_interrupt, ended_by_its_bound, caught_an_interrupt])
def test_a_slice_that_was_ended_is_never_run_again(make_lab, end):
    """Going back stops before it and says so; what was after it is read from the record."""
    ran = []

    class Hangs(Component):
        def main(self):
            yield
            yield
            ran.append(1)
            try:
                while True:
                    self.send(1)
            except KeyboardInterrupt:
                if end is not caught_an_interrupt:
                    raise
            yield

    class Counts(Component):
        def main(self):
            for number in range(10):
                self.send(number)
                yield

    lab = make_lab(clock="virtual", build=lambda: (Counts().activate(), Hangs().activate()))
    end(lab)
    ended = lab.step_number
    lab.step(2)
    state = str(lab.snapshot(ended))
    for go in (lambda: lab.back(), lambda: lab.goto(ended), lambda: lab.recording, lambda: lab.twin().__enter__()):
        with pytest.raises(CannotRewind, match="in the middle of that slice"):
            go()
    assert str(lab.snapshot(ended)) == state
    lab.goto(ended - 1)
    lab.goto(2)
    with pytest.raises(CannotRewind):
        lab.goto(ended)
    lab.reset()
    assert ran == [1]


# -- scripts --------------------------------------------------------------------------------------------

SCRIPT = """
import queue, sys, threading
from kamlab import Component, Lab

class Hangs(Component):
{main}

with Lab() as lab:
    lab.slice_limit = (None, None)
    Hangs(name="hangs").activate()
    try:
        lab.{drive}
    except KeyboardInterrupt as error:
        print(error)
    print(lab.step(timeout=0).steps, lab.state, flush=True)
"""

MAINS = {
    "loop": "    def main(self):\n        while True:\n            pass\n        yield",
    "send": "    def main(self):\n        while True:\n            self.send(1)\n        yield",
    "async": "    async def main(self):\n        while True:\n            self.data_ready()",
    "block": "    def main(self):\n        queue.Queue().get()\n        yield",
}


@pytest.mark.parametrize("drive", ["step()", "run()"])
@pytest.mark.parametrize("main", sorted(MAINS))
def test_in_a_script_one_ctrl_c_ends_the_slice(main, drive):
    """The sentence appears in the terminal while the script hangs, and one Ctrl-C is enough."""
    source = SCRIPT.format(main=MAINS[main], drive=drive)
    script = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert script.stderr is not None
        line = script.stderr.readline()
        assert line.startswith("kamlab: hangs has been in one slice for 1 s")
        assert "of main()" in line
        script.send_signal(signal.SIGINT)
        out, _ = script.communicate(timeout=30)
    finally:
        script.kill()
    assert out.startswith("hangs was interrupted in a slice that had lasted")
    assert out.endswith("0 finished\n")
    assert script.returncode == 0


class Holds:
    """An object whose size Python does not know unless it runs the code of its class."""

    def __init__(self):
        self.data = bytearray(b"x") * 1_000_000

    def __sizeof__(self):
        return 1_000_000


#: What a component sends without end, as an expression.
FLOODS = {
    "numbers": "1",
    "growing lists": "data := data + [1] * 100",
    "bytes": "b'x' * 1_000_000",
    "bytearrays": "bytearray(b'x') * 1_000_000",
    "long strings": "'x' * 10_000_000",
    "arrays": "array('b', b'x') * 1_000_000",
    "objects": "Holds()",
    "large ones after a small one": "'x' * 1_000_000 if len(self.outboxes['outbox']) else 1",
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of the memory is read from /proc")
@pytest.mark.parametrize(
    ("flood", "record", "linked"),
    sampled(
        [(flood, number % 2 == 0, number % 2 == 1) for number, flood in enumerate(FLOODS)],
        list(itertools.product(FLOODS, (True, False), (True, False))),
    ),
)
def test_the_memory_of_an_endless_slice_stays_bounded(flood, record, linked):
    """A process whose component sends without end grows by less than 300 MB until the slice fails."""
    source = textwrap.dedent("""
        from array import array
        from kamlab import Component, Lab
        {holds}
        class Endless(Component):
            def main(self):
                data = []
                while True:
                    self.send({what})
                yield

        class Sink(Component):
            def main(self):
                self.pause(); yield

        def memory(key):
            status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
            return int(status[key].split()[0]) // 1024

        with Lab(record={record}) as lab:
            endless, sink = Endless().activate(), Sink().activate()
            if {linked}:
                endless.link((endless, "outbox"), (sink, "inbox"))
            lab.report = lambda text: None
            before = memory("VmRSS")
            lab.run(max_steps=1)
            print(type(endless.error).__name__)
        print(memory("VmHWM") - before)
    """)
    made = source.format(what=FLOODS[flood], record=record, linked=linked, holds=inspect.getsource(Holds))
    out = subprocess.run([sys.executable, "-c", made], capture_output=True, text=True, timeout=200).stdout
    error, grown = out.split()
    assert error == "SliceEnded"
    assert int(grown) < 300
