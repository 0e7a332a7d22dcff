"""Firing the next timer although components can run: part of the run, replayed and undone."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.replay import NoTimer


class Counts(Component):
    """Counts its slices."""

    count = 0

    def main(self) -> Any:
        for _ in range(6):
            self.count += 1
            yield


class Naps(Component):
    """Notes how often it woke up, and at what time of the lab."""

    woken = 0

    def main(self) -> Any:
        for _ in range(2):
            self.pause(1.5)
            yield
            self.woken += 1


def build() -> None:
    """One that counts, and two that nap."""
    Counts().activate()
    Naps().activate()
    Naps().activate()


def test_the_next_timers_fire_together_and_time_is_theirs() -> None:
    """Those that are due at the same time wake up, with components runnable all the while, and the clock says so."""
    with Lab(clock="virtual", build=build) as lab:
        lab.step(3)
        assert lab.fire_timers() == 1.5
        assert lab.clock.now() == 1.5
        assert [component.short_name for component in lab.runnable()] == ["Counts_1", "Naps_2", "Naps_3"]
        lab.run()
        assert lab.clock.now() == 3.0


def test_it_is_replayed_and_undone() -> None:
    """Going back undoes it, and a recorded run does it again at the same place."""
    with Lab(clock="virtual", build=build) as lab:
        lab.step(3)
        lab.fire_timers()
        lab.step(4)
        seen = [event.kind for event in lab.trace.events()]
        line = str(lab.recording)
        lab.goto(2)
        assert lab.clock.now() == 0
        lab.goto(7)
        assert lab.clock.now() == 1.5
    with Lab(clock="virtual", build=build) as again:
        again.replay(line)
        assert again.clock.now() == 1.5
        assert [event.kind for event in again.trace.events()] == seen


def test_what_cannot_fire_is_refused() -> None:
    """Without a timer, with a real clock and within a slice there is an error that says which of these it is."""

    class Fires(Component):
        def main(self) -> Any:
            self.said = ""
            try:
                lab.fire_timers()
            except NoTimer as error:
                self.said = str(error)
            yield

    with Lab(clock="virtual") as lab:
        with pytest.raises(NoTimer, match="no timer is pending"):
            lab.fire_timers()
        fires = Fires().activate()
        lab.step()
        assert fires.said == "Fires_1 is in its slice: timers fire between two slices"
    with Lab() as real, pytest.raises(NoTimer, match="passes by itself"):
        real.fire_timers()
