"""Import modules that were written for Python 2, from the folder of a listing or a notebook.

A finder before Python's own looks at source files in one folder and below, and gives them a loader that rewrites them
as :mod:`.python2` does. Modules elsewhere are loaded as ever. The compiled code is not cached: another Python would
find it, and not the text that it belongs to.
"""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .python2 import Rewritten, compiles_as_cell, to_python3
from .text_joins import TextJoins

#: Called with the name of a file and what was rewritten in it.
Teller = Callable[[str, Rewritten], object]


def compiles_as_file(source: str) -> bool:
    """Return whether a text compiles as a file, in which ``await`` is allowed in functions only."""
    try:
        compile(source, "<listing>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return compiles_as_cell(source)


def compiled(source: str, path: str, tell: Teller) -> CodeType:
    """Compile the text of a file, rewritten if it is Python 2; tracebacks then show the rewritten lines.

    Raises:
        SyntaxError: it is not Python.
    """
    found = to_python3(source, compiles=compiles_as_file)
    if str(found):
        tell(path, found)
    if found.changes:
        lines = found.source.splitlines(keepends=True)
        linecache.cache[path] = (len(found.source), None, lines, path)
    tree = compile(found.source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    return compile(TextJoins().visit(tree), path, "exec", dont_inherit=True)


class _Loader(SourceFileLoader):
    """Loads a source file, rewritten if need be."""

    tell: Teller

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        """Return the code of a file."""
        return compiled(decode_source(data), str(path), self.tell)

    def path_stats(self, path: Any) -> Any:
        """Raise OSError, so that compiled code is neither looked for nor written."""
        raise OSError


class _Finder:
    """Finds the source files of a folder."""

    def __init__(self, folder: Path | None, tell: Teller) -> None:
        self._folder = folder
        self._tell = tell

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module in the folder; ``None`` for any other."""
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader or spec.origin is None:
            return None
        is_own = fullname.partition(".")[0] == __name__.partition(".")[0]
        folder = (self._folder or Path.cwd()).resolve()
        if is_own or "site-packages" in spec.origin or not Path(spec.origin).resolve().is_relative_to(folder):
            return None
        loader = _Loader(fullname, spec.origin)
        loader.tell = self._tell
        spec.loader = loader
        return spec


@contextmanager
def old_modules(folder: Path | None, tell: Teller) -> Iterator[None]:
    """Have modules of a folder rewritten when they are imported within the ``with``.

    Args:
        folder: where they are, or below; ``None`` is the working directory when they are imported.
        tell: called with the name of a file and what was rewritten in it.
    """
    finder: Any = _Finder(folder, tell)
    place = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
    sys.meta_path.insert(place, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
