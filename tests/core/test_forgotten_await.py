"""A forgotten await fails its slice, with the component, the line and what to write."""

from __future__ import annotations

import gc
import linecache
import time
import traceback
import warnings

import pytest

from kamlab import Component, Lab, ThreadedComponent
from kamlab.chassis.flow_control import send_when_room
from kamlab.core.errors import BadAwait
from kamlab.core.ipc import WaitComplete


class Sink(Component):
    async def main(self):
        self.got = []
        while True:
            self.got.append(await self.receive())


class Discards(Component):
    async def main(self):
        self.call()  # the sentence for this is of call()
        await self.tick()


class Sleeps(Component):
    async def main(self):
        self.sleep(5)
        await self.tick()


class Receives(Component):
    async def main(self):
        self.receive("control")
        await self.tick()


class Ready(Component):
    async def main(self):
        self.ready("inbox", timeout=2)
        await self.tick()


class Ticks(Component):
    async def main(self):
        self.tick()
        await self.tick()


class Last(Component):
    async def main(self):
        await self.tick()
        self.sleep(5)


class OnceInTheMiddle(Component):
    async def main(self):
        await self.sleep(1)
        self.sleep(5)
        await self.sleep(1)


class Room(Component):
    def main(self):
        send_when_room(self, 1, "outbox")
        yield


class Own(Component):
    async def main(self):
        self.helper()
        await self.tick()

    async def helper(self):
        return await self.receive()


class Stores(Component):
    async def main(self):
        message = self.receive()
        await self.tick()
        self.send(message)


class StoresInAnAttribute(Component):
    async def main(self):
        self.message = self.receive()
        await self.tick()


class StoresAndEnds(Component):
    async def main(self):
        await self.tick()
        nap = self.sleep(5)  # noqa: F841


class StoresOneOfTwo(Component):
    async def main(self):
        one, two = self.ready("inbox", timeout=0), self.sleep(5)  # noqa: F841
        await one
        await self.tick()


class Sends(Component):
    async def main(self):
        self.send(self.receive())
        await self.tick()


class SendsOwn(Component):
    async def main(self):
        self.send(self.helper())
        await self.tick()

    async def helper(self):
        return 1


class SendsAgain(Component):
    async def main(self):
        self.send(1)
        self.send(self.receive())
        await self.tick()


class Yields(Component):
    def main(self):
        yield self.sleep(5)


class YieldsReceive(Component):
    def main(self):
        yield self.receive()


class YieldsOwn(Component):
    def main(self):
        yield self.helper()

    async def helper(self):
        return 1


class InAGenerator(Component):
    def main(self):
        self.tick()
        yield


DISCARDED = [Sleeps, Receives, Ready, Ticks, Last, OnceInTheMiddle, Room, Own]
STORED = [Stores, StoresInAnAttribute, StoresAndEnds, StoresOneOfTwo]
SENT = [Sends, SendsOwn, SendsAgain]
YIELDED = [Yields, YieldsReceive, YieldsOwn, InAGenerator]
#: What each forgets: where that is not the first line of main().
FORGOTTEN = {
    Last: "self.sleep(5)",
    OnceInTheMiddle: "self.sleep(5)",
    StoresAndEnds: "self.sleep(5)",
    SendsAgain: "self.receive()",
}  # fmt: skip


def line_of(kind):
    """The number of the line of main() with the mistake, and its text."""
    code = kind.main.__code__
    for number in range(code.co_firstlineno + 1, code.co_firstlineno + 9):
        text = linecache.getline(code.co_filename, number)
        if FORGOTTEN.get(kind, "") in text:
            return number, text.strip()
    raise AssertionError(kind)


def drive(lab, component, how):
    if how == "run":
        lab.run(until=component)
        return
    lab.start()
    deadline = time.monotonic() + 20
    while not component.is_stopped() and time.monotonic() < deadline:
        time.sleep(0.01)
    lab.pause()


def failed(kind, how="run", **argd):
    """Run a system with a component that forgets; return it, its sink and the reports."""
    reports = []
    with warnings.catch_warnings(record=True) as noise:
        warnings.simplefilter("always")
        with Lab(clock="virtual", **argd) as lab:
            lab.report = reports.append
            forgets, sink = kind(), Sink()
            forgets.link((forgets, "outbox"), (sink, "inbox"))
            sink.activate()
            forgets.activate()
            drive(lab, forgets, how)
            gc.collect()
    assert not [str(each.message) for each in noise]
    return forgets, sink, reports


