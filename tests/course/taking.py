"""The exercises of the course's notebooks, and how a cell with an answer in it is tried without a kernel."""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from kamlab.teach.help import reference
from sampling import FULL

ROOT = Path(__file__).parent.parent.parent
COURSE = ROOT / "notebooks" / "course"
ANSWERS = Path(__file__).parent / "answers"
SAYS = "# It says: "


@dataclass(frozen=True)
class Task:
    """An exercise in a notebook: its name, and which cells are the student's and the check's."""

    name: str
    notebook: Path
    cells: tuple[str, ...]
    solution_cell: int
    check_cell: int

    @property
    def stub(self) -> str:
        """What the student finds."""
        return self.cells[self.solution_cell]

    @property
    def solution(self) -> str:
        """An answer that is right."""
        return reference(self.name)

    @property
    def wrong(self) -> list[Path]:
        """Typical mistakes, each with what the check has to say about it in its first line."""
        return [path for path in sorted((ANSWERS / self.name).glob("wrong_*.py")) if path.read_text().startswith(SAYS)]

    def space(self, answer: str, others: dict[int, str] | None = None) -> dict[str, Any]:
        """Run the notebook up to the check with an answer in the student's cell; return all names."""
        return self._run(answer, self.check_cell, others)[0]

    def verdict(self, answer: str, others: dict[int, str] | None = None) -> Any:
        """Return what the check says about an answer."""
        return self._run(answer, self.check_cell + 1, others)[1]

    def _run(self, answer: str, end: int, others: dict[int, str] | None) -> tuple[dict[str, Any], Any]:
        space: dict[str, Any] = {"__name__": "__main__"}
        value = None
        for number, source in enumerate(self.cells[:end]):
            given = answer if number == self.solution_cell else (others or {}).get(number, source)
            aside = number not in (self.solution_cell, self.check_cell) and not FULL
            with contextlib.redirect_stdout(io.StringIO()):
                value = run_cell(given, space, f"<cell {number}>", without_runs=aside)
        return space, value


#: What a statement calls that only shows something, and takes long.
_SHOWS = {"runs", "panel", "figure"}


def _names(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, (ast.Name, ast.Attribute)):
            yield node.id if isinstance(node, ast.Name) else node.attr


def run_cell(source: str, space: dict[str, Any], name: str, *, without_runs: bool = False) -> Any:
    """Run a cell without its magic lines; return the value of its last expression, if it ends in one.

    With ``without_runs`` the statements that only show many runs of a system, or a panel, are left out.
    """
    lines = ["" if line.lstrip().startswith("%") else line for line in source.splitlines()]
    tree = ast.parse("\n".join(lines))
    if without_runs:
        tree.body = [each for each in tree.body if not (isinstance(each, ast.Expr) and _SHOWS & set(_names(each)))]
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), space)
    return eval(compile(ast.Expression(last.value), name, "eval"), space) if last is not None else None


def tasks() -> list[Task]:
    """Return all exercises of all notebooks."""
    found = []
    for path in sorted(COURSE.rglob("*.ipynb")):
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        sources = tuple(cell.source for cell in cells)
        places = {cell.metadata.nbgrader.grade_id: n for n, cell in enumerate(cells) if "nbgrader" in cell.metadata}
        for name, place in places.items():
            if not name.endswith("-check"):
                found.append(Task(name, path, sources, place, places[f"{name}-check"]))
    return found


TASKS = {task.name: task for task in tasks()}


def answers_of(task: Task) -> dict[int, str]:
    """Return right answers for all of the student's cells in an exercise's notebook, by the number of the cell."""
    return {each.solution_cell: each.solution for each in TASKS.values() if each.notebook == task.notebook}
