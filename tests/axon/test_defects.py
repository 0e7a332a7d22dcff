"""Defects of the released packages that the engine and the old spelling do not repeat, by their numbers.

Those that are not here (8, 9, 11 to 15, 19) belong to chassis, Backplane and network and have their
tests there.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import Any

import pytest
from Axon.AxonExceptions import noSpaceInBox
from Axon.Component import component
from Axon.Ipc import producerFinished, shutdownMicroprocess
from Axon.Scheduler import scheduler
from Axon.ThreadedComponent import threadedcomponent
from Kamaelia.Chassis.ConnectedServer import SimpleServer
from Kamaelia.Internet.Selector import Selector
from Kamaelia.IPC import newReader
from Kamaelia.Util.Backplane import Backplane, PublishTo
from Kamaelia.Util.Splitter import PlugSplitter, addsink


class Counts(component):
    """Runs for so many slices and counts them."""

    slices = 5
    count = 0

    def main(self) -> Any:
        for _ in range(self.slices):
            self.count += 1
            yield 1


class Sleeper(component):
    """Sleeps for ever."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield 1


class Raises(component):
    """Raises what it is told to in its second slice."""

    def main(self) -> Any:
        yield 1
        raise self.what


# -- 1 to 5: errors, stops and the scheduler -------------------------------------------------------------


def test_defect_01_runtimeerror_is_an_error(lab: Any) -> None:
    """A RuntimeError is a failure with its traceback, not a silent end; the others go on."""
    raises, counts = Raises(what=RuntimeError("on purpose")), Counts()
    raises.activate()
    counts.run()
    assert lab.failures == [raises]
    assert "RuntimeError: on purpose" in lab.reports[0]
    assert raises.name.rpartition(".")[2].split("_")[0] in lab.reports[0]
    assert "raise self.what" in lab.reports[0]
    assert counts.count == 5


def test_defect_01_stopiteration_ends_nothing_else(lab: Any) -> None:
    """A stray StopIteration in a component is its failure, and does not end the system."""

    class Stray(component):
        def main(self) -> Any:
            next(iter(()))
            yield 1

    stray, counts = Stray().activate(), Counts()
    counts.run()
    assert lab.failures == [stray]
    assert counts.count == 5


def test_defect_02_an_exception_leaves_the_scheduler_usable(lab: Any) -> None:
    """After an exception, also one that ends the run, everything can run again."""
    scheduler.mortalise()
    Raises(what=ValueError("on purpose")).activate()
    survivor = Counts().activate()
    with pytest.raises(Exception, match="on purpose"):
        scheduler.run.runThreads()
    later = Counts()
    later.run()
    assert (survivor.count, later.count) == (5, 5)


def test_defect_02_an_interrupt_leaves_the_scheduler_usable(lab: Any) -> None:
    """Ctrl-C stops the run between two slices; the components are intact and can go on."""

    class Interrupts(component):
        def main(self) -> Any:
            yield 1
            os.kill(os.getpid(), signal.SIGINT)
            yield 1
            self.went_on = True

    interrupts, counts = Interrupts().activate(), Counts().activate()
    with pytest.raises(KeyboardInterrupt):
        scheduler.run.runThreads()
    scheduler.run.runThreads()
    assert interrupts.went_on
    assert counts.count == 5
    assert lab.failures == []


def test_defect_02_an_interrupt_inside_a_component(lab: Any) -> None:
    """A KeyboardInterrupt raised in a slice ends the run and that component; the next run works."""
    raises, counts = Raises(what=KeyboardInterrupt()).activate(), Counts().activate()
    with pytest.raises(KeyboardInterrupt):
        scheduler.run.runThreads()
    scheduler.run.runThreads()
    assert raises._isStopped()
    assert counts.count == 5


def test_defect_03_immortalise_works(lab: Any) -> None:
    """immortalise() isolates failures, also after mortalise()."""
    scheduler.mortalise()
    scheduler.immortalise()
    raises, counts = Raises(what=ValueError("on purpose")).activate(), Counts()
    counts.run()
    assert (lab.failures, counts.count) == ([raises], 5)


def test_defect_04_stop_is_not_for_ever(lab: Any) -> None:
    """After scheduler.stop() new components run as before."""
    Sleeper().activate()
    scheduler.run.stop()
    counts = Counts()
    counts.run()
    assert counts.count == 5


def test_defect_05_stopping_a_paused_component(lab: Any) -> None:
    """A component that is stopped while it sleeps does not keep the run from ending."""
    sleeper = Sleeper().activate()

    class Stops(component):
        def main(self) -> Any:
            yield 1
            yield 1
            sleeper.stop()

    Stops().run()
    assert scheduler.run.listAllThreads() == []
    assert lab.reports == []


# -- 6: errors in threads --------------------------------------------------------------------------------


class NeedsArguments(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)


@pytest.mark.parametrize(
    "error", [ValueError("the message"), NeedsArguments(7, "the message"), RuntimeError("the message")], ids=repr
)
def test_defect_06_errors_of_threads_stay_what_they_are(lab: Any, error: Exception) -> None:
    """An exception in a thread is the component's failure: the same object, message and traceback."""

    class Fails(threadedcomponent):
        def main(self) -> None:
            raise error

    fails, counts = Fails().activate(), Counts()
    counts.run()
    assert fails.error is error
    assert lab.failures == [fails]
    assert "the message" in lab.reports[0]
    assert "raise error" in lab.reports[0]
    assert counts.count == 5


