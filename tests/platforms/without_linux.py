"""A pytest plugin that takes from the standard library what Windows or macOS does not offer.

Load it with ``-p without_linux`` and this folder on ``PYTHONPATH``. It acts after pytest has imported its own
plugins, some of which use what is removed, and before the first ``conftest.py`` imports kamlab.

It removes names and nothing else: ``sys.platform`` still says Linux, and files, processes and sockets behave as
they do here. So a test passes only if kamlab asks whether a feature exists before it uses it.
"""

from __future__ import annotations

import importlib
import selectors
import sys

import pytest

#: What is removed. ``socket`` copies its names from ``_socket``, and asks there whether they exist.
MISSING: tuple[tuple[str, str], ...] = (
    ("os", "fork"),
    ("os", "forkpty"),
    ("socket", "SO_REUSEADDR"),
    ("_socket", "SO_REUSEADDR"),
    ("signal", "pthread_kill"),
    ("time", "pthread_getcpuclockid"),
    ("time", "thread_time"),
    ("select", "epoll"),
    ("selectors", "EpollSelector"),
)
#: How the line begins that says at the end of the run what is still missing.
REPORT = "missing on this platform:"


def missing() -> list[str]:
    """Return the names of what is missing now."""
    return [f"{module}.{name}" for module, name in MISSING if not hasattr(importlib.import_module(module), name)]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Remove the features."""
    if "kamlab" in sys.modules:
        raise pytest.UsageError("kamlab was imported before the features were removed")
    for module, name in MISSING:
        vars(importlib.import_module(module)).pop(name, None)
    selectors.DefaultSelector = selectors.SelectSelector  # type: ignore[misc, assignment]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what is missing now that the tests have run."""
    terminalreporter.write_line(f"{REPORT} {' '.join(missing())}")
