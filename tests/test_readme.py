"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    """Return the pieces of Python under a heading."""
    section = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```python\n(.*?)```", section, re.S)


def test_the_systems_of_the_readme_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The pieces under "Step your own system" and "Turn it back" run one after the other as they are printed."""
    pieces = [*blocks("Step your own system"), *blocks("Turn it back")]
    assert len(pieces) == 2
    space: dict[str, Any] = {"__name__": "readme"}
    exec(pieces[0] + "\nfrom kamlab import Lab\n" + pieces[1], space)
    assert space["line"].startswith("kamlab1:")
    assert space["lab"].step_number >= 4
    printed = capsys.readouterr().out
    assert "Count_2.outbox -> Double_3.inbox: 0" in printed
    assert "leaves branch 0" in printed
    space["lab"].stop()


def test_every_call_of_its_tables_is_there() -> None:
    """Each ``lab.name`` in the README is an attribute of a lab."""
    from kamlab import Lab

    named = set(re.findall(r"\blab\.([a-z_]+)", README))
    missing = {name for name in named if not hasattr(Lab, name)} - {"lock", "scheduler", "trace", "clock", "network"}
    assert missing == set()
