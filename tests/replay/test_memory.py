"""What going back, and being able to, leaves behind: nothing that grows."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from kamlab import Component, Lab, SeededRandom
from kamlab.replay.quiet import SHORT, uncollected


class Runner(Component):
    """Makes the next one, and ends."""

    def main(self) -> Any:
        self.heavy = Heavy()
        yield
        Runner().activate()


class Heavy:
    """Something that can be asked whether it is still there."""


class Ticking(Component):
    """Does nothing, slice after slice; says whether garbage would be collected."""

    seen: set[bool] = set()

    def main(self) -> Any:
        while True:
            self.seen.add(gc.isenabled())
            yield


@pytest.mark.parametrize("record", [True, False])
def test_those_who_made_the_present_ones_are_not_kept(record: bool) -> None:
    """Where each component activates the next, the earlier ones are gone once the trace has forgotten them."""
    with Lab(record=record, trace_limit=10) as lab:
        first = Runner().activate()
        lab.run(max_steps=1)
        heavy = weakref.ref(first.heavy)
        del first
        lab.run(max_steps=100)
        lab.trace.clear()
        gc.collect()
        assert heavy() is None


def test_the_records_of_the_run_before_go_when_the_lab_goes_back() -> None:
    """Going back lets go of the old records without any garbage collection."""
    lab = Lab(build=lambda: Ticking().activate(), clock="virtual")
    lab.step(20)
    before = weakref.ref(lab.trace._records)
    gc.disable()
    try:
        lab.back(5)
        assert before() is None
        assert not gc.isenabled()
    finally:
        gc.enable()
    lab.stop()


def test_no_garbage_is_collected_while_a_short_run_is_played() -> None:
    """Meanwhile the collector rests, and it goes on afterwards."""
    lab = Lab(build=lambda: Ticking().activate(), clock="virtual")
    lab.step(20)
    Ticking.seen.clear()
    lab.back(5)
    assert Ticking.seen == {False}
    assert gc.isenabled()
    lab.stop()


def test_the_collector_goes_on_after_an_error_and_is_left_alone_for_a_long_run() -> None:
    """An error within leaves it as it was; a run of very many slices is played with it."""
    with pytest.raises(ZeroDivisionError), uncollected(1):
        raise ZeroDivisionError
    assert gc.isenabled()
    with uncollected(SHORT + 1):
        assert gc.isenabled()


def test_each_name_is_kept_once_in_the_picks_of_a_chooser() -> None:
    """The journal has one pick for every slice, and all those of one component are the same object."""
    lab = Lab(build=lambda: [Ticking().activate() for _ in range(3)], clock="virtual", chooser=SeededRandom(1))
    lab.run(max_steps=60)
    picks = lab.scheduler.journal.picks  # type: ignore[union-attr]
    assert len(picks) == 60
    assert len({id(pick) for pick in picks}) == 3
    lab.stop()
