"""The rooms of the house and which of them may know which: the imports run one way."""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import kamlab

ROOT = Path(kamlab.__file__).parent

#: Whom each room may import. A room not named here is a mistake, so that a new one has to be thought about.
MAY_KNOW: dict[str, set[str]] = {
    "core": set(),
    "browser": {"core", "lab"},
    "chassis": {"core"},
    "parts": {"core", "chassis"},
    "backplane": {"core", "chassis", "parts"},
    "net": {"core"},
    "protocols": {"core", "chassis", "parts", "backplane", "net"},
    "handle": {"core"},
    "like_file": {"core", "handle"},
    "analysis": {"core"},
    "replay": {"core", "analysis"},
    "views": {"core", "analysis", "replay"},
    "lab": {"core", "analysis", "replay", "net", "views", "notebook"},
    "exploration": {"core", "chassis", "net", "analysis", "replay", "views", "lab", "notebook"},
    "teach": {"core", "analysis", "replay", "views", "lab", "exploration", "notebook"},
    "testing": {"core", "chassis", "parts", "backplane", "net", "handle", "views", "lab", "exploration", "kamlab"},
    "notebook": {
        *("browser", "core", "parts", "backplane", "analysis", "replay", "net", "views", "lab", "teach", "handle"),
        *("axon", "kamlab"),
    },
    "axon": {
        "core",
        "chassis",
        "parts",
        "backplane",
        "net",
        "handle",
        "like_file",
        "protocols",
        "views",
        "lab",
        "kamlab",
    },
    "site": {"core", "kamlab"},
    "demo": {"core", "chassis", "parts", "backplane", "net", "handle", "views", "lab", "kamlab"},
    "__init__": {
        "browser",
        "core",
        "chassis",
        "parts",
        "backplane",
        "net",
        "handle",
        "like_file",
        "views",
        "lab",
        "replay",
        "notebook",
        "exploration",
    },
    "__main__": {"core", "demo", "lab", "notebook", "axon", "site", "teach", "exploration", "kamlab"},
}

#: What these import at once, when they are imported themselves; the rest of what they know only when it is needed.
AT_ONCE = {
    "lab": {"core", "analysis", "replay"},
    "exploration": {"core", "chassis", "net", "analysis", "replay", "views", "lab"},
    "teach": {"core", "analysis", "replay", "views", "lab", "exploration"},
    "__init__": {"browser", "core", "lab"},
}

#: What the engine may not know, although it comes with Python.
NOT_FOR_CORE = {
    "socket",
    "select",
    "selectors",
    "asyncio",
    "ssl",
    "http",
    "urllib",
    "concurrent",
    "multiprocessing",
    "subprocess",
}

#: What only the notebook's room may know.
FOR_NOTEBOOKS = {"IPython", "ipykernel", "ipywidgets", "anywidget", "traitlets", "nest_asyncio", "nest_asyncio2"}


class Import(NamedTuple):
    """An import statement: who imports what, whether as soon as the module itself is imported, or for types only."""

    module: str
    room: str
    target: str
    at_once: bool
    for_types: bool

    def __str__(self) -> str:
        return f"{self.module} imports {self.target}"

    @property
    def target_room(self) -> str:
        """The room of what is imported, or the name of the package it is from."""
        first, *rest = self.target.split(".")
        if first != "kamlab":
            return first
        if not rest or not ((ROOT / rest[0]).is_dir() or (ROOT / f"{rest[0]}.py").exists()):
            return "kamlab"  # a name from the package's own list
        return rest[0]


@functools.cache
def imports() -> tuple[Import, ...]:
    """Return every import statement of the package."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        package = ["kamlab", *parts[:-1]]
        name = ".".join(["kamlab", *parts])
        for node, at_once, for_types in walk(ast.parse(path.read_text(encoding="utf-8"))):
            found += [Import(name, parts[0], target, at_once, for_types) for target in targets_of(node, package)]
    return tuple(found)


def walk(node: ast.AST, at_once: bool = True, for_types: bool = False) -> Iterator[tuple[ast.AST, bool, bool]]:
    """Yield the imports below a node; those in functions and for type checkers are not done at once."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, at_once, for_types
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from walk(child, False, for_types)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            yield from walk(child, False, True)
        elif not isinstance(child, ast.expr):  # no expression has an import in it
            yield from walk(child, at_once, for_types)


