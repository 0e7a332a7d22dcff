"""await lab.arun(): a run that lets an event loop go on."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import ComponentFailed, LabIsClosed


class Counting(Component):
    def __init__(self, lines, times=3, **argd):
        super().__init__(**argd)
        self.lines, self.times = lines, times

    def main(self):
        for number in range(self.times):
            self.lines.append(number)
            yield


class Endless(Component):
    def main(self):
        while True:
            yield


def test_an_awaited_run_runs_to_the_end(lab):
    """asyncio.run(lab.arun()) returns the outcome when everything has ended."""
    lines = []
    Counting(lines).activate()
    outcome = asyncio.run(lab.arun())
    assert outcome.reason == "finished"
    assert lines == [0, 1, 2]
    assert not lab.running


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"max_steps": 5}, "max_steps"),
        ({"timeout": 0.01}, "timeout"),
        ({"until": lambda lab: lab.step_number == 7}, "condition"),
    ],
)
def test_an_awaited_run_has_the_limits_of_a_run(lab, how, reason):
    """until, timeout and max_steps mean what they mean in run()."""
    Endless().activate()
    assert asyncio.run(lab.arun(**how)).reason == reason
    assert lab.state == "paused"


def test_the_event_loop_goes_on_meanwhile(lab):
    """Other tasks of the loop run while the lab does."""
    lines = []
    endless = Endless().activate()

    async def both():
        run = asyncio.create_task(lab.arun())
        while not lab.step_number:
            await asyncio.sleep(0.001)
        lines.append("the loop goes on")
        endless.stop()
        return await run

    assert asyncio.run(both()).reason == "finished"
    assert lines == ["the loop goes on"]


def test_cancelling_the_await_pauses_the_lab(lab):
    """A cancelled arun() leaves the lab paused, between two slices, and it can go on."""
    Endless().activate()

    async def cancel():
        run = asyncio.create_task(lab.arun())
        while not lab.step_number:
            await asyncio.sleep(0.001)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asyncio.run(cancel())
    assert (lab.running, lab.state) == (False, "paused")
    assert lab.failures == []
    assert lab.step().steps == 1


def test_an_interrupt_pauses_the_lab(lab):
    """Ctrl-C while a cell awaits the lab pauses it."""
    Endless().activate()

    def press():
        while not lab.step_number:
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(lab.arun())
    thread.join()
    assert lab.state == "paused"
    assert lab.failures == []
    assert lab.step().steps == 1


def test_a_pause_from_elsewhere_ends_the_await(lab):
    """lab.pause() by a button ends arun() with the reason 'paused'."""
    Endless().activate()

    async def pausing():
        run = asyncio.create_task(lab.arun())
        while not lab.step_number:
            await asyncio.sleep(0.001)
        lab.pause()
        return await run

    assert asyncio.run(pausing()).reason == "paused"


def test_the_error_of_the_run_is_raised_by_the_await(make_lab):
    """ComponentFailed, an error of the condition, and SystemExit come out of the await."""
    error = ValueError("first")

    class Failing(Component):
        def main(self):
            yield
            raise error

    lab = make_lab(on_error="raise")
    Failing().activate()
    with pytest.raises(ComponentFailed) as caught:
        asyncio.run(lab.arun())
    assert caught.value.__cause__ is error
    assert lab.background_error is None
    Endless().activate()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(lab.arun(until=lambda lab: 1 / 0))
    assert asyncio.run(lab.arun(max_steps=1)).reason == "max_steps"


def test_awaiting_a_lab_that_runs_already_waits_for_it(lab, eventually):
    """arun() of a lab in the background waits until that run ends."""
    endless = Endless().activate()
    lab.start()
    eventually(lambda: lab.step_number)

    async def wait():
        run = asyncio.create_task(lab.arun())
        await asyncio.sleep(0)
        endless.stop()
        return await run

    assert asyncio.run(wait()).reason == "finished"


def test_a_stopped_lab_cannot_be_awaited(make_lab):
    """arun() of a stopped lab says that it can be reset."""
    lab = make_lab()
    lab.stop()
    with pytest.raises(LabIsClosed, match="reset"):
        asyncio.run(lab.arun())


class Interrupts(Component):
    """Presses Ctrl-C in a slice, once the lab runs."""

    def main(self):
        yield
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            yield


async def awaits(lab):
    await lab.arun()


def runs_with_a_runner(lab):
    with asyncio.Runner() as runner:
        runner.run(awaits(lab))


@pytest.mark.parametrize("run", [lambda lab: asyncio.run(awaits(lab)), runs_with_a_runner], ids=["run", "runner"])
def test_an_interrupted_script_shows_no_frame_of_asyncio(run):
    """The traceback of an interrupt has the user's lines alone: the one that runs the loop and the one that awaits."""
    lab = Lab()
    Interrupts().activate(lab)
    with pytest.raises(KeyboardInterrupt, match="the lab was stopped between two slices") as caught:
        run(lab)
    files = {str(entry.path) for entry in caught.traceback}
    assert files == {__file__}
    assert [entry.name for entry in caught.traceback][-1] == "awaits"
    assert lab.state == "paused"


def test_an_interrupt_that_main_catches_stays_as_it_is():
    """A coroutine that catches the interrupt goes on, and can run the lab once more."""
    lab = Lab()
    Interrupts().activate(lab)

    async def main():
        with pytest.raises(KeyboardInterrupt):
            await lab.arun()
        await asyncio.sleep(0)
        return await lab.arun(max_steps=3)

    assert asyncio.run(main()).reason == "max_steps"
