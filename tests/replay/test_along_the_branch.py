"""Going on from the past is going along the branch, until something is done that is not recorded."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine_state import state_of
from kamlab import Component, Lab, Pipeline
from kamlab.core.errors import KamlabError, StepOutOfRange
from kamlab.parts import DataSource, NullSink, PassThrough


class Naps(Component):
    """Sends a number each second."""

    async def main(self) -> None:
        for number in range(5):
            self.send(number)
            await self.sleep(1)


def build() -> None:
    """Build a source and one that takes."""
    Pipeline(DataSource([1, 2, 3, 4]), PassThrough(), NullSink()).activate()


def naps() -> None:
    """Build one who naps."""
    Pipeline(Naps(), NullSink()).activate()


def shape(lab: Lab) -> list[tuple[int, int | None, int, int]]:
    """Return each branch: its number, its parent, where it began, and its length."""
    return [(branch.number, branch.parent, branch.forked_at, branch.steps) for branch in lab.branches]


@pytest.mark.parametrize("count", [1, 3, 7])
def test_the_same_steps_make_no_branch(count: int) -> None:
    """Back and forth by steps, rounds and runs leaves one branch, as often as one likes."""
    with Lab(build=build, clock="virtual") as lab:
        lab.step(12)
        for _ in range(3):
            lab.back(count)
            lab.step(count)
            assert shape(lab) == [(0, None, 0, 12)]
        lab.back(12)
        lab.run()
        assert shape(lab) == [(0, None, 0, lab.step_number)]
        assert lab.step_number > 12


def test_in_the_middle_of_the_branch() -> None:
    """One that has gone on for a while, but not to the tip, stands on the branch, which keeps its length."""
    with Lab(build=build, clock="virtual") as lab:
        lab.step(12)
        lab.back(9)
        lab.step(4)
        assert shape(lab) == [(0, None, 0, 12)]
        assert (lab.branches.here, lab.branches.step) == (0, 7)
        before = state_of(lab)
        lab.goto(7)
        assert state_of(lab) == before
        lab.goto()
        assert lab.step_number == 12


def test_a_branch_begins_at_the_first_difference() -> None:
    """What was the same on the way belongs to the old branch; the new one begins after the last step of it."""
    with Lab(build=build, clock="virtual") as lab:
        lab.step(12)
        lab.back(8)
        lab.step(3)
        lab.inject("NullSink", "by hand")
        assert shape(lab) == [(0, None, 0, 12), (1, 0, 7, 7)]
        lab.step(2)
        assert shape(lab) == [(0, None, 0, 12), (1, 0, 7, 9)]
        lab.goto(4)
        lab.step(3)
        lab.inject("NullSink", "by hand")  # the same again: along branch 1, where the lab is
        lab.step(1)
        assert shape(lab) == [(0, None, 0, 12), (1, 0, 7, 9)]
        assert lab.branches.here == 1


def test_joining_another_branch() -> None:
    """Who does on one branch what is recorded on another is on the other one."""
    with Lab(build=build, clock="virtual") as lab:
        lab.step(10)
        lab.goto(4)
        lab.inject("NullSink", "by hand")
        lab.step(2)
        lab.goto(4, branch=0)
        lab.inject("NullSink", "by hand")
        lab.step(5)
        assert shape(lab) == [(0, None, 0, 10), (1, 0, 4, 9)]
        assert lab.branches.here == 1


def test_messages_that_differ_make_a_branch() -> None:
    """Where a component does something else the second time, what is live is another branch from that step on."""
    answers = iter(range(100))

    class Asks(Component):
        def main(self) -> Any:
            yield
            yield
            self.send(next(answers))
            yield

    with Lab(build=lambda: Asks().activate(), clock="virtual") as lab:
        lab.step(4)
        lab.goto(2)
        lab.step(2)
        assert shape(lab) == [(0, None, 0, 4), (1, 0, 2, 4)]


def test_forward_goes_along_the_record() -> None:
    """forward(n) does again what was done, by hand as well, and ends at the tip with an error that says so."""
    with Lab(build=build, clock="virtual") as lab:
        lab.step(5)
        lab.inject("NullSink", "by hand")
        lab.step(5)
        tip = state_of(lab)
        lab.goto(3)
        lab.forward()
        assert lab.step_number == 4
        lab.forward(6)
        assert state_of(lab) == tip
        assert shape(lab) == [(0, None, 0, 10)]
        with pytest.raises(StepOutOfRange, match="at step 10, and branch 0 is recorded to step 10"):
            lab.forward()
        for wrong in (0, -1, True, 1.5, "x"):
            with pytest.raises(StepOutOfRange):
                lab.forward(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
def test_any_walk_ends_on_the_branch_it_did(seed: int) -> None:
    """After any walk back, forth and on, without hands, there is one branch, and it has all that was done."""
    rng = random.Random(seed)
    with Lab(build=naps, clock="virtual") as lab:
        longest = 0
        for _ in range(25):
            if rng.random() < 0.5 and lab.step_number:
                lab.back(rng.randint(1, lab.step_number))
            else:
                lab.step(rng.randint(1, 4))
            longest = max(longest, lab.step_number)
            assert shape(lab) == [(0, None, 0, longest)]


# -- by the time --------------------------------------------------------------------------------------


def test_going_to_a_time() -> None:
    """goto(time=t) stands after the last slice that began at t or before it, forth as well as back."""
    with Lab(build=naps, clock="virtual") as lab:
        lab.run()
        times = [(event.step, event.time) for event in lab.trace if event.kind == "resumed"]
        for time in (0, 0.5, 1, 2.999, 3, 100):
            lab.goto(time=time)
            assert lab.step_number == max(step for step, began in times if began <= time)
        for wrong in (-1, "x", float("nan")):
            with pytest.raises(StepOutOfRange):
                lab.goto(time=wrong)
        with pytest.raises(StepOutOfRange, match="not both"):
            lab.goto(3, time=1)


def test_running_until_a_time() -> None:
    """run(until=t) stops when the clock says t, before what is due then; the run can be gone back over."""
    with Lab(build=naps, clock="virtual") as lab:
        outcome = lab.run(until=2.5)
        assert (outcome.reason, lab.scheduler.clock.now()) == ("condition", 2.5)
        assert str(lab.timers) == "at 3 s: Naps_2"
        lab.run(until=3)
        sent = [event.message for event in lab.trace if event.kind == "sent" and event.step]
        assert [message for message in sent if type(message) is int] == [0, 1, 2]
        lab.run(until=3.5)
        assert 3 in [event.message for event in lab.trace if event.kind == "sent"]
        state = state_of(lab)
        lab.goto(2)
        lab.goto()
        assert state_of(lab) == state
        assert lab.run(until=1).steps == 0
        with pytest.raises(KamlabError, match="a time of its clock"):
            lab.run(until="noon")  # type: ignore[arg-type]


def test_the_timers_that_are_pending() -> None:
    """lab.timers has each timer that has not fired, the earliest first, with whose it is."""
    with Lab(clock="virtual") as lab:
        assert str(lab.timers) == "no timer is pending"
        for _ in range(2):
            Naps().activate()
        lab.step(2)
        assert [(timer.when, timer.who) for timer in lab.timers] == [(1.0, "Naps_1"), (1.0, "Naps_2")]
        lab.run()
        assert lab.timers == ()