def targets_of(node: ast.AST, package: list[str]) -> list[str]:
    """Return the full names of what an import statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert isinstance(node, ast.ImportFrom)
    base = package[: len(package) - node.level + 1] if node.level else []
    module = ".".join([*base, *([node.module] if node.module else [])])
    names = [f"{module}.{alias.name}" for alias in node.names]
    if module in ("kamlab", *base[:1]):
        return names
    return sorted({name if is_file(name) else module for name in names})


def is_file(module: str) -> bool:
    """Return whether this is a module of the package, rather than a name in one."""
    path = ROOT.parent.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


ROOMS = sorted({path.relative_to(ROOT).with_suffix("").parts[0] for path in ROOT.rglob("*.py")})


def test_every_room_has_its_arrows() -> None:
    """Each room of the package is in the table above."""
    assert set(ROOMS) <= set(MAY_KNOW)
    assert len([each for each in imports() if each.target_room in MAY_KNOW]) > 100  # the finder does find them


@pytest.mark.parametrize("room", sorted(MAY_KNOW))
def test_a_room_knows_only_those_it_may(room: str) -> None:
    """No module imports a room against the arrows."""
    wrong = [
        str(each)
        for each in imports()
        if each.room == room
        and each.target.split(".")[0] == "kamlab"
        and each.target_room != room
        and each.target_room not in MAY_KNOW[room]
        and not each.for_types
    ]
    assert wrong == []


def test_few_imports_for_types_run_against_the_arrows() -> None:
    """The type of a lab is the one that rooms below it name, and only where a Protocol would repeat the class."""
    against = [
        each
        for each in imports()
        if each.for_types and each.target_room in MAY_KNOW and each.target_room not in {each.room, *MAY_KNOW[each.room]}
    ]
    assert {each.target for each in against} <= {"kamlab.lab"}
    assert {each.room for each in against} <= {"replay"}
    assert len(against) <= 4


def test_the_arrows_run_one_way() -> None:
    """No two rooms know each other, directly or over others, but for what the package and the lab offer at need."""
    known = {room: AT_ONCE.get(room, others) - {"kamlab"} for room, others in MAY_KNOW.items()}

    def reachable(room: str, seen: frozenset[str] = frozenset()) -> set[str]:
        return {each for other in known[room] - seen for each in {other, *reachable(other, seen | {other})}}

    assert [room for room in known if room in reachable(room)] == []


@pytest.mark.parametrize("room", sorted(AT_ONCE))
def test_what_is_not_needed_yet_is_not_imported_yet(room: str) -> None:
    """The package, the lab, the teacher and exploring import what not everybody needs in functions only."""
    wrong = [
        str(each)
        for each in imports()
        if each.room == room and each.at_once and each.target_room in MAY_KNOW.keys() - AT_ONCE[room] - {room}
    ]
    assert wrong == []


def test_core_knows_nobody() -> None:
    """The engine imports itself and the standard library, without sockets, event loops and processes."""
    wrong = [
        str(each)
        for each in imports()
        if each.room == "core"
        and each.target_room != "core"
        and (each.target_room not in sys.stdlib_module_names or each.target_room in NOT_FOR_CORE)
    ]
    assert wrong == []


def test_only_the_notebook_room_knows_notebooks() -> None:
    """IPython, widgets and their kin are imported in notebook/ only; matplotlib there and in views/, never at once."""
    for each in imports():
        if each.target_room in FOR_NOTEBOOKS:
            assert each.room == "notebook" or not each.at_once, each
            assert each.room in ("notebook", "__main__", "demo"), each
        if each.target_room == "matplotlib":
            assert each.room in ("notebook", "views"), each
            assert not each.at_once, each


def test_nobody_but_front_ends_imports_the_old_spelling() -> None:
    """kamlab.axon is imported by itself, the notebook and the command line only."""
    assert {each.room for each in imports() if each.target_room == "axon"} <= {"axon", "notebook", "__main__"}


def circles_in(room: str) -> dict[str, set[str]]:
    """Return the files of a room that import one another, at once or when they are called, and what they import."""
    files: dict[str, set[str]] = {}
    for each in imports():
        if each.room == room and not each.for_types:
            module, target = (name.removesuffix(".__init__") for name in (each.module, each.target))
            files.setdefault(module, set()).update({target} - {module})
    while leaves := {file for file, targets in files.items() if not targets & files.keys()}:
        files = {file: targets for file, targets in files.items() if file not in leaves}
    return {file: targets & files.keys() for file, targets in files.items()}


@pytest.mark.parametrize("room", sorted(set(ROOMS) - {"__init__", "__main__"}))
def test_no_files_of_a_room_import_one_another(room: str) -> None:
    """Within a room the imports form no circle, whether they are done at once or within functions."""
    assert circles_in(room) == {}


#: Names with an underscore that are public all the same: of named tuples, of Python, and of IPython's protocol.
PUBLIC = {"_asdict", "_current_frames", "_exit", "_fields", "_getframe", "_replace", "_set_running_loop"}


@functools.cache
def private_uses() -> list[tuple[str, str]]:
    """Return where a file uses a private name of an object of another class than its own: the room, and the place."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = {id(node): names for cls in classes_in(tree) for names in [own_names(cls)] for node in ast.walk(cls)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and re.fullmatch(r"_(?!_|repr_)\w+", node.attr):
                mine = ast.unparse(node.value) in ("self", "cls", "super()") or node.attr in own.get(id(node), ())
                if not mine and node.attr not in PUBLIC:
                    found.append((parts[0], f"{'/'.join(parts)}:{node.lineno} {ast.unparse(node)}"))
    return found


def classes_in(tree: ast.AST) -> Iterator[ast.ClassDef]:
    """Yield the classes of a file, the outer ones first."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def own_names(cls: ast.ClassDef) -> set[str]:
    """Return the names of a class's methods, and of what they set in self: it may use those of a second instance."""
    set_here = {
        node.attr
        for node in ast.walk(cls)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return set_here | {node.name for node in cls.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_private_names_stay_private() -> None:
    """Files use few private names of other objects; what the engine knows of a component they read from its task."""
    outside = [place for room, place in private_uses() if room != "core"]
    assert len(outside) < 12, outside
    assert len(private_uses()) < 40, private_uses()