@pytest.mark.parametrize("how", ["run", "start"])
@pytest.mark.parametrize("kind", [*DISCARDED, *STORED, *SENT, *YIELDED])
def test_a_forgotten_await_fails_the_slice_with_its_line(kind, how):
    """Discarded, stored, sent or yielded: BadAwait names component, line and cure, and ends at that line."""
    forgets, sink, _ = failed(kind, how)
    error, (line, _) = forgets.error, line_of(kind)
    assert isinstance(error, BadAwait), error
    assert forgets.state == "failed"
    text = str(error)
    assert text.startswith(forgets.short_name)
    assert f"at line {line} of main()" in text, text
    if kind is StoresAndEnds:  # main() has ended, and its frame is gone
        return
    frames = traceback.extract_tb(error.__traceback__)
    assert (frames[-1].lineno, frames[-1].name) == (line, "main")
    assert frames[0].filename == __file__
    assert all(type(message) is int for message in sink.got)


@pytest.mark.parametrize("kind", SENT)
@pytest.mark.parametrize("record", [True, False])
def test_an_awaitable_never_stands_in_an_inbox(kind, record):
    """Nothing of what was sent without await arrives, recorded or not (a coroutine of one's own where it is)."""
    if kind is SendsOwn and not record:
        pytest.skip("a lab that does not record does not look at what is sent")
    _, sink, _ = failed(kind, record=record)
    assert all(type(message) is int for message in sink.got)


def test_the_cure_is_in_the_words_of_the_code():
    """A coroutine is told to write await, a generator how generators wait."""
    assert "calls self.sleep(5) without await" in str(failed(Sleeps)[0].error)
    assert "write 'await self.sleep(5)'." in str(failed(Sleeps)[0].error)
    assert "write 'await self.ready(\"inbox\", timeout=2)'" in str(failed(Ready)[0].error)
    assert "self.pause(seconds)" in str(failed(Yields)[0].error)
    assert "'async def'" in str(failed(YieldsReceive)[0].error)
    assert "write 'yield from send_when_room(...)'" in str(failed(Room)[0].error)
    assert "await self.helper()" in str(failed(Own)[0].error)


class Later(Component):
    async def main(self):
        waiting = self.ready("inbox", timeout=0)
        self.seen = await waiting


class Inside(Component):
    async def main(self):
        await self.helper(self.sleep(1))
        self.seen = 1

    async def helper(self, nap):
        await nap


class Race(Component):
    async def main(self):
        for awaitable in (self.tick(), self.sleep(2)):
            await Both(awaitable)
        self.seen = 2


class Both:
    """An awaitable of one's own around another."""

    def __init__(self, inner):
        self.inner = inner

    def __await__(self):
        return self.inner.__await__()


class Completes(Component):
    def main(self):
        yield WaitComplete(self.sleep(3))
        self.seen = 3


class Rooms(Component):
    async def main(self):
        self.seen = await send_when_room(self, 1, "outbox")


@pytest.mark.parametrize("kind", [Later, Inside, Completes, Rooms])
def test_what_is_awaited_in_its_slice_is_legitimate(kind):
    """A variable, a helper, WaitComplete, an awaitable of one's own: awaited is awaited."""
    component, _, reports = failed(kind)
    assert component.state == "finished", component.error
    assert hasattr(component, "seen")
    assert not reports


def test_what_is_made_in_one_slice_and_awaited_in_another_fails():
    """Race makes two and awaits the second a slice later: it is told so where it made it."""
    assert isinstance(failed(Race)[0].error, BadAwait)


class Reader(ThreadedComponent):
    def main(self):
        self.receive()


class Napper(ThreadedComponent):
    def main(self):
        self.sleep(5)


class Looker(ThreadedComponent):
    def main(self):
        self.ready()


@pytest.mark.parametrize(("kind", "cure"), [(Reader, "self.recv()"), (Napper, "time.sleep"), (Looker, "self.pause()")])
def test_a_thread_is_told_how_threads_wait(kind, cure):
    """In the thread of a component an awaitable is refused at once, with the word for a thread."""
    component, _, _ = failed(kind)
    line, _ = line_of(kind)
    assert isinstance(component.error, BadAwait)
    assert f"line {line} of main()" in str(component.error)
    assert cure in str(component.error)
    assert traceback.extract_tb(component.error.__traceback__)[-1].lineno == line


class Overrides(Component):
    async def main(self):
        self.seen = await self.receive()

    def recv(self, boxname="inbox"):
        return -super().recv(boxname)


def test_receive_uses_a_recv_that_is_overridden():
    """A class with a recv() of its own receives through it."""
    with Lab(clock="virtual") as lab:
        component = Overrides().activate()
        component.deliver(5)
        lab.run()
    assert component.seen == -5
