"""Components whose main is an ``async def``, driven by the scheduler itself."""

from __future__ import annotations

import asyncio

import pytest

from kamlab import Component
from kamlab.core.errors import BadAwait
from kamlab.core.idle import Idle


class JumpingClock:
    """A clock that jumps to the next timer instead of waiting."""

    time = 0.0

    def now(self) -> float:
        return self.time

    def wait(self, idle: Idle, until: float | None) -> None:
        if until is None:
            idle.wait(1.0)
        else:
            self.time = max(self.time, until)


@pytest.fixture
def lab(make_lab):
    return make_lab(clock=JumpingClock())


def started(lab, body, **argd):
    """Activate a component whose main is ``body`` and whose lines collect in ``lines``."""

    class Awaiting(Component):
        Inboxes = ["inbox", "control", "extra"]

        async def main(self):
            await body(self)

    component = Awaiting(lines=[], **argd)
    return component.activate(lab)


def test_receive_waits_for_a_message_and_takes_it(lab):
    """await self.receive() sleeps until a message is there, and hands them out in order."""

    async def body(self):
        for _ in range(3):
            self.lines.append(await self.receive())
        self.lines.append(await self.receive("extra"))

    component = started(lab, body)
    lab.run()
    assert component.state == "waiting"
    for message in "abc":
        component.deliver(message)
    lab.run()
    component.deliver("d", "extra")
    assert lab.run().reason == "finished"
    assert component.lines == ["a", "b", "c", "d"]


def test_receive_takes_what_waits_without_a_further_slice(lab):
    """Messages that are there already are received in one slice."""

    async def body(self):
        self.lines += [await self.receive(), await self.receive()]

    component = started(lab, body)
    component.deliver(1)
    component.deliver(2)
    lab.step()
    assert component.lines == [1, 2]


def test_ready_names_the_box_that_has_something(lab):
    """await self.ready(...) waits until one of the boxes has a message, and takes nothing."""

    async def body(self):
        self.lines.append(await self.ready("extra", "control"))
        self.lines.append(await self.ready())
        self.lines.append(self.data_ready("extra"))

    component = started(lab, body)
    lab.run()
    component.deliver("not asked for", "inbox")
    lab.run()
    assert component.lines == []
    component.deliver("x", "extra")
    lab.run()
    assert component.lines == ["extra", "inbox", 1]


def test_ready_gives_up_after_its_timeout(lab):
    """ready(timeout=...) returns None once that much of the lab's time is over, whatever else happened meanwhile."""

    async def body(self):
        self.lines.append(await self.ready("inbox", timeout=5))
        self.lines.append(lab.clock.now())

    component = started(lab, body)
    for seconds in (1, 2, 3):
        lab.scheduler.call_later(seconds, lambda: component.deliver("x", "extra"))
    assert lab.run().reason == "finished"
    assert component.lines == [None, 5]


def test_ready_with_no_time_at_all_only_looks(lab):
    """ready(timeout=0) says what is there now and never waits."""

    async def body(self):
        self.lines.append(await self.ready(timeout=0))
        self.deliver("x")
        self.lines.append(await self.ready(timeout=0))

    component = started(lab, body)
    assert lab.run().steps == 1
    assert component.lines == [None, "inbox"]


def test_sleep_is_not_ended_by_messages(lab):
    """await self.sleep(s) takes s seconds of the lab's clock, whatever arrives."""

    async def body(self):
        await self.sleep(5)
        self.lines.append((lab.clock.now(), self.data_ready()))

    component = started(lab, body)
    for seconds in (1, 2, 3):
        lab.scheduler.call_later(seconds, lambda: component.deliver("x"))
    lab.run()
    assert component.lines == [(5, 3)]


@pytest.mark.parametrize("seconds", [0, 0.0, -1])
def test_a_sleep_of_no_time_gives_the_others_a_turn(lab, seconds):
    """await self.sleep(0) ends the slice and takes no time, as it does in asyncio."""
    lines = []

    async def body(self):
        for number in range(3):
            lines.append(f"{self.name}{number}")
            await self.sleep(seconds)

    started(lab, body, name="a")
    started(lab, body, name="b")
    lab.run()
    assert lines == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert lab.clock.now() == 0


def test_tick_gives_the_others_a_turn(lab):
    """await self.tick() ends the slice; two that tick take turns."""
    lines = []

    async def body(self):
        for number in range(3):
            lines.append(f"{self.name}{number}")
            await self.tick()

    started(lab, body, name="a")
    started(lab, body, name="b")
    lab.run()
    assert lines == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_coroutines_of_ones_own_can_be_awaited(lab):
    """A main may await coroutines that await the component, at any depth, and their errors come back."""

    async def inner(self):
        await self.tick()
        message = await self.receive()
        if message == "bad":
            raise ValueError("bad message")
        return message

    async def outer(self):
        return [await inner(self), await inner(self)]

    async def body(self):
        self.lines.append(await outer(self))
        try:
            await outer(self)
        except ValueError as error:
            self.lines.append(str(error))

    component = started(lab, body)
    for message in ("a", "b", "bad"):
        component.deliver(message)
    assert lab.run().reason == "finished"
    assert component.lines == [["a", "b"], "bad message"]


async def await_future(self):
    await asyncio.get_running_loop().create_future()


async def await_asyncio_sleep(self):
    await asyncio.sleep(1)


async def await_queue(self):
    await asyncio.Queue().get()


@pytest.mark.parametrize(
    ("body", "loop"),
    [
        (await_future, "inside a running loop"),
        (await_asyncio_sleep, "inside a running loop"),
        (await_queue, "inside a running loop"),
        (await_future, "without a loop"),
        (await_asyncio_sleep, "without a loop"),
    ],
)
def test_awaiting_asyncio_is_refused_by_name(lab, body, loop):
    """Awaiting something of asyncio raises BadAwait at the await, a TypeError that says what can be awaited instead."""
    component = started(lab, body)
    if loop == "inside a running loop":

        async def inside():
            lab.run()

        asyncio.run(inside())
    else:
        lab.run()
    assert isinstance(component.error, BadAwait)
    assert isinstance(component.error, TypeError)
    assert component.short_name in str(component.error)
    assert "self.receive()" in str(component.error)
    assert f"in {body.__name__}" in lab.reports[0]


def test_a_refused_await_can_be_caught(lab):
    """A component may catch the BadAwait for the future of a loop and go on."""
    future = None

    async def body(self):
        try:
            await future
        except BadAwait:
            self.lines.append("refused")
        await self.tick()
        self.lines.append("went on")

    component = started(lab, body)

    async def inside():
        nonlocal future
        future = asyncio.get_running_loop().create_future()
        lab.run()

    asyncio.run(inside())
    assert component.lines == ["refused", "went on"]
    assert component.state == "finished"


def test_stopping_closes_the_coroutine(lab):
    """A component that is stopped has its coroutine closed: finally blocks and async with are left."""

    class Guard:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *error):
            component.lines.append("left")

    async def body(self):
        async with Guard():
            try:
                await self.receive()
            finally:
                self.lines.append("finally")

    component = started(lab, body)
    lab.run()
    component.stop()
    assert component.lines == ["finally", "left"]
    assert component.state == "stopped"


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_coroutine_that_never_ran_leaves_no_warning(lab):
    """Stopping an async component before its first slice leaves nothing that was never awaited."""

    async def body(self):
        await self.tick()

    component = started(lab, body)
    component.stop()
    assert lab.run().reason == "finished"
