"""Each phenomenon of the course happens in the system that is broken, and in no run of the one that is cured."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from kamlab.teach import runs
from sampling import sampled

from .taking import TASKS

#: How many schedules the cured system is played in.
SCHEDULES = sampled(60, 1000)

#: The exercises of the other part of the course, in which nothing is broken at first.
PHENOMENA = [name for name in TASKS if not name.startswith("mini-")]


def module_of(name: str) -> ModuleType:
    """Return the module of an exercise."""
    return importlib.import_module(f"kamlab.teach.exercises.{name.replace('-', '_')}")


@pytest.mark.parametrize("name", PHENOMENA)
def test_it_happens_in_the_broken_system(name: str) -> None:
    """In some schedule among a hundred the broken system of the notebook shows the phenomenon."""
    task = TASKS[name]
    broken = task.space(task.stub)["broken"]
    seen = [run.seed for run in runs(broken, 100, **how(name)) if module_of(name).happened(run)]
    assert seen


@pytest.mark.parametrize("name", PHENOMENA)
def test_it_happens_in_no_run_of_the_cured_system(name: str) -> None:
    """In none of many schedules does the cured system show the phenomenon."""
    task = TASKS[name]
    cured = task.space(task.solution)["cured"]
    played = 0
    for run in runs(cured, SCHEDULES, **how(name)):
        assert not module_of(name).happened(run)
        played += 1
    assert played == SCHEDULES


def how(name: str) -> dict:
    """Return how the runs of an exercise are to be played, where its module says so."""
    return getattr(module_of(name), "HOW", {})
