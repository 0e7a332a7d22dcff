"""Running a system once for each order that differs: what is seen on the way belongs to the run in which it is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Carousel, Component, Graphline, explore
from kamlab.exploration import traces
from kamlab.exploration.footprint import watching
from kamlab.exploration.setting import Setting
from kamlab.exploration.stage import Stage
from kamlab.exploration.traces import Traces

from . import systems


class Begins(systems.Keep):
    """Keeps what it receives, and notes that it has begun."""

    begun = False

    async def main(self) -> None:
        self.begun = True
        await super().main()


class Asks(Component):
    """Asks for two components, and notes that it has begun."""

    begun = False

    def main(self) -> Iterator[Any]:
        self.begun = True
        for number in range(2):
            self.send(number)
            yield


def on_demand() -> tuple[Asks, Begins]:
    """Activate a Carousel, which makes a component for each message."""
    asks, keep = Asks(), Begins()
    wires = {("M", "outbox"): ("C", "next"), ("C", "outbox"): ("K", "inbox")}
    Graphline(M=asks, C=Carousel(lambda _: systems.Count(1)), K=keep, linkages=wires).activate()
    return asks, keep


def is_asked_first(made: tuple[Asks, Begins]) -> bool:
    """Return whether the component that keeps has not begun before the one that asks."""
    return made[0].begun or not made[1].begun


def test_what_is_seen_in_a_run_that_is_given_up_is_told_with_its_order() -> None:
    """A state that only runs which are given up come to is found, and its order leads there.

    The one run in which the component that keeps begins first is the last one, and is given up since it only repeats
    others; what ``always`` says of it was lost, or told of the next run.
    """
    with watching():
        found = Traces(Setting(on_demand), True, lambda stage: None).explore(100.0)
        assert (found.complete, found.blocked) == (True, 1)
        result = explore(on_demand, always=is_asked_first, how="traces")
        (schedule,) = result.found
        with schedule.open() as lab:
            assert not is_asked_first((lab["Asks"], lab["Begins"]))  # type: ignore[arg-type]
    assert schedule.names == ("always",)


def test_the_first_state_is_asked_about_as_well() -> None:
    """What is wrong only before the first slice is found by runs, as it is by the graph."""

    def has_begun(component: Any) -> bool:
        return bool(component.begun)

    for how in ("all", "traces"):
        (schedule,) = explore(lambda: Asks().activate(), always=has_begun, how=how).found
        assert (schedule.names, schedule.slices) == (("always",), 0)


def test_a_run_that_is_cut_off_is_not_judged_as_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a run is longer than runs may be, the invariant is not asked in the middle of it, and that is told."""
    monkeypatch.setattr(traces, "SLICES", 2)
    ends: list[Stage] = []
    cut: list[Stage] = []
    with watching():
        found = Traces(Setting(lambda: systems.Count(4).activate()), True, ends.append, give_up=cut.append).explore(9.0)
    assert (found.runs, len(ends), len(cut), found.complete) == (0, 0, 1, False)
    assert found.why_not == "a run had more than 2 slices"
