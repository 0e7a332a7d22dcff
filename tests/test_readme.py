"""What the README shows is what happens."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    """Return the pieces of Python under a heading."""
    section = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```python\n(.*?)```", section, re.S)


#: A kernel without a page: it runs cells, and prints the texts of what their last lines return.
CELLS = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "kamlab")
texts = []
for cell in json.loads(sys.argv[1]):
    with capture_output():
        result = shell.run_cell(cell, store_history=True)
    result.raise_error()
    texts.append(str(result.result))
print(json.dumps(texts))
"""


def test_the_first_cells_of_the_readme_show_what_is_printed() -> None:
    """The listing at the top runs as it is pasted, and the cells after it show what the README prints below them."""
    pytest.importorskip("IPython", reason="IPython is not installed")
    opening = README.split("\n## ", 1)[0]
    (listing,) = re.findall(r"^```python\n(.*?)^```", opening, re.M | re.S)
    printed = re.findall(r"^    In \[\d\]: ([^\n]*)\n    Out\[\d\]:\s+(.*?)\n\n", opening + "\n", re.M | re.S)
    assert len(printed) == 2
    cells = json.dumps([listing, *(cell for cell, _ in printed)])
    command = [sys.executable, "-c", CELLS, cells]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])[1:]
    assert [text.split() for text in shown] == [text.split() for _, text in printed]


def test_the_first_install_shows_its_progress() -> None:
    """The command that takes minutes is not quiet, and the README says how long it takes."""
    section = README.split("## Run it\n", 1)[1].split("\n## ", 1)[0]
    (command,) = re.findall(r"^```sh\n(.*)\n```", section, re.M)
    assert "pip install" in command
    assert not re.search(r"\s(-q|--quiet)\b|--progress-bar[= ]off", command)
    assert "about two minutes" in section


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
