"""Threads that take turns with the other components: the same inputs give the same run, whatever the system does."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kamlab import Component, Lab, ProducerFinished, ThreadedComponent
from kamlab.core import thread_relay as relay_module
from kamlab.core.errors import LabIsRunning, NoSpaceInBox, ThreadIsAway
from kamlab.core.lab_time import real_sleep
from kamlab.core.thread_probe import Patience, Whereabouts

AT_GATE = "waits for its turn"


class Sink(Component):
    """Keeps what it gets, and ends on any control message."""

    def __init__(self, **argd):
        super().__init__(**argd)
        self.got = []

    def main(self):
        while True:
            self.got.extend(self.messages())
            if self.data_ready("control"):
                return
            self.pause()
            yield


class Ticker(Component):
    """Counts in the lab's time."""

    def __init__(self, times, seconds, **argd):
        super().__init__(**argd)
        self.times, self.seconds = times, seconds

    def main(self):
        for number in range(self.times):
            self.send(number)
            self.pause(self.seconds)
            yield


def threaded(body, lab=None, **argd):
    """Activate a ThreadedComponent whose main is ``body``; what it appends to ``lines`` can be looked at."""

    class Threaded(ThreadedComponent):
        def main(self):
            body(self)

    component = Threaded(lines=[], **argd)
    return component if lab is None else component.activate(lab)


# -- systems ------------------------------------------------------------------------------------------


def producer_and_consumer(lab):
    """Two threads with a queue between them that holds two messages."""

    def produce(self):
        sent = 0
        while sent < 12:
            try:
                self.send(sent)
                sent += 1
            except NoSpaceInBox:
                self.pause(0.05)
        self.send(ProducerFinished(self), "signal")

    def consume(self):
        while not self.data_ready("control"):
            while self.data_ready():
                self.send(self.recv() * 2)
            self.pause(0.3)

    one, two = threaded(produce, queuelengths=2, name="producer"), threaded(consume, queuelengths=1, name="consumer")
    sink = Sink(name="sink")
    one.link((one, "outbox"), (two, "inbox"), pipewidth=1)
    one.link((one, "signal"), (two, "control"))
    two.link((two, "outbox"), (sink, "inbox"))
    for component in (sink, two, one):
        component.activate(lab)


def pausing_threads(lab):
    """Many threads whose timers are due at the same moments, one of which is fed by a ticker."""

    def wait(self):
        for number in range(4):
            self.pause(0.1 * (1 + number % 2))
            self.send((self.name, number, time.monotonic()))
        time.sleep(0.25)
        self.send(time.asctime())

    sink, ticker = Sink(name="sink").activate(lab), Ticker(5, 0.1, name="ticker").activate(lab)
    for name in "abcdef":
        component = threaded(wait, lab, name=name)
        collector = Sink(name=f"of {name}").activate(lab)
        component.link((component, "outbox"), (collector if name == "a" else sink, "inbox")) if name < "c" else None
    ticker.link((ticker, "outbox"), (component, "inbox"))


def requests(lab):
    """A thread that links, syncs, has children, and waits for their ends."""

    def ask(self):
        sink = Sink(name="its sink")
        children = [Ticker(2, 0.1, name="child 1"), Ticker(4, 0.2, name="child 2")]
        self.add_children(sink, *children)
        link = self.link((children[0], "outbox"), (sink, "inbox"))
        self.link((children[1], "outbox"), (self, "inbox"))
        for child in (sink, *children):
            child.activate()
        self.send("nowhere")
        self.sync()
        while not all(child.is_stopped() for child in children):
            while self.data_ready():
                self.lines.append(self.recv())
            self.pause()
        self.unlink(linkage=link)
        self.link((self, "signal"), (sink, "control"))
        self.send(ProducerFinished(self), "signal")
        while not self.children_done():
            self.pause()

    threaded(ask, lab, name="parent")
    threaded(ask, lab, name="another")


def direct_deeds(lab):
    """Threads that do things to the world without a queue between: deliver, activate, wake, stop, look."""
    sink = Sink(name="sink").activate(lab)
    sleeper = Sink(name="sleeper").activate(lab)

    def deliver(self):
        for number in range(5):
            sink.deliver((self.name, number, len(lab.components)))
            self.sync()
            sleeper.wake(self)
        Ticker(1, 0.1, name=f"of {self.name}").activate()
        self.pause(0.1)
        sleeper.stop()
        with lab.lock:
            self.send([component.short_name for component in lab.components])

    for name in ("one", "two", "three"):
        component = threaded(deliver, lab, name=name)
        component.link((component, "outbox"), (sink, "inbox"))


