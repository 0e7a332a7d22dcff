"""The browser side of the panel: one ES module and one style sheet, each split into several files.

The files of this folder are joined in the order of the tables below. A file sees the names of the others and
imports nothing. Each panel sends the module to its page, so comments stay behind.

Rejected: a single file, which would have three thousand lines; and a bundler, which is a lot to install for
concatenating text.
"""

from __future__ import annotations

import re
from pathlib import Path

from ....views.timeline.look import RULES as TIMELINE

WEB = Path(__file__).parent

#: The files of the module, in order: shared helpers, the frame, and its contents.
SCRIPTS = (
    "ground",
    "frame",
    "layout",
    "controls",
    "menus",
    "keys",
    "search",
    "state",
    "foot",
    "graph",
    "nodes",
    "links",
    "widths",
    "pieces",
    "inboxes",
    "payload",
    "source",
    "timeline",
    "timeline_tools",
    "scrub",
    "story",
    "watch",
)

#: The files of the style sheet, in order: later rules override earlier ones.
STYLES = (
    "ground",
    "frame",
    "reader",
    "shared",
    "graph",
    "inboxes",
    "source",
    "timeline",
    "story",
    "layout",
)

_COMMENTS = re.compile(r"(?m)^ *(?://.*|/\*\*(?:.|\n)*?\*/)\n")
_INDENTS = re.compile(r"(?m)^ +")


def module() -> str:
    """Return the source of the ES module, without comments in lines of their own, and not indented."""
    return _INDENTS.sub("", _COMMENTS.sub("", _joined(SCRIPTS, "js")))


def style() -> str:
    """Return the style sheet."""
    return f"{_joined(STYLES, 'css')}\n{TIMELINE}"


def _joined(names: tuple[str, ...], kind: str) -> str:
    return "\n".join((WEB / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)
