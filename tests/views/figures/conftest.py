"""What the tests of the figures share: small components, and the ten systems."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamlab import Component, Lab
from sampling import sampled


class Source(Component):
    """Sends numbers, one in each slice, until it has sent enough; then it fails, if it shall."""

    count = 6
    fails = False

    def main(self) -> Iterator[None]:
        for number in range(self.count):
            self.send(number)
            yield
        if self.fails:
            raise ValueError("out of paper")


class Slow(Component):
    """Takes a message every third slice."""

    def main(self) -> Iterator[None]:
        while True:
            if self.data_ready():
                self.recv()
            for _ in range(3):
                yield


@pytest.fixture
def slow_pair(lab: Any) -> tuple[Any, Source, Slow]:
    """A lab with a source and a slow sink, linked, at step 18."""
    source, sink = Source(name="source").activate(), Slow(name="sink").activate()
    source.link((source, "outbox"), (sink, "inbox"))
    lab.step(18)
    return lab, source, sink


def load_systems() -> dict[str, Callable[..., None]]:
    path = Path(__file__).parents[2] / "replay" / "ten_systems.py"
    spec = importlib.util.spec_from_file_location("ten_systems", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    systems: dict[str, Callable[..., None]] = module.SYSTEMS
    return systems


SYSTEMS = load_systems()


#: The systems that figures are drawn of.
DRAWN = sampled(["pipeline", "timeouts", "time_server"], list(SYSTEMS))


@pytest.fixture(params=DRAWN)
def played(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Each of the ten systems, stepped a while in virtual time."""
    monkeypatch.chdir(tmp_path)
    lab = Lab(clock="virtual", build=SYSTEMS[request.param])
    lab.report = lambda text: None  # type: ignore[method-assign]
    lab.step(120)
    yield lab
    lab.stop()


@pytest.fixture
def again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Any]]:
    """Build and step the system of a lab once more, in a lab of its own."""
    monkeypatch.chdir(tmp_path)
    labs = []

    def play(lab: Any) -> Any:
        other = Lab(clock="virtual", build=lab.builder)
        other.report = lambda text: None  # type: ignore[method-assign]
        labs.append(other)
        other.step(lab.step_number)
        return other

    yield play
    for each in labs:
        each.stop()


@pytest.fixture
def parts() -> Any:
    """The component classes by name."""

    class Parts:
        source, slow = Source, Slow

    return Parts
