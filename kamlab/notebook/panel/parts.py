"""The page's side of the panel: one ES module and one style sheet, each written in several files.

A module of three thousand lines is nothing to read, and a bundler is a lot to install for putting texts
one after another. So each file in ``web`` is a part of the one module: it sees the names of the others,
and imports nothing.
"""

from __future__ import annotations

from pathlib import Path

WEB = Path(__file__).parent / "web"

#: The parts of the module, in order: the common ground, the frame, and what stands in it.
SCRIPTS = (
    "ground",
    "frame",
    "controls",
    "state",
    "graph",
    "nodes",
    "links",
    "widths",
    "pieces",
    "inboxes",
    "payload",
    "source",
    "timeline",
    "scrub",
    "story",
)

#: The parts of the style sheet, in order: a later one may overrule an earlier one.
STYLES = (
    "ground",
    "controls",
    "state",
    "pieces",
    "graph",
    "reader",
    "shared",
    "inboxes",
    "source",
    "timeline",
    "story",
    "narrow",
)


def module() -> str:
    """Return the ES module."""
    return _joined(SCRIPTS, "js")


def style() -> str:
    """Return the style sheet."""
    return _joined(STYLES, "css")


def _joined(names: tuple[str, ...], kind: str) -> str:
    return "\n".join((WEB / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)
