"""Joins of literal texts in cells take bytes that understand text."""

from __future__ import annotations

from typing import Any

from kamlab.axon.text_joins import TextJoins
from kamlab.core.text_bytes import TextBytes


def test_a_cell_joins_what_a_socket_delivered(shell: Any) -> None:
    """In a session with the old names it works in every cell, whose text stays as it is; it ends with the extension."""
    shell.run_line_magic("load_ext", "kamlab")
    shell.run_cell("import Axon\nfrom kamlab.core.text_bytes import TextBytes").raise_error()
    result = shell.run_cell("'+'.join(TextBytes(b'to be').split())")
    result.raise_error()
    assert result.result == TextBytes(b"to+be")
    assert result.info.raw_cell.startswith("'+'.join")
    shell.run_line_magic("unload_ext", "kamlab")
    assert not any(isinstance(transformer, TextJoins) for transformer in shell.ast_transformers)
