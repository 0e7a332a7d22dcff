"""Slow motion: a run that has so many slices in a second."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.core.drive import Drive
from kamlab.core.errors import BadPace


class Spins(Component):
    def main(self) -> Iterator[None]:
        while True:
            yield


def test_a_paced_run_takes_its_time() -> None:
    """Twenty slices at a hundred a second take a fifth of a second at least."""
    with Lab() as lab:
        Spins().activate()
        lab.pace = 100
        assert lab.run(max_steps=20).seconds >= 0.19


def test_steps_are_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step never lingers, however slow the pace."""
    with Lab() as lab:
        Spins().activate()
        lab.pace = 0.001
        monkeypatch.setattr(Drive, "_slow_down", lambda self, pace: pytest.fail("a step lingers"))
        assert lab.step(5).steps == 5


def test_a_pause_does_not_wait_for_the_pace(eventually: Callable[..., Any]) -> None:
    """A lab that has one slice in a thousand seconds can be paused at once, and stands after that slice."""
    with Lab(clock="virtual") as lab:
        Spins().activate()
        lab.pace = 0.001
        lab.start()
        assert eventually(lambda: lab.step_number == 1)
        assert lab.pause(timeout=5)
        assert lab.step_number == 1


def test_looking_does_not_hasten_a_slow_run(eventually: Callable[..., Any]) -> None:
    """Whoever takes the lock to look gets it in the middle of the wait, and no slice comes early for it."""
    with Lab() as lab:
        Spins().activate()
        lab.pace = 0.001
        lab.start()
        assert eventually(lambda: lab.step_number == 1)
        for _ in range(20):
            with lab.lock:
                assert lab.step_number == 1


def test_the_pace_may_change_while_the_lab_runs(eventually: Callable[..., Any]) -> None:
    """A lab that crawls runs on at full speed when it is told to, and crawls again."""
    with Lab(clock="virtual") as lab:
        Spins().activate()
        lab.pace = 0.001
        lab.start()
        assert eventually(lambda: lab.step_number == 1)
        lab.pace = None
        assert eventually(lambda: lab.step_number > 1000)
        lab.pace = 0.001
        assert eventually(lambda: lab.scheduler.driver is not None and lab.lock.waiting == 0)
        lab.pause()


@pytest.mark.parametrize("pace", [0, -1, math.nan, math.inf, "fast", True, 1j])
def test_a_pace_is_a_number_of_slices(pace: Any) -> None:
    """Anything but a number above 0 is refused, and the pace stays as it was."""
    lab = Lab()
    lab.pace = 7
    with pytest.raises(BadPace, match="slices per second"):
        lab.pace = pace
    assert lab.pace == 7
