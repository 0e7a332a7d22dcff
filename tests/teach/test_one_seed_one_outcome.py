"""With one seed a system that throws dice has one outcome, however often it is run."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component
from kamlab.teach import runs

numpy = pytest.importorskip("numpy")


class Dice(Component):
    """Sends to whoever it likes, naps, and ends, as the dice fall."""

    Outboxes = [*(f"to {number}" for number in range(5)), "signal"]

    def __init__(self, others: int) -> None:
        super().__init__()
        self.others = others

    async def main(self) -> None:
        for _ in range(random.randint(3, 8)):
            throw = random.random()
            if throw < 0.5:
                self.send(round(throw, 3), f"to {random.randrange(self.others)}")
            elif throw < 0.8:
                await self.sleep(random.choice([0.1, 0.2, 0.3]))
            else:
                self.send(float(numpy.random.rand()), f"to {numpy.random.randint(self.others)}")
            if self.data_ready():
                self.send([self.recv(), random.sample(range(9), 3)], "signal")
            await self.sleep(0)


def system(shape: int) -> Callable[[], Any]:
    """Return a system of two to five who throw dice, linked in one of many ways."""

    def build() -> list[Component]:
        links = random.Random(shape)
        count = 2 + shape % 4
        dice = [Dice(count) for _ in range(count)]
        for one in dice:
            for number in range(count):
                if links.random() < 0.7:
                    one.link((one, f"to {number}"), (dice[number], "inbox"))
        for one in dice:
            one.activate()
        return dice

    return build


def outcomes(shape: int, seeds: int) -> list[str]:
    """Return all that happened in a run of each seed."""
    return [run.lab.trace.text() for run in runs(system(shape), seeds)]


@pytest.mark.parametrize("shape", range(30))
def test_one_seed_has_one_outcome(shape: int) -> None:
    """What happened in the run of a seed is what happens in the next one of that seed, whatever was drawn between."""
    first = outcomes(shape, 3)
    random.seed()
    numpy.random.seed()
    assert outcomes(shape, 3) == first


def test_other_seeds_have_other_outcomes() -> None:
    """The dice go by the seed of the run: ten seeds do not all have one outcome."""
    assert len(set(outcomes(2, 10))) > 1


@pytest.mark.parametrize("shape", range(0, 30, 3))
def test_a_run_can_be_gone_back_over(shape: int) -> None:
    """The dice of a run fall the same again when the lab goes back, from any step to any other."""
    for run in runs(system(shape), 2):
        whole = run.lab.trace.text()
        last = run.lab.step_number
        run.lab.goto(last // 2)
        run.lab.goto(last)
        assert run.lab.trace.text() == whole
