"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import kamlab

TESTS = sorted(Path(__file__).parent.rglob("test_*.py"))
MODULES = sorted(Path(kamlab.__file__).parent.rglob("*.py"))

#: The rooms whose names are public.
ROOMS = ["kamlab"] + [
    f"kamlab.{room}" for room in ("chassis", "analysis", "exploration", "net", "parts", "replay", "teach", "views")
]
NAMES = [(room, name) for room in ROOMS for name in importlib.import_module(room).__all__]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_states_its_rule(path: Path) -> None:
    """Each test has a sentence that says what must hold."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert [node.name for node in tests if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("name", kamlab.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    """What the package offers can be had, and says what it is."""
    assert (getattr(kamlab, name).__doc__ or "").strip()


@pytest.mark.parametrize(("room", "name"), NAMES)
def test_every_public_name_has_an_example(room: str, name: str) -> None:
    """What a room offers shows in its docstring how it is used; the doctests run that."""
    assert ">>> " in (getattr(importlib.import_module(room), name).__doc__ or "")


def test_no_example_is_left_out() -> None:
    """Each example in a docstring runs."""
    assert [path.name for path in MODULES if re.search(r"#\s*doctest:.*SKIP", path.read_text(encoding="utf-8"))] == []


def test_the_lazy_names_are_all_offered() -> None:
    """Every name that is loaded late is in __all__."""
    assert set(kamlab._HOMES) <= set(kamlab.__all__)


def test_an_unknown_name_says_what_there_is() -> None:
    """A wrong name is an AttributeError that lists the right ones."""
    with pytest.raises(AttributeError, match="Backplane"):
        kamlab.Backplain
