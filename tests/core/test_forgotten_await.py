"""A forgotten await fails its slice, with the component, the line and what to write."""

from __future__ import annotations

import asyncio
import gc
import linecache
import signal
import sys
import time
import traceback
import warnings

import pytest

from kamlab import Component, Lab, ThreadedComponent
from kamlab.chassis.flow_control import send_when_room
from kamlab.core import unawaited
from kamlab.core.errors import BadAwait, BadMain
from kamlab.core.ipc import WaitComplete
from kamlab.core.microprocess import Microprocess


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
    assert "'async def' and write 'await self.sleep(5)'" in str(failed(Yields)[0].error)
    assert "'yield WaitComplete(self.sleep(5))'" in str(failed(Yields)[0].error)
    assert "'async def'" in str(failed(YieldsReceive)[0].error)
    assert "write 'yield from send_when_room(self, 1, \"outbox\")'" in str(failed(Room)[0].error)
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


# -- made through another name ------------------------------------------------------------------------------


def nap_of(component):
    return component.sleep(5)


async def by_another_name(self):
    wait = self.sleep
    wait(5)  #
    await self.tick()


async def by_a_lambda(self):
    nap = lambda: self.sleep(5)  # noqa: E731
    nap()  #
    await self.tick()


async def by_a_method(self):
    self.nap()  #
    await self.tick()


async def by_a_function(self):
    nap_of(self)  #
    await self.tick()


async def by_getattr(self):
    getattr(self, "sleep")(5)  #
    await self.tick()


async def by_map(self):
    list(map(self.sleep, [1, 2, 3]))  #
    await self.tick()


async def bound_again(self):
    nap = self.sleep(5)  #
    nap = 5  # noqa: F841
    await self.tick()


async def at_the_end(self):
    self.closes_wrongly = True
    await self.tick()


async def of_the_class_by_another_name(self):
    wait = self.own
    wait()  #
    await self.tick()


async def in_a_print(self):
    print("got", self.receive())  #
    await self.tick()


async def in_an_f_string(self):
    print(f"got {self.receive()}")  #
    await self.tick()


async def in_any(self):
    any(self.receive(name) for name in ("inbox", "control"))  #
    await self.tick()


async def in_a_comprehension(self):
    [self.receive() for _ in range(3)]  #
    await self.tick()


async def in_a_plain_method(self):
    self.plain()
    await self.tick()


async def as_a_condition(self):
    if self.receive():  #
        self.seen = 1
    await self.tick()


async def of_asyncio(self):
    asyncio.sleep(1)  #
    await self.tick()


async def in_two_slices(self):
    first = self.sleep(0.1)
    second = self.tick()  #
    await first
    await second


async def over_a_list(self):
    for awaitable in [self.sleep(0.1), self.tick()]:  #
        await awaitable


async def in_a_loop(self):
    self.count = 0
    while True:
        self.count += 1
        self.tick()  #


async def in_an_attribute(self):
    self.kept = self.own()
    await self.tick()


async def by_a_lambda_and_kept(self):
    nap = lambda: self.ready("inbox", timeout=5)  # noqa: E731
    kept = nap()  # noqa: F841
    await self.tick()


async def by_helpers_and_kept(self):
    self.kept = [self.recall(), self.other()]
    await self.tick()


def component_of(main):
    """A component with a main, and with the methods that the mains above call."""

    class Forgetful(Component):
        closes_wrongly = False

        def nap(self):
            return self.sleep(5)

        def plain(self):
            self.ready("inbox", timeout=1)

        def recall(self):
            return self.receive()

        def other(self):
            return self.receive("control")

        def generate(self):
            yield 1

        async def own(self):
            return 1

        def close_down(self):
            if self.closes_wrongly:
                self.sleep(5)
            return super().close_down()

    Forgetful.main = main
    return Forgetful


