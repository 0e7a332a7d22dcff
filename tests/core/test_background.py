"""The lab in the background: start, pause, the lock, and what other threads may do meanwhile."""

from __future__ import annotations

import statistics
import threading
import time

import pytest

from kamlab import Component
from kamlab.core.errors import LabIsRunning
from kamlab.core.lock import LabLock


class Busy(Component):
    """Never rests."""

    count = 0

    def main(self):
        while True:
            self.count += 1
            yield


class Sink(Component):
    def __init__(self, **argd):
        super().__init__(**argd)
        self.got = []

    def main(self):
        while True:
            self.got.extend(self.messages())
            self.pause()
            yield


class Quits(Component):
    """Ends on any control message."""

    def main(self):
        while not self.data_ready("control"):
            self.pause()
            yield


class Hangs(Component):
    """Does not come to its yield before it is let go."""

    def __init__(self, **argd):
        super().__init__(**argd)
        self.let_go = threading.Event()
        self.hanging = threading.Event()

    def main(self):
        self.hanging.set()
        self.let_go.wait(20)
        yield


# -- start and pause ----------------------------------------------------------------------------------


def test_start_returns_and_the_lab_runs_on_another_thread(lab, eventually):
    """start() gives the thread back at once; components run in one other thread until pause()."""
    threads = set()

    class Where(Busy):
        def main(self):
            while True:
                threads.add(threading.current_thread().name)
                yield

    Where().activate()
    lab.start()
    assert lab.running
    assert lab.state == "running"
    eventually(lambda: threads)
    assert lab.pause() is True
    assert threads == {"kamlab lab"}
    assert (lab.running, lab.state) == (False, "paused")
    assert lab.outcome.reason == "paused"


def test_after_a_pause_the_world_stands_still(lab, eventually):
    """When pause() has returned no slice runs any more, and the lab can be stepped or started again at once."""
    busy = Busy().activate()
    for _ in range(20):
        lab.start()
        before = busy.count
        eventually(lambda before=before: busy.count > before)
        assert lab.pause()
        count = busy.count
        assert lab.step().steps == 1
        assert busy.count == count + 1
        assert not lab.running


def test_a_pause_right_after_the_start_is_not_lost(lab):
    """start() and pause() one after the other, many times, always leave the lab paused."""
    Busy().activate()
    for _ in range(100):
        lab.start()
        assert lab.pause() is True
        assert lab.state in ("paused", "new")


def test_pausing_what_stands_still_is_harmless(lab):
    """pause() of a lab that nobody drives returns True, and holds up no later run."""
    assert lab.pause() is True
    Sink().activate()
    assert lab.run().reason == "stuck"
    assert lab.pause() is True
    assert lab.step().reason == "stuck"


def test_starting_what_runs_already_changes_nothing(lab):
    """A second start() leaves the run as it is."""
    Busy().activate()
    lab.start()
    thread = lab.runtime._thread
    lab.start(max_steps=1)
    assert lab.runtime._thread is thread
    lab.pause()


def test_a_background_run_ends_by_itself(lab, eventually):
    """With everything ended, or until, timeout or max_steps reached, the thread ends and outcome says why."""
    busy = Busy().activate()
    for how, reason in (
        ({"max_steps": 10}, "max_steps"),
        ({"timeout": 0.01}, "timeout"),
        ({"until": lambda lab: busy.count > 50}, "condition"),
    ):
        lab.start(**how)
        eventually(lambda: not lab.running)
        assert lab.outcome.reason == reason
    busy.stop()
    lab.start()
    eventually(lambda: not lab.running)
    assert lab.outcome.reason == "finished"


def test_a_background_run_never_calls_itself_stuck(lab, eventually):
    """In the background a lab in which all sleep waits for what other threads may bring."""
    sink = Sink().activate()
    lab.start()
    eventually(lambda: sink.asleep)
    assert lab.running
    sink.deliver("from a cell")
    eventually(lambda: sink.got == ["from a cell"])
    assert lab.running


def test_a_background_run_may_outlive_its_components(lab, eventually):
    """start(forever=True) keeps the thread when all has ended; later activations run in it."""
    lab.start(forever=True)
    for _ in range(3):
        sink = Sink().activate()
        eventually(lambda sink=sink: sink.asleep)
        sink.stop()
        eventually(lambda: not lab.components)
        assert lab.running


