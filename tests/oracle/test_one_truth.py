"""What was shown at a step is what is shown of it later, from the record, and when the lab has gone back to it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kamlab.analysis.snapshot import Snapshot, from_engine

from .systems import SYSTEMS
from .telling import SilentLab, values


def shown(lab: Any, step: int | None = None) -> list[str]:
    """Return, as lines, what is shown of a lab now or at a step; only how the lab itself stands is left out."""
    inboxes, graph = lab.inboxes(step=step), lab.graph(step=step)
    data = {"inboxes": inboxes.data()["components"], "graph": graph.data()["scene"], "now": graph.data()["now"]}
    return [*str(inboxes).split("\n")[1:], *str(graph).split("\n")[1:], *values(data).splitlines()]


def difference(before: list[str], later: list[str], step: int) -> str:
    """Return how two texts differ, with the step; nothing if they do not."""
    lines = list(difflib.unified_diff(before, later, f"step {step}", f"step {step}, later", lineterm="", n=0))
    return "\n".join(lines[:20])


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Make a lab with one of the systems in it, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def make(name: str) -> Any:
        lab = SilentLab(build=SYSTEMS[name].build, clock="virtual", **SYSTEMS[name].doors())
        request.addfinalizer(lab.stop)
        return lab

    return make


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_past_is_shown_as_it_was_shown(name: str, make: Callable[[str], Any]) -> None:
    """At every step, what is shown live equals what is shown of that step later, states and counts included."""
    lab = make(name)
    then = {0: shown(lab)}
    for _ in range(SYSTEMS[name].steps):
        if lab.step().reason != "steps":
            break
        then[lab.step_number] = shown(lab)
    for step, before in then.items():
        later = shown(lab, step)
        assert not (told := difference(before, later, step)), told


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_snapshot_is_the_same_from_the_engine_and_from_the_record(name: str, make: Callable[[str], Any]) -> None:
    """At every step a snapshot made from the engine equals one from the record, made now or later."""
    lab = make(name)
    then = {0: from_engine(lab)}
    assert lab.snapshot() == then[0]
    for _ in range(SYSTEMS[name].steps):
        if lab.step().reason != "steps":
            break
        then[lab.step_number] = from_engine(lab)
        assert_equal(then[lab.step_number], lab.snapshot())
    for step, before in then.items():
        assert_equal(before, lab.snapshot(step))


def assert_equal(before: Snapshot, later: Snapshot) -> None:
    """Fail with what differs, if two snapshots do."""
    parts = zip(before._key, later._key, strict=True)
    assert [(one, other) for one, other in map(_but_equal, parts) if one != other] == []
    assert before == later


def _but_equal(parts: tuple[Any, Any]) -> tuple[Any, Any]:
    """Leave the items out in which two dictionaries are equal, so that what differs can be read."""
    one, other = parts
    if not isinstance(one, dict):
        return parts
    same = {key for key in one if key in other and one[key] == other[key]}
    return {key: one[key] for key in one if key not in same}, {key: other[key] for key in other if key not in same}


@pytest.mark.parametrize("name", SYSTEMS)
def test_everybody_stood_where_they_were_shown_to_stand(name: str, make: Callable[[str], Any]) -> None:
    """At every step the lines at which the components stood are later told as they were told live, from notes alone."""
    lab = make(name)
    then = {0: str(lab.where()).splitlines()}
    for _ in range(SYSTEMS[name].steps):
        if lab.step().reason != "steps":
            break
        then[lab.step_number] = str(lab.where()).splitlines()
    for step, before in then.items():
        later = str(lab.where(step=step)).splitlines()
        assert not (told := difference(before, later, step)), told


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_run_in_one_go_is_shown_as_one_that_was_stepped(name: str, make: Callable[[str], Any]) -> None:
    """What is shown of a step does not depend on whether the lab was stepped there or ran past it."""
    stepped, ran = make(name), make(name)
    ran.run(max_steps=SYSTEMS[name].steps)
    for step in range(1, ran.step_number):
        stepped.step()
        before, later = shown(stepped), shown(ran, step)
        assert not (told := difference(before, later, step)), told


@pytest.mark.parametrize("name", list(SYSTEMS)[::3])
def test_going_there_shows_the_same(name: str, make: Callable[[str], Any]) -> None:
    """Where the lab has gone back to a step, it is shown as it was the first time, and as from the record."""
    lab = make(name)
    then = {}
    for _ in range(SYSTEMS[name].steps):
        if lab.step().reason != "steps":
            break
        then[lab.step_number] = shown(lab), lab.snapshot()
    for step in list(then)[::-7]:
        lab.goto(step)
        before, snapshot = then[step]
        assert not (told := difference(before, shown(lab), step)), told
        assert_equal(snapshot, lab.snapshot())
        assert_equal(snapshot, from_engine(lab))
