"""What the tests of the old spelling share. The old names are installed before they are collected."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kamlab.axon
from kamlab.core import context

kamlab.axon.install()


@pytest.fixture(autouse=True)
def _watched(watchdog: None) -> None:
    """Every test of this room is watched."""


@pytest.fixture(autouse=True)
def lab(make_lab: Callable[..., Any]) -> Iterator[Any]:
    """A fresh lab in force, as a script of the old days has it: without a ``with``."""
    before = context.peek()
    lab = make_lab(current=False)
    context.set_current(lab)
    yield lab
    last = context.peek()
    context.set_current(before)
    last.stop()


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
