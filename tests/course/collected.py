"""The collected answers of students who never saw a check: which there are, and what the check says of one of them.

An answer replaces the source of the solution cell. Of the cells before it only what defines something is run, so that
hundreds of answers can be tried; ``taking.py`` runs whole notebooks. Right answers are in files ``right_*.py`` whose
first line is ``# Way: ...``; wrong ones in files ``wrong_*.py`` whose first line is ``# Fault: ...``.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .taking import ANSWERS, TASKS, Task, run_cell

WAY, FAULT = "# Way: ", "# Fault: "


@dataclass(frozen=True)
class Answer:
    """A file with an answer, and the exercise that it answers."""

    task: Task
    path: Path

    @property
    def name(self) -> str:
        """Exercise and file, as a test shows it."""
        return f"{self.task.name}/{self.path.stem}"

    @property
    def source(self) -> str:
        """What the student writes into the solution cell."""
        return self.path.read_text()

    @property
    def summary(self) -> str:
        """What the first line says: the way of a right answer, the fault of a wrong one."""
        return self.source.partition("\n")[0].partition(": ")[2]

    def verdict(self) -> Any:
        """Return what the check says."""
        with _undone(), contextlib.redirect_stdout(io.StringIO()):
            space: dict[str, Any] = {"__name__": "__main__"}
            for number, source in enumerate(self.task.cells[: self.task.check_cell]):
                if number == self.task.solution_cell:
                    run_cell(self.source, space, "<answer>")
                else:
                    run_cell(definitions(_in_place_of(self.task, number) or source), space, f"<cell {number}>")
            return run_cell(self.task.cells[self.task.check_cell], space, "<check>")


def answers(kind: str) -> list[Answer]:
    """Return the collected answers of a kind, ``"right"`` or ``"wrong"``, in the order of their names."""
    first = WAY if kind == "right" else FAULT
    found = (Answer(TASKS[path.parent.name], path) for path in sorted(ANSWERS.glob(f"*/{kind}_*.py")))
    return [answer for answer in found if answer.source.startswith(first)]


def _in_place_of(task: Task, number: int) -> str | None:
    """Return a right answer for a cell that is the student's in another exercise of the same notebook."""
    for answer in answers("right"):
        if answer.task is not task and answer.task.notebook == task.notebook and answer.task.solution_cell == number:
            return answer.source
    return None


@functools.cache
def definitions(source: str) -> str:
    """Return a cell without magic lines and without all that only runs or shows something.

    Kept are imports, classes, functions, and names for literals.

    >>> definitions("%load_ext kamlab\\nWORD = 'LETTER'\\nlab = Lab(build=broken)\\nlab.run()")
    "WORD = 'LETTER'"
    """
    lines = ["" if line.lstrip().startswith("%") else line for line in source.splitlines()]
    tree = ast.parse("\n".join(lines))
    tree.body = [statement for statement in tree.body if _defines(statement)]
    return ast.unparse(tree)


def _defines(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return not any(isinstance(node, (ast.Call, ast.Name)) for node in ast.walk(statement.value))
    return isinstance(statement, (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef))


@contextlib.contextmanager
def _undone() -> Iterator[None]:
    """Undo afterwards what an answer does to the module of a check, or to the environment."""
    modules = [importlib.import_module(f"kamlab.teach.exercises.{name.replace('-', '_')}") for name in TASKS]
    names = [dict(vars(module)) for module in modules]
    environment = dict(os.environ)
    try:
        yield
    finally:
        for module, before in zip(modules, names, strict=True):
            vars(module).clear()
            vars(module).update(before)
        os.environ.clear()
        os.environ.update(environment)
