"""The lab as a whole: runs and why they end, state, lookup, being current, stopping and resetting."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from kamlab import Component, Lab, ThreadedComponent, current
from kamlab.core import context
from kamlab.core.errors import KamlabError, LabIsRunning, UnknownComponent


class Counting(Component):
    def __init__(self, lines, times=3, **argd):
        super().__init__(**argd)
        self.lines, self.times = lines, times

    def main(self):
        for number in range(self.times):
            self.lines.append(f"{self.name}{number}")
            yield


class Sleeper(Component):
    def main(self):
        while True:
            self.pause()
            yield


class Endless(Component):
    def main(self):
        while True:
            yield


# -- run ----------------------------------------------------------------------------------------------


def test_a_run_ends_when_everything_has(lab):
    """run() returns when every component has ended; an empty lab is finished at once; it can run again."""
    assert str(lab.run()) == "0 slices: this lab has no components"
    lines = []
    Counting(lines, 1, name="a").activate()
    outcome = lab.run()
    assert (outcome.reason, outcome.steps) == ("finished", 2)
    Counting(lines, 1, name="b").activate()
    assert lab.run().reason == "finished"
    assert lines == ["a0", "b0"]


def test_a_run_that_nothing_can_wake_is_stuck(lab):
    """run() comes back when all sleep and no timer, thread or network is left, and names the sleepers."""
    Sleeper(name="anna").activate()
    outcome = lab.run()
    assert outcome.reason == "stuck"
    assert outcome.waiting == ("anna",)
    assert "waiting: anna" in str(outcome)


def test_a_run_until_a_condition(lab):
    """until= is asked before the first slice and after every slice; a run goes on later from where it stood."""
    lines = []
    Counting(lines, 9, name="a").activate()
    Counting(lines, 9, name="b").activate()
    assert lab.run(until=lambda lab: len(lines) == 5).reason == "condition"
    assert len(lines) == 5
    assert lab.run(until=lambda lab: True).steps == 0
    assert lab.run().reason == "finished"
    assert len(lines) == 18


def test_a_run_until_a_component_ends(lab):
    """until= may be a component: the run ends when it has ended."""
    first = Counting([], 2, name="a").activate()
    Endless().activate()
    assert lab.run(until=first).reason == "condition"
    assert first.is_stopped()
    with pytest.raises(KamlabError, match="until='5'"):
        lab.run(until="5")


def test_an_error_in_until_is_the_callers(lab):
    """An error in the condition comes out of run(), harms no component, and the run can go on."""
    lines = []
    Counting(lines, 3, name="a").activate()

    def broken(lab):
        if lines:
            raise ZeroDivisionError
        return False

    with pytest.raises(ZeroDivisionError):
        lab.run(until=broken)
    assert lines == ["a0"]
    assert lab.state == "paused"
    assert lab.failures == []
    assert lab.run().reason == "finished"
    assert lines == ["a0", "a1", "a2"]


def test_an_error_in_until_of_a_background_run_is_kept(lab, eventually):
    """In the background the error of the condition is reported and kept, and the lab stands still."""
    Endless().activate()
    lab.start(until=lambda lab: 1 / 0)
    eventually(lambda: not lab.running)
    assert isinstance(lab.background_error, ZeroDivisionError)
    assert "ZeroDivisionError" in lab.reports[0]
    assert lab.step().steps == 1


def test_a_condition_may_look_and_touch(lab):
    """Inside the condition the lab may be asked anything, and components activated are its own."""
    lines = []
    Counting(lines, 2, name="a").activate()

    def condition(lab):
        if lab.step_number == 1 and not lines[1:]:
            Counting(lines, 1, name="b").activate()
        return [component.name for component in lab.components] == ["b"]

    assert lab.run(until=condition).reason == "condition"
    assert "b0" in lines


def test_a_run_of_limited_length(lab):
    """max_steps= ends a run after that many slices, exactly."""
    Endless().activate()
    Endless().activate()
    for limit in (0, 1, 7, 1500):
        outcome = lab.run(max_steps=limit)
        assert (outcome.reason, outcome.steps) == ("max_steps", limit)


def test_a_run_of_limited_time(lab):
    """timeout= ends a run after that many seconds, whether components are busy or asleep."""
    Endless().activate()
    assert lab.run(timeout=0.01).reason == "timeout"
    assert lab.run(timeout=0).reason == "timeout"


def test_a_timeout_is_looked_at_every_round(make_lab):
    """A run ends in the round in which its time is up, however slow the slices are."""

    class SlowWorld:
        time = 0.0

        def now(self):
            return self.time

        def wait(self, idle, until):
            self.time = until

    clock = SlowWorld()
    lab = make_lab(clock=clock)

    class Slow(Component):
        def main(self):
            while True:
                clock.time += 1
                yield

    Slow().activate()
    Slow().activate()
    outcome = lab.run(timeout=10)
    assert outcome.reason == "timeout"
    assert outcome.steps <= 12


def test_a_time_limit_ends_a_run_that_waits(lab):
    """A run that waits for a distant timer ends when its own time is up."""

    class Later(Component):
        def main(self):
            self.pause(1000)
            yield

    Later().activate()
    assert lab.run(timeout=0.02).reason == "timeout"
    assert lab.state == "paused"


def test_running_a_component_runs_the_lab(lab):
    """component.run() activates it and runs the lab until everything has ended, and may be repeated."""
    lines = []
    Counting(lines, 2, name="a").activate()
    Counting(lines, 1, name="b").run()
    Counting(lines, 1, name="c").run()
    assert lines == ["a0", "b0", "a1", "c0"]


def test_running_a_component_that_gets_stuck_says_so(lab):
    """Where Axon would wait for ever, component.run() comes back and reports who sleeps."""
    assert Sleeper(name="anna").run().reason == "stuck"
    assert "anna" in lab.reports[0]


def test_a_front_end_may_say_what_run_means(make_lab):
    """on_run is called with the lab and the component in place of blocking."""
    lab = make_lab()
    calls = []
    lab.on_run = lambda *args: calls.append(args)
    sleeper = Sleeper()
    sleeper.run()
    assert calls == [(lab, sleeper)]
    assert sleeper in lab


# -- pause from inside --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["run", "step"])
def test_pause_in_a_slice_stops_the_lab_after_that_slice(lab, how):
    """lab.pause() from a component's own slice returns at once, and the lab stops at the end of that slice."""
    lines = []

    class Pauser(Component):
        def main(self):
            yield
            lines.append(lab.pause())
            lines.append("same slice")
            yield
            lines.append("later")

    Pauser().activate()
    Counting(lines, 9, name="a").activate()
    outcome = lab.run() if how == "run" else lab.step(100).outcome
    assert outcome.reason == "paused"
    assert lines == ["a0", False, "same slice"]
    assert (lab.run() if how == "run" else lab.step(100).outcome).reason == "finished"
    assert "later" in lines


