"""Section 1.3: the scheduler, in the old spelling."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from Axon.Component import component
from Axon.Ipc import WaitComplete
from Axon.Microprocess import microprocess
from Axon.Scheduler import scheduler
from Axon.ThreadedComponent import threadedcomponent

from kamlab import Lab
from kamlab.core import context
from kamlab.core.errors import ComponentFailed, KamlabError


class Notes(component):
    """Notes its tag and the number of the slice, for so many slices."""

    slices = 3

    def main(self) -> Any:
        for number in range(self.slices):
            self.log.append(f"{self.tag}{number}")
            yield 1


class Sleeper(component):
    """Sleeps, and notes when it is woken."""

    def main(self) -> Any:
        while True:
            self.log.append(self.tag)
            self.pause()
            yield 1


class SteppedClock:
    """A clock that stands still unless it is waited for."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def wait(self, idle: Any, until: float | None) -> None:
        assert until is not None, "nobody would ever wake this"
        self.waits.append(until - self.time)
        self.time = until


# -- the object ------------------------------------------------------------------------------------


def test_run_is_a_singleton(lab: Any) -> None:
    """scheduler.run is the one scheduler of the system."""
    assert scheduler.run is scheduler.run
    assert isinstance(scheduler.run, scheduler)
    assert component().activate().scheduler is scheduler.run


def test_run_can_be_replaced(lab: Any) -> None:
    """scheduler.run = scheduler() begins afresh: what was activated before does not run there."""
    log: list[str] = []
    Notes(log=log, tag="old").activate()
    scheduler.run = scheduler()
    assert scheduler.run.listAllThreads() == []
    Notes(log=log, tag="new").activate()
    scheduler.run.runThreads()
    assert log == ["new0", "new1", "new2"]


def test_replaced_run_has_services_of_its_own(lab: Any) -> None:
    """A fresh scheduler comes with fresh named services."""
    plain = component()
    plain.tracker.registerService("name", plain, "inbox")
    scheduler.run = scheduler()
    assert component().tracker.servicesRegistered() == []


def test_run_cannot_be_replaced_where_it_would_not_count(lab: Any) -> None:
    """Inside a `with Lab():` the assignment would be without effect, so it is an error that says so."""
    with Lab(), pytest.raises(KamlabError, match="Assign it outside"):
        scheduler.run = scheduler()


def test_two_schedulers_are_two_worlds(lab: Any) -> None:
    """activate(Scheduler) chooses between schedulers, and each runs its own."""
    log: list[str] = []
    one, other = scheduler(), scheduler()
    Notes(log=log, tag="a", slices=1).activate(one)
    Notes(log=log, tag="b", slices=1).activate(other)
    other.runThreads()
    assert log == ["b0"]
    one.runThreads()
    assert log == ["b0", "a0"]
    one.lab.stop()
    other.lab.stop()


# -- main and runThreads -----------------------------------------------------------------------------


def test_main_yields_before_each_microprocess_and_once_per_cycle(lab: Any) -> None:
    """main() yields before each microprocess and once per cycle, and ends when all have ended."""
    log: list[str] = []
    Notes(log=log, tag="a", slices=2).activate()
    Notes(log=log, tag="b", slices=1).activate()
    for _ in scheduler.run.main():
        log.append("|")
    assert "".join(log) == "||a0|b0||a1||||"
    # a cycle without anybody yet; a and b; a again and b's end; a's end


def test_main_without_canblock_goes_on_yielding(lab: Any) -> None:
    """With everybody asleep, main(canblock=False) keeps yielding, and notices a wake-up."""
    log: list[str] = []
    sleeper = Sleeper(log=log, tag="s").activate()
    steps = scheduler.run.main()
    for _ in range(20):
        next(steps)
    assert log == ["s"]
    sleeper.unpause()
    for _ in range(4):
        next(steps)
    assert log == ["s", "s"]


def test_runthreads_blocks_until_all_end(lab: Any) -> None:
    """runThreads() returns when every microprocess has ended."""
    log: list[str] = []
    for tag in "ab":
        Notes(log=log, tag=tag).activate()
    scheduler.run.runThreads()
    assert log == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert scheduler.run.listAllThreads() == []


def test_runthreads_with_nothing_returns(lab: Any) -> None:
    """With nothing registered there is nothing to wait for."""
    scheduler.run.runThreads()
    scheduler.run.runThreads(slowmo=0.001)


