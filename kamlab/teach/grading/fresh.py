"""What runs in the fresh process: load the checks, then for each exercise run the cells and the check in a sandbox.

The process reads its tasks from stdin as JSON and writes the results to stdout. It never runs the student's code;
each sandboxed child does, and no child sees what another did.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import linecache
import os
import pkgutil
import sys
import types
from dataclasses import dataclass
from typing import Any

from ...core.component import Component
from ..exercise import Exercise, in_words
from ..help import ANSWERS, reference
from ..orders import Orders
from ..runs import Wrong, runs
from ..sandbox import SandboxError, run_in_sandbox
from .cells import Cell, Part, parts_for
from .guard import announce_threads, guard
from .untouched import remember, watched_modules

#: The name under which a teacher's own checks are loaded.
OWN = "kamlab.teach.own_checks"
#: The modules that play a check's orders.
_PLAYS = ("exercise", "orders", "runs", "playing", "other_words", "every_order", "actions", "reach")
#: Said of a cell that has changed kamlab or Python.
CHANGED = "Your notebook changes {}. What the check says then is worth nothing, so there are no points."
#: Said where the check accepts the system that the students are given.
BLIND = "After your cells have run, the check accepts the system you were given, too. So there are no points."


def own_exercises(path: str) -> dict[str, Exercise]:
    """Return the exercises in a teacher's file by their names. It counts as one of kamlab's modules, out of reach."""
    spec = importlib.util.spec_from_file_location(OWN, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = sys.modules[OWN] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {found.name: found for found in vars(module).values() if isinstance(found, Exercise)}


def load(name: str) -> Exercise | None:
    """Return the exercise of a name; ``None`` if the course has none."""
    try:
        module = importlib.import_module(f"kamlab.teach.exercises.{name.replace('-', '_')}")
    except ModuleNotFoundError:
        return None
    found = getattr(module, "check", None)
    return found if isinstance(found, Exercise) else None


@dataclass(frozen=True, slots=True)
class Job:
    """One exercise of a notebook: its check, the notebook's cells, those that were given, and the seed."""

    exercise: Exercise
    cells: list[Cell]
    given: list[Cell]
    seed: int

    def result(self) -> dict[str, Any]:
        """Return the result as plain values."""
        found = self._found()
        exercise = self.exercise
        points = exercise.points if found["passed"] else found.pop("reached", 0)
        return {"name": exercise.name, **found, "points": points, "of": exercise.points}

    def _found(self) -> dict[str, Any]:
        if not any(cell.grade_id == self.exercise.name for cell in self.cells):
            return _not_yet("The cell for your answer is not in the notebook.")
        try:
            found = self._examined(False)
            if (found["passed"] or found.get("reached")) and self.given:
                given = self._examined(True)
                if given["passed"] or given.get("reached"):
                    return _not_yet(BLIND)
        except SandboxError as trouble:
            return _not_yet(str(trouble))
        return found

    def _examined(self, the_given: bool) -> dict[str, Any]:
        """Run the cells, then check what they made; or what was given, which has to be refused."""
        refused = guard(ANSWERS)
        found = run_in_sandbox(lambda: _examine(self, the_given), self.exercise.seconds, refused)
        return dict(found)


def _examine(job: Job, the_given: bool) -> dict[str, Any]:
    """Run the cells and the check; called in the sandbox. What decides is held in this frame."""
    exercise, failed = job.exercise, _not_yet
    watched, near = watched_modules(), _nearest(exercise)
    wanted = [*exercise.names, *(name.capitalize() for name in exercise.names)]
    _hide_checks()
    changed, changed_meanwhile = remember(watched), remember(near)
    examine, orders = exercise.examine, Orders(job.seed, exercise.seconds, lambda: _look(changed_meanwhile))
    try:
        space = _run(parts_for(job.cells, exercise.name, wanted))
        if the_given:
            space = _run(parts_for(job.given, exercise.name, wanted))
    except BaseException as error:
        return failed(in_words(error))
    named = [name.capitalize() if name.capitalize() in space else name for name in exercise.names]
    missing = [name for name in named if name not in space]
    if what := changed():
        return failed(CHANGED.format(what))
    if missing:
        return failed(
            f"The notebook does not define {' and '.join(exercise.names)}. This exercise takes {exercise.takes}."
        )
    handed_in = tuple(space[name] for name in named)
    if sentence := exercise.is_right_kind(handed_in):
        return failed(sentence)
    found = examine(handed_in, orders, True)
    if found["passed"] and (what := changed()):
        return failed(CHANGED.format(what))
    return found


