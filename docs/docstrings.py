"""Prepares docstrings for the site: examples become code blocks, and cross-references code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import griffe

#: A cross-reference such as :class:`~kamlab.core.world.World`.
_ROLE = re.compile(r":(?:class|func|meth|mod|data|attr|exc):`([~.]?)([\w.]+)`")


class Docstrings(griffe.Extension):
    """Rewrites the docstring of each object before it is read."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring is not None:
            text = _ROLE.sub(_as_code, obj.docstring.value)
            obj.docstring.value = "\n".join(_fenced(text.split("\n")))


def _as_code(found: re.Match[str]) -> str:
    return f"`{found[2].rpartition('.')[2] if found[1] else found[2]}`"


def _fenced(lines: list[str]) -> Iterator[str]:
    """Yield lines with a fence around each example, which ends at an empty line."""
    indent = None
    for line in lines:
        if indent is None and line.lstrip().startswith(">>> "):
            indent = line[: len(line) - len(line.lstrip())]
            yield f"{indent}```pycon"
        elif indent is not None and not line.strip():
            yield f"{indent}```"
            indent = None
        yield line
    if indent is not None:
        yield f"{indent}```"