def test_a_lab_can_be_paused_while_a_cell_runs_it(lab, in_thread, eventually):
    """pause() from another thread, such as a button's, stops a run() between two slices."""
    busy = Busy().activate()
    paused = in_thread(lambda: (eventually(lambda: busy.count > 10), lab.pause()))
    assert lab.run(timeout=20).reason == "paused"
    assert paused()[1] is True
    Sink().activate()
    busy.stop()
    sleeping = in_thread(lambda: (eventually(lambda: lab.scheduler.driver), lab.pause()))
    lab.scheduler.call_later(1000, lambda: None)
    assert lab.run(timeout=20).reason == "paused"
    assert sleeping()[1] is True


def test_start_while_a_cell_runs_it_is_refused(lab, in_thread, eventually):
    """start() from another thread while run() drives is LabIsRunning, in the thread that asks."""
    busy = Busy().activate()

    def ask():
        eventually(lambda: busy.count > 10)
        try:
            lab.start()
        finally:
            lab.pause()

    asked = in_thread(ask)
    assert lab.run(timeout=20).reason == "paused"
    with pytest.raises(LabIsRunning, match="another thread drives"):
        asked()
    assert lab.reports == []


def test_a_pause_that_takes_too_long_says_who_is_in_the_way(lab):
    """pause(timeout) comes back with False after its timeout and names the component that hangs."""
    hangs = Hangs(name="hangs").activate()
    Busy().activate()
    lab.start()
    hangs.hanging.wait(10)
    assert lab.pause(timeout=0.01) is False
    assert "hangs has not come to its next yield" in lab.reports[0]
    hangs.let_go.set()
    assert lab.pause() is True


def test_stopping_a_lab_in_which_a_component_hangs_comes_back(lab):
    """stop(timeout) and reset() of a lab in which a component hangs are refused, by name, and work once it is free."""
    hangs = Hangs(name="hangs").activate()
    lab.start()
    hangs.hanging.wait(10)
    with pytest.raises(LabIsRunning, match="cannot be stopped: hangs has not given way"):
        lab.stop(timeout=0.01)
    assert lab.state == "running"
    hangs.let_go.set()
    lab.stop()
    assert hangs.state == "stopped"


# -- the lock -----------------------------------------------------------------------------------------


def test_who_holds_the_lock_sees_the_lab_between_two_slices(lab, eventually):
    """Under the lock nothing changes and no slice is half done."""

    class Halves(Component):
        half = whole = 0

        def main(self):
            while True:
                self.half += 1
                for _ in range(50):
                    pass
                self.whole += 1
                yield

    components = [Halves().activate() for _ in range(3)]
    lab.start()
    eventually(lambda: components[0].whole > 5)
    for _ in range(30):
        with lab.lock:
            step = lab.step_number
            assert all(component.half == component.whole for component in components)
            assert lab.scheduler.running is None
            assert lab.step_number == step
    lab.pause()


def test_an_inspecting_thread_is_not_starved_by_busy_components(lab, eventually):
    """While three components run freely, whoever asks for the lock gets it between two slices, again and again."""
    components = [Busy().activate() for _ in range(3)]
    lab.start()
    eventually(lambda: components[0].count > 100)
    waited, steps = [], []
    for _ in range(50):
        began = time.perf_counter()
        before = lab.step_number
        with lab.lock:
            waited.append(time.perf_counter() - began)
            steps.append(lab.step_number - before)
    assert len(waited) == 50
    # A driver that does not give way keeps the lock for seconds; this leaves room for any slow machine.
    assert statistics.median(waited) < 0.5
    lab.pause()


def test_a_lab_goes_on_after_being_looked_at(lab, eventually):
    """The lock is given back: a busy lab and a sleeping one both go on."""
    busy = Busy().activate()
    lab.start()
    for _ in range(10):
        with lab.lock:
            before = busy.count
        eventually(lambda before=before: busy.count > before)
    lab.pause()


def test_a_driver_may_hold_the_lock_twice(lab):
    """run() and step() under 'with lab.lock' work, waiting included; other threads look when it is released."""

    class Later(Component):
        def main(self):
            self.pause(0.01)
            yield
            lab.lock.give_way()

    Later().activate()
    with lab.lock, lab.lock:
        assert lab.run(timeout=10).reason == "finished"
        assert lab.step().reason == "finished"
    assert lab.lock.acquire(timeout=1)
    lab.lock.release()


def test_starting_under_the_lock_is_no_deadlock(lab, eventually):
    """start() by who holds the lock returns; the run begins when the lock is released."""
    busy = Busy().activate()
    with lab.lock:
        lab.start()
        assert lab.running
        assert busy.count == 0
    eventually(lambda: busy.count > 0)