def test_runthreads_is_run(lab: Any) -> None:
    """Where run() does not block, as in a notebook, runThreads() does the same instead."""
    asked = []
    lab.on_run = lambda lab, component: asked.append(lab)
    Notes(log=[], tag="n").activate()
    scheduler.run.runThreads()
    assert asked == [lab]
    assert lab.step_number == 0


# -- the methods -------------------------------------------------------------------------------------


def test_wakethread_and_pausethread(lab: Any) -> None:
    """pauseThread(p) lets it sleep from the end of the cycle on, wakeThread(p) lets it run again."""
    log: list[str] = []
    notes = Notes(log=log, tag="n", slices=10).activate()
    lab.step(2)
    scheduler.run.pauseThread(notes)
    lab.step(5, timeout=0)
    assert scheduler.run.isThreadPaused(notes)
    assert len(log) == 3, "one slice more, in the cycle at whose end it pauses"
    scheduler.run.wakeThread(notes)
    lab.step()
    assert len(log) == 4


def test_wakethread_can_activate(lab: Any) -> None:
    """wakeThread(p, canActivate=True) activates what is new; without it, it does nothing."""
    log: list[str] = []
    notes = Notes(log=log, tag="n", slices=1)
    scheduler.run.wakeThread(notes)
    lab.run()
    assert log == []
    scheduler.run.wakeThread(notes, True)
    lab.run()
    assert log == ["n0"]


def test_pausethread_of_a_stranger_is_ignored(lab: Any) -> None:
    """pauseThread of something that is not registered does nothing."""
    stranger = Notes(log=[], tag="n", slices=1)
    scheduler.run.pauseThread(stranger)
    stranger.activate()
    lab.run()
    assert stranger.log == ["n0"]


def test_isthreadpaused_is_true_for_the_unknown(lab: Any) -> None:
    """isThreadPaused(p) is true for a sleeper and for something not registered, false for what can run."""
    notes = Notes(log=[], tag="n").activate()
    assert scheduler.run.isThreadPaused(component())
    assert not scheduler.run.isThreadPaused(notes)
    lab.run()
    assert scheduler.run.isThreadPaused(notes)


def test_listallthreads_names_microprocesses_too(lab: Any) -> None:
    """listAllThreads() lists every microprocess, components and others, also the ones that sleep."""
    sleeper, process = Sleeper(log=[], tag="s").activate(), microprocess(iter([1, 1])).activate()
    lab.step(2)
    assert set(scheduler.run.listAllThreads()) == {sleeper, process}


def test_time_is_that_of_the_cycle(lab: Any) -> None:
    """time is when the current cycle began, in seconds since the epoch: the same in all its slices."""
    seen = []

    class Looks(component):
        def main(self) -> Any:
            for _ in range(2):
                seen.append(self.scheduler.time)
                yield 1

    before = time.time()
    Looks().activate()
    Looks().activate()
    lab.run()
    assert seen[0] == pytest.approx(seen[1], abs=0.001)
    assert before - 0.1 <= seen[0] <= seen[2] <= time.time()


def test_stop_ends_the_run(lab: Any) -> None:
    """stop() ends all microprocesses and with them the run."""
    log: list[str] = []

    class Stops(component):
        def main(self) -> Any:
            yield 1
            self.scheduler.stop()
            yield 1
            log.append("never")

    notes, sleeper = Notes(log=log, tag="n", slices=1000).activate(), Sleeper(log=[], tag="s").activate()
    Stops().activate()
    scheduler.run.runThreads()
    assert len(log) <= 3
    assert notes._isStopped()
    assert sleeper._isStopped()


def test_stop_from_another_thread(lab: Any) -> None:
    """stop() may be called from another thread while the system runs."""
    Sleeper(log=[], tag="s").activate()
    Notes(log=[], tag="n", slices=10**9).activate()
    stopper = threading.Timer(0.05, scheduler.run.stop)
    stopper.start()
    scheduler.run.runThreads()
    assert scheduler.run.listAllThreads() == []


def test_waitforone(lab: Any) -> None:
    """After waitForOne() a run with nothing registered waits for the first microprocess."""
    log: list[str] = []
    scheduler.run.waitForOne()
    threading.Timer(0.05, Notes(log=log, tag="n", slices=2).activate, [scheduler.run]).start()
    scheduler.run.runThreads()
    assert log == ["n0", "n1"]