def test_a_pause_is_for_the_drive_in_which_it_was_asked_for(lab, in_thread):
    """A pause asked for in the last slice of a step does not cut a later drive short."""

    class Pauser(Component):
        def main(self):
            lab.pause()
            while True:
                yield

    Pauser().activate()
    assert lab.step().steps == 1

    class Looked(Component):
        def main(self):
            while True:
                answer = in_thread(lambda: len(lab.components))
                while not lab.lock.waiting:
                    pass
                yield
                answer()

    Looked().activate()
    happened = lab.step(4)
    assert (happened.reason, happened.steps) == ("steps", 4)


# -- state --------------------------------------------------------------------------------------------


def test_the_state_is_one_word(make_lab):
    """A lab is new, running, paused, finished or stopped."""
    lab = make_lab()
    states = [lab.state]

    class Asking(Component):
        def main(self):
            states.append(lab.state)
            yield

    Asking().activate()
    states.append(lab.state)
    lab.step()
    states.append(lab.state)
    lab.run()
    states.append(lab.state)
    lab.stop()
    states.append(lab.state)
    lab.reset()
    states.append(lab.state)
    assert states == ["new", "new", "running", "paused", "finished", "stopped", "new"]


def test_a_lab_says_what_it_is(lab):
    """repr() of a lab has its state, its step and the number of its components."""
    Endless().activate()
    lab.step(3)
    assert repr(lab) == "<lab: paused, step 3, 1 component>"


# -- lookup -------------------------------------------------------------------------------------------


