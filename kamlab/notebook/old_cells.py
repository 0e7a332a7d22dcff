"""Cells written for Python 2 are rewritten before IPython compiles them, and imports that a listing in a cell lacks are
added; one line under the cell says so.

Rewritten, too, are modules that a cell imports from the folder of the notebook. Joins of texts are compiled so that
they take bytes that understand text.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..axon.missing_imports import as_notice, missing_imports
from ..axon.python2 import to_python3
from ..axon.python2_modules import old_modules
from ..axon.text_joins import TextJoins
from . import cells


def rewrite_old_cells(shell: Any) -> Callable[[], None]:
    """Rewrite Python 2 in the cells of a session, and add imports, from now on; return a function that undoes this.

    It is one of IPython's ``input_transformers_post``: magics have become calls before it, so what is left is Python.
    IPython transforms a cell before it begins, so the line is printed when it does; the text under a cell magic is
    transformed within the cell.
    """
    told: list[str] = []
    lacking: list[str] = []
    said: set[str] = set()

    def rewrite(lines: list[str]) -> list[str]:
        found = to_python3("".join(lines), shell.user_ns)
        if str(found) and not cells.here():
            told[:] = [str(found)]
        elif str(found) and found.source not in said:
            said.add(found.source)
            print(found)
        lacking[:] = missing_imports(found.source, shell.user_ns)
        if cells.here():
            add_imports()
        return found.source.splitlines(keepends=True)

    def add_imports() -> None:
        imports, lacking[:] = tuple(lacking), ()
        for statement in imports:
            exec(statement, shell.user_ns)
        if imports:
            print(as_notice(imports))

    def tell(_info: Any = None) -> None:
        said.clear()
        while told:
            print(told.pop())
        add_imports()

    modules = ExitStack()
    modules.enter_context(old_modules(None, lambda path, found: print(f"{Path(path).name}: {found}")))

    joins = TextJoins()

    def undo() -> None:
        modules.close()
        shell.ast_transformers.remove(joins)
        shell.input_transformers_post.remove(rewrite)
        shell.events.unregister("pre_execute", tell)

    shell.input_transformers_post.append(rewrite)
    shell.ast_transformers.append(joins)
    shell.events.register("pre_execute", tell)
    return undo
