"""Whatever one does in a run, one stands where a fresh replay of it stands."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine_state import state_of
from kamlab import Lab
from kamlab.core import polling
from kamlab.core.choice import SeededRandom
from kamlab.core.component import Component
from kamlab.core.errors import NoSpaceInBox
from sampling import sampled


def load_systems(file: str) -> dict[str, Callable[..., None]]:
    """Return the systems in a file by name."""
    spec = importlib.util.spec_from_file_location(file, Path(__file__).parent / f"{file}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    systems: dict[str, Callable[..., None]] = module.SYSTEMS
    return systems


SYSTEMS = {**load_systems("ten_systems"), **load_systems("polling_systems")}

#: How many runs of fifty moves each system has.
RUNS = sampled(5, 20)

#: How far from the beginning the moves go, so that many of them are quick.
FAR = 150

Move = tuple[str, int, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ("step", "step", "step_round", "step_message", "run", "back", "back", "goto", "choose", "branch", "hand")
        ),
        st.integers(0, 999),
        st.integers(0, 999),
    ),
    min_size=50,
    max_size=50,
)


class Mover:
    """Makes moves in a lab; a move that is not possible there is another one."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def move(self, what: str, one: int, two: int) -> None:
        """Make a move."""
        if self.lab.step_number > FAR:
            self.lab.goto(one % FAR)
        getattr(self, what)(one, two)

    def step(self, one: int, two: int) -> None:
        self.lab.step(1 + one % 12)

    def step_round(self, one: int, two: int) -> None:
        self.lab.step_round()

    def step_message(self, one: int, two: int) -> None:
        self.lab.run(max_steps=1 + one % 20, until=lambda lab: lab.trace.has_since("sent", lab.trace.next_number))

    def run(self, one: int, two: int) -> None:
        self.lab.run(max_steps=1 + one % 20, timeout=(two % 4) / 2 or None)

    def back(self, one: int, two: int) -> None:
        if self.lab.step_number:
            self.lab.back(1 + one % min(20, self.lab.step_number))

    def goto(self, one: int, two: int) -> None:
        self.lab.goto(one % (1 + self.lab.branches[self.lab.branches.here].steps))

    def branch(self, one: int, two: int) -> None:
        branches = list(self.lab.branches)
        chosen = branches[one % len(branches)]
        self.lab.goto(two % (1 + chosen.steps), branch=chosen.number)

    def choose(self, one: int, two: int) -> None:
        runnable = self.lab.runnable()
        if runnable:
            self.lab.choose(runnable[one % len(runnable)])
            self.lab.step()

    def hand(self, one: int, two: int) -> None:
        components = [
            component
            for component in self.lab.components
            if isinstance(component, Component) and "inbox" in component.inboxes
        ]
        full = [component for component in components if component.inboxes["inbox"].target.items]
        if not full:
            if components:
                self.lab.inject(components[one % len(components)], two)
            return
        where = full[one % len(full)]
        index = two % len(where.inboxes["inbox"].target.items)
        act = (one + two) % 6
        try:
            if act == 0:
                self.lab.drop(where, index=index)
            elif act == 1:
                self.lab.duplicate(where, index=index)
            elif act == 2:
                self.lab.move(where, 0, index=index)
            elif act == 3:
                self.lab.edit(where, two, index=index)
            elif act == 4:
                self.lab.delay(where, one / 250, index=index)
            else:
                self.lab.inject(where, two, index=0)
        except NoSpaceInBox:
            return


class QuietLab(Lab):
    """A lab whose components may fail without a word: an edited message is not what they expect."""

    def report(self, text: str) -> None:
        self.reports = text


@pytest.mark.parametrize("name", list(SYSTEMS))
def test_random_moves_end_where_a_fresh_replay_ends(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After fifty random moves, in each of many runs, a system is in the state of a fresh replay."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(polling, "BUSY", 7)
    moved = 0

    @settings(
        max_examples=RUNS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),  # to shrink fifty moves would take longer than to read them
    )
    @given(MOVES, st.none() | st.integers(0, 9))
    def check(moves: list[Move], seed: int | None) -> None:
        nonlocal moved
        how: dict[str, Any] = {"clock": "virtual", "chooser": None if seed is None else SeededRandom(seed)}
        lab, fresh = QuietLab(build=SYSTEMS[name], **how), QuietLab(build=SYSTEMS[name], **how)
        try:
            mover = Mover(lab)
            for move in moves:
                mover.move(*move)
                moved += 1
            fresh.replay(lab.recording)
            assert list(state_of(fresh).differences(state_of(lab))) == []
            lab.goto(lab.step_number)
            assert list(state_of(fresh).differences(state_of(lab))) == []
            assert fresh.trace.text() == lab.trace.text()
        finally:
            lab.stop()
            fresh.stop()

    check()
    assert moved >= 50 * RUNS
