"""The arrows between the rooms run one way, and importing the package is quick and brings in little."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "kamlab"

#: Which rooms each room may import from, itself aside. Files of the top level are rooms of one file.
ARROWS: dict[str, set[str]] = {
    "core": set(),
    "chassis": {"core"},
    "parts": {"core", "chassis"},
    "backplane": {"core", "chassis", "parts"},
    "net": {"core"},
    "handle": {"core"},
    "views": {"core"},
    "lab": {"core", "net", "views"},
    "testing": {"core", "lab"},
    "notebook": {"core", "lab", "views", "net", "axon"},
    "axon": {"core", "chassis", "parts", "backplane", "net", "handle", "lab"},
}

#: What the engine must not know of.
FORBIDDEN_IN_CORE = {"socket", "selectors", "asyncio", "IPython", "ipywidgets", "anywidget", "matplotlib", "traitlets"}


def imports(path: Path) -> Iterator[str]:
    """Yield the absolute names of the modules that a file imports, anywhere in it."""
    package = ("kamlab", *path.relative_to(PACKAGE).with_suffix("").parts)[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    """Return the rooms of the package that a file imports from."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("kamlab.") and name.split(".")[1] in ARROWS}


@pytest.mark.parametrize("room", ARROWS)
def test_arrows_run_one_way(room: str) -> None:
    """A room imports only from the rooms below it."""
    single = PACKAGE / f"{room}.py"
    files = [single] if single.exists() else sorted((PACKAGE / room).glob("**/*.py"))
    assert files
    for path in files:
        assert rooms_imported(path) - {room} <= ARROWS[room], path


def test_every_room_is_on_the_map() -> None:
    """A new folder of the package must say where its arrows may go."""
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(ARROWS)


def test_the_engine_knows_nothing_outside() -> None:
    """The core imports no socket, no asyncio, no widget and no IPython."""
    for path in (PACKAGE / "core").glob("*.py"):
        assert {name.split(".")[0] for name in imports(path)} & FORBIDDEN_IN_CORE == set(), path


def test_importing_brings_in_little() -> None:
    """Import kamlab: no matplotlib, IPython, widgets, asyncio or socket comes with it."""
    code = "import sys, json, kamlab; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", code])))
    assert not loaded & FORBIDDEN_IN_CORE


def test_importing_is_quick() -> None:
    """Import kamlab takes less than 150 ms, at the best of five."""
    code = "import time; t = time.perf_counter(); import kamlab; print(time.perf_counter() - t)"
    times = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5)]
    assert min(times) < 0.15
