"""Grades a notebook in a fresh process."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

from ...core.errors import KamlabError
from .cells import Cell, exercises_in, read_cells
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


def grade(notebook: Path, exercises: list[str] | None = None, seed: int | None = None) -> Report:
    """Grade a notebook of the course, or one made from it.

    Args:
        notebook: the file.
        exercises: the names of the exercises; all of the notebook unless given.
        seed: the seed with which the checks begin; drawn unless given.

    Raises:
        GradingError: it has no exercise of the course, or the grading process gave no answer.
        NotebookError: the file cannot be read as a notebook.
    """
    cells, given = read_cells(notebook), _given(notebook)
    found = exercises if exercises is not None else list(dict.fromkeys([*exercises_in(given), *exercises_in(cells)]))
    drawn = random.SystemRandom().randrange(1, 1 << 31) if seed is None else seed
    task = {
        "cells": [[cell.number, cell.source, cell.grade_id] for cell in cells],
        "given": [[cell.number, cell.source, cell.grade_id] for cell in given],
        "exercises": found,
        "chain": [name for name in found if name.startswith("mini-")],
        "seed": drawn,
    }
    results = results_of(_run_fresh(task, notebook))
    if not results:
        raise GradingError(f"{notebook} has no exercise of kamlab's course")
    return Report(notebook.name, drawn, results)


def _given(notebook: Path) -> list[Cell]:
    """Return the cells of the course's notebook of the same name; none if there is no such notebook."""
    for folder in GIVEN:
        path = folder / notebook.name
        if path.is_file():
            return read_cells(path)
    return []


def _run_fresh(task: object, notebook: Path) -> list[dict[str, object]]:
    command = [sys.executable, "-I", "-c", PROGRAM.format(root=str(PACKAGE.parent))]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    done = subprocess.run(
        command, input=json.dumps(task).encode(), capture_output=True, env=environment, cwd=notebook.resolve().parent
    )
    try:
        results: list[dict[str, object]] = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise GradingError(f"{notebook} could not be graded: {said[-1] if said else 'no answer'}") from None
    return results
