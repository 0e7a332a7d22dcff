"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import kamlab

TESTS = sorted(Path(__file__).parent.rglob("test_*.py"))


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


def test_the_lazy_names_are_all_offered() -> None:
    """Every name that is loaded late is in __all__."""
    assert set(kamlab._HOMES) <= set(kamlab.__all__)


def test_an_unknown_name_says_what_there_is() -> None:
    """A wrong name is an AttributeError that lists the right ones."""
    with pytest.raises(AttributeError, match="Backplane"):
        kamlab.Backplain
