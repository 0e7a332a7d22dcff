"""Components with a thread of their own, in free runs: messages, pauses, requests, ends."""

from __future__ import annotations

import itertools
import threading

import pytest

from kamlab import Component, ProducerFinished, ThreadedComponent
from kamlab.core.errors import BadMain, BoxAlreadyLinked, LabIsRunning, NoSpaceInBox, NoSuchBox


class Source(Component):
    """Sends what it is given, one message in each slice, and says that it has finished."""

    def __init__(self, messages, **argd):
        super().__init__(**argd)
        self.to_send = list(messages)

    def main(self):
        for message in self.to_send:
            self.send(message)
            yield
        self.send(ProducerFinished(self), "signal")


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


class Doubler(ThreadedComponent):
    """Doubles what comes in until it is told that no more will come."""

    def main(self):
        while True:
            while self.data_ready():
                self.send(2 * self.recv())
            if self.data_ready("control"):
                self.send(self.recv("control"), "signal")
                return
            self.pause()


def threaded(body, lab, **argd):
    """Activate a ThreadedComponent whose main is ``body``; what it appends to ``lines`` can be looked at."""

    class Threaded(ThreadedComponent):
        def main(self):
            body(self)

    return Threaded(lines=[], **argd).activate(lab)


def connect(*components):
    """Link outbox to inbox and signal to control, one after the other, and activate all."""
    for one, two in itertools.pairwise(components):
        one.link((one, "outbox"), (two, "inbox"))
        one.link((one, "signal"), (two, "control"))
    for component in components:
        component.activate()


def is_over(component):
    return component.thread_place == "over" and not component._os_thread.is_alive()


# -- messages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", [True, False])
def test_messages_pass_through_a_thread_in_order(make_lab, record):
    """Every message goes through the thread and comes out once, in order, and control comes last."""
    lab = make_lab(record=record)
    sink = Sink()
    connect(Source(range(300)), Doubler(), sink)
    assert lab.run().reason == "finished"
    assert sink.got == list(range(0, 600, 2))


def test_a_chain_of_threads(lab):
    """Threads may feed threads."""
    sink = Sink()
    connect(Source(range(50)), Doubler(), Doubler(), Doubler(), sink)
    assert lab.run().reason == "finished"
    assert sink.got == [8 * number for number in range(50)]


def test_recv_waits_for_a_message(lab, eventually):
    """recv() in the thread waits until there is a message; the lab goes on meanwhile."""
    threaded_one = threaded(lambda self: self.lines.append(self.recv()), lab)
    lab.start()
    eventually(lambda: threaded_one.thread_place == "waits in recv for a message")
    with lab.lock:
        threaded_one.deliver("hello")
    eventually(threaded_one.is_stopped)
    assert threaded_one.lines == ["hello"]


def test_a_run_on_this_thread_ends_when_the_thread_waits_for_what_can_never_come(lab):
    """A lab whose threads all wait in recv or in a pause without timeout is stuck, and says so."""
    one = threaded(lambda self: self.recv(), lab)
    two = threaded(lambda self: self.pause(), lab)
    assert lab.run().reason == "stuck"
    assert (one.thread_place, two.thread_place) == ("waits in recv for a message", "pauses")


def test_a_run_waits_for_a_thread_that_is_busy_elsewhere(lab):
    """A thread that blocks outside the lab may yet send something: the run waits for it."""
    opened = threading.Event()

    def body(self):
        opened.wait(10)
        self.send("at last")

    busy, sink = threaded(body, lab), Sink().activate()
    busy.link((busy, "outbox"), (sink, "inbox"))
    timer = threading.Timer(0.05, opened.set)
    timer.start()
    assert lab.run().reason == "stuck"  # the sink is left alone
    assert sink.got == ["at last"]
    timer.join()


def test_any_ready_and_messages_work_in_the_thread(lab):
    """any_ready() names the first box with something, messages() takes what is there."""

    def body(self):
        while not self.any_ready():
            self.pause()
        self.lines.append(self.any_ready())
        self.lines.append(list(self.messages()))
        self.lines.append(self.any_ready())

    component = threaded(body, lab)
    for letter in "abc":
        component.deliver(letter)
    lab.run()
    assert component.lines == ["inbox", ["a", "b", "c"], False]


@pytest.mark.parametrize(
    "call",
    [lambda c: c.send(1, "nonsense"), lambda c: c.recv("nonsense"), lambda c: c.data_ready("nonsense")],
)
def test_a_wrong_box_name_in_the_thread_is_a_named_error(lab, call):
    """The thread gets the same errors as any component."""
    component = threaded(call, lab)
    lab.run()
    assert isinstance(component.error, NoSuchBox)
    assert "'nonsense'" in str(component.error)