def ends_of_all_kinds(lab):
    """Threads that end at once, fail, stop themselves, and one that lives on among them."""
    sink = Sink(name="sink").activate(lab)

    def fail(self):
        self.send("x")
        raise ValueError("in the thread")

    def stop(self):
        self.pause(0.2)
        self.stop()
        self.send("never")

    def live(self):
        for _ in range(20):
            self.send(self.data_ready())
            self.pause(0.01)

    for name, body in {"at once": lambda self: None, "fails": fail, "stops": stop, "lives": live}.items():
        component = threaded(body, lab, name=name)
        component.link((component, "outbox"), (sink, "inbox"))


SYSTEMS = [producer_and_consumer, pausing_threads, requests, direct_deeds, ends_of_all_kinds]


def story(make_lab, system, how):
    """Build a system, drive it in one of the ways, and return its events as text."""
    lab = make_lab(clock="virtual", trace_limit=100_000)
    system(lab)
    how(lab)
    return [str(event) for event in lab.trace.events()]


def stepped(lab):
    while lab.step().steps:
        pass


def in_one_run(lab):
    lab.run()


def in_rounds(lab):
    while lab.step_round().steps:
        pass


def in_pieces(lab):
    while lab.run(max_steps=7).reason == "max_steps":
        lab.step(3)


def in_the_background(lab):
    lab.start()
    deadline = time.monotonic() + 60
    seen = -1
    while time.monotonic() < deadline:
        time.sleep(0.05)
        if lab.step_number == seen and not any(outsider.may_wake() for outsider in list(lab.scheduler.outsiders)):
            break
        seen = lab.step_number
    lab.pause()


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.__name__)
def test_a_system_with_threads_runs_the_same_each_time_and_however_it_is_driven(make_lab, system):
    """Slice by slice, round by round, in one run or in several: thirty runs give one trace."""
    first = story(make_lab, system, stepped)
    assert len(first) > 40
    for how in [stepped, in_one_run, in_rounds, in_pieces, in_the_background] * 6:
        assert story(make_lab, system, how) == first, how.__name__


@pytest.mark.parametrize("interval", [1e-6, 10.0])
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.__name__)
def test_how_often_the_interpreter_switches_threads_does_not_matter(make_lab, system, interval):
    """With hurried and with slow switching, and others computing meanwhile, the trace is the same."""
    first = story(make_lab, system, stepped)
    before = sys.getswitchinterval()
    ended = threading.Event()

    def compute():
        while not ended.is_set():
            sum(range(1000))
            time.sleep(0)

    helper = threading.Thread(target=compute)
    helper.start()
    sys.setswitchinterval(interval)
    try:
        for how in [stepped, in_one_run] * 3:
            assert story(make_lab, system, how) == first
    finally:
        sys.setswitchinterval(before)
        ended.set()
        helper.join(10)


def fingerprint():
    """Return a number that stands for the traces of all systems."""
    told = hashlib.sha256()
    for system in SYSTEMS:
        with contextlib.redirect_stderr(io.StringIO()), Lab(clock="virtual", trace_limit=100_000) as lab:
            system(lab)
            lab.run()
            told.update("\n".join(map(str, lab.trace.events())).encode())
    return told.hexdigest()


def test_processes_with_other_hash_seeds_give_the_same_trace():
    """Neither the process nor the seed of its hashes shows in a run."""
    program = f"import runpy; print(runpy.run_path({str(Path(__file__))!r})['fingerprint']())"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(4)
    ]
    told = {process.communicate(timeout=120)[0] for process in processes}
    assert told == {fingerprint() + "\n"}


# -- requests and other deeds -------------------------------------------------------------------------


def test_a_request_belongs_to_the_slice_in_which_it_is_done(make_lab):
    """A link made by a thread is made in a slice of its component, which is its cause."""
    lab = make_lab(clock="virtual")
    sink = Sink(name="sink").activate(lab)
    component = threaded(lambda self: self.link((self, "outbox"), (sink, "inbox")), lab)
    lab.run(until=component)
    (linked,) = (event for event in lab.trace.events() if event.kind == "linked")
    assert linked.cause is component


