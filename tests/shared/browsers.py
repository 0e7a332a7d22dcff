"""The browser that the tests use: the system's chromium, not one that playwright downloads.

Debian's ``chromium-headless-shell`` is taken where it is there, since it starts and draws in half the time of
``chromium``. Set KAMLAB_CHROMIUM to use another one, and KAMLAB_SHOTS to a folder to get screenshots.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHOTS = Path(os.environ["KAMLAB_SHOTS"]) if os.environ.get("KAMLAB_SHOTS") else None

_NAMES = ("chromium-headless-shell", "chromium")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def path() -> str:
    """Return where the browser is; skip the test where there is none."""
    found = os.environ.get("KAMLAB_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        pytest.skip(f"there is no browser here: apt-get install {_NAMES[0]}, or set KAMLAB_CHROMIUM")
    return found


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Start a browser; skip the test where there is none, or nothing to drive it by."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path(), args=_ARGUMENTS)
        yield started
        started.close()