# -- queuelengths -------------------------------------------------------------------------------------


def test_a_full_queue_refuses_in_the_threads_send(lab):
    """The thread gets NoSpaceInBox when queuelengths messages wait between it and the scheduler, and loses none."""

    def body(self):
        sent = 0
        while sent < 100:
            try:
                self.send(sent)
                sent += 1
            except NoSpaceInBox as full:
                assert (full.count, full.size) == (3, 3)
                self.lines.append("full")
                self.pause()

    component, sink = threaded(body, lab, queuelengths=3), Sink().activate()
    component.link((component, "outbox"), (sink, "inbox"))
    lab.run()
    assert lab.failures == []
    assert sink.got == list(range(100))
    assert "full" in component.lines


def test_input_beyond_queuelengths_waits_in_the_inbox(lab, eventually):
    """No more than queuelengths messages are handed to the thread ahead of it; the rest stay in the box."""
    go = threading.Event()

    def body(self):
        go.wait(10)
        for _ in range(10):
            self.lines.append(self.recv())

    component = threaded(body, lab, queuelengths=4)
    for number in range(10):
        component.deliver(number)
    lab.start()
    eventually(lambda: len(component.inboxes["inbox"]) == 6)
    go.set()
    eventually(component.is_stopped)
    assert component.lines == list(range(10))


def test_a_full_sink_holds_messages_back_and_loses_none(lab):
    """Messages that the sink has no room for wait in the queue, in order, until it has."""

    class Slow(Sink):
        def main(self):
            while len(self.got) < 50:
                for _ in range(3):
                    yield
                if self.data_ready():
                    self.got.append(self.recv())

    def body(self):
        for number in range(50):
            self.send(number)

    component, sink = threaded(body, lab), Slow().activate()
    component.link((component, "outbox"), (sink, "inbox"), pipewidth=2)
    assert lab.run().reason == "finished"
    assert sink.got == list(range(50))
    assert component.state == "finished"


# -- pause and sync -----------------------------------------------------------------------------------


def test_a_pause_ends_with_a_message(lab):
    """pause() in the thread returns when a message has arrived."""

    def body(self):
        while not self.data_ready():
            self.pause()
        self.lines.append(self.recv())

    component = threaded(body, lab)
    connect(Source(["hello"]), component)
    lab.run()
    assert component.lines == ["hello"]


def test_a_pause_ends_when_a_sent_message_is_taken_on(lab):
    """pause() returns when one of the thread's own messages has left its queue."""

    def body(self):
        self.send("x")
        self.pause()
        self.lines.append(len(self._outgoing["outbox"]))

    component = threaded(body, lab)
    assert lab.run(timeout=10).reason == "finished"
    assert component.lines == [0]


def test_a_pause_after_something_happened_returns_at_once(lab):
    """What happened since the last pause ends the next one at once, and only that one."""

    def body(self):
        self.send("x")
        self.sync()
        self.pause()
        self.lines.append("first")
        self.pause()
        self.lines.append("never")

    component = threaded(body, lab)
    assert lab.run().reason == "stuck"
    assert component.lines == ["first"]


@pytest.mark.parametrize("timeout", [0, 0.0, -1])
def test_a_pause_of_no_time_returns_at_once(lab, timeout):
    """pause(0) does not wait."""
    component = threaded(lambda self: self.lines.append(self.pause(timeout)), lab)
    assert lab.run().reason == "finished"
    assert component.lines == [None]


def test_a_pause_ends_with_its_timeout(lab):
    """pause(seconds) returns after that much of the lab's time at the latest."""

    def body(self):
        began = lab.clock.now()
        self.pause(0.02)
        self.lines.append(lab.clock.now() - began >= 0.02)

    component = threaded(body, lab)
    assert lab.run().reason == "finished"
    assert component.lines == [True]
    assert lab.scheduler.next_timer() is None


def test_sync_waits_until_what_was_sent_has_arrived(lab):
    """After sync() everything that was sent before is in the inbox it was sent to; it returns None."""

    def body(self):
        for number in range(20):
            self.send(number)
        self.lines.append(self.sync())
        self.lines.append(list(sink.inboxes["inbox"].contents) + sink.got)

    sink = Sink()
    component = threaded(body, lab)
    component.link((component, "outbox"), (sink, "inbox"))
    lab.run()
    assert component.lines == [None, list(range(20))]


# -- requests -----------------------------------------------------------------------------------------


def test_links_are_made_and_taken_down_from_the_thread(lab):
    """link() and unlink() in the thread are done in the scheduler's time, after what was sent before."""
    sink = Sink().activate()

    def body(self):
        self.send("before")
        link = self.link((self, "outbox"), (sink, "inbox"))
        self.send("linked")
        self.unlink(linkage=link)
        self.send("after")

    component = threaded(body, lab)
    lab.run()
    assert sink.got == ["linked"]
    assert component.outboxes["outbox"].discarded == 2


