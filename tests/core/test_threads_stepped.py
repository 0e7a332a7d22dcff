"""Components with a thread of their own while the lab stands still or is stepped."""

from __future__ import annotations

import itertools
import threading

import pytest

from kamlab import Component, ThreadedComponent
from kamlab.core import thread_relay as relay_module
from kamlab.core.idle import Idle

AT_GATE = "waits for its turn"


class Sink(Component):
    def __init__(self, **argd):
        super().__init__(**argd)
        self.got = []

    def main(self):
        while True:
            self.got.extend(self.messages())
            self.pause()
            yield


class Talker(ThreadedComponent):
    """Counts what it does between its points of contact."""

    def __init__(self, times=5, **argd):
        super().__init__(**argd)
        self.times = times
        self.done = 0

    def main(self):
        for number in range(self.times):
            self.done += 1
            self.send(number)


def threaded(body, lab, **argd):
    class Threaded(ThreadedComponent):
        def main(self):
            body(self)

    return Threaded(lines=[], **argd).activate(lab)


@pytest.fixture
def short_patience(monkeypatch):
    """Let a stepped lab wait only shortly for a thread that is busy elsewhere."""
    monkeypatch.setattr(relay_module, "PATIENCE", 0.01)


def test_activation_starts_no_thread_until_the_first_slice(lab):
    """A threaded component has no thread before the lab has run its first slice."""
    talker = Talker().activate()
    assert talker.thread_place == "not started"
    assert talker._os_thread is None
    lab.step()
    assert talker._os_thread is not None


def test_a_thread_passes_one_point_of_contact_in_each_slice(lab):
    """While stepped, the thread goes from one send, recv or pause to the next in a slice, no further."""
    talker, sink = Talker(4).activate(), Sink().activate()
    talker.link((talker, "outbox"), (sink, "inbox"))
    lab.step()
    seen = [(talker.done, len(sink.inboxes["inbox"]) + len(sink.got))]
    while not talker.is_stopped():
        happened = lab.step()
        assert happened.steps == 1
        if happened.events[-1].component is not sink and any(
            event.kind == "resumed" and event.component is talker for event in happened
        ):
            seen.append((talker.done, len(sink.inboxes["inbox"]) + len(sink.got)))
    counts = [done for done, _ in seen]
    assert counts == sorted(counts)
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(counts))
    assert all(done - sent <= 1 for done, sent in seen)
    lab.step_round()
    lab.step_round()
    assert sink.got == [0, 1, 2, 3]


def test_nothing_moves_in_a_thread_while_the_lab_stands_still(lab, eventually):
    """Between two steps the thread waits at its point of contact."""
    talker = Talker(100).activate()
    lab.step(3)
    eventually(lambda: talker.thread_place == AT_GATE)
    before = talker.done
    for other in range(3):
        Sink(name=f"other{other}").activate()
    assert talker.thread_place == AT_GATE
    assert talker.done == before
    assert lab.state == "paused"


def test_stepping_shows_the_same_events_each_time(make_lab):
    """A stepped system with a thread in it gives the same events in the same order, run after run."""

    def events():
        lab = make_lab()
        talker, sink = Talker(3, name="talker").activate(), Sink(name="sink").activate()
        talker.link((talker, "outbox"), (sink, "inbox"))
        kinds = []
        while not talker.is_stopped():
            kinds += [str(event) for event in lab.step()]
        return kinds

    assert events() == events() == events()


def test_a_stepped_lab_waits_for_a_thread_to_come_to_its_next_contact(lab):
    """step() on an idle lab waits, up to its timeout, for a thread that is on its way, and goes on when it comes."""
    go = threading.Event()

    def body(self):
        go.wait(10)
        self.send("at last")

    component, sink = threaded(body, lab), Sink().activate()
    component.link((component, "outbox"), (sink, "inbox"))
    lab.step(2, timeout=0.01)
    assert lab.step(timeout=0.01).reason == "idle"
    timer = threading.Timer(0.05, go.set)
    timer.start()
    for _ in range(6):
        lab.step(timeout=5)
        if sink.got:
            break
    assert sink.got == ["at last"]
    timer.join()


def test_a_thread_that_is_busy_elsewhere_does_not_stall_the_others(lab, short_patience):
    """While one thread blocks in a lock the lab steps on with the others."""
    lock = threading.Lock()
    lock.acquire()
    lines = []

    class Counting(Component):
        def main(self):
            for number in range(20):
                lines.append(number)
                yield

    def body(self):
        with lock:
            self.send("free")

    busy = threaded(body, lab)
    Counting().activate()
    for _ in range(25):
        lab.step(timeout=0.01)
    assert lines == list(range(20))
    assert busy.thread_place == "running"
    lock.release()
    assert lab.run(timeout=10).reason == "finished"


