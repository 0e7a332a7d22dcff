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
        lab.stop(timeout=0.5)
    result = driver()
    if drive == "start":
        eventually(lambda: not lab.running)
    assert drive == "start" or (result.outcome if drive == "step" else result).reason == "stopped"
    assert (lab.state, lab.step_number) == ("stopped", 0)
    with pytest.raises(LabIsClosed):
        lab.step()
    with pytest.raises(LabIsClosed):
        Busy().activate(lab)


@pytest.mark.parametrize("drive", ["step", "run"])
def test_a_lab_that_is_reset_while_a_driver_waits_for_the_lock(lab, in_thread, eventually, drive):
    """The driver is refused: the lab that it was to run is gone, and the new one is left alone."""
    with lab.lock:
        driver = in_thread(getattr(lab, drive))
        eventually(lambda: lab.lock.waiting)
        lab.reset()
        Busy().activate(lab)
        fresh = lab.lock
    with pytest.raises(LabIsClosed, match="the lab was reset before this run could begin"):
        driver()
    assert lab.lock is fresh
    assert (lab.scheduler.driver, lab.state) == (None, "new")
    assert in_thread(lambda: fresh.acquire(1) and (fresh.release() or True))()
    assert lab.step().steps == 1


def test_a_background_run_does_not_outlive_a_reset(lab, eventually, monkeypatch):
    """A thread that was started right before the lab was reset runs no slice of the new lab."""
    monkeypatch.setattr(lab, "stop", lambda stop=lab.stop: stop(timeout=0.2))  # it waits for the lock that is held here
    with lab.lock:
        lab.start(forever=True)
        waiting = lab.runtime._thread
        eventually(lambda: lab.lock.waiting)
        lab.reset()
        Busy().activate(lab)
    waiting.join(10)
    assert not waiting.is_alive()
    assert "the lab was reset before this run could begin" in lab.reports[0]
    assert (lab.background_error, lab.step_number, lab.state) == (None, 0, "new")


@pytest.mark.parametrize("call", ["reset", "start", "back"])
def test_a_lab_cannot_be_reset_or_started_while_it_is_stopped(make_lab, call):
    """A component that tries to, as it is closed, gets an error; the lab is stopped all the same, and can be reset."""
    errors = []

    class Clings(Component):
        def main(self):
            try:
                while True:
                    yield
            finally:
                try:
                    getattr(lab, call)()
                except LabIsRunning as error:
                    errors.append(str(error))

    lab = make_lab(build=lambda: Clings().activate(), clock="virtual", current=False)
    lab.step(3)
    lab.stop()
    what = "goto" if call == "back" else call
    assert errors == [f"{what}() while the lab is being stopped; call it when that is done"]
    assert (lab.state, lab.running, lab.lock.mine()) == ("stopped", False, False)
    assert lab.reset().step().steps == 1


class Seconds(float):
    """A number of another class, as those of numpy are."""


def test_forever_is_forever_in_any_class_of_numbers():
    """run(until=inf) sets no time, whatever class the number is of."""
    with Lab(clock="virtual") as lab:
        Busy().activate()
        assert lab.run(until=Seconds(math.inf), max_steps=3).reason == "max_steps"
