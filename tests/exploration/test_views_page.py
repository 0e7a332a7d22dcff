"""What the page on exploring shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kamlab.exploration.judge import ENDLESS

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "exploration.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_code_of_the_page_runs_and_prints_what_it_shows(capsys: Any) -> None:
    """All pieces of Python run one after the other, and print the texts that follow them."""
    names: dict[str, Any] = {"__name__": "page"}
    shown = []
    for code, text in re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", TEXT, re.S):
        exec(compile(code, PAGE.name, "exec"), names)
        printed = capsys.readouterr().out
        if text:
            shown.append(text)
            assert printed == text
    assert len(shown) == 3
    assert names["result"].found[0].diagram() + "\n" in TEXT


def test_the_page_names_what_can_go_wrong() -> None:
    """Each name that is decided without being asked for has a row."""
    rows = re.findall(r"(?m)^\| ([a-z, -]+) \|", TEXT.partition("## What goes wrong")[2])
    assert {"failure", "deadlock", "lost wake-up", "invariant", "always", *ENDLESS} <= set(rows)
