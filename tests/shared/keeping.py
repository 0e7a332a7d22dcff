"""What the tests of the network share: a component that keeps what comes, and stepping until something holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kamlab import Component


class Keep(Component):
    """Keeps what comes to inbox and control."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []
        self.told: list[Any] = []

    def main(self) -> Any:
        while True:
            self.got.extend(self.messages())
            self.told.extend(self.messages("control"))
            self.pause()
            yield


def step_until(lab: Any, condition: Callable[[], Any], slices: int = 2000) -> None:
    """Step a lab until a condition holds."""
    for _ in range(slices):
        if condition():
            return
        lab.step()
    raise AssertionError(f"not within {slices} slices")