def test_the_error_of_a_request_is_raised_in_the_thread(lab):
    """What goes wrong in the scheduler's time is raised where the thread asked, as it is."""
    sink = Sink().activate()

    def body(self):
        self.link((self, "outbox"), (sink, "inbox"))
        try:
            self.link((self, "outbox"), (sink, "inbox"))
        except BoxAlreadyLinked as error:
            self.lines.append(error.target)
        self.link((self, "outbox"), (sink, "nonsense"))

    component = threaded(body, lab)
    lab.run()
    assert component.lines == [sink.inboxes["inbox"]]
    assert isinstance(component.error, NoSuchBox)


def test_a_thread_may_have_children(lab):
    """add_children, activate, pause and children_done work in the thread."""

    def body(self):
        children = [Source(range(3)), Source(range(5))]
        self.add_children(*children)
        for child in children:
            child.activate()
        while not self.children_done():
            self.pause()
        self.lines.append([child.is_stopped() for child in children])

    component = threaded(body, lab)
    assert lab.run(timeout=10).reason == "finished"
    assert component.lines == [[True, True]]


def test_current_means_the_lab_of_the_component_in_its_thread(make_lab):
    """In a component's thread the current lab is the one that runs it."""
    first = make_lab()
    make_lab()
    sink = Sink()
    threaded(lambda self: sink.activate(), first)
    first.run()
    assert sink in first


# -- ends ---------------------------------------------------------------------------------------------


def test_what_was_sent_is_delivered_before_the_component_ends(lab):
    """A thread that sends and returns at once loses nothing."""
    sink = Sink()

    def body(self):
        for number in range(100):
            self.send(number)
        self.send(ProducerFinished(self), "signal")

    connect(threaded(body, lab), sink)
    assert lab.run().reason == "finished"
    assert sink.got == list(range(100))


def test_a_failure_keeps_its_exception_and_its_traceback(lab):
    """Defect 6: an error in the thread fails the component with that very error, and the report shows its lines."""

    class Peculiar(Exception):
        def __init__(self, one, two):
            super().__init__(one, two)

    raised = Peculiar("a", "b")

    def body(self):
        self.send("before")
        raise raised

    component, sink = threaded(body, lab), Sink().activate()
    component.link((component, "outbox"), (sink, "inbox"))
    lab.run()
    assert component.error is raised
    assert component.state == "failed"
    assert sink.got == ["before"]
    assert "raise raised" in lab.reports[0]
    assert "Peculiar: ('a', 'b')" in lab.reports[0]
    assert "kamlab" not in lab.reports[0]
    assert lab.failures == [component]


@pytest.mark.parametrize("error", [RuntimeError("plain"), StopIteration("odd"), MemoryError()])
def test_no_kind_of_error_in_a_thread_is_swallowed(lab, error):
    """RuntimeError and StopIteration are failures like any other."""

    def body(self):
        raise error

    component = threaded(body, lab)
    lab.run()
    assert component.state == "failed"
    assert component.error is error or component.error.__cause__ is error


def test_a_main_that_returns_a_generator_is_a_named_error(lab):
    """Code that never ran because main returned a generator is not taken for a component that has finished."""

    class Sly(ThreadedComponent):
        def main(self):
            return (self.send(number) for number in range(3))

    sly = Sly().activate()
    lab.run()
    assert isinstance(sly.error, BadMain)


def test_the_thread_is_gone_when_the_component_has_ended(lab, eventually):
    """No thread is left after a run in which all has finished."""
    components = [threaded(lambda self: self.send("x"), lab) for _ in range(5)]
    lab.run()
    for component in components:
        eventually(lambda component=component: is_over(component))
        assert component.thread_place == "over"


def test_a_main_in_three_parts_runs_in_the_thread(lab):
    """Without a main of its own the three parts are called in the thread."""
    threads = []

    class Parts(ThreadedComponent):
        left = 2

        def initialise_component(self):
            threads.append(threading.current_thread())

        def main_body(self):
            threads.append(threading.current_thread())
            self.left -= 1
            return self.left

        def close_down_component(self):
            threads.append(threading.current_thread())

    Parts().activate()
    assert lab.run().reason == "finished"
    assert len(threads) == 4
    assert len(set(threads)) == 1
    assert threads[0] is not threading.current_thread()


