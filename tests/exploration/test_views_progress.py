"""The progress of an exploration: who is told, what is left on the terminal, and what an interrupt leaves behind."""

from __future__ import annotations

import _thread
import gc
import io
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Component, current, explore, labs
from kamlab.core.box import Box
from kamlab.exploration import CannotExplore, ExplorationProgress, progress

from . import systems


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(name="quick")
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told at once, and often."""
    monkeypatch.setattr(progress, "SILENCE", 0.01)
    monkeypatch.setattr(progress, "TICK", 0.01)


@pytest.mark.usefixtures("quick")
def test_a_function_is_told_how_far_it_has_come() -> None:
    """The numbers grow, and the seconds that are left shrink."""
    told: list[ExplorationProgress] = []
    explore(systems.table(), progress=told.append, seconds=20)
    assert len(told) > 1
    assert [one.count for one in told] == sorted(one.count for one in told)
    assert all(0 <= one.left <= 20 for one in told)
    assert told[-1].left <= told[0].left


@pytest.mark.usefixtures("quick")
def test_orders_that_are_drawn_are_counted() -> None:
    """Where orders are drawn, how many were drawn is told."""
    told: list[ExplorationProgress] = []
    explore(systems.lost_update(), how="random", runs=100, progress=told.append)
    assert "orders drawn" in {one.things for one in told}


@pytest.mark.usefixtures("quick")
def test_the_line_on_a_terminal_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written to a terminal ends with the line that is cleared."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    explore(systems.table())
    lines = terminal.getvalue().split("\r")
    assert any(line.startswith("exploring: ") for line in lines)
    assert lines[-2:] == [" " * len(lines[-2]), ""]


@pytest.mark.usefixtures("quick")
def test_nobody_is_told_who_did_not_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal, and with progress=False on one, there is no thread that tells, and no output."""
    threads = []
    make = threading.Thread

    def note(**how: Any) -> threading.Thread:
        threads.append(how["name"])
        return make(**how)

    monkeypatch.setattr(threading, "Thread", note)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    explore(systems.chain(1))
    monkeypatch.setattr(sys, "stderr", Terminal())
    explore(systems.chain(1), progress=False)
    assert set(threads) == {"kamlab exploring"}  # which ends what does not end by itself


@pytest.mark.usefixtures("quick")
def test_a_function_that_breaks_is_told_of_and_does_not_end_the_exploration() -> None:
    """An error in progress= is a warning, and the result is there."""

    def broken(_progress: Any) -> None:
        raise ValueError("broken")

    with pytest.warns(RuntimeWarning, match="broken"):
        assert explore(systems.table(), progress=broken).found


def test_progress_is_a_function_or_false() -> None:
    """Anything else is refused."""
    with pytest.raises(CannotExplore, match="progress='yes': give a function"):
        explore(systems.chain(1), progress="yes")  # type: ignore[arg-type]


def places(how: str) -> Iterator[float]:
    """Yield after how many seconds an exploration is interrupted."""
    yield from (0.02, 0.11, 0.3) if how == "auto" else (0.05,)


@pytest.mark.parametrize("how", ["auto", "traces", "random"])
def test_an_interrupt_leaves_everything_in_order(how: str) -> None:
    """An interrupt is raised as one, with how far it came; methods and labs are as before, and the next one works."""
    expected = str(explore(systems.sleeping))
    looked, lab = (Component.data_ready, Component.any_ready, Box.__len__, sys.stdout), current()
    gc.collect()  # the labs of earlier tests are gone
    count = len(labs())
    for seconds in places(how):
        timer = threading.Timer(seconds, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt, match="was interrupted: .* of which nothing is kept"):
            explore(systems.table(4), how=how, runs=100_000, seconds=60)
        timer.join()
        assert (Component.data_ready, Component.any_ready, Box.__len__, sys.stdout) == looked
        gc.collect()
        assert len(labs()) <= count
        assert current() is lab
        assert str(explore(systems.sleeping)) == expected


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_is_dropped_comes_again() -> None:
    """An interrupt that strikes while an object goes, where Python drops errors, ends the exploration all the same."""

    class Goes:
        def __del__(self) -> None:
            if not sent:
                sent.append(True)
                _thread.interrupt_main()
                for _ in range(100_000):
                    pass

    def kept(_made: Any) -> bool:
        Goes()
        return True

    sent: list[bool] = []
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt, match="was interrupted"):
        explore(systems.table(4), kept, how="random", runs=100_000, seconds=60)
    assert signal.getsignal(signal.SIGINT) is before
