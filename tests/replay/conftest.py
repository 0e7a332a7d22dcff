"""What the tests of rewinding share: systems that can be built again, and labs that are stopped."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Pipeline


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


@pytest.fixture
def make_lab(make_lab: Callable[..., Any]) -> Callable[..., Any]:
    """Make labs that build their system, and are not current; virtual time unless told otherwise."""

    def make(build: Any = counting, **how: Any) -> Any:
        return make_lab(build=build, **{"clock": "virtual", "current": False, **how})

    return make


@pytest.fixture
def make_plain_lab(make_lab: Callable[..., Any]) -> Callable[..., Any]:
    """Make current labs that nothing is built in; real time unless told otherwise."""
    return functools.partial(make_lab, build=None, clock=None, current=True)


@pytest.fixture
def lab(make_plain_lab: Callable[..., Any]) -> Any:
    """A current lab with the ordinary doors."""
    return make_plain_lab()
