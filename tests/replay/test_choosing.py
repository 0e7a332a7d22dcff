"""Choosing a component that has paused in the round that is still open."""

from __future__ import annotations

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import NotRunnable
from kamlab.core.states import ASLEEP


class Pauses(Component):
    """Pauses in its first slice."""

    def main(self):
        while True:
            self.pause()
            yield


class Spins(Component):
    """Can always run."""

    def main(self):
        while True:
            yield


def build() -> None:
    """Two components: the first pauses."""
    Pauses(name="pauses").activate()
    Spins(name="spins").activate()


def test_what_is_shown_as_waiting_cannot_be_chosen() -> None:
    """A component that paused in this round is waiting to all views, and choosing it says so."""
    with Lab(clock="virtual", build=build) as lab:
        lab.step()
        assert lab["pauses"].state == ASLEEP
        assert [component.short_name for component in lab.runnable()] == ["spins"]
        with pytest.raises(NotRunnable, match="pauses cannot go next: it is waiting. These can: spins"):
            lab.choose("pauses")
        lab.choose("spins")
        assert lab.step().of_kind("resumed")[0].component is lab["spins"]
