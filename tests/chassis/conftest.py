"""What the tests of the chassis share: a lab, and components that show what reaches them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Lab, ProducerFinished, ShutdownMicroprocess


class Catcher(Component):
    """Keeps what comes to inbox and control; a shutdown message ends it only if it is ``mortal``."""

    mortal = False

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.data: list[Any] = []
        self.controls: list[Any] = []

    def main(self) -> Iterator[None]:
        while True:
            self.data += self.messages("inbox")
            self.controls += self.messages("control")
            if self.mortal and any(isinstance(m, (ProducerFinished, ShutdownMicroprocess)) for m in self.controls):
                self.send(self.controls[-1], "signal")
                return
            self.pause()
            yield


class Tools:
    """The catcher, and how to look at what comes out of a chassis."""

    Catcher = Catcher

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def watch(self, component: Component, **boxes: str) -> Catcher:
        """Link outbox and signal (or others) of a component to a catcher, and activate both."""
        catcher = Catcher().activate()
        for source, sink in (boxes or {"outbox": "inbox", "signal": "control"}).items():
            component.link((component, source), (catcher, sink))
        component.activate()
        return catcher

    def settle(self) -> None:
        """Run until nothing can happen any more."""
        outcome = self.lab.run(timeout=20)
        assert outcome.reason in ("stuck", "finished"), outcome

    def kinds(self, messages: list[Any]) -> list[str]:
        """Return the names of the types of messages."""
        return [type(message).__name__ for message in messages]


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab that is current for the test, and stopped after it."""
    with Lab() as fresh:
        yield fresh


@pytest.fixture
def tools(lab: Lab) -> Tools:
    """The catcher and helpers above."""
    return Tools(lab)


@pytest.fixture
def slices(lab: Lab) -> Callable[[Component], int]:
    """Count how many slices a component has had so far, as far as the lab remembers."""
    return lambda component: sum(1 for event in lab.trace if event.kind == "resumed" and event.component is component)
