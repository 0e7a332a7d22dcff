"""Each phenomenon of the course happens in the system that is broken, and in no order of the one that is cured."""

from __future__ import annotations

import importlib
import re
from types import ModuleType

import pytest

from kamlab.teach import every_order, playing, runs

from .taking import TASKS, verdict

#: The exercises of the other part of the course, in which nothing is broken at first.
PHENOMENA = [name for name in TASKS if not name.startswith("mini-")]
#: Where orders are drawn, and why, as the check itself says.
DRAWN = {"starvation": "infinitely many states", "fairness": "too many requests are under way"}


@pytest.fixture(autouse=True)
def time_to_play(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a check play every order on a busy machine as well."""
    monkeypatch.setattr(playing, "EXPLORING", 20.0)
    monkeypatch.setattr(every_order, "VISITING", 20.0)


def module_of(name: str) -> ModuleType:
    """Return the module of an exercise."""
    return importlib.import_module(f"kamlab.teach.exercises.{name.replace('-', '_')}")


@pytest.mark.parametrize("name", PHENOMENA)
def test_it_happens_in_the_broken_system(name: str) -> None:
    """In some schedule among a hundred the broken system of the notebook shows the phenomenon."""
    task = TASKS[name]
    broken = task.space(task.stub)["broken"]
    how = getattr(module_of(name), "HOW", {})
    assert any(module_of(name).happened(run) for run in runs(broken, 100, **how))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("name", PHENOMENA)
def test_it_happens_in_no_order_of_the_cured_system(name: str) -> None:
    """The check has played every order of the cured system, or it drew orders and says why."""
    task = TASKS[name]
    check = module_of(name).check
    found = verdict(name, task.solution)
    assert found.passed, found
    if name in DRAWN:
        assert re.match(r"In \d+ drawn orders", found.sentence)
        assert DRAWN[name] in " ".join(check.__doc__.lower().split())
    else:
        assert re.match(r"In all [\d,]+ orders", found.sentence)