def places(eventually, component, place):
    eventually(lambda: component.thread_place == place)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (lambda self: self.recv(), "waits in recv for a message"),
        (lambda self: self.pause(), "pauses"),
        (lambda self: self.pause(1000), "pauses"),
    ],
)
def test_stopping_the_lab_ends_threads_that_wait(make_lab, eventually, body, place):
    """lab.stop() ends a thread that waits in recv or pause, and its finally blocks run."""
    lab = make_lab()

    def guarded(self):
        try:
            body(self)
        finally:
            self.lines.append("closed")

    component = threaded(guarded, lab)
    lab.start()
    places(eventually, component, place)
    lab.stop()
    assert is_over(component)
    assert component.lines == ["closed"]
    assert component.state == "stopped"
    assert lab.failures == []
    assert lab.reports == []


def test_an_error_after_the_stop_is_not_swallowed(make_lab, eventually):
    """A thread whose finally block fails when it is stopped is reported like any other failure."""
    lab = make_lab()

    def body(self):
        try:
            self.recv()
        finally:
            raise ValueError("untidy")

    component = threaded(body, lab)
    lab.start()
    places(eventually, component, "waits in recv for a message")
    lab.stop()
    assert "ValueError: untidy" in lab.reports[0]
    assert lab.failures == [component]
    assert component.state == "failed"


def test_stopping_a_component_ends_its_thread(lab, eventually):
    """component.stop() ends the thread at its next point of contact; a broad except does not hold it."""

    def body(self):
        while True:
            try:
                self.recv()
            except Exception:
                self.lines.append("caught")

    component = threaded(body, lab)
    lab.start()
    places(eventually, component, "waits in recv for a message")
    component.stop()
    eventually(lambda: is_over(component))
    assert component.lines == []
    assert component.state == "stopped"


def test_a_thread_that_is_busy_elsewhere_is_named_when_the_lab_stops(make_lab, eventually):
    """lab.stop() waits no longer than its timeout for a thread that blocks elsewhere, and says which it is."""
    lab = make_lab()
    go = threading.Event()

    def body(self):
        self.send("begun")
        go.wait(10)
        self.lines.append("free")
        self.send("too late")
        self.lines.append("never")

    component, sink = threaded(body, lab, name="blocked"), Sink().activate()
    component.link((component, "outbox"), (sink, "inbox"))
    lab.start()
    eventually(lambda: sink.got)
    lab.pause()
    lab.stop(timeout=0.05)
    assert any("the thread of blocked is still busy" in report for report in lab.reports)
    go.set()
    eventually(lambda: is_over(component))
    assert component.lines == ["free"]


def test_a_thread_may_stop_its_own_component(lab, eventually):
    """self.stop() in the thread ends the component, and the thread at its next point of contact."""

    def body(self):
        self.stop()
        self.lines.append("after stop")
        self.recv()
        self.lines.append("never")

    component = threaded(body, lab)
    assert lab.run(timeout=10).reason == "finished"
    eventually(lambda: is_over(component))
    assert component.state == "stopped"
    assert component.lines == ["after stop"]
    assert lab.failures == []


@pytest.mark.parametrize("how", ["background", "this thread"])
def test_a_thread_may_stop_the_lab(make_lab, eventually, how):
    """lab.stop() from a component's thread ends everything, without a deadlock."""
    lab = make_lab()
    other = Sink().activate()
    component = threaded(lambda self: (lab.stop(), self.lines.append("stopped"), self.recv()), lab)
    if how == "background":
        lab.start()
    else:
        assert lab.run(timeout=10).reason == "stopped"
    eventually(lambda: is_over(component))
    assert component.lines == ["stopped"]
    assert (other.state, component.state, lab.state) == ("stopped", "stopped", "stopped")
    assert lab.failures == []


def test_a_thread_cannot_drive_the_lab_that_runs_it(lab):
    """lab.step() in a component's thread is LabIsRunning, and only that component fails."""
    component = threaded(lambda self: lab.step(), lab)
    connect(Source(range(3)), Doubler(), Sink())
    assert lab.run().reason == "finished"
    assert isinstance(component.error, LabIsRunning)
    assert lab.failures == [component]


def test_a_stopped_threads_number_is_not_mistaken_for_its_own(lab, in_thread):
    """A later thread that the system gives the same number is not taken for the component's."""
    component = threaded(lambda self: None, lab)
    lab.run()
    component._os_thread.join()
    numbers = set()

    def ask():
        numbers.add(threading.get_ident())
        return component._in_thread

    old = component._os_thread.ident
    for _ in range(200):
        assert in_thread(ask)() is False
        if old in numbers:
            break


def test_many_wake_ups_of_a_busy_lab_do_not_pile_up(lab):
    """However often threads call for attention while the lab is busy, hardly any are kept."""

    def body(self):
        for number in range(500):
            self.send(number)

    class Busy(Component):
        def main(self):
            while not component.is_stopped():
                yield

    component = threaded(body, lab)
    Busy().activate()
    lab.run()
    assert lab.scheduler.idle._wakes.qsize() <= 2