CURES = {
    by_another_name: "calls wait(5) without await, at line {}: write 'await wait(5)'.",
    by_a_lambda: "calls nap() without await, at line {}: write 'await nap()'.",
    by_a_method: "calls self.nap() without await, at line {}: write 'await self.nap()'.",
    by_a_function: "calls nap_of(self) without await, at line {}: write 'await nap_of(self)'.",
    by_getattr: "throws away what self.sleep() returns, at line {}",
    by_map: "throws away what self.sleep() returns, at line {}",
    bound_again: "calls self.sleep(5) without await, at line {}",
    of_the_class_by_another_name: "calls wait() without await, at line {}",
    in_a_print: "calls self.receive() without await, at line {}: write 'await self.receive()'.",
    in_an_f_string: "calls self.receive() without await, at line {}: write 'await self.receive()'.",
    in_any: "calls self.receive(name) without await, at line",
    in_a_comprehension: "calls self.receive() without await, at line {}: write 'await self.receive()'.",
    in_a_plain_method: "make plain() 'async def', write 'await self.ready(\"inbox\", timeout=1)' in it, and",
    as_a_condition: "calls self.receive() without await, at line {}: write 'await self.receive()'.",
    of_asyncio: "write 'await self.sleep(1)'.",
    in_two_slices: "calls self.tick() without awaiting it in the same slice, at line {}: write 'await self.tick()'.",
    over_a_list: "calls self.tick() without awaiting it in the same slice, at line {}: write 'await self.tick()'.",
    in_a_loop: "calls self.tick() without await, at line {}: write 'await self.tick()'.",
    at_the_end: "nothing can wait in close_down(), so do that in main().",
    in_an_attribute: "never awaited self.kept = self.own(), at line",
    by_a_lambda_and_kept: "has called self.ready() in this slice and never awaited it (it is called without",
    by_helpers_and_kept: "has called self.receive() in this slice and never awaited it",
}


@pytest.mark.parametrize("main", CURES, ids=lambda main: main.__name__)
def test_an_awaitable_of_any_origin_fails_its_slice_with_a_cure_that_works(main):
    """Through whatever name it was made, the slice fails; the text is that of the call which is to be awaited."""
    component, _, _ = failed(component_of(main))
    code = main.__code__
    lines = range(code.co_firstlineno, code.co_firstlineno + 7)
    marked = [line for line in lines if "  #" in linecache.getline(__file__, line).replace("  # noqa", "")]
    assert isinstance(component.error, BadAwait), component.error
    wanted = CURES[main].format(f"{marked[0] if marked else 0} of {main.__name__}()")
    said = str(component.error).replace(" (getattr", ": (getattr")
    assert wanted in said, (wanted, said)


def test_a_loop_that_forgets_ends_by_itself():
    """A slice need not throw away more than a thousand awaitables to fail."""
    component, _, _ = failed(component_of(in_a_loop))
    assert component.count < 1100


def test_an_interrupt_while_python_frees_a_coroutine_is_not_lost(monkeypatch):
    """An interrupt that comes while a forgotten awaitable is freed is raised at the user's next line."""
    lost = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    names = {"__name__": "namedtuple_ThrownAway", "real": unawaited.ThrownAway, "kill": signal.raise_signal}
    exec(f"def made(*given):\n kill({int(signal.SIGINT)})\n return real(*given)", names)  # as a NamedTuple's method is
    monkeypatch.setattr(unawaited, "ThrownAway", names["made"])
    with Lab(clock="virtual") as lab:

        class Loops(Component):
            async def main(self):
                self.count = 0
                while self.count < 500:
                    self.helper()
                    self.count += 1

            async def helper(self):
                pass

        loops = Loops().activate()
        monkeypatch.setattr(lab.runtime.watch, "is_endable", lambda **_: True)
        with pytest.raises(KeyboardInterrupt):
            lab.run()
    assert loops.count < 3
    assert not lost


# -- errors of Python's own -----------------------------------------------------------------------------------


async def adds(self):
    1 + self.receive()


async def asks_an_attribute(self):
    self.receive().upper()


async def asks_a_variable(self):
    message = self.receive()
    message.upper()


async def iterates(self):
    for _ in self.receive():
        pass


def yields_from(self):
    yield from self.sleep(5)


async def awaits_send(self):
    await self.send(1)


async def awaits_pause(self):
    await self.pause()


NOTES = {
    adds: "write 'await self.receive()'",
    asks_an_attribute: "write 'await self.receive()'",
    asks_a_variable: "write 'await self.receive()'",
    iterates: "write 'await self.receive()'",
    yields_from: "make main() 'async def' and write 'await self.sleep(5)'",
    awaits_send: "self.send(1) needs no await",
    awaits_pause: "self.pause() needs no await",
}


@pytest.mark.parametrize("main", NOTES, ids=lambda main: main.__name__)
def test_an_error_about_a_coroutine_has_a_note_with_the_cure(main):
    """A TypeError or AttributeError about an awaitable says which call it was, and no warning comes later."""
    component, _, reports = failed(component_of(main))
    assert isinstance(component.error, (TypeError, AttributeError))
    assert NOTES[main] in component.error.__notes__[0]
    assert NOTES[main] in reports[0]