def _hide_checks() -> None:
    """Let the cells import copies of the checks, and of what plays them, so that it does not matter what they change.

    For a change that undoes itself, a comparison afterwards comes too late.
    """
    for name in [name for name in sys.modules if f"{name}.".startswith("kamlab.teach.")]:
        del sys.modules[name]
    vars(sys.modules["kamlab"]).pop("teach", None)


def _nearest(exercise: Exercise) -> list[types.ModuleType]:
    """Return what a check uses most; it is compared after each order."""
    names = ["builtins", exercise.body.__module__, *(f"kamlab.teach.{name}" for name in _PLAYS)]
    return [sys.modules[name] for name in names if name in sys.modules]


def _look(changed: Any) -> None:
    if what := changed():
        raise Wrong(CHANGED.format(what))


def _run(parts: list[Part]) -> dict[str, Any]:
    """Run parts of cells in a module of their own, and return its names.

    Raises:
        BaseException: what the student's own cell raises. What other cells raise is left out.
    """
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    for part in parts:
        lines = part.cell.python.splitlines(keepends=True)
        linecache.cache[part.cell.file] = (len(part.cell.python), None, lines, part.cell.file)
        try:
            exec(compile(part.tree, part.cell.file, "exec"), vars(module))
        except Exception:
            if part.own:
                raise
    return vars(module)


def _not_yet(sentence: str) -> dict[str, Any]:
    return {"passed": False, "sentence": sentence}


def _cells(rows: list[list[Any]]) -> list[Cell]:
    return [Cell(*row) for row in rows]


def _warm_up() -> None:
    """Load what kamlab loads late, so that everything is known before the student's cells run."""
    for name in ("ctypes", "kamlab.backplane", "kamlab.teach.quiz"):
        importlib.import_module(name)
    for room in ("core", "chassis", "parts", "analysis", "replay", "views", "teach.question_types"):
        package = importlib.import_module(f"kamlab.{room}")
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    for run in runs(lambda: Component().activate(), 1):
        _ = run.deadlock, run.line, run.lab.timeline()._repr_html_()


def grade_task(task: dict[str, Any], own: dict[str, Exercise]) -> list[dict[str, Any]]:
    """Return the results of one notebook.

    Args:
        task: ``cells`` and ``given``, the cells of the notebook and of the one that the students were given;
            ``exercises``, their names; ``chain``, those of which each needs the ones before; ``seed``; and ``folder``.
        own: exercises of the teacher's, by their names.
    """
    os.chdir(task["folder"])
    cells, given = _cells(task["cells"]), _cells(task["given"])
    results = []
    for name in task["exercises"]:
        exercise = own.get(name) or load(name)
        if exercise is None:
            continue
        found = Job(exercise, cells, given, task["seed"]).result()
        results.append(found)
        if not found["passed"] and name in task["chain"]:
            cells = [Cell(c.number, reference(name), c.grade_id) if c.grade_id == name else c for c in cells]
    return results


def main() -> None:
    """Grade what stdin says, and write the results to stdout."""
    asked = json.load(sys.stdin)
    announce_threads()
    _warm_up()
    own = own_exercises(asked["checks"]) if asked["checks"] else {}
    json.dump([grade_task(task, own) for task in asked["tasks"]], sys.stdout)