def test_pausing_under_the_lock_is_no_deadlock(lab, eventually):
    """pause() by who holds the lock returns at once: no slice runs before the lock is released, and none after."""
    busy = Busy().activate()
    lab.start()
    eventually(lambda: busy.count > 0)
    with lab.lock:
        assert lab.pause() is True
        count = busy.count
    eventually(lambda: not lab.running)
    assert busy.count == count
    assert lab.outcome.reason == "paused"


def test_a_lock_that_is_taken_can_be_waited_for_with_a_limit(in_thread):
    """acquire(timeout) says whether it got the lock; the same thread may take it again."""
    lock = LabLock()
    assert lock.acquire()
    assert lock.acquire()
    assert in_thread(lambda: lock.acquire(timeout=0.01))() is False
    assert lock.mine()
    assert in_thread(lock.mine)() is False
    lock.release()
    lock.release()
    assert in_thread(lambda: lock.acquire(timeout=5) and lock.release() is None)() is True
    assert lock.waiting == 0


# -- other threads ------------------------------------------------------------------------------------


def test_components_may_be_activated_from_any_thread(lab, in_thread, eventually):
    """activate() from several threads at once, while the lab is busy or asleep, loses none."""
    lab.start(forever=True)
    sinks = [[Sink() for _ in range(50)] for _ in range(4)]
    begun = [in_thread(lambda some=some: [sink.activate(lab) for sink in some]) for some in sinks]
    for join in begun:
        join()
    eventually(lambda: all(sink.asleep for some in sinks for sink in some))
    assert len(lab.components) == 200


def test_a_sleeping_lab_is_woken_by_an_activation(lab, eventually):
    """A lab that waits in the background begins with a new component at once."""
    Sink().activate()
    lab.start()
    eventually(lambda: lab["Sink"].asleep)
    busy = Busy().activate(lab)
    eventually(lambda: busy.count > 0)


def test_a_message_delivered_from_outside_wakes_a_sleeping_lab(lab, eventually):
    """deliver() is safe from any thread and wakes a lab that waits, without the lock being asked for."""
    sink = Sink().activate()
    lab.start()
    for number in range(20):
        eventually(lambda: sink.asleep)
        sink.deliver(number)
    eventually(lambda: sink.got == list(range(20)))


def test_stopping_a_component_from_outside_waits_for_its_slice(lab, eventually):
    """stop() of a component that runs in the background is never done in the middle of a slice."""
    lines = []

    class Careful(Component):
        def main(self):
            try:
                while True:
                    lines.append("begin")
                    for _ in range(100):
                        pass
                    lines.append("end")
                    yield
            finally:
                lines.append("closed")

    for _ in range(20):
        lines.clear()
        careful = Careful().activate()
        lab.start()
        eventually(lambda: len(lines) > 4)
        careful.stop()
        eventually(lambda: "closed" in lines)
        assert lines[-2:] == ["end", "closed"]
        assert lab.failures == []
        eventually(lambda: not lab.running)


def test_posted_calls_are_made_between_two_rounds(lab, eventually):
    """post() from any thread has a call made by the driver, busy or asleep."""
    threads = []
    lab.start(forever=True)
    for _ in range(3):
        lab.scheduler.post(lambda: threads.append(threading.current_thread().name))
    eventually(lambda: threads == ["kamlab lab"] * 3)
    Busy().activate(lab)
    lab.scheduler.post(lambda: threads.append(lab.scheduler.running))
    eventually(lambda: len(threads) == 4)
    assert threads[3] is None
    lab.pause()


def test_looking_at_a_running_lab_never_raises(lab, eventually):
    """Every way of looking works while components come and go in the background."""

    class Breeding(Component):
        def main(self):
            while True:
                Quits().activate().deliver("end", "control")
                yield

    Breeding(name="breeding").activate()
    lab.start()
    for _ in range(30):
        lab.components
        lab.runnable()
        lab.state
        repr(lab)
        lab.trace.events()
        assert "nobody" not in lab
        assert lab["breeding"] in lab
    lab.pause()


# -- idling -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("timer", [None, 1000.0])
def test_an_idle_lab_uses_no_processor(lab, eventually, timer):
    """A background lab in which all sleep, with or without a distant timer, blocks instead of polling."""

    class Waiting(Component):
        def main(self):
            while True:
                self.pause(timer)
                yield

    components = [Waiting().activate() for _ in range(10)]
    lab.start()
    eventually(lambda: all(component.asleep for component in components))
    used = time.process_time()
    time.sleep(0.3)  # what is measured is what the lab does in this time
    assert time.process_time() - used < 0.05
    assert lab.running
