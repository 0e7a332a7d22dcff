"""Section 1.4: components with a thread of their own, in the old spelling."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from Axon.AxonExceptions import noSpaceInBox
from Axon.Component import component
from Axon.Ipc import producerFinished
from Axon.Scheduler import scheduler
from Axon.ThreadedComponent import threadedadaptivecommscomponent, threadedcomponent

#: How long, in seconds, a test waits for another thread before it fails.
LONG = 10


class Collector(component):
    """Keeps what comes, and ends on the first control message."""

    def main(self) -> Any:
        self.got: list[Any] = []
        while True:
            self.got.extend(self.Inbox("inbox"))
            if self.dataReady("control"):
                return
            self.pause()
            yield 1


class Holds(component):
    """Holds the scheduler in one slice until an event is set."""

    def __init__(self) -> None:
        super().__init__()
        self.held = threading.Event()
        self.go_on = threading.Event()

    def main(self) -> Any:
        self.held.set()
        assert self.go_on.wait(LONG)
        yield 1


def collected(thread: Any) -> Collector:
    """Link a component to a collector and run both until all has ended."""
    collector = Collector()
    collector.link((thread, "outbox"), (collector, "inbox"))
    collector.link((thread, "signal"), (collector, "control"))
    collector.activate()
    thread.run()
    return collector


# -- what it is --------------------------------------------------------------------------------------


def test_main_is_a_plain_method_in_a_daemon_thread(lab: Any) -> None:
    """main() is an ordinary method and runs in a daemon thread of its own."""

    class Looks(threadedcomponent):
        def main(self) -> None:
            self.thread = threading.current_thread()

    looks = Looks()
    looks.run()
    assert looks.thread is not threading.current_thread()
    assert looks.thread.daemon


def test_arguments(lab: Any) -> None:
    """threadedcomponent(queuelengths=1000, **argd): keyword arguments become attributes."""
    assert threadedcomponent().queuelengths == 1000
    thread = threadedcomponent(5, rate=3)
    assert (thread.queuelengths, thread.rate) == (5, 3)


def test_it_is_a_component() -> None:
    """A threaded component is a component, and the adaptive one is threaded."""
    assert issubclass(threadedcomponent, component)
    assert issubclass(threadedadaptivecommscomponent, threadedcomponent)


def test_default_main_calls_the_three_parts(lab: Any) -> None:
    """If main is not overridden, the thread calls initialiseComponent, mainBody, closeDownComponent."""

    class Parts(threadedcomponent):
        def initialiseComponent(self) -> None:
            self.log = ["initialise"]

        def mainBody(self) -> int:
            self.log.append("body")
            return len(self.log) < 3

        def closeDownComponent(self) -> None:
            self.log.append("close")

    parts = Parts()
    parts.run()
    assert parts.log == ["initialise", "body", "body", "close"]


# -- send and recv -----------------------------------------------------------------------------------


def test_messages_arrive_in_order(lab: Any) -> None:
    """What the thread sends arrives, all of it and in order."""

    class Sends(threadedcomponent):
        def main(self) -> None:
            for number in range(500):
                self.send(number, "outbox")
            self.send(producerFinished(self), "signal")

    assert collected(Sends()).got == list(range(500))


def test_full_queue_raises(lab: Any) -> None:
    """send() never waits: with queuelengths messages in the queue it raises noSpaceInBox(count, size)."""
    hold = Holds()
    raised: list[noSpaceInBox] = []

    class Sends(threadedcomponent):
        def main(self) -> None:
            assert hold.held.wait(LONG)
            for number in range(3):
                try:
                    self.send(number, "outbox")
                except noSpaceInBox as full:
                    raised.append(full)
            hold.go_on.set()

    Sends(queuelengths=2).activate()
    hold.run()
    assert [(full.count, full.size) for full in raised] == [(2, 2)]


def test_recv_waits(lab: Any) -> None:
    """recv() in the thread waits until there is a message."""

    class Late(component):
        def main(self) -> Any:
            while not waits.about_to.is_set():
                yield 1
            for _ in range(10):
                yield 1
            self.send("at last", "outbox")

    class Waits(threadedcomponent):
        about_to = threading.Event()

        def main(self) -> None:
            self.about_to.set()
            self.got = self.recv("inbox")

    waits, late = Waits(), Late()
    late.link((late, "outbox"), (waits, "inbox"))
    late.activate()
    waits.run()
    assert waits.got == "at last"


def test_dataready_is_the_length_of_the_queue(lab: Any) -> None:
    """dataReady(box) in the thread is how many messages have reached it."""

    class Looks(threadedcomponent):
        def main(self) -> None:
            while self.dataReady("inbox") < 3:
                self.pause()
            self.counts = [self.dataReady("inbox")]
            self.recv("inbox")
            self.counts.append(self.dataReady("inbox"))

    looks = Looks()
    for number in range(3):
        looks._deliver(number, "inbox")
    looks.run()
    assert looks.counts == [3, 2]


def test_each_box_has_a_queue_of_its_own(lab: Any) -> None:
    """A full queue of one box leaves room in that of another."""
    hold = Holds()
    log = []

    class Sends(threadedcomponent):
        def main(self) -> None:
            assert hold.held.wait(LONG)
            self.send(1, "outbox")
            self.send(1, "signal")
            for box in ("outbox", "signal"):
                with pytest.raises(noSpaceInBox):
                    self.send(2, box)
            log.append("both were full")
            hold.go_on.set()

    Sends(queuelengths=1).activate()
    hold.run()
    assert log == ["both were full"]


def test_input_is_bounded_too(lab: Any) -> None:
    """At most queuelengths messages wait for the thread; the rest stays in the inbox and follows."""

    class Takes(threadedcomponent):
        def main(self) -> None:
            while self.dataReady("inbox") < 2:
                self.pause()
            self.sync()
            self.first_look = self.dataReady("inbox")
            self.got = [self.recv("inbox") for _ in range(5)]

    takes = Takes(queuelengths=2)
    for number in range(5):
        takes._deliver(number, "inbox")
    takes.run()
    assert takes.first_look == 2
    assert takes.got == list(range(5))


# -- pause and sync ----------------------------------------------------------------------------------


def test_pause_ends_with_a_message(lab: Any) -> None:
    """pause() waits until a message arrives."""

    class Waits(threadedcomponent):
        def main(self) -> None:
            while not self.dataReady("inbox"):
                self.pause()
            self.got = self.recv("inbox")

    class Sends(component):
        def main(self) -> Any:
            for _ in range(10):
                yield 1
            self.send("up", "outbox")

    waits, sends = Waits(), Sends()
    sends.link((sends, "outbox"), (waits, "inbox"))
    sends.activate()
    waits.run()
    assert waits.got == "up"


def test_pause_ends_after_its_timeout(lab: Any) -> None:
    """pause(timeout) returns after so many seconds if nothing happens."""

    class Waits(threadedcomponent):
        def main(self) -> None:
            began = time.monotonic()
            self.pause(0.05)
            self.took = time.monotonic() - began

    waits = Waits()
    waits.run()
    assert waits.took >= 0.05


def test_pause_returns_at_once_if_something_happened(lab: Any) -> None:
    """If one of its own sends was taken since the last pause, pause() returns at once."""

    class Sends(threadedcomponent):
        def main(self) -> None:
            self.send("a message", "outbox")
            self.sync()
            self.pause()  # without a timeout: the test would hang here
            self.returned = True

    sends = Sends()
    sends.run()
    assert sends.returned


def test_pause_ends_when_a_send_is_taken(lab: Any) -> None:
    """A thread that waits for room in its queue is woken when the scheduler takes a message from it."""

    class Sends(threadedcomponent):
        def main(self) -> None:
            for number in range(20):
                while True:
                    try:
                        self.send(number, "outbox")
                        break
                    except noSpaceInBox:
                        self.pause()
            self.send(producerFinished(self), "signal")

    assert collected(Sends(queuelengths=1)).got == list(range(20))


def test_sync_is_a_round_trip(lab: Any) -> None:
    """sync() returns None, after the scheduler has taken what was sent before."""

    class Sends(threadedcomponent):
        def main(self) -> None:
            self.send("a message", "outbox")
            self.answer = self.sync()
            self.arrived = receiver.dataReady("inbox")

    sends, receiver = Sends(), component()
    sends.link((sends, "outbox"), (receiver, "inbox"))
    sends.run()
    assert (sends.answer, sends.arrived) == (None, 1)


# -- changes of links and boxes ------------------------------------------------------------------------


def test_links_are_made_in_the_schedulers_thread(lab: Any) -> None:
    """link() and unlink() are carried out by the scheduler, while the caller waits for the result."""
    driver: list[int] = []
    made_by = []

    class Links(threadedcomponent):
        def main(self) -> None:
            link = self.link((self, "outbox"), (receiver, "inbox"))
            self.linked = list(self.postoffice.linkages)
            self.send("one", "outbox")
            self.sync()
            self.unlink(thelinkage=link)
            self.send("two", "outbox")
            self.sync()
            self.unlinked = list(self.postoffice.linkages)

    lab.trace.attach(lambda event: made_by.append(threading.get_ident()), ["linked", "unlinked"])
    links, receiver = Links(), component()
    driver.append(threading.get_ident())
    links.run()
    assert (len(links.linked), links.unlinked) == (1, [])
    assert list(receiver.Inbox("inbox")) == ["one"]
    assert made_by == driver * 2


def test_boxes_are_made_in_the_schedulers_thread(lab: Any) -> None:
    """addInbox, addOutbox, deleteInbox and deleteOutbox of a thread work, and return what they return."""

    class Grows(threadedadaptivecommscomponent):
        def main(self) -> None:
            self.names = [self.addInbox("inbox"), self.addOutbox("new")]
            self.link((self, "new"), (receiver, "inbox"))
            self.send("hello", "new")
            self.sync()
            self.deleteInbox(self.names[0])
            self.deleteOutbox("new")
            with pytest.raises(KeyError):
                self.deleteOutbox("new")

    grows, receiver = Grows(), component()
    grows.run()
    assert grows.error is None
    assert grows.names[1] == "new"
    assert list(receiver.Inbox("inbox")) == ["hello"]
    assert (sorted(grows.inboxes), sorted(grows.outboxes)) == (["control", "inbox"], ["outbox", "signal"])


def test_an_error_in_the_schedulers_thread_comes_back(lab: Any) -> None:
    """If what the scheduler does for the thread raises, the thread gets the error."""

    class Links(threadedcomponent):
        def main(self) -> None:
            try:
                self.link((self, "outbox"), (self, "nobox"))
            except KeyError as error:
                self.caught = str(error)

    links = Links()
    links.run()
    assert "nobox" in links.caught


# -- order -----------------------------------------------------------------------------------------


def test_control_is_forwarded_last(lab: Any) -> None:
    """Messages of one cycle reach the thread with control last: who sees a shutdown has all the data."""

    class Ends(threadedcomponent):
        Inboxes = ["control", "inbox", "extra"]

        def main(self) -> None:
            while not self.dataReady("control"):
                self.pause()
            self.counts = (self.dataReady("inbox"), self.dataReady("extra"))

    ends = Ends()
    ends._deliver(producerFinished(), "control")
    for number in range(100):
        ends._deliver(number, "inbox")
        ends._deliver(number, "extra")
    ends.run()
    assert ends.counts == (100, 100)


def test_outboxes_are_emptied_in_order_of_declaration(lab: Any) -> None:
    """What a thread sends in one cycle goes out outbox by outbox, in the order of declaration."""
    hold = Holds()
    order = []

    class Sends(threadedcomponent):
        Outboxes = ["outbox", "signal"]

        def main(self) -> None:
            assert hold.held.wait(LONG)
            self.send("s", "signal")
            self.send("o", "outbox")
            hold.go_on.set()

    lab.trace.attach(lambda event: order.append(event.message), ["sent"])
    sends, receiver = Sends(), component()
    for source, sink in (("outbox", "inbox"), ("signal", "control")):
        receiver.link((sends, source), (receiver, sink))
    receiver.activate()
    sends.activate()
    hold.run()
    assert order == ["o", "s"]


# -- the end -----------------------------------------------------------------------------------------


def test_output_is_flushed_before_the_end(lab: Any) -> None:
    """A component with a thread ends only after everything it sent was delivered, full sinks included."""

    class Slow(component):
        def main(self) -> Any:
            self.got: list[Any] = []
            while len(self.got) < 10:
                for _ in range(3):
                    yield 1
                if self.dataReady("inbox"):
                    assert not sends._isStopped() or self.dataReady("inbox") + len(self.got) == 10
                    self.got.append(self.recv("inbox"))

    class Sends(threadedcomponent):
        def main(self) -> None:
            for number in range(10):
                self.send(number, "outbox")

    sends, slow = Sends(), Slow()
    slow.link((sends, "outbox"), (slow, "inbox"), pipewidth=1)
    slow.activate()
    sends.run()
    assert slow.got == list(range(10))
    assert lab.failures == []


def test_unread_input_is_dropped(lab: Any) -> None:
    """What the thread has not read when it ends is dropped, and does not hold up the end."""

    class Ends(threadedcomponent):
        def main(self) -> None:
            pass

    ends = Ends()
    ends._deliver("never read", "inbox")
    ends.run()
    assert ends._isStopped()
    assert scheduler.run.listAllThreads() == []


def test_links_are_removed_at_the_end(lab: Any) -> None:
    """The links that it made are removed when it has ended, like those of any component."""

    class Links(threadedcomponent):
        def main(self) -> None:
            self.link((self, "outbox"), (receiver, "inbox"))
            self.send("delivered first", "outbox")

    links, receiver = Links(), component()
    links.run()
    assert list(receiver.Inbox("inbox")) == ["delivered first"]
    assert links.postoffice.linkages == []


def test_generator_main_is_an_error(lab: Any) -> None:
    """A generator as main, whose body Axon never ran without a word, is an error that says what to do."""

    class Wrong(threadedcomponent):
        def main(self) -> Any:
            yield 1

    with pytest.raises(TypeError, match="Take the 'yield'"):
        Wrong().activate()


def test_stepped_like_any_component(lab: Any) -> None:
    """A thread's sends happen one by one while the lab is stepped."""

    class Sends(threadedcomponent):
        def main(self) -> None:
            for number in range(3):
                self.send(number, "outbox")

    sends, receiver = Sends(), component()
    receiver.link((sends, "outbox"), (receiver, "inbox"))
    sends.activate()
    seen = []
    for _ in range(3):
        lab.step_message()
        seen.append(receiver.dataReady("inbox"))
    assert seen == [1, 2, 3]


def test_the_first_next_of_a_thread_returns_1(lab: Any) -> None:
    """next() of a threaded component runs a slice and returns 1, also if the thread ends in it, and once more."""

    class Ends(threadedcomponent):
        def main(self) -> Any:
            self.send("done")

    component_with_thread = Ends().activate()
    assert (next(component_with_thread), component_with_thread.next()) == (1, 1)
    with pytest.raises(StopIteration):
        next(component_with_thread)
    with pytest.raises(StopIteration):
        next(component_with_thread)
