"""The systems that the oracle watches: ten small ones, the cookbook's recipes, and thirty random ones."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent
sys.path[:0] = [path for path in (str(TESTS / "replay"), str(TESTS / "analysis" / "past")) if path not in sys.path]

import random_systems  # noqa: E402
import ten_systems  # noqa: E402

from kamlab.core.choice import SeededRandom  # noqa: E402
from kamlab.net import Simulated  # noqa: E402

#: The recipes of the Backplanes page, which are among the ten systems; here their network is slow and lossy.
RECIPES = ("time_server", "relay", "logger", "logger_and_relay")
RANDOM = 30


@dataclass(frozen=True)
class System:
    """A system and how it is run.

    Args:
        build: activates the components; a function with one argument is given the lab.
        steps: how many slices are watched.
        doors: further arguments of the lab, made afresh for each run.
    """

    build: Callable[..., Any]
    steps: int = 36
    doors: Callable[[], dict[str, Any]] = field(default=dict)


def far_away() -> dict[str, Any]:
    """Return the doors of a lab whose network delays, cuts and loses."""
    return {"network": Simulated(latency=0.3, jitter=0.2, loss=0.1, fragment=5, seed=3)}


class Random(random_systems.System):
    """A random system whose text is the same in each process."""

    def __repr__(self) -> str:
        return f"Random({len(self.components)} components)"


def random_system(seed: int) -> System:
    """Return the random system of a seed; every second one is also scheduled at random."""

    def build(lab: Any) -> None:
        Random(lab, seed)

    return System(build, 18, lambda: {"chooser": SeededRandom(seed)} if seed % 2 else {})


SYSTEMS: dict[str, System] = {
    **{name: System(build) for name, build in ten_systems.SYSTEMS.items()},
    **{f"{name}_far_away": System(ten_systems.SYSTEMS[name], 40, far_away) for name in RECIPES},
    **{f"random_{seed}": random_system(seed) for seed in range(RANDOM)},
}