def test_what_a_thread_delivers_in_its_turn_is_in_that_slice(make_lab):
    """deliver(), wake() and stop() need no waiting for the end of the slice: the lock is lent to the thread."""
    lab = make_lab(clock="virtual")
    sink, other = Sink(name="sink").activate(lab), Sink(name="other").activate(lab)

    def body(self):
        with lab.lock:
            assert lab.lock.mine()
            sink.deliver("x")
        other.stop()

    component = threaded(body, lab)
    lab.step(2)
    happened = lab.step()
    assert [event.kind for event in happened if event.cause is component][:4] == [
        "resumed",
        "sent",
        "woken",
        "finished",
    ]
    assert component.elsewhere is None
    assert not lab.lock._loans


def test_a_thread_in_its_turn_cannot_drive_the_lab(make_lab):
    """lab.step() in the thread of a stepped lab is refused at once, and nothing is left locked."""
    lab = make_lab(clock="virtual")
    component = threaded(lambda self: lab.step(), lab)
    assert lab.run().reason == "finished"
    assert isinstance(component.error, LabIsRunning)
    assert not lab.lock._loans


def test_an_error_of_a_request_is_raised_in_the_thread(make_lab):
    """A refused send and a refused link in lockstep raise where the thread called."""
    lab = make_lab(clock="virtual")

    def body(self):
        self.send(1)
        with contextlib.suppress(NoSpaceInBox):
            for _ in range(3):
                self.send(2)
            self.lines.append("never")
        try:
            self.link((self, "outbox"), (self, "nonsense"))
        except KeyError as error:
            self.lines.append(type(error).__name__)

    component, never_active = threaded(body, queuelengths=1), Sink()
    component.link((component, "outbox"), (never_active, "inbox"), pipewidth=1)
    component.activate(lab)
    lab.run()
    assert component.lines == ["NoSuchBox"]


def test_a_look_at_the_lab_from_elsewhere_does_not_change_the_run(make_lab, in_thread):
    """Whoever takes the lab's lock again and again while it runs finds it between two slices, and changes nothing."""
    first = story(make_lab, pausing_threads, in_one_run)
    ended = threading.Event()
    lab = make_lab(clock="virtual", trace_limit=100_000)

    def look():
        while not ended.is_set():
            assert len(lab.components) >= 0
            time.sleep(0.0005)

    looked = in_thread(look)
    pausing_threads(lab)
    lab.run()
    ended.set()
    looked()
    assert [str(event) for event in lab.trace.events()] == first


# -- threads that are busy elsewhere ------------------------------------------------------------------


class Notes:
    """A journal that keeps what it is told."""

    replaying = False

    def __init__(self, late=()):
        self.late = list(late)
        self.entries = []

    def outside(self, kind, *what):
        self.entries.append((kind, *what))

    def expects_late(self, name):
        return (name in self.late and not self.late.remove(name)) or False

    def __getattr__(self, _name):
        return lambda *_: None


@pytest.fixture
def short_patience(monkeypatch):
    """Let lockstep labs, too, wait only shortly for a thread that is busy elsewhere."""
    monkeypatch.setattr(relay_module, "LOCKSTEP_PATIENCE", 0.05)


class Elsewhere:
    """The ways in which a thread can be busy elsewhere, each with what ends it."""

    def __init__(self, way):
        self.way = way
        self.lock, self.queue, self.free = threading.Lock(), queue.Queue(), False
        self.lock.acquire()

    def go_there(self):
        if self.way == "a lock":
            self.lock.acquire()
        elif self.way == "a queue":
            self.queue.get()
        elif self.way == "a real sleep":
            while not self.free:
                real_sleep(0.3)
        else:
            while not self.free:
                sum(range(100))

    def come_back(self):
        self.free = True
        self.queue.put(None)
        self.lock.release()


