"""Who goes next is told where it is known, and not where only a chooser knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kamlab import Component, Lab, SeededRandom


class Spin(Component):
    def main(self) -> Any:
        while True:
            yield


class Last:
    """A chooser that can be asked beforehand."""

    def choose(self, runnable: Sequence[Any]) -> int:
        return max(range(len(runnable)), key=lambda place: runnable[place].short_name)

    peek = choose


def three() -> None:
    for _ in range(3):
        Spin().activate()


def ran_last(lab: Lab) -> Any:
    return [event.component for event in lab.trace.events() if event.kind == "resumed"][-1]


def test_in_turn_the_first_that_can_run_goes_next() -> None:
    """Without a chooser the first in the queue is the one that runs."""
    lab = Lab(build=three, clock="virtual")
    for _ in range(8):
        foreseen = lab.scheduler.next_up()
        assert foreseen is lab.runnable()[0]
        lab.step()
        assert ran_last(lab) is foreseen
    lab.stop()
    assert lab.scheduler.next_up() is None


def test_a_chooser_that_can_be_asked_beforehand_is() -> None:
    """The one that the chooser would take is first among those that can run, and runs."""
    lab = Lab(build=three, clock="virtual", chooser=Last())
    for _ in range(4):
        assert lab.runnable()[0] is lab.scheduler.next_up() is lab["Spin_3"]
        lab.step()
        assert ran_last(lab) is lab["Spin_3"]
    lab.stop()


def test_what_only_the_chooser_knows_is_not_told() -> None:
    """A seed decides when it is asked: before that nobody is said to be next."""
    lab = Lab(build=three, clock="virtual", chooser=SeededRandom(1))
    lab.step()
    assert lab.scheduler.next_up() is None
    assert "runs next" not in str(lab.graph())
    lab.stop()


def test_the_one_that_was_chosen_by_hand_is_next() -> None:
    """A component that was chosen goes next, whatever the seed would have."""
    lab = Lab(build=three, clock="virtual", chooser=SeededRandom(1))
    lab.step(4)
    last = lab.runnable()[-1]
    lab.choose(last.short_name)
    assert lab.runnable()[0] is lab.scheduler.next_up() is last
    assert "runs next" in str(lab.graph())
    lab.step()
    assert ran_last(lab) is last
    lab.stop()


class AtTheEnd:
    """A chooser that goes by the place alone."""

    def choose(self, runnable: Sequence[Any]) -> int:
        return len(runnable) - 1

    peek = choose


def test_a_chooser_is_asked_beforehand_about_the_order_it_will_be_asked_about() -> None:
    """One that goes by the place in the queue foresees the one that runs."""
    lab = Lab(build=three, clock="virtual", chooser=AtTheEnd())
    lab.step()
    for _ in range(4):
        foreseen = lab.scheduler.next_up()
        assert lab.runnable()[0] is foreseen
        lab.step()
        assert ran_last(lab) is foreseen
    lab.stop()
