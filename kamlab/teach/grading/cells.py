"""Reads a notebook's cells, and takes from them what an exercise needs.

Of the student's own cell everything runs. Of the other cells only those statements run that bind or change a name that
is needed, directly or for another one: the classes and functions of the system, not the runs, panels and questions that
the notebook shows. So grading is quick, and does not depend on a kernel.
"""

from __future__ import annotations

import ast
import json
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...core.errors import KamlabError

CHECK = "-check"


class NotebookError(KamlabError):
    """A file cannot be read as a notebook; the message says why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its number among the code cells, its source, its name for graders, and its id, if it has them."""

    number: int
    source: str
    grade_id: str = ""
    id: str = ""

    @property
    def file(self) -> str:
        """The name of the file that tracebacks show."""
        return f"<cell {self.number}>"

    @property
    def python(self) -> str:
        """The source without lines for IPython; nothing of a cell that is for IPython as a whole."""
        if self.source.lstrip().startswith("%%"):
            return ""
        return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in self.source.splitlines())


@dataclass(frozen=True, slots=True)
class Part:
    """Statements of one cell that are to be run; ``own`` if the cell is the student's own for this exercise."""

    cell: Cell
    tree: ast.Module
    own: bool


def read_cells(path: Path) -> list[Cell]:
    """Return the code cells of a notebook.

    Raises:
        NotebookError: the file is missing, or is not a notebook.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        return [
            Cell(number, "".join(cell["source"]), _grade_id(cell.get("metadata", {})), str(cell.get("id", "")))
            for number, cell in enumerate(found)
        ]
    except OSError as error:
        raise NotebookError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotebookError(f"{path} is not a notebook of format 4 (JSON with a list of cells)") from None


def _grade_id(metadata: Any) -> str:
    return str(metadata.get("nbgrader", {}).get("grade_id", ""))


def named_as(given: list[Cell], cells: list[Cell]) -> list[Cell]:
    """Return cells with the names of the given ones of the same id; nbgrader takes away names it does not need."""
    names = {cell.id: cell.grade_id for cell in given if cell.id}
    there = {"", *(cell.grade_id for cell in cells)}
    wanted = {cell: names.get(cell.id, "") for cell in cells if not cell.grade_id}
    return [replace(cell, grade_id=name) if (name := wanted.get(cell, "")) not in there else cell for cell in cells]


def exercises_in(cells: Iterable[Cell]) -> list[str]:
    """Return the names of the exercises, in the order of their checks.

    >>> exercises_in([Cell(0, ""), Cell(1, "", "deadlock"), Cell(2, "", "deadlock-check")])
    ['deadlock']
    """
    return [cell.grade_id.removesuffix(CHECK) for cell in cells if cell.grade_id.endswith(CHECK)]


def parts_for(cells: list[Cell], name: str, wanted: Iterable[str]) -> list[Part]:
    """Return what has to be run, in order, so that the wanted names are there.

    Args:
        cells: the notebook's cells.
        name: the exercise; its own cell runs as a whole.
        wanted: the names that are handed in.

    Raises:
        SyntaxError: in the exercise's own cell.
    """
    until = [cell for cell in cells if cell.number < _end(cells, name) and not cell.grade_id.endswith(CHECK)]
    statements = [
        (cell, statement, cell.grade_id == name) for cell in until for statement in _parsed(cell, cell.grade_id == name)
    ]
    needed, taken = set(wanted), set[int]()
    while more := [
        place
        for place, (_, statement, own) in enumerate(statements)
        if place not in taken and (own or needed & _binds(statement))
    ]:
        for place in more:
            taken.add(place)
            needed |= _uses(statements[place][1])
    return [
        Part(cell, ast.Module([statement], []), own)
        for place, (cell, statement, own) in enumerate(statements)
        if place in taken
    ]


def _end(cells: list[Cell], name: str) -> int:
    return next((cell.number for cell in cells if cell.grade_id == f"{name}{CHECK}"), len(cells))


def _parsed(cell: Cell, own: bool) -> list[ast.stmt]:
    try:
        return ast.parse(cell.python, cell.file).body
    except SyntaxError:
        if own:
            raise
        return []


def _uses(statement: ast.stmt) -> set[str]:
    """Return the global names that a statement reads, also in the functions that it defines."""

    def read(table: symtable.SymbolTable) -> Iterator[str]:
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_referenced() if top else symbol.is_global():
                yield symbol.get_name()
        for inner in table.get_children():
            yield from read(inner)

    return set(read(symtable.symtable(ast.unparse(statement), "<cell>", "exec")))


def _binds(statement: ast.stmt) -> set[str]:
    """Return the global names that a statement binds, or whose values it changes."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            names |= _root(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(statement, ast.Expr):
            names |= _root(node.func)
    return names


def _root(node: ast.expr) -> set[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
