"""Pictures and texts kept in files, and compared letter by letter.

``check("pipeline.svg", graph.svg, Path(__file__).parent / "snapshots")`` fails with a unified diff where the
text is not the one in the file. To renew what is kept, after looking at what has changed::

    KAMLAB_RENEW=1 python -m pytest tests/views

A file that is not there yet is written only then, too: a test that writes what it should compare passes always.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

#: How many lines of a difference are shown; a picture that moved as a whole has too many to read.
LINES = 60


def check(name: str, text: str, folder: Path) -> None:
    """Compare a text with what is kept under a name in a folder; with ``KAMLAB_RENEW=1``, keep it instead."""
    file = folder / name
    if os.environ.get("KAMLAB_RENEW") == "1":
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        return
    how = "To keep the new one, look at it and run the test again with KAMLAB_RENEW=1."
    if not file.exists():
        raise AssertionError(f"nothing is kept as {file}. {how}")
    kept = file.read_bytes().decode("utf-8")
    if kept == text:
        return
    raise AssertionError(f"{name} is not what is kept in {folder}. {how}\n{difference(kept, text, name)}")


def difference(kept: str, text: str, name: str = "") -> str:
    """Return what differs as a unified diff, with one SVG element to a line."""
    lines = [
        *difflib.unified_diff(
            _lines(kept, name), _lines(text, name), f"{name} as kept", f"{name} as it is now", lineterm="", n=1
        )
    ]
    if not lines:
        return "they differ in the ends of their lines, or in whitespace between elements"
    more = [f"... and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "\n".join(lines[:LINES] + more)


def _lines(text: str, name: str) -> list[str]:
    if name.endswith((".svg", ".html")):
        text = re.sub(r">\s*<", ">\n<", text)
    return text.splitlines()