class Fails(component):
    def main(self) -> Any:
        yield 1
        raise ValueError("on purpose")


def test_immortalise_lets_the_others_go_on(lab: Any) -> None:
    """immortalise(): a component that fails does not end the run of the others."""
    log: list[str] = []
    scheduler.immortalise()
    failing = Fails().activate()
    Notes(log=log, tag="n", slices=5).activate()
    scheduler.run.runThreads()
    assert log[-1] == "n4"
    assert lab.failures == [failing]
    assert "on purpose" in lab.reports[0]


def test_mortalise_ends_the_run(lab: Any) -> None:
    """mortalise(): a component that fails ends the run with an error that names it; the rest can go on."""
    log: list[str] = []
    scheduler.mortalise()
    Fails().activate()
    Notes(log=log, tag="n", slices=5).activate()
    with pytest.raises(ComponentFailed, match=r"Fails_\d+ failed: ValueError: on purpose"):
        scheduler.run.runThreads()
    assert len(log) < 5
    scheduler.run.runThreads()
    assert log[-1] == "n4"


# -- the cycle ---------------------------------------------------------------------------------------


def test_order_of_slices(lab: Any) -> None:
    """Activation c, b, a gives c0 b0 a0 c1 b1 a1 ..."""
    log: list[str] = []
    for tag in "cba":
        Notes(log=log, tag=tag).activate()
    lab.run()
    assert log == ["c0", "b0", "a0", "c1", "b1", "a1", "c2", "b2", "a2"]


def test_pauses_are_applied_at_the_end_of_the_cycle(lab: Any) -> None:
    """Whoever is in this cycle's queue has its slice, also if another one asks for it to be paused."""
    log: list[str] = []

    class Pauses(component):
        def main(self) -> Any:
            self.scheduler.pauseThread(victim)
            yield 1

    Pauses().activate()
    victim = Notes(log=log, tag="v").activate()
    lab.step(10, timeout=0)
    assert log == ["v0"]


def test_a_wake_wins_over_a_pause_of_the_same_cycle(lab: Any) -> None:
    """Pause requests are applied before wake requests, in whatever order they were made."""
    log: list[str] = []
    victim = Notes(log=log, tag="v")

    class Both(component):
        def main(self) -> Any:
            self.scheduler.wakeThread(victim)
            self.scheduler.pauseThread(victim)
            yield 1

    victim.activate()
    Both().activate()
    lab.run(max_steps=50)
    assert log == ["v0", "v1", "v2"]


def test_no_wake_up_is_lost(lab: Any) -> None:
    """A message that comes in the very cycle in which its receiver pauses wakes it."""
    got = []

    class Receives(component):
        def main(self) -> Any:
            while len(got) < 3:
                got.extend(self.Inbox("inbox"))
                self.pause()
                yield 1

    class Sends(component):
        def main(self) -> Any:
            for number in range(3):
                self.send(number, "outbox")
                yield 1

    receiver = Receives().activate()
    sender = Sends().activate()
    sender.link((sender, "outbox"), (receiver, "inbox"))
    lab.run(max_steps=50)
    assert got == [0, 1, 2]


def test_new_and_woken_ones_join_the_end_in_the_order_of_requests(lab: Any) -> None:
    """New and woken microprocesses join the end of the next cycle's queue, in the order of the requests."""
    log: list[str] = []
    sleepers = {tag: Sleeper(log=log, tag=tag) for tag in "xy"}

    class Starts(component):
        def main(self) -> Any:
            yield 1
            log.clear()
            sleepers["y"].unpause()
            Notes(log=log, tag="n", slices=1).activate()
            sleepers["x"].unpause()
            yield 1
            log.append("me")
            yield 1

    for each in sleepers.values():
        each.activate()
    Starts().activate()
    lab.step(8, timeout=0)
    assert log == ["me", "y", "n0", "x"]


def test_all_asleep_blocks(lab: Any) -> None:
    """While everybody sleeps the run blocks, without using the processor, until a thread wakes somebody."""
    alarm = threading.Event()

    class Alarm(threadedcomponent):
        def main(self) -> None:
            alarm.wait(10)
            self.send("up", "outbox")

    class Waits(component):
        def main(self) -> Any:
            while not self.dataReady("inbox"):
                self.pause()
                yield 1

    waits, clock = Waits(), Alarm()
    clock.link((clock, "outbox"), (waits, "inbox"))
    clock.activate()
    threading.Timer(0.5, alarm.set).start()
    used = time.process_time()
    waits.run()
    assert waits.dataReady("inbox") == 1
    assert time.process_time() - used < 0.25