@pytest.fixture(params=["a lock", "a queue", "a real sleep", "a computation"])
def elsewhere(request):
    """One of the ways, ended at the latest with the test."""
    way = Elsewhere(request.param)
    yield way
    if way.lock.locked():
        way.come_back()


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_a_thread_that_is_busy_elsewhere_never_stalls_the_lab(make_lab, short_patience, elsewhere, eventually, clock):
    """The others go on, step() returns, the place is shown with its line, and the thread takes part when it is back."""
    lab = make_lab(clock=clock)

    def body(self):
        self.send("before")
        elsewhere.go_there()
        self.send("after")

    sink, ticker = Sink(name="sink").activate(lab), Ticker(5, 0.0, name="ticker").activate(lab)
    busy = threaded(body, name="busy")
    busy.link((busy, "outbox"), (sink, "inbox"))
    busy.activate(lab)
    while not ticker.is_stopped():
        assert lab.step(timeout=0.01).reason != "stuck"
    eventually(lambda: (lab.step(timeout=0.01), sink.got == ["before"] and busy.elsewhere)[1])
    place = busy.elsewhere
    assert isinstance(place, Whereabouts)
    assert place.file == __file__
    assert place.function == "go_there"
    assert busy.thread_place == "running"
    assert lab.step(timeout=0.01).reason == "idle"
    elsewhere.come_back()
    eventually(lambda: (lab.step(timeout=1), sink.got == ["before", "after"])[1])
    assert busy.elsewhere is None


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_stopping_the_lab_names_threads_that_are_busy_elsewhere(make_lab, short_patience, elsewhere, clock):
    """lab.stop() does not wait longer than it is told, and says which thread is left."""
    lab = make_lab(clock=clock)

    def body(self):
        elsewhere.go_there()
        self.send("never")

    busy = threaded(body, lab, name="busy")
    lab.step()
    lab.stop(timeout=0.05)
    assert any("the thread of busy is still busy" in report for report in lab.reports)
    elsewhere.come_back()
    assert busy.join_thread(10)
    assert lab.failures == []


def test_once_a_thread_is_elsewhere_its_slices_do_not_wait_for_it_again(make_lab, monkeypatch, eventually):
    """A thread is waited for once; messages that come for it meanwhile are taken in without waiting."""
    lab = make_lab(clock="virtual")
    waits = []
    comes = relay_module.Relayed._comes
    monkeypatch.setattr(relay_module, "LOCKSTEP_PATIENCE", 0.05)
    monkeypatch.setattr(relay_module.Relayed, "_comes", lambda self: waits.append(self) or comes(self))
    go = threading.Event()

    def body(self):
        go.wait(20)
        self.lines.extend(self.messages())

    busy, ticker = threaded(body, lab), Ticker(10, 1).activate(lab)
    ticker.link((ticker, "outbox"), (busy, "inbox"))
    lab.run(until=ticker)
    lab.step(timeout=0)
    assert len(waits) == 1
    go.set()
    eventually(lambda: busy.thread_place == AT_GATE)
    lab.run(until=busy)
    assert busy.lines == list(range(10))


def test_a_late_thread_is_noted_when_it_is_missed_and_when_it_is_let_in(make_lab, short_patience, eventually):
    """The journal is told of both, and between the two nothing of the thread reaches the world."""
    lab = make_lab(clock="virtual")
    notes = lab.scheduler.journal = Notes()
    go = threading.Event()

    def body(self):
        go.wait(20)
        self.send("x")
        go.clear()
        go.wait(20)

    busy = threaded(body, name="busy")
    sink = Sink(name="sink").activate(lab)
    busy.link((busy, "outbox"), (sink, "inbox"))
    busy.activate(lab)
    lab.step(2)
    assert notes.entries == [("late", "busy")]
    go.set()
    eventually(lambda: busy._place == AT_GATE)
    assert notes.entries == [("late", "busy")]
    assert lab.step().of_kind("woken")[0].detail == "its thread"
    assert notes.entries == [("late", "busy"), ("arrived", "busy"), ("late", "busy")]
    go.set()
    lab.run(until=busy)
    assert notes.entries[3:] == [("arrived", "busy")]
    assert sink.inboxes["inbox"].contents == ("x",) or sink.got == ["x"]


@pytest.mark.parametrize("how", ["returns", "fails", "sleeps", "asks"])
def test_however_a_late_thread_comes_back_it_is_let_in(make_lab, short_patience, how):
    """Its end, its failure, a sleep or a request of a late thread reach the world once it is let in."""
    lab = make_lab(clock="virtual")
    notes = lab.scheduler.journal = Notes()
    go = threading.Event()

    def body(self):
        go.wait(20)
        if how == "fails":
            raise ValueError("late")
        if how == "sleeps":
            time.sleep(5)
        if how == "asks":
            self.sync()

    busy = threaded(body, lab, name="busy")
    lab.step()
    go.set()
    assert lab.run(until=busy).reason == "condition"
    assert notes.entries == [("late", "busy"), ("arrived", "busy")]
    assert busy.state == ("failed" if how == "fails" else "finished")
    assert lab.clock.now() == (5 if how == "sleeps" else 0)


