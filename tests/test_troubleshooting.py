"""The page of messages: each is brought about by the code under it."""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from kamlab import Lab
from kamlab.core import context

PAGE = (Path(__file__).parent.parent / "notebooks" / "troubleshooting.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```python\n(.*?)```", re.S)
BEGINNING = PAGE.split("\n## ", 1)[0]


def entries() -> dict[str, str]:
    """Return the code of each entry, by its message."""
    found = {}
    for section in PAGE.split("\n# Without a message", 1)[0].split("\n## ")[1:]:
        heading, text = section.split("\n", 1)
        found[heading.strip("`")] = "\n".join(BLOCK.findall(text))
    return found


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("message", entries())
def test_each_message_is_what_its_code_brings_about(message: str, tmp_path: Path, monkeypatch: Any) -> None:
    """The code of an entry, run as it is printed, raises or prints the words of its heading."""
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {"__name__": "page"}
    exec(BLOCK.findall(BEGINNING)[0], space)
    said = io.StringIO()
    before = context.peek()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            exec(entries()[message], space)
    except Exception as error:
        said.write(str(error))
    finally:
        for value in space.values():
            if isinstance(value, Lab):
                value.stop()
        context.set_current(before)
    assert message in said.getvalue()
    assert list(tmp_path.iterdir()) == []


def test_there_are_enough_entries_and_each_has_code() -> None:
    """The page has a score of messages, and none without code."""
    assert len(entries()) >= 20
    assert all(textwrap.dedent(code).strip() for code in entries().values())
