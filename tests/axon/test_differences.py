"""The page that says what is different names what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from kamlab.axon import python2_names
from kamlab.core.text_bytes import CURES

PAGE = (Path(__file__).parents[2] / "docs" / "differences.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*python2_names.BUILTINS, *python2_names.CALLED, *python2_names.LISTS])
def test_the_page_names_the_rewritten_built_ins(name: str) -> None:
    """Each built-in that is rewritten is on the page."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("cure", [cure for _, cure in CURES])
def test_the_page_has_the_cures(cure: str) -> None:
    """What a traceback says is to be written instead is in the table, too."""
    example = cure.partition(": ")[2] or cure.partition(", ")[2].partition(", or")[0]
    assert example in PAGE


@pytest.mark.parametrize("name", ["drop_rest", "received_as", "TextBytes", "python2_library"])
def test_the_page_names_the_options(name: str) -> None:
    """The names with which a user chooses are on the page."""
    assert name in PAGE
