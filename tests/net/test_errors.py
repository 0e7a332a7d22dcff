"""The errors of the network are the tree that their module draws."""

from __future__ import annotations

import builtins
import re

import pytest

from kamlab.core.errors import KamlabError
from kamlab.net import errors

#: Each line of the drawing: the branches before a name, the name, and the built-in errors in brackets.
DRAWN = re.findall(r"^    ([│├└─ ]*)(\w+)(?: +\(([\w, ]+)\))?", (errors.__doc__ or "").split("::\n\n")[1], re.MULTILINE)


def test_every_error_is_drawn() -> None:
    """The drawing has every name that the module offers, once."""
    assert sorted(name for _, name, _ in DRAWN) == sorted([*errors.__all__, "KamlabError"])


@pytest.mark.parametrize("number", range(1, len(DRAWN)), ids=[name for _, name, _ in DRAWN[1:]])
def test_an_error_hangs_where_it_is_drawn(number: int) -> None:
    """The base of an error is the one above it in the drawing, beside the built-in ones in brackets."""
    branch, name, brackets = DRAWN[number]
    above = next(name for other, name, _ in reversed(DRAWN[:number]) if len(other) < len(branch))
    base = getattr(errors, above, KamlabError)
    builtin = [getattr(builtins, kind) for kind in brackets.split(", ") if kind]
    assert getattr(errors, name).__bases__ == (base, *builtin)
