"""One thread drives at a time, also where another one stops, resets or drives the lab while it waits for the lock."""

from __future__ import annotations

import math

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import LabIsClosed, LabIsRunning


class Busy(Component):
    """Never rests."""

    def main(self):
        while True:
            yield


class Sleeps(Component):
    """Keeps a run waiting."""

    async def main(self):
        await self.sleep(20)


def test_the_other_driver_may_end_right_after_it_was_noticed(lab, in_thread, eventually, monkeypatch):
    """A step that finds another driver is refused, even if that driver ends before the refusal is written."""
    waiting = Sleeps().activate()
    first = in_thread(lab.run)
    eventually(lambda: lab.scheduler.driver is not None and waiting.asleep)
    release, released = lab.lock.release, []

    def release_and_let_the_other_one_end():
        release()
        if not released:
            released.append(True)
            lab.pause()

    eventually(lambda: lab.lock.acquire(0.1))  # the driver waits without the lock
    release()
    monkeypatch.setattr(lab.lock, "release", release_and_let_the_other_one_end)
    try:
        with pytest.raises(LabIsRunning, match="another thread drives this lab already"):
            lab.step()
    finally:
        monkeypatch.undo()
        lab.pause()
    assert first().reason == "paused"
    assert lab.step(timeout=0.01).outcome.reason == "idle"


@pytest.mark.parametrize("drive", ["step", "run", "start"])
def test_a_lab_that_is_stopped_while_a_driver_waits_for_the_lock_stays_stopped(lab, in_thread, eventually, drive):
    """The driver runs no slice and says that the lab was stopped; the lab is not opened again."""
    Busy().activate()
    with lab.lock:
        driver = in_thread(getattr(lab, drive))
        eventually(lambda: lab.lock.waiting)
        lab.stop()
    result = driver()
    if drive == "start":
        eventually(lambda: not lab.running)
    assert drive == "start" or (result.outcome if drive == "step" else result).reason == "stopped"
    assert (lab.state, lab.step_number) == ("stopped", 0)
    with pytest.raises(LabIsClosed):
        lab.step()
    with pytest.raises(LabIsClosed):
        Busy().activate(lab)


def test_a_lab_that_is_reset_while_a_driver_waits_for_the_lock(lab, in_thread, eventually):
    """The driver runs the new lab, with its lock; afterwards nobody drives it."""
    with lab.lock:
        driver = in_thread(lab.step)
        eventually(lambda: lab.lock.waiting)
        lab.reset()
        Busy().activate(lab)
        fresh = lab.lock
    assert driver().steps == 1
    assert lab.lock is fresh
    assert (lab.scheduler.driver, lab.state) == (None, "paused")
    assert in_thread(lambda: fresh.acquire(1) and (fresh.release() or True))()
    assert lab.step().steps == 1


class Seconds(float):
    """A number of another class, as those of numpy are."""


def test_forever_is_forever_in_any_class_of_numbers():
    """run(until=inf) sets no time, whatever class the number is of."""
    with Lab(clock="virtual") as lab:
        Busy().activate()
        assert lab.run(until=Seconds(math.inf), max_steps=3).reason == "max_steps"
