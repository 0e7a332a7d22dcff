"""The past can be looked at without going there."""

from __future__ import annotations

from typing import Any

import pytest

from engine_state import state_of
from kamlab import Component, Lab, Pipeline
from kamlab.core.errors import StepOutOfRange
from kamlab.replay import CannotRewind


class Adder(Component):
    """Adds up what it counts, in a variable of its own."""

    def main(self) -> Any:
        total = 0
        for number in range(100):
            total += number
            self.send(total)
            yield


def adding() -> None:
    """Build one who adds."""
    Pipeline(Adder(), Adder()).activate()


def test_where_somebody_stood(make_lab: Any) -> None:
    """The line and the variables of a past step are those that were there at that step."""
    lab = make_lab(build=adding)
    lab.step(10)
    then = lab.where("Adder_2")
    lab.step(30)
    now = lab.where("Adder_2")
    assert lab.where("Adder_2", step=10) == then
    assert then != now
    assert "total" in str(then)


def test_looking_changes_nothing(make_lab: Any) -> None:
    """A look at the past leaves the lab, its components and its branches as they are."""
    lab = make_lab(build=adding)
    lab.step(40)
    before, components = state_of(lab), lab.components
    with lab.twin(10) as past:
        assert past.step_number == 10
        past.step(5)
    assert past.state == "stopped"
    assert state_of(lab) == before
    assert all(one is two for one, two in zip(lab.components, components, strict=True))
    assert len(lab.branches) == 1


def test_a_twin_of_the_present(make_lab: Any) -> None:
    """A twin stands where the lab stands, and what happens to it happens to nobody else."""
    lab = make_lab()
    lab.step(20)
    lab.inject("Keep", "by hand")
    with lab.twin() as other:
        assert state_of(other) == state_of(lab)
        other.step(10)
    lab.step(10)
    assert "by hand" in lab["Keep"].got


@pytest.mark.parametrize("step", [-1, 41, "x", 1.5])
def test_no_such_step(make_lab: Any, step: Any) -> None:
    """A step that was never there is a StepOutOfRange, for ``where`` as for ``at``."""
    lab = make_lab(build=adding)
    lab.step(40)
    with pytest.raises(StepOutOfRange):
        lab.where("Adder_2", step=step)
    with pytest.raises(StepOutOfRange):
        lab.snapshot(step)


def test_without_a_builder_the_past_is_there_to_look_at() -> None:
    """A lab that cannot go back still tells what was where, and where everybody stood."""
    with Lab() as lab:
        adding()
        lab.step(5)
        then = lab.where("Adder_2")
        lab.step(15)
        assert "Adder_2" in str(lab.snapshot(5))
        assert lab.where("Adder_2", step=5) == then
        with pytest.raises(CannotRewind):
            lab.back()


class Collects(Component):
    """Has an effect that a second run would have again."""

    async def main(self) -> None:
        while True:
            collected.append(await self.receive())


collected: list[Any] = []


@pytest.mark.parametrize("way", ["stepped", "in one go"])
def test_looking_runs_nothing(make_lab: Any, way: str) -> None:
    """No look at the past runs a component: where, story, at, inboxes, why, graph and timeline of every step."""
    collected.clear()

    def build() -> None:
        adder, collects = Adder(), Collects()
        adder.link((adder, "outbox"), (collects, "inbox"))
        adder.activate()
        collects.activate()

    lab = make_lab(build=build)
    lab.step(40) if way == "stepped" else lab.run(max_steps=40)
    before = list(collected)
    assert before
    for step in range(0, 41, 4):
        lab.where(step=step)
        lab.where("Collects", step)
        lab.snapshot(step)
        lab.inboxes(step=step)
        lab.graph(step=step)
    lab.story("Collects")
    lab.timeline()
    assert collected == before


def test_every_step_is_told_as_it_was(make_lab: Any) -> None:
    """Where each component stood is told of every stepped slice as it was told then, also after going back."""
    lab = make_lab(build=adding)
    told = []
    for _ in range(30):
        told.append(lab.where())
        lab.step()
    for step, was in enumerate(told):
        for then, now in zip(was, lab.where(step=step), strict=True):
            if "first slice" not in then.remark:
                assert now == then
    seen = lab.where("Adder_2", step=7)
    lab.goto(10)
    assert lab.where("Adder_2", step=7) == seen
    with pytest.raises(StepOutOfRange):
        lab.where("Adder_2", step=11)


def test_a_free_run_says_that_it_was_not_noted(make_lab: Any) -> None:
    """Of a step in a run in one go the view names what would tell it: goto, after which where() does."""
    lab = make_lab(build=adding)
    lab.run(max_steps=30)
    there = str(lab.where("Adder_2", step=12))
    assert "was not noted, because the lab ran freely then or has gone back since; lab.goto(12) goes there" in there
    lab.goto(12)
    assert "total" in str(lab.where("Adder_2"))


def test_of_another_branch_nothing_is_told(make_lab: Any) -> None:
    """Notes of steps on a branch that was left are not taken for those of the present one."""
    lab = make_lab(build=adding)
    lab.step(20)
    lab.goto(8)
    lab.inject("Adder_3", "by hand")
    lab.run(max_steps=6)
    assert "was not noted" in str(lab.where("Adder_2", step=12))


def test_what_was_waiting_at_each_step(make_lab: Any) -> None:
    """The contents of every inbox at a past step, told from the trace, are those that a twin really has."""
    lab = make_lab()
    lab.step(30)
    lab.inject("Keep", "by hand", index=0)
    lab.step(20)
    for step in range(7, 50, 7):
        told = str(lab.snapshot(step))
        with lab.twin(step) as past:
            assert str(past.snapshot(step)) == told
