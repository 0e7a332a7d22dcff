"""Joins of literal texts in listings take bytes that understand text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kamlab.axon.listing import run_listing
from kamlab.axon.text_joins import TextJoins
from kamlab.core.text_bytes import join_texts

LISTING = """\
from Axon.Component import component
from kamlab.core.text_bytes import TextBytes
words = TextBytes(b"to be").split() + ["or"]
joined = "+".join(words)
plain = "+".join(["not", "to"])
print(joined, type(plain).__name__, plain)
"""


def test_a_listing_joins_what_a_socket_delivered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that understand text and texts are joined; a join of texts is a text as ever; nothing is said of it."""
    listing = tmp_path / "listing.py"
    listing.write_text(LISTING)
    run_listing(listing)
    said = capsys.readouterr()
    assert said.out == "to+be+or str not+to\n"
    assert said.err == ""


@pytest.mark.parametrize("code", ["sep.join(x)", "'+'.join(x, y)", "os.path.join('a', 'b')", "b'+'.join(x)"])
def test_other_joins_stay(code: str) -> None:
    """Only a join by a literal text, of one argument, is compiled otherwise."""
    tree = ast.parse(f"import Axon\n{code}")
    assert ast.unparse(TextJoins().visit(tree).body[1]) == code


def test_what_cannot_be_joined_is_refused_as_ever() -> None:
    """A number among the parts is the TypeError of ``str.join``."""
    with pytest.raises(TypeError, match="sequence item 1: expected str instance, int found"):
        join_texts("+", ["a", 1])