def test_a_run_that_nothing_could_wake_says_so(lab: Any) -> None:
    """If everybody sleeps and nothing is left that could wake anybody, run() ends and names the sleepers."""
    Sleeper(log=[], tag="s").run()
    assert len(lab.reports) == 1
    assert "waiting: Sleeper_1" in lab.reports[0]


def test_ends_when_nothing_is_registered(lab: Any) -> None:
    """A run ends when the last microprocess has, be it a component or the generator of a WaitComplete."""

    class Waits(component):
        def main(self) -> Any:
            yield WaitComplete(iter([1, 1, 1]))

    Waits().activate()
    assert lab.run().reason == "finished"


# -- slowmo ------------------------------------------------------------------------------------------


def test_slowmo_sleeps_per_cycle(lab: Any) -> None:
    """slowmo=s sleeps s seconds per cycle: 0.70 s for two components of five yields and s=0.1."""
    clock = SteppedClock()
    slow = Lab(clock=clock)
    context.set_current(slow)
    log: list[str] = []
    for tag in "ab":
        Notes(log=log, tag=tag, slices=5).activate()
    scheduler.run.runThreads(slowmo=0.1)
    assert len(log) == 10
    assert clock.time == pytest.approx(0.7)
    assert clock.waits == pytest.approx([0.1] * 7)


def test_slowmo_without_canblock_yields_meanwhile(lab: Any) -> None:
    """main(slowmo) without canblock yields while it waits for the next cycle."""
    log: list[str] = []
    Notes(log=log, tag="n", slices=1).activate()
    yields = sum(1 for _ in scheduler.run.main(slowmo=0.01))
    assert log == ["n0"]
    assert yields > 20


# -- what Axon's own modules and tests do ------------------------------------------------------------


def test_a_scheduler_takes_an_empty_place(lab: Any) -> None:
    """After scheduler.run = None the next scheduler() becomes scheduler.run; one after that does not."""
    scheduler.run = None
    assert scheduler.run is None
    first = scheduler()
    second = scheduler()
    assert scheduler.run is first is not second
    assert component().activate().scheduler is first


def test_microprocesses_know_the_class_of_their_scheduler() -> None:
    """microprocess.schedulerClass is scheduler, setSchedulerClass changes it for a class and those below."""
    import Axon.Scheduler

    class Mine(microprocess):
        pass

    assert Axon.Scheduler.microprocess is microprocess
    assert microprocess.schedulerClass is scheduler
    Mine.setSchedulerClass(None)
    assert (Mine.schedulerClass, microprocess.schedulerClass) == (None, scheduler)
    Mine.setTrackerClass(int)
    assert (Mine.trackerClass, microprocess.trackerClass) == (int, None)


class Counts:
    """Not a microprocess, but with the methods that Axon's scheduler calls."""

    def __init__(self, slices: int) -> None:
        self.slices = slices
        self.log: list[str] = []

    def next(self) -> int:
        if not self.slices:
            raise StopIteration
        self.slices -= 1
        return 1

    def stop(self) -> None:
        self.log.append("stop")

    def _closeDownMicroprocess(self) -> None:
        self.log.append("closed down")


def test_a_scheduler_runs_what_has_its_methods(lab: Any) -> None:
    """_addThread takes any object with next(), stop() and _closeDownMicroprocess(), which can be paused and woken."""
    front, process, stranger = scheduler.run, Counts(3), Counts(1)
    front._addThread(process)
    steps = front.main()
    for _ in range(4):
        next(steps)
    assert (front.listAllThreads(), front.isThreadPaused(process), front.isThreadPaused(stranger)) == (
        [process],
        False,
        True,
    )
    front.pauseThread(process)
    front.pauseThread(stranger)
    for _ in range(6):
        next(steps)
    left = process.slices
    assert (left > 0, front.isThreadPaused(process)) == (True, True)
    front.wakeThread(process)
    front.wakeThread(stranger)
    for _ in steps:
        pass
    assert (process.slices, process.log, stranger.slices) == (0, ["stop", "closed down"], 1)
    front.wakeThread(stranger, canActivate=True)
    front.runThreads()
    assert (stranger.slices, front.listAllThreads()) == (0, [])
