"""A component on its own, for users' tests."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Pipeline
from kamlab.core.errors import ComponentFailed
from kamlab.testing import outputs


class Echo(Component):
    """Sends back what comes, and shouts to its other outbox."""

    Outboxes = ("outbox", "signal", "loud")

    def main(self) -> Any:
        while True:
            for message in self.messages():
                self.send(message)
                self.send(message.upper(), "loud")
            self.pause()
            yield


def test_outputs_by_outbox() -> None:
    """What each outbox sent is returned, in order, also by a component that never ends."""
    assert outputs(Echo(), "a", "b") == {"outbox": ["a", "b"], "signal": [], "loud": ["A", "B"]}


def test_a_whole_pipeline() -> None:
    """A Pipeline is a component like any other."""
    assert outputs(Pipeline(Echo(), Echo()), "a")["outbox"] == ["a"]


def test_a_failure_is_raised() -> None:
    """When the component fails the test does, with what it raised as the cause."""
    with pytest.raises(ComponentFailed, match="upper") as caught:
        outputs(Echo(), 3)
    assert isinstance(caught.value.__cause__, AttributeError)


def test_a_component_that_never_rests_is_limited() -> None:
    """What yields for ever is stopped at the limit, with what it has sent until then."""

    class Endless(Component):
        def main(self) -> Any:
            while True:
                self.send("again")
                yield

    assert set(outputs(Endless(), max_steps=50)["outbox"]) == {"again"}