def test_a_component_is_found_by_name(lab):
    """lab[name] takes the whole name, the short one, a given one, or that of a class with one component."""
    sleeper, named = Sleeper().activate(), Endless(name="the endless").activate()
    assert lab[sleeper.name] is sleeper
    assert lab[sleeper.short_name] is sleeper
    assert lab["Sleeper"] is sleeper
    assert lab["the endless"] is named
    assert lab["Endless"] is named


def test_a_name_that_nobody_has_lists_who_is_there(lab):
    """An unknown name is a KeyError that lists the components that are alive."""
    Sleeper(name="anna").activate()
    Sleeper(name="berta").activate()
    with pytest.raises(UnknownComponent, match="no component is called 'carla'.*'anna', 'berta'") as caught:
        lab["carla"]
    assert isinstance(caught.value, KeyError)
    with pytest.raises(UnknownComponent, match="2 components are called 'Sleeper': 'anna', 'berta'"):
        lab["Sleeper"]


def test_the_living_are_listed_in_order_of_activation(lab):
    """components, iteration and 'in' know the living only."""
    first, second = Counting([], 1).activate(), Sleeper().activate()
    assert lab.components == list(lab) == [first, second]
    assert first in lab
    lab.run()
    assert lab.components == [second]
    assert first not in lab
    assert "text" not in lab


# -- being current ------------------------------------------------------------------------------------


def test_there_is_always_a_current_lab(monkeypatch):
    """Without any lab one is made when it is first needed, and stays the current one."""
    monkeypatch.setattr(context, "_entered", ContextVar("entered", default=()))
    monkeypatch.setattr(context, "_default", None)
    assert context.peek() is None
    made = current()
    assert isinstance(made, Lab)
    assert current() is made is context.peek()
    made.stop()


def test_with_makes_a_lab_current_and_stops_it_at_the_end():
    """'with Lab()' nests; at its end the lab is stopped, also after an error."""
    with Lab() as outer:
        assert current() is outer
        with Lab() as inner:
            assert current() is inner
        assert inner.state == "stopped"
        assert current() is outer
        with pytest.raises(ZeroDivisionError), Lab() as failing:
            1 / 0
        assert failing.state == "stopped"
        assert outer.state == "new"


def test_set_current_chooses_the_default(monkeypatch):
    """set_current() names the lab that is in force where no 'with' says otherwise."""
    monkeypatch.setattr(context, "_entered", ContextVar("entered", default=()))
    monkeypatch.setattr(context, "_default", None)
    lab = Lab()
    context.set_current(lab)
    assert current() is lab
    lab.stop()


# -- stop and reset -----------------------------------------------------------------------------------


def test_stop_ends_everything(make_lab):
    """stop() ends every component, forgets services and timers, and can be repeated."""
    lab = make_lab()
    components = [Sleeper().activate(), Counting([]).activate()]
    lab.services.register_service("s", components[0], "inbox")
    lab.scheduler.call_later(1000, lambda: None)
    lab.step(1)
    lab.stop()
    lab.stop()
    assert [component.state for component in components] == ["stopped", "stopped"]
    assert lab.components == []
    assert lab.services.services_registered() == []
    assert lab.scheduler.next_timer() is None


def test_what_is_activated_while_the_lab_stops_is_stopped_too(make_lab):
    """A finally block that activates something does not leave it alive in a stopped lab."""
    lab = make_lab()
    late = []

    class Reluctant(Component):
        def main(self):
            try:
                while True:
                    yield
            finally:
                if len(late) < 3:
                    late.append(Reluctant().activate(lab))

    Reluctant().activate()
    lab.step()
    lab.stop()
    assert lab.components == []
    assert [component.state for component in late] == ["stopped"]


@pytest.mark.parametrize("how", ["run", "step", "background"])
def test_a_component_may_stop_the_lab(make_lab, eventually, how):
    """lab.stop() in a slice ends everything at the end of that slice; the drive comes back and says 'stopped'."""
    lab = make_lab()
    lines = []

    class Stopper(Component):
        def main(self):
            try:
                yield
                lab.stop()
                lines.append("same slice")
                yield
                lines.append("never")
            finally:
                lines.append("closed")

    stopper, other = Stopper().activate(), Endless().activate()
    if how == "run":
        outcome = lab.run()
    elif how == "step":
        outcome = lab.step(100).outcome
    else:
        lab.start()
        eventually(lambda: not lab.running)
        outcome = lab.outcome
    assert outcome.reason == "stopped"
    assert lines == ["same slice", "closed"]
    assert (stopper.state, other.state, lab.state) == ("stopped", "stopped", "stopped")
    assert lab.components == []
    assert lab.failures == []
    assert lab.reset().state == "new"


