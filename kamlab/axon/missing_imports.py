"""Find the imports that a published listing lacks.

Some pages of the cookbook leave out an import, so the listing fails with a NameError. Where a text imports from Axon or
Kamaelia, a name in it is defined nowhere, and the table offers that name for one object only, the import is clear.
It is also clear where a text names a module of Axon or Kamaelia in full, as in ``Axon.Component.component``, without
importing the package. A file that ``kamlab run`` is told to run is a listing also without such an import, unless it
imports kamlab. In a listing, ``socket.SOL_SOCKET`` without an import means Python's own module.

Names of ``Kamaelia.Experimental`` are never added: its chassis have the names of the ordinary ones.

>>> missing_imports("from Kamaelia.Chassis.Pipeline import Pipeline\\nPipeline(ConsoleReader(), unknown())")
('from Kamaelia.Util.Console import ConsoleReader',)
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Container, Iterator

from .table import MODULES, PACKAGES

ROOTS = ("Axon", "Kamaelia")
EXPERIMENTAL = "Kamaelia.Experimental."


def missing_imports(source: str, defined: Container[str] = (), is_listing: bool = False) -> tuple[str, ...]:
    """Return the import statements that a listing lacks, in the order of the names.

    Args:
        source: the text of a file or a cell.
        defined: names that exist already where it runs.
        is_listing: whether it is one even if it imports nothing from Axon or Kamaelia.
    """
    try:
        tree = compile(source, "<listing>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    imported = [module for node in ast.walk(tree) for module in (*modules_of(node), *_named_in_full(node))]
    roots = {module.partition(".")[0] for module in imported}
    if roots.isdisjoint(ROOTS) and (not is_listing or "kamlab" in roots):
        return ()
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    bound = {name for node in ast.walk(tree) for name in _bound_by(node)}
    if "*" in bound:
        return ()
    missing = sorted(name for name in used - bound if name not in defined and not hasattr(builtins, name))
    modules = {name for node in ast.walk(tree) for name in _as_module(node)}
    return tuple(statement for name in missing for statement in _import_of(name, name in modules))


def as_notice(imports: tuple[str, ...]) -> str:
    """Return one line that says what was imported; "" if nothing was.

    >>> as_notice(("from Kamaelia.Util.Console import ConsoleReader",))
    'This listing lacks an import, which was added: from Kamaelia.Util.Console import ConsoleReader'
    """
    if not imports:
        return ""
    what = "an import, which was" if len(imports) == 1 else "imports, which were"
    return f"This listing lacks {what} added: {'; '.join(imports)}"


def _import_of(name: str, as_module: bool) -> Iterator[str]:
    if as_module and (name in ROOTS or name in sys.stdlib_module_names):
        yield f"import {name}"
        return
    homes = [path for path, names in MODULES.items() if name in names and not path.startswith(EXPERIMENTAL)]
    if len({MODULES[path][name].target for path in homes}) == 1:
        yield f"from {homes[0]} import {name}"


def modules_of(node: ast.AST) -> list[str]:
    """Return the modules that an import statement names."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
    return []


def _as_module(node: ast.AST) -> list[str]:
    """Return the name in an expression such as ``socket.SOL_SOCKET``."""
    match node:
        case ast.Attribute(value=ast.Name(id=name)):
            return [name]
    return []


def _named_in_full(node: ast.AST) -> list[str]:
    """Return the module that an expression such as ``Axon.Component`` names."""
    match node:
        case ast.Attribute(value=ast.Name(id=root), attr=name) if f"{root}.{name}" in {*MODULES, *PACKAGES}:
            return [f"{root}.{name}"]
    return []


def _bound_by(node: ast.AST) -> list[str]:
    """Return the names that a node defines; "*" for what cannot be known."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return [name]
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Import(names=names):
            return [(alias.asname or alias.name).partition(".")[0] for alias in names]
        case ast.ImportFrom(module=module, names=names):
            stars = [name for alias in names if alias.name == "*" for name in MODULES.get(module or "", ("*",))]
            return [*stars, *(alias.asname or alias.name for alias in names if alias.name != "*")]
    return []
