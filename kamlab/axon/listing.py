"""Run a listing from a file, in the old or the new spelling, written for Python 2 or 3."""

from __future__ import annotations

import builtins
import linecache
import sys
import tokenize
import types
from collections.abc import Sequence
from pathlib import Path

from .missing_imports import as_notice, missing_imports
from .python2 import compiles_as_cell, to_python3


def run_listing(path: Path, arguments: Sequence[str] = ()) -> None:
    """Run a file as ``python FILE`` does, with ``Axon.*`` and ``Kamaelia.*`` importable.

    Python 2 code in it is rewritten, and one line on stderr says so; tracebacks show the rewritten lines. Imports from
    Axon and Kamaelia that it lacks are added, and one line says so as well.

    Args:
        path: the file.
        arguments: what ``sys.argv`` holds behind the name of the file.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it is not Python.
        Exception: whatever the listing raises.
    """
    with tokenize.open(path) as file:  # heeds a coding line
        source = file.read()
    found = to_python3(source, compiles=_compiles)
    name = str(path)
    if found.changes:
        print(f"kamlab: {path.name}: {found}", file=sys.stderr)
        lines = found.source.splitlines(keepends=True)
        linecache.cache[name] = (len(found.source), None, lines, name)
    code = compile(found.source, name, "exec", dont_inherit=True)
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=name, __builtins__=builtins)
    imports = missing_imports(found.source)
    if imports:
        print(f"kamlab: {path.name}: {as_notice(imports)}", file=sys.stderr)
    before = sys.modules["__main__"], sys.argv, list(sys.path)
    sys.modules["__main__"], sys.argv = main, [name, *arguments]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        for statement in imports:
            exec(statement, main.__dict__)
        exec(code, main.__dict__)
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = before


def _compiles(source: str) -> bool:
    """Return whether a text compiles as a file, in which ``await`` is allowed in functions only."""
    try:
        compile(source, "<listing>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return compiles_as_cell(source)
