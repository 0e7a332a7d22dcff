"""What the tests of this room share: small components."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component


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
def parts() -> Any:
    """The small components."""

    class Parts:
        source, sink, relay, lazy = Source, Sink, Relay, Lazy

    return Parts