def test_a_replay_does_not_wait_where_the_thread_was_late_and_lets_it_in_where_it_arrived(make_lab, eventually):
    """The thread that comes sooner than it did is kept until then, and the run is the recorded one."""
    lab = make_lab(clock="virtual")
    notes = lab.scheduler.journal = Notes(late=["busy"])
    notes.replaying = True
    busy, sink = threaded(lambda self: self.send("x"), name="busy"), Sink(name="sink").activate(lab)
    busy.link((busy, "outbox"), (sink, "inbox"))
    busy.activate(lab)
    lab.step(2)
    assert notes.entries == [("late", "busy")]
    eventually(lambda: busy._place == AT_GATE)
    rounds = lab.scheduler.rounds
    for _ in range(3):
        assert lab.step(timeout=0).steps == 0
    assert lab.scheduler.rounds == rounds
    busy.arrive(10)
    assert notes.entries == [("late", "busy"), ("arrived", "busy")]
    lab.run(until=busy)
    assert sink.inboxes["inbox"].contents == ("x",) or sink.got == ["x"]


def test_a_thread_kept_back_by_a_replay_is_let_in_when_the_lab_goes_live(make_lab, eventually):
    """Whoever goes on from the middle of a replay finds the thread there."""
    lab = make_lab(clock="virtual")
    notes = lab.scheduler.journal = Notes(late=["busy"])
    notes.replaying = True
    busy = threaded(lambda self: self.send("x"), lab, name="busy")
    lab.step()
    eventually(lambda: busy._place == AT_GATE)
    notes.replaying = False
    assert lab.run(until=busy).reason == "condition"
    assert notes.entries == [("late", "busy"), ("arrived", "busy")]


def test_a_thread_that_does_not_come_back_in_a_replay_is_a_named_error(make_lab):
    """arrive() waits as long as it is told, and says where the thread is; a thread that is here cannot arrive."""
    lab = make_lab(clock="virtual")
    notes = lab.scheduler.journal = Notes(late=["busy"])
    notes.replaying = True
    go = threading.Event()
    busy = threaded(lambda self: go.wait(20), lab, name="busy")
    lab.step()
    with pytest.raises(ThreadIsAway, match=r"the thread of busy came back .* busy in line \d+ of <lambda>\(\)"):
        busy.arrive(0.01)
    go.set()
    busy.arrive(10)
    with pytest.raises(ThreadIsAway, match="it was not late"):
        busy.arrive(10)


def test_a_replay_gives_way_to_a_thread_that_wants_the_lab_s_lock_on_its_way_back(make_lab, eventually):
    """Whoever replays holds the lock; a thread that needs it to come back is not kept from coming."""
    lab = make_lab(clock="virtual")
    notes = lab.scheduler.journal = Notes(late=["busy"])
    notes.replaying = True
    go = threading.Event()
    busy = threaded(lambda self: (go.wait(20), self.lines.append(len(lab.components))), lab, name="busy")
    lab.step()
    with lab.lock:
        go.set()
        eventually(lambda: lab.lock.waiting)
        busy.arrive(20)
    assert busy.lines == [1]


def test_calls_of_a_late_thread_can_be_put_off_until_it_is_let_in(make_lab, short_patience, eventually):
    """A call that a thread makes while it is late is kept, in order, and made in one place: when it is let in."""
    lab = make_lab(clock="virtual")
    notes = lab.scheduler.journal = Notes()
    go, said = threading.Event(), []

    def body(self):
        said.append(self._puts_off(lambda: said.append("in its turn")))
        go.wait(20)
        for number in range(3):
            said.append(self._puts_off(lambda number=number: said.append((number, list(notes.entries)[-1]))))

    busy = threaded(body, lab, name="busy")
    lab.step()
    assert busy._puts_off(lambda: said.append("another thread")) is False
    go.set()
    eventually(lambda: busy._place == "over")
    assert said == [False, True, True, True]
    lab.run(until=busy)
    assert said[4:] == [(number, ("arrived", "busy")) for number in range(3)]


# -- how long somebody waits --------------------------------------------------------------------------


