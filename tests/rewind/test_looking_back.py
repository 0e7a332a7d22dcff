"""The past can be looked at without going there."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline
from kamlab.core.errors import StepOutOfRange
from kamlab.rewind import CannotRewind
from kamlab.rewind.state import state_of


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
        lab.at(step)


def test_without_a_builder_the_past_is_there_to_look_at() -> None:
    """A lab that cannot go back still tells what was where; only lines and variables it cannot."""
    with Lab() as lab:
        adding()
        lab.step(20)
        assert "Adder_2" in str(lab.at(5))
        with pytest.raises(CannotRewind):
            lab.where("Adder_2", step=5)


def test_what_was_waiting_at_each_step(make_lab: Any) -> None:
    """The contents of every inbox at a past step, told from the trace, are those that a twin really has."""
    lab = make_lab()
    lab.step(30)
    lab.inject("Keep", "by hand", index=0)
    lab.step(20)
    for step in range(7, 50, 7):
        told = str(lab.at(step))
        with lab.twin(step) as past:
            assert str(past.at(step)) == told