def yields_a_generator(self):
    yield self.generate()


def yields_send_when_room(self):
    yield send_when_room(self, 1, "outbox")


async def yields_and_awaits(self):
    await self.tick()
    yield


def test_a_generator_that_is_yielded_is_not_run_in_silence():
    """A generator that has not begun, yielded bare, fails with 'yield from' and WaitComplete."""
    error = failed(component_of(yields_a_generator))[0].error
    assert isinstance(error, BadAwait)
    assert "write 'yield from self.generate()', or 'yield WaitComplete(self.generate())'" in str(error)


def test_send_when_room_that_is_yielded_is_told_yield_from():
    """A bare 'yield send_when_room(...)' would send nothing, and fails."""
    error = failed(component_of(yields_send_when_room))[0].error
    assert isinstance(error, BadAwait)
    assert "write 'yield from send_when_room(self, 1, \"outbox\")'" in str(error)


class Hands(Component):
    async def main(self):
        self.work = self.helper()
        self.worker = Microprocess(self.work).activate()

    async def helper(self):
        self.seen = 1


def test_a_coroutine_that_another_runs_is_legitimate():
    """A coroutine in an attribute that a microprocess runs after main() has ended is awaited."""
    with Lab(clock="virtual") as lab:
        component = Hands().activate()
        lab.run()
    assert component.state == "finished", component.error
    assert component.seen == 1


def test_a_yield_in_an_async_main_is_named_with_its_line():
    """An async def with a yield is told which line to change."""
    error = failed(component_of(yields_and_awaits))[0].error
    assert isinstance(error, BadMain)
    assert f"'yield', at line {yields_and_awaits.__code__.co_firstlineno + 2}" in str(error)


# -- outside of all slices ------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [lambda c: c.receive(), lambda c: c.sleep(1), lambda c: c.ready(), lambda c: c.tick()])
def test_an_awaitable_outside_of_all_slices_is_refused_at_once(call):
    """A cell that awaits a component's receive() would wait for ever; it is told what to use."""

    async def cell(component):
        await call(component)

    with Lab(clock="virtual"):
        sink = Sink().activate()
        with pytest.raises(BadAwait, match=r"lab\.run\(until="):
            asyncio.run(asyncio.wait_for(cell(sink), 20))


def test_an_awaitable_that_a_cell_awaits_while_the_lab_runs_is_refused():
    """It is refused also if it was made before the lab noticed: once it is resumed outside of a slice."""
    with Lab(clock="virtual"):
        sink = Sink()
        made = sink.receive()  # not activated yet
        sink.activate()

        async def cell():
            await made

        with pytest.raises(BadAwait):
            asyncio.run(asyncio.wait_for(cell(), 20))


def test_what_is_thrown_away_outside_of_slices_warns_at_the_user_s_line():
    """Python's warning names the line that forgot, not kamlab's."""

    class Constructs(Component):
        def __init__(self):
            super().__init__()
            self.sleep(5)

    with Lab(clock="virtual"), pytest.warns(RuntimeWarning, match="'sleep' was never awaited") as caught:
        Constructs()
    assert caught[0].filename == __file__
    assert "self.sleep(5)" in linecache.getline(__file__, caught[0].lineno)


def test_a_run_that_is_not_awaited_says_what_to_write():
    """lab.arun() without await warns at its line, and shows the same where it is the last value of a cell."""
    with Lab(clock="virtual") as lab:
        with pytest.warns(RuntimeWarning, match=r"write 'await lab\.arun\(timeout=1\)'") as caught:
            lab.arun(timeout=1)
        assert (len(caught), caught[0].filename) == (1, __file__)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert "write 'await lab.arun()'" in repr(lab.arun())


class Wakened(Component):
    def main(self):
        yield WaitComplete(self.sleep(5))
        self.woken_at = self.scheduler_in_charge.time()


def test_a_sleep_in_a_generator_lasts_although_a_message_arrives():
    """The cure for a generator, WaitComplete(self.sleep(5)), is not ended early by a message."""
    with Lab(clock="virtual") as lab:
        component = Wakened().activate()
        lab.run(timeout=1)
        component.deliver("early")
        lab.run()
    assert component.woken_at == 5