def test_a_component_that_stops_the_lab_and_never_yields_again_is_stopped(make_lab):
    """A slice that stops the lab and then returns ends the run as well."""
    lab = make_lab()

    class Stopper(Component):
        def main(self):
            lab.stop()
            return
            yield

    Stopper().activate()
    assert lab.run().reason == "stopped"
    assert lab.components == []


def test_a_reset_is_a_fresh_start(make_lab):
    """reset() stops everything and begins at step 0 with nothing in the lab; it returns the lab."""
    lab = make_lab()
    old = Sleeper(name="old").activate()
    lab.services.track_value("v", 1)
    lab.step()
    assert lab.reset() is lab
    assert old.state == "stopped"
    assert (lab.step_number, lab.components, len(lab.trace), lab.failures) == (0, [], 0, [])
    assert lab.services.information_items_logged() == []
    lines = []
    Counting(lines, 1, name="new").activate()
    assert lab.run().reason == "finished"
    assert lines == ["new0"]


def test_a_reset_in_a_slice_changes_nothing(lab):
    """reset() in a slice is refused before it stops anything."""

    class Resetter(Component):
        def main(self):
            with pytest.raises(LabIsRunning, match="reset"):
                lab.reset()
            yield

    resetter, other = Resetter().activate(), Counting([], 3).activate()
    assert lab.run().reason == "finished"
    assert (resetter.state, other.state) == ("finished", "finished")


def test_the_hooks_of_a_front_end_survive_a_reset(make_lab):
    """What is set on the lab itself, such as on_run and patience, stays when it is reset."""
    lab = make_lab()
    lab.patience = 0.5
    lab.on_run = print
    lab.reset()
    assert (lab.patience, lab.on_run) == (0.5, print)


def test_a_bad_policy_is_refused():
    """on_error is one of two words."""
    with pytest.raises(ValueError, match="'isolate' or 'raise'"):
        Lab(on_error="ignore")


def test_a_lab_with_a_thread_that_never_yields_can_still_be_left(make_lab, monkeypatch, eventually):
    """A threaded component that computes for ever without a point of contact is left behind, and named."""
    lab = make_lab()
    enough = []

    class Computing(ThreadedComponent):
        def main(self):
            while not enough:
                pass

    computing = Computing(name="computing").activate()
    lab.start()
    eventually(lambda: computing._os_thread is not None)
    lab.pause()
    lab.stop(timeout=0.05)
    assert "computing" in lab.reports[0]
    enough.append(True)
    eventually(lambda: computing.thread_place == "over")


class Ends(Component):
    """Has nothing to do."""

    def main(self):
        yield


def test_each_task_has_the_lab_that_it_entered():
    """Components of asyncio tasks that run in turns land each in the lab of its own task's ``with``."""

    async def one(number):
        with Lab() as world:
            for _ in range(number):
                await asyncio.sleep(0)
                Ends().activate()
            return len(world.components)

    async def all_of_them():
        return await asyncio.gather(*(one(number) for number in range(5)))

    assert asyncio.run(all_of_them()) == [0, 1, 2, 3, 4]


def test_each_thread_has_the_lab_that_it_entered():
    """A thread that enters a lab has it for itself, whatever other threads enter and leave meanwhile."""
    barrier, found = threading.Barrier(3), {}

    def one(number):
        with Lab() as world:
            barrier.wait(60)
            for _ in range(number):
                Ends().activate()
            barrier.wait(60)
            found[number] = len(world.components)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {0: 0, 1: 1, 2: 2}


def test_a_task_made_inside_a_with_has_its_lab():
    """A task inherits the lab in which it was made, and leaving another lab in it changes nothing outside."""

    async def inner():
        before = current()
        with Lab():
            assert current() is not before
        return before

    async def outer():
        with Lab() as world:
            assert await asyncio.create_task(inner()) is world
            assert current() is world

    asyncio.run(outer())


def test_labs_are_left_in_any_order():
    """A lab that is left before one that was entered after it leaves that one in force."""
    first, second = Lab(), Lab()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert current() is second
    second.__exit__(None, None, None)
    assert not context.is_entered(first)
    assert not context.is_entered(second)