# -- 7: links into full boxes ------------------------------------------------------------------------------


def test_defect_07_linking_into_a_full_box_loses_nothing() -> None:
    """An onward link into a box without room is refused before anything has moved."""
    outer, inner = component(), component()
    inner.setInboxSize("inbox", 2)
    inner._deliver("there already", "inbox")
    for number in range(2):
        outer._deliver(number, "inbox")
    with pytest.raises(noSpaceInBox):
        outer.link((outer, "inbox"), (inner, "inbox"), passthrough=1)
    assert list(inner.Inbox("inbox")) == ["there already"]
    assert outer.postoffice.linkages == []
    outer.link((outer, "inbox"), (inner, "inbox"), passthrough=1)
    assert list(inner.Inbox("inbox")) == [0, 1]


# -- 10: publishing without a Backplane --------------------------------------------------------------------


def test_defect_10_publishto_without_backplane(lab: Any) -> None:
    """PublishTo without its Backplane fails with an error that names it and those there are; the others go on."""
    Backplane("TIME").activate()
    publisher, counts = PublishTo("TIEM").activate(), Counts().activate()
    lab.run(until=lambda lab: counts._isStopped(), timeout=10)
    assert counts.count == 5
    assert lab.failures == [publisher]
    assert isinstance(publisher.error, KeyError)
    assert "'TIEM'" in str(publisher.error)
    assert "'TIME'" in str(publisher.error)


# -- 16 to 18, 20 ------------------------------------------------------------------------------------------


class SendsMuch(component):
    """Sends five million bytes in one go, and what it is told to signal, then ends."""

    size = 5_000_000
    last: Any = producerFinished

    def main(self) -> Any:
        self.send(b"x" * self.size, "outbox")
        self.send(self.last(), "signal")
        yield 1


@pytest.fixture
def serve(lab: Any) -> Any:
    """Run a server in the background; return a client that is connected to it."""
    clients: list[socket.socket] = []

    def start(protocol: Any) -> socket.socket:
        server = SimpleServer(protocol=protocol, port=0).activate()
        lab.start(forever=True)
        client = socket.create_connection(("127.0.0.1", server.address[1]), timeout=20)
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.close()


def test_defect_16_producerfinished_drains(serve: Any) -> None:
    """With producerFinished a slow reader gets 5,000,000 of 5,000,000 bytes."""
    client = serve(SendsMuch)
    pause, got = threading.Event(), 0
    while chunk := client.recv(65536):
        got += len(chunk)
        if got < 1_000_000:
            pause.wait(0.001)  # a slow reader, so that the sender has to wait
    assert got == 5_000_000


def test_defect_16_shutdownmicroprocess_drains(serve: Any, lab: Any, eventually: Any) -> None:
    """With shutdownMicroprocess, too, the client gets what was sent before it, and then the connection ends."""

    class Ends(SendsMuch):
        last = shutdownMicroprocess

    client = serve(Ends)
    got = 0
    while chunk := client.recv(65536):
        got += len(chunk)
    assert got == 5_000_000
    assert eventually(lambda: not any("SocketAdapter" in each.name for each in lab.components))


def test_defect_17_a_closed_socket_does_not_end_the_selector(lab: Any) -> None:
    """A request to watch a closed socket is reported by name; the selector serves the others."""
    (selector, box), _, new = Selector.getSelectorServices()
    new.activate()

    class Watches(component):
        Inboxes = ["inbox", "ready", "control"]

        def main(self) -> Any:
            self.send(newReader(self, ((self, "ready"), closed)), "outbox")
            self.send(newReader(self, ((self, "ready"), one)), "outbox")
            while not self.dataReady("ready"):
                self.pause()
                yield 1
            self.told = self.recv("ready")

    one, other = socket.socketpair()
    closed = socket.socket()
    closed.close()
    with one, other:
        watches = Watches()
        watches.link((watches, "outbox"), (selector, box))
        other.send(b"!")
        watches.activate()
        lab.run(until=watches, timeout=10)
        assert watches.told is one
    assert lab.failures == []
    assert "cannot watch" in lab.reports[0]


def test_defect_18_debug_conf_is_not_read(python: Any) -> None:
    """A file debug.conf in the working directory makes no difference to import Axon."""
    code = (
        "open('debug.conf', 'w').write('microprocess.main 5 nowhere extra words')\n"
        "import kamlab.axon; kamlab.axon.install()\n"
        "import Axon\nAxon.Component.component().run()\nprint('fine')"
    )
    assert python(code) == "fine\n"


@pytest.mark.parametrize("message", [producerFinished, shutdownMicroprocess])
def test_defect_20_a_splitter_with_many_sinks_ends_cleanly(lab: Any, message: Any) -> None:
    """At its end a PlugSplitter tells every sink and takes down every link, without an error."""
    splitter, sinks = PlugSplitter().activate(), [component() for _ in range(5)]
    for sink in sinks:
        splitter._deliver(addsink(sink, "inbox", "control"), "configuration")
    splitter._deliver("data", "inbox")
    lab.run(max_steps=10)
    splitter._deliver(message(), "control")
    lab.run()
    assert splitter._isStopped()
    assert lab.failures == []
    for sink in sinks:
        assert (list(sink.Inbox("inbox")), [type(each) for each in sink.Inbox("control")]) == (["data"], [message])
    assert splitter.postoffice.linkages == []
