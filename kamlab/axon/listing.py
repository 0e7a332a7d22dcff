"""Run a listing from a file, in the old or the new spelling, written for Python 2 or 3."""

from __future__ import annotations

import builtins
import sys
import tokenize
import types
from collections.abc import Sequence
from pathlib import Path

from .missing_imports import as_notice, missing_imports
from .python2 import Rewritten, to_python3
from .python2_modules import compiled, compiles_as_file, old_modules


def run_listing(path: Path, arguments: Sequence[str] = ()) -> None:
    """Run a file as ``python FILE`` does, with ``Axon.*`` and ``Kamaelia.*`` importable.

    Python 2 code in it, and in the modules of its folder that it imports, is rewritten, and one line on stderr says so;
    tracebacks show the rewritten lines. Imports from Axon and Kamaelia that it lacks are added, and one line says so.

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
    name, folder = str(path), path.resolve().parent
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=name, __builtins__=builtins)
    before = sys.modules["__main__"], sys.argv, list(sys.path)
    sys.path.insert(0, str(folder))
    try:
        code = compiled(source, name, _tell)
        imports = missing_imports(to_python3(source, compiles=compiles_as_file).source, is_listing=True)
        if imports:
            print(f"kamlab: {path.name}: {as_notice(imports)}", file=sys.stderr)
        sys.modules["__main__"], sys.argv = main, [name, *arguments]
        with old_modules(folder, _tell):
            for statement in imports:
                exec(statement, main.__dict__)
            exec(code, main.__dict__)
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = before


def _tell(path: str, found: Rewritten) -> None:
    print(f"kamlab: {Path(path).name}: {found}", file=sys.stderr)
