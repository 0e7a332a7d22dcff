"""Count how far a reader walks through the package to follow one call.

    python tests/benchmarks/walk.py

For each call: how many functions of kamlab are entered, in how many files they are, and how often the next function
is in another file than the one before. Imports are not counted. The figures are exact: they change with the code only.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import kamlab
from kamlab import Component, Lab, Pipeline
from kamlab.parts import DataSource, NullSink

PACKAGE = str(Path(kamlab.__file__).parent)


class Walk(NamedTuple):
    """How far it is: functions entered, files they are in, changes from one file to another."""

    calls: int
    files: int
    hops: int


class Double(Component):
    """Sends everything twice as large."""

    async def main(self) -> None:
        """Wait, double, send."""
        while True:
            self.send(2 * await self.receive())


def walk(call: Callable[[], Any]) -> Walk:
    """Make a call and return how far it led."""
    visited: list[str] = []

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            visited.append(frame.f_code.co_filename)

    gc.collect()  # what earlier labs leave behind is none of this call's business
    gc.disable()
    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
        gc.enable()
    hops = sum(one != other for one, other in pairwise(visited))
    return Walk(len(visited), len(set(visited)), hops)


def walks() -> dict[str, Walk]:
    """Return how far the calls lead that a reader is likely to follow, when all they need is imported."""
    _walks()
    return _walks()


def build() -> None:
    """Build the system of all rows."""
    Pipeline(DataSource(list(range(9))), Double(), NullSink()).activate()


def click() -> Walk:
    """Return how far a click on Step leads: from the arrival of the command to the state that the page is sent."""
    from kamlab.notebook.panel.panel import Panel
    from kamlab.notebook.panel.refresher import REFRESHER

    lab = Lab(build=build, clock="virtual")
    lab.step(3)
    panel = Panel(lab)
    REFRESHER.discard(panel)  # it would refresh on its own thread, and leave the click less to do
    try:
        panel.receive({"do": "hello", "view": "page/1"})
        panel.receive({"do": "step", "id": 1})
        found = walk(lambda: panel.receive({"do": "step", "id": 2}))
        assert (panel.page.now["step"], panel.page.now["said"]["reply"]) == (5, 2)
        return found
    finally:
        panel.close()
        lab.stop()


def _walks() -> dict[str, Walk]:
    lab = Lab(build=build, clock="virtual")
    try:
        lab.step(3)
        return {
            "lab.step(), the longest of four": max(walk(lab.step) for _ in range(4)),
            "lab.inboxes()": walk(lab.inboxes),
            "str(lab.graph())": walk(lambda: str(lab.graph())),
            "lab.why()": walk(lambda: str(lab.why())),
            "lab.back()": walk(lab.back),
            "a click on Step in the panel": click(),
        }
    finally:
        lab.stop()


def main() -> None:
    """Print a row for each call."""
    print(f"{'':32}{'calls':>6}{'files':>6}{'hops':>6}")
    for name, found in walks().items():
        print(f"{name:32}{found.calls:6}{found.files:6}{found.hops:6}")


if __name__ == "__main__":
    main()
