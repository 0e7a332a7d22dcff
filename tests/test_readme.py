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
    """The pieces under "Step your own system" and "Go back in time" run one after the other as they are printed."""
    pieces = [*blocks("Step your own system"), *blocks("Go back in time")]
    assert len(pieces) == 2
    space: dict[str, Any] = {"__name__": "readme"}
    exec(pieces[0] + "\nfrom kamlab import Lab\n" + pieces[1], space)
    assert space["line"].startswith("kamlab1:")
    assert space["lab"].step_number >= 4
    printed = capsys.readouterr().out
    assert "Count_2.outbox -> Double_3.inbox: 0" in printed
    assert "leaves branch 0" in printed
    space["lab"].stop()


def test_the_questions_of_the_readme_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    """The piece under "Teach a class" runs after the one above it; its question is answered right."""
    space: dict[str, Any] = {"__name__": "readme"}
    exec(blocks("Step your own system")[0] + blocks("Teach a class")[0], space)
    printed = capsys.readouterr().out
    assert "Which inbox gets the next message?" in printed
    assert "Right: the next message went to Double_3.inbox" in printed
    assert "0 deadlocks in 100 schedules" in printed
    space["lab"].stop()


def test_every_name_for_teachers_is_there() -> None:
    """What the table for teachers calls is offered by kamlab.teach."""
    from kamlab import teach

    section = README.split("## Teach a class\n", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"^\| `@?([A-Za-z_]+)\(", section, re.M)) - {"check"}
    assert named >= {"Quiz", "runs", "exercise", "score", "show_mine"}
    assert named <= set(teach.__all__)


def test_every_call_of_its_tables_is_there() -> None:
    """Each ``lab.name`` in the README is an attribute of a lab."""
    from kamlab import Lab

    named = set(re.findall(r"\blab\.([a-z_]+)", README))
    missing = {name for name in named if not hasattr(Lab, name)} - {"lock", "scheduler", "trace", "clock", "network"}
    assert missing == set()
