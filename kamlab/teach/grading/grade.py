"""Grades a notebook in a fresh process."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ...core.errors import KamlabError
from .cells import Cell, exercises_in, named_as, read_cells
from .report import Report, results_of

PACKAGE = Path(__file__).resolve().parent.parent.parent
#: Where the notebooks are that the students are given: in an installed package, and in a checkout.
GIVEN = (PACKAGE / "_notebooks" / "course", PACKAGE.parent / "notebooks" / "course")
#: What the fresh process does. It is isolated (-I), so nothing in the student's folder or environment is imported.
PROGRAM = "import sys; sys.path.append({root!r}); from kamlab.teach.grading.fresh import main; main()"
#: The environment of the fresh process.
KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "LANG", "LC_ALL")


class GradingError(KamlabError):
    """A notebook cannot be graded; the message says why."""


def grade(
    notebook: Path,
    exercises: Collection[str] | None = None,
    seed: int | None = None,
    checks: Path | None = None,
) -> Report:
    """Grade a notebook of the course, or one made from it.

    Args:
        notebook: the file.
        exercises: the names of the exercises; all of the notebook unless given.
        seed: the seed with which the checks begin; drawn unless given.
        checks: a Python file with exercises and predictions of the teacher's own.

    Raises:
        GradingError: it has no exercise of the course, or the grading process gave no answer.
        NotebookError: the file cannot be read as a notebook.
    """
    (report,) = grade_all([notebook], seed, checks)
    if exercises is None:
        return report
    return replace(report, results=tuple(result for result in report.results if result.name in exercises))


def grade_all(notebooks: Sequence[Path], seed: int | None = None, checks: Path | None = None) -> list[Report]:
    """Grade several notebooks in one fresh process; no notebook's code runs in it, but in a child for each exercise.

    The arguments and errors are those of :func:`grade`.
    """
    drawn = random.SystemRandom().randrange(1, 1 << 31) if seed is None else seed
    found = _run_fresh([_task(notebook, drawn) for notebook in notebooks], checks)
    reports = []
    for notebook, rows in zip(notebooks, found, strict=True):
        if not rows:
            raise GradingError(f"{notebook} has no exercise of kamlab's course")
        reports.append(Report(notebook.name, drawn, results_of(rows)))
    return reports


def _task(notebook: Path, seed: int) -> dict[str, object]:
    cells = read_cells(notebook)
    given = _given(notebook, cells)
    cells = named_as(given, cells)
    names = list(dict.fromkeys([*exercises_in(given), *exercises_in(cells)]))
    return {
        "cells": [[cell.number, cell.source, cell.grade_id] for cell in cells],
        "given": [[cell.number, cell.source, cell.grade_id] for cell in given],
        "exercises": names,
        "chain": [name for name in names if name.startswith("mini-")],
        "seed": seed,
        "folder": str(notebook.resolve().parent),
    }


def _given(notebook: Path, cells: list[Cell]) -> list[Cell]:
    """Return the cells of the course's notebook of the same name, or with the same exercises; none if there is none."""
    course = [path for folder in GIVEN for path in sorted(folder.glob("*.ipynb"))]
    course.sort(key=lambda path: path.name != notebook.name)
    wanted = set(exercises_in(cells))
    for path in course:
        given = read_cells(path)
        if path.name == notebook.name or wanted & set(exercises_in(given)):
            return given
    return []


def _run_fresh(tasks: list[dict[str, object]], checks: Path | None) -> list[list[dict[str, object]]]:
    command = [sys.executable, "-I", "-c", PROGRAM.format(root=str(PACKAGE.parent))]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    asked = json.dumps({"tasks": tasks, "checks": str(checks.resolve()) if checks else ""}).encode()
    done = subprocess.run(command, input=asked, capture_output=True, env=environment, check=False)
    try:
        results: list[list[dict[str, object]]] = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise GradingError(f"the grading process gave no answer: {said[-1] if said else 'it ended'}") from None
    return results
