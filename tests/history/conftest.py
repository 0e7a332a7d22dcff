"""What the tests of this room share: a lab that can be asked, and small components for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.history import Asking

Base: Any = Lab if issubclass(Lab, Asking) else type("Base", (Lab), {})


class AskingLab(Base):
    """A lab that can be asked about its past, and keeps what it reports."""

    def __init__(self, **how: Any) -> None:
        self.reports: list[str] = []
        super().__init__(**how)

    def report(self, text: str) -> None:
        self.reports.append(text)


class Source(Component):
    """Sends these messages, one in each slice."""

    def __init__(self, messages=("x",), **argd):
        super().__init__(**argd)
        self.to_send = messages

    def main(self):
        for message in self.to_send:
            self.send(message)
            yield


class Sink(Component):
    """Takes whatever comes."""

    def main(self):
        while True:
            list(self.messages())
            self.pause()
            yield


class Relay(Component):
    """Passes on what comes, the very same object."""

    def main(self):
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Lazy(Component):
    """Never takes anything."""

    def main(self):
        while True:
            self.pause()
            yield


@pytest.fixture
def make_lab() -> Iterator[Callable[..., Any]]:
    """Make labs that are stopped at the end; the last one made is the current one."""
    labs: list[Any] = []

    def make(**how: Any) -> Any:
        lab = AskingLab(**how)
        labs.append(lab)
        lab.__enter__()
        return lab

    yield make
    for lab in reversed(labs):
        lab.__exit__(None, None, None)


@pytest.fixture
def lab(make_lab: Callable[..., Any]) -> Any:
    """A current lab."""
    return make_lab()


@pytest.fixture
def parts() -> Any:
    """The small components."""

    class Parts:
        source, sink, relay, lazy = Source, Sink, Relay, Lazy

    return Parts
