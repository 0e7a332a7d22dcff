"""A clock that moves because it is polled is part of the run, however the run is made and played again."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine_state import state_of
from kamlab import Lab
from kamlab.core import polling
from kamlab.core.choice import SeededRandom
from kamlab.replay.journal import Journal


def load_systems() -> dict[str, Callable[..., None]]:
    """Return the polling systems by name."""
    spec = importlib.util.spec_from_file_location("polling_systems", Path(__file__).parent / "polling_systems.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    systems: dict[str, Callable[..., None]] = module.SYSTEMS
    return systems


SYSTEMS = load_systems()
SLICES = 120


@pytest.fixture(params=list(SYSTEMS))
def built(
    request: pytest.FixtureRequest, make_lab: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a function that makes a lab with one of the systems."""
    monkeypatch.setattr(polling, "BUSY", 7)
    return lambda **how: make_lab(SYSTEMS[request.param], **how)


def choosers() -> list[Any]:
    """Return a round robin and random orders."""
    return [None, SeededRandom(1), SeededRandom(2)]


@pytest.mark.parametrize("number", range(3))
def test_steps_runs_and_unrecorded_runs_are_the_same(built: Callable[..., Any], number: int) -> None:
    """Slice by slice, in one go, in pieces, and without a trace: the lab stands at the same time in the same state."""
    labs = [built(chooser=choosers()[number], record=record) for record in (True, True, True, False)]
    for _ in range(SLICES):
        labs[0].step()
    labs[1].run(max_steps=SLICES)
    for slices in (1, 2, 3, 5, 8, 13, 21, SLICES - 53):
        labs[2].run(max_steps=slices)
    labs[3].run(max_steps=SLICES)
    states = [state_of(lab) for lab in labs]
    assert states[0].time > 0
    for state in states[1:]:
        assert list(state.differences(states[0])) == []


@pytest.mark.parametrize("number", range(3))
def test_a_recorded_run_is_replayed_to_any_step(built: Callable[..., Any], number: int) -> None:
    """Going back, forward and to each step, and replaying the line elsewhere, tells the same."""
    lab = built(chooser=choosers()[number])
    lab.run(timeout=0.035)
    lab.step(SLICES)
    line, text = str(lab.recording), lab.trace.text()
    times = {}
    for step in (SLICES // 2, 3, SLICES // 3, 1, SLICES // 2):
        lab.goto(step)
        assert times.setdefault(step, state_of(lab)) == state_of(lab)
    lab.goto(None)
    assert lab.trace.text() == text
    fresh = built(chooser=choosers()[number])
    fresh.replay(line)
    assert fresh.trace.text() == text
    assert list(state_of(fresh).differences(state_of(lab))) == []
    lab.step(20)
    fresh.step(20)
    assert fresh.trace.text() == lab.trace.text()


def test_going_on_from_an_earlier_step_is_the_same_branch(built: Callable[..., Any]) -> None:
    """What is done once more after going back is the recorded branch, also across the first move of the clock."""
    lab = built()
    lab.step(SLICES)
    for step in (1, 2, SLICES // 2):
        lab.goto(step)
        lab.step(SLICES - step)
    assert len(lab.branches) == 1


def test_a_run_that_was_recorded_without_the_rule_is_replayed_without_it(
    built: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a recording of an earlier kamlab, in which a clock that is polled stood still, it stands still."""
    monkeypatch.setattr(polling, "next_time", lambda *_, **__: None)
    older = built()
    older.step(SLICES)
    assert not [entry for entry in older.recording.path.entries if entry.kind == "polled"]
    line, text = str(older.recording), older.trace.text()
    monkeypatch.undo()
    monkeypatch.setattr(polling, "BUSY", 7)
    lab = built()
    lab.replay(line)
    assert lab.trace.text() == text
    before = lab.clock.now()
    lab.step(SLICES)
    assert lab.clock.now() > before
    text = lab.trace.text()
    lab.goto(SLICES)
    lab.goto(2 * SLICES)
    assert lab.trace.text() == text


def test_a_run_that_was_recorded_before_there_was_a_window_is_replayed_without_it(
    make_lab: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a recording from when a poller had to read the clock in each slice, time moves where it did then."""
    outside = Journal.outside
    monkeypatch.setattr(Journal, "outside", lambda self, kind, *what: outside(self, kind))
    older = make_lab(SYSTEMS["sparse"])
    older.scheduler.poll_window = 0
    older.step(SLICES)
    monkeypatch.undo()
    line, text = str(older.recording), older.trace.text()
    assert [entry.what for entry in older.recording.path.entries] == [()]
    lab = make_lab(SYSTEMS["sparse"])
    lab.replay(line)
    assert lab.trace.text() == text
    lab = make_lab(SYSTEMS["sparse"])
    lab.step(SLICES)
    assert lab.trace.text() != text


def test_a_line_tells_of_polling_only_where_the_clock_moved_so(make_lab: Callable[..., Any]) -> None:
    """The recording of a system in which no component polls is as it was; one entry marks the first move."""
    lab = make_lab()
    lab.step(40)
    assert lab.recording.path.entries == ()
    lab = make_lab(SYSTEMS["alone"])
    lab.step(40)
    assert [entry.kind for entry in lab.recording.path.entries] == ["polled"]


def test_a_twin_and_the_time_of_a_step(make_lab: Callable[..., Any]) -> None:
    """A twin stands where its lab stood; goto(time=) finds the slice by the time to which the clock had moved."""
    lab: Lab = make_lab(SYSTEMS["alone"])
    lab.step(8)
    at = state_of(lab)
    lab.step(8)
    with lab.twin(8) as twin:
        assert list(state_of(twin).differences(at)) == []
    lab.goto(time=0.03)
    assert lab.clock.now() >= 0.03
    assert lab.clock.now() < 0.05