def test_a_request_is_carried_out_while_stepping(lab):
    """link() and sync() in the thread are done between two rounds of a stepped lab."""
    sink = Sink().activate()

    def body(self):
        self.link((self, "outbox"), (sink, "inbox"))
        self.send("x")
        self.sync()
        self.lines.append("synced")

    component = threaded(body, lab)
    for _ in range(30):
        lab.step(timeout=5)
        if component.is_stopped():
            break
    assert component.lines == ["synced"]
    lab.step(timeout=0.01)
    assert sink.got == ["x"]


def test_a_pause_runs_out_only_while_the_lab_is_driven(make_lab, eventually):
    """A pause with a timeout does not end while the lab stands still, however long that is."""

    class ByHand:
        time = 0.0

        def now(self):
            return self.time

        def wait(self, idle: Idle, until: float | None) -> None:
            idle.wait(0.01)

    clock = ByHand()
    lab = make_lab(clock=clock)
    component = threaded(lambda self: (self.pause(5), self.lines.append(clock.time)), lab)
    eventually(lambda: lab.step(timeout=0) is not None and component.thread_place == "pauses")
    lab.step(timeout=0)
    clock.time += 1000
    assert component.thread_place == "pauses"
    assert component.lines == []
    assert lab.run(timeout=10).reason == "finished"
    assert component.lines == [1000.0]


def test_pausing_the_lab_stops_a_thread_at_its_next_contact(lab, eventually):
    """lab.pause() leaves no thread running past its next send; lab.start() lets it go on."""

    def body(self):
        while True:
            self.lines.append(len(self.lines))
            self.send("x")
            self.pause(0.0001)

    component = threaded(body, lab)
    for _ in range(3):
        before = len(component.lines)
        lab.start()
        eventually(lambda before=before: len(component.lines) > before + 5)
        assert lab.pause() is True
        eventually(lambda: component.thread_place in (AT_GATE, "pauses"))
        still = len(component.lines)
        for _ in range(20):
            assert component.thread_place in (AT_GATE, "pauses")
        assert len(component.lines) == still


def test_a_message_sent_as_the_lab_pauses_is_not_forgotten(lab, eventually):
    """What a thread sends as the lab is paused arrives when the lab goes on, whatever it does next."""
    go = threading.Event()
    reached = threading.Event()

    class Unlucky(ThreadedComponent):
        def main(self):
            self.unlucky = True
            self.send("not forgotten")
            go.wait(10)

        def _is_free(self):
            free = super()._is_free()
            if self.__dict__.pop("unlucky", False):  # passed while the gate was open, and now it closes
                reached.set()
                while lab.gate_open:
                    self._contact.wait(0.001)
            return free

    unlucky, sink = Unlucky().activate(), Sink().activate()
    unlucky.link((unlucky, "outbox"), (sink, "inbox"))
    lab.start()
    reached.wait(10)
    lab.pause()
    eventually(lambda: unlucky._outgoing.get("outbox"))
    assert sink.got == []
    lab.start()
    eventually(lambda: sink.got == ["not forgotten"])
    go.set()


def test_stopping_the_lab_ends_threads_at_the_gate(make_lab, eventually):
    """A thread that waits for its turn in a stepped lab ends with the lab."""
    lab = make_lab()
    talker = Talker(100).activate()
    lab.step(2)
    eventually(lambda: talker.thread_place == AT_GATE)
    lab.stop()
    assert not talker._os_thread.is_alive()
    assert talker.state == "stopped"
    assert lab.reports == []


def test_a_thread_may_look_at_the_lab_while_it_is_stepped(lab, short_patience, eventually):
    """lab.components in a component's thread waits for the lock and gets it between two slices."""
    component = threaded(
        lambda self: self.lines.append([component.name for component in lab.components]), lab, name="looker"
    )
    Sink(name="sink").activate()
    for _ in range(10):
        lab.step(timeout=0.05)
    eventually(lambda: component.lines)
    assert component.lines == [["looker", "sink"]]


def test_a_thread_component_that_fails_while_stepped_fails_alone(lab):
    """The error of a thread shows in the step in which it happened."""

    def body(self):
        self.send("x")
        raise ValueError("in the thread")

    component = threaded(body, lab)
    failed = []
    for _ in range(10):
        happened = lab.step(timeout=5)
        failed += happened.of_kind("failed")
        if component.is_stopped():
            break
    assert [str(event.detail) for event in failed] == ["in the thread"]
    assert happened.outcome.failed == (component,)
