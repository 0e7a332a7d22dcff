"""``kamlab explore``: what it prints, and its exit status."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kamlab.__main__ import main

SYSTEM = """
from kamlab import Component, Pipeline
from kamlab.parts import DataSource, OneShot, PassThrough

class Worker(Component):
    def main(self):
        while not self.data_ready():
            yield
            self.pause()
            yield
        self.done = self.recv()

def broken():
    worker = Worker()
    Pipeline(OneShot("work"), worker).activate()
    return worker

def fine():
    return Pipeline(DataSource("ab"), PassThrough()).activate()

def done(worker):
    return hasattr(worker, "done")

def hasty(made):
    raise NameError("nobody")
"""


@pytest.fixture(name="file")
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file with systems, in the current folder; what is imported of it is forgotten afterwards."""
    path = tmp_path / "shop.py"
    path.write_text(SYSTEM)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield path
    sys.modules.pop("shop", None)


@pytest.mark.parametrize(
    ("arguments", "status", "printed"),
    [
        (["shop.py:fine"], 0, "In all 24 orders (16 truly different) nothing goes wrong.\n"),
        (["shop:fine", "--quiet"], 0, "In all 24 orders (16 truly different) nothing goes wrong.\n"),
        (["shop.py:broken"], 1, "lost wake-up: Worker_3 sleeps"),
        (["shop.py:broken", "--invariant", "done"], 1, "done() does not hold at the end"),
        (["shop.py:broken", "--always", "done"], 1, "done() does not hold there"),
        (["shop.py:fine", "--states", "3", "--how", "all"], 3, "there are more than 3 states"),
        (["shop.py:fine", "--how", "random", "--seed", "7", "--seconds", "0.2"], 3, "prove nothing about the others"),
    ],
)
def test_the_status_says_what_was_found(
    arguments: list[str], status: int, printed: str, file: Path, capsys: Any
) -> None:
    """0: all orders are right; 1: one is wrong; 3: not all were covered."""
    assert main(["explore", *arguments]) == status
    out, err = capsys.readouterr()
    assert printed in out
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["shop.py:nix"], "shop has no function 'nix'; it has: 'broken', 'done', 'fine', 'hasty'"),
        (["shop.py:fine", "--invariant", "nix"], "shop has no function 'nix'"),
        (["shop.py:fine", "--invariant", "hasty"], "hasty() cannot be asked at the end: NameError: nobody"),
        (["shop.py"], "names no function of a file: give FILE:FUNCTION"),
        (["other.py:fine"], "there is no file other.py"),
        (["other:fine"], "there is no module 'other'"),
        (["shop.ipynb:fine"], "is a notebook: call explore(fine) in a cell of it"),
        (["./shop.txt:fine"], "there is no file ./shop.txt"),
        (["broken.py:fine"], "broken.py cannot be imported: ZeroDivisionError"),
        (["shop.py:fine", "--states", "0"], "states=0: give a whole number above 0"),
    ],
)
def test_what_cannot_be_explored_gets_a_sentence(arguments: list[str], told: str, file: Path, capsys: Any) -> None:
    """2: a wrong argument or file, with what is wrong."""
    (file.parent / "broken.py").write_text("1 / 0\n")
    assert main(["explore", *arguments]) == 2
    assert told in capsys.readouterr().err
    sys.modules.pop("broken", None)


def test_a_wrong_order_is_shown_as_a_diagram_and_a_line(file: Path) -> None:
    """In a process of its own: the order is drawn, the line that is printed plays it, and nothing else is printed."""
    command = [sys.executable, "-m", "kamlab", "explore", f"{file}:broken"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Pipeline_1" in done.stdout
    assert "o--'work'" in done.stdout
    line = done.stdout.rstrip().rpartition("replay('")[2].removesuffix("')")
    script = (
        f"import sys; sys.path.insert(0, {str(file.parent)!r})\nfrom kamlab import Lab\nimport shop\n"
        f"lab = Lab(build=shop.broken, clock='virtual')\nlab.replay({line!r})\nprint(lab.inboxes('Worker'))"
    )
    played = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert "work" in played.stdout, played.stderr