def waited(thread, limit, looks=30):
    """Return whether somebody watchful gives up on a thread within so many looks."""
    patience = Patience(thread, limit, watchful=True)
    for _ in range(looks):
        real_sleep(0.02)
        if patience.is_over():
            return True
    return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells")
def test_a_blocked_thread_is_told_from_a_busy_one(in_thread):
    """Where the system tells, nobody waits long for a thread that is blocked, and one that computes is waited for."""
    go, there = threading.Event(), []

    def block():
        there.append(threading.current_thread())
        go.wait(20)

    def compute():
        there.append(threading.current_thread())
        while not go.is_set():
            sum(range(1000))

    for body, gives_up in ((block, True), (compute, False)):
        there.clear()
        go.clear()
        done = in_thread(body)
        while not there:
            real_sleep(0.001)
        assert waited(there[0], limit=1000.0) is gives_up
        go.set()
        done()


def test_patience_ends_with_its_limit_and_can_be_shortened():
    """Whatever the thread does, nobody waits longer than the limit."""
    assert waited(threading.current_thread(), limit=0.05)
    patience = Patience(threading.current_thread(), 1000.0, watchful=False)
    patience.hurry(0.0)
    assert patience.is_over()


# -- the end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["stop", "reset"])
def test_stopping_a_lab_in_lockstep_leaves_no_thread(make_lab, end):
    """Threads at every kind of place end with the lab."""
    lab = make_lab(clock="virtual")
    places = [
        lambda self: self.recv(),
        lambda self: self.pause(),
        lambda self: self.pause(100),
        lambda self: time.sleep(100),
        lambda self: [self.send(number) for number in range(1000)],
        lambda self: [self.sync() for _ in range(1000)],
    ]
    components = [threaded(places[number % len(places)], lab) for number in range(60)]
    lab.step(100)
    assert {component.thread_place for component in components} >= {
        AT_GATE,
        "sleeps",
        "pauses",
        "waits in recv for a message",
    }
    getattr(lab, end)()
    assert not [component for component in components if component._os_thread.is_alive()]
    assert lab.reports == []
    assert {component.state for component in components} == {"stopped"}


@pytest.mark.parametrize("how", ["this thread", "background"])
def test_a_thread_in_lockstep_may_stop_its_lab(make_lab, eventually, how):
    """lab.stop() in a component's thread ends everything, without a deadlock."""
    lab = make_lab(clock="virtual")
    other = Sink().activate(lab)
    component = threaded(lambda self: (lab.stop(), self.lines.append("stopped"), self.recv()), lab)
    if how == "background":
        lab.start()
    else:
        assert lab.run().reason == "stopped"
    eventually(lambda: component.lines == ["stopped"])
    assert component.join_thread(10)
    assert (other.state, component.state, lab.state) == ("stopped", "stopped", "stopped")


def test_pausing_a_lab_in_lockstep_does_not_wait_for_a_thread_that_is_elsewhere(make_lab, eventually, monkeypatch):
    """lab.pause() returns although the driver waits for a thread just then, however patient it is."""
    monkeypatch.setattr(relay_module, "LOCKSTEP_PATIENCE", 1000.0)
    monkeypatch.setattr("kamlab.core.thread_probe.BLOCKED", 1000.0)
    lab = make_lab(clock="virtual")
    go = threading.Event()
    busy = threaded(lambda self: (self.lines.append(1), go.wait(20)), lab)
    lab.start()
    eventually(lambda: busy.lines)
    assert lab.pause() is True
    assert busy.elsewhere is not None
    go.set()


@pytest.mark.parametrize("times", range(3))
def test_a_lab_may_change_between_steps_and_free_runs_at_any_moment(make_lab, times):
    """Whatever the threads are doing as the gate opens and closes, every message arrives once and in order."""
    lab = make_lab()
    sink = Sink(name="sink").activate(lab)

    def body(self):
        for number in range(150):
            self.send(number)
            if number % 10 == 0:
                self.sync()
            elif number % 7 == 0:
                self.pause(0.001)
            elif number % 5 == 0:
                self.data_ready()

    component = threaded(body)
    component.link((component, "outbox"), (sink, "inbox"))
    component.activate(lab)
    deadline = time.monotonic() + 60
    while not component.is_stopped() and time.monotonic() < deadline:
        lab.run(max_steps=3)
        lab.step(5, timeout=0.01)
    lab.run(until=lambda _: len(sink.got) == 150, timeout=10)
    assert sink.got == list(range(150))
    assert lab.reports == []
