"""What the tests of rewinding share: systems that can be built again, and labs that are stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, Pipeline


class Count(Component):
    """Sends numbers, one a slice."""

    limit = 1000

    def main(self) -> Any:
        for number in range(self.limit):
            self.send(number)
            yield


class Double(Component):
    """Sends everything twice as large."""

    def main(self) -> Any:
        while True:
            for message in self.messages():
                self.send(2 * message)
            self.pause()
            yield


class Keep(Component):
    """Keeps what it gets, one message a slice."""

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.got: list[Any] = []

    def main(self) -> Any:
        while True:
            if self.data_ready():
                self.got.append(self.recv())
            else:
                self.pause()
            yield


class Clocked(Component):
    """Sends the time of the lab each second."""

    async def main(self) -> None:
        while True:
            await self.sleep(1.0)
            self.send(f"{self.scheduler_in_charge.clock.now():g}")


def counting() -> None:
    """Build a source, a transformer and a sink."""
    Pipeline(Count(), Double(), Keep()).activate()


def clocked() -> None:
    """Build a source that ticks, and a sink."""
    Pipeline(Clocked(), Keep()).activate()


class QuietLab(Lab):
    """A lab that keeps what it reports instead of writing it to stderr."""

    def __init__(self, **how: Any) -> None:
        self.reports: list[str] = []
        super().__init__(**how)

    def report(self, text: str) -> None:
        self.reports.append(text)


@pytest.fixture
def make_lab() -> Iterator[Callable[..., QuietLab]]:
    """Make labs that are stopped at the end; virtual time unless told otherwise."""
    labs: list[QuietLab] = []

    def make(build: Any = counting, **how: Any) -> QuietLab:
        lab = QuietLab(build=build, **{"clock": "virtual", **how})
        labs.append(lab)
        return lab

    yield make
    for lab in labs:
        lab.stop()
