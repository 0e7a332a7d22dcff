"""What the tests of the old spelling share. The old names are installed before they are collected."""

from __future__ import annotations

import faulthandler
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kamlab.axon
from kamlab import Lab
from kamlab.core import worlds

kamlab.axon.install()

#: Seconds after which a test that hangs is ended, with the stack of every thread.
HANGS_AFTER = 120


class QuietLab(Lab):
    """A lab that keeps what it reports instead of writing it to stderr."""

    def __init__(self, **how: Any) -> None:
        self.reports: list[str] = []
        super().__init__(**how)

    def report(self, text: str) -> None:
        self.reports.append(text)


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    """End a test run that hangs, and show where."""
    faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True)
def lab() -> Iterator[QuietLab]:
    """A fresh lab in force, as a script of the old days has it: without a ``with``."""
    before = worlds.peek()
    lab = QuietLab()
    worlds.set_current(lab)
    yield lab
    last = worlds.peek()
    worlds.set_current(before)
    for each in {lab, last}:
        each.stop()


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., str]:
    """Run code in a fresh interpreter, in an empty folder; return what it printed, errors included."""

    def run(code: str, *, expect: int = 0) -> str:
        result = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert result.returncode == expect, result.stdout + result.stderr
        return result.stdout + result.stderr

    return run
