"""kamlab without what only Linux has: the quick tests pass in a process that lacks it.

What is missing on Windows, on macOS or in a browser is in :mod:`.without_linux`. A sample of the tests runs each
time, and all quick ones in ``.ci/full``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sampling import FULL, sampled

from .without_linux import MISSING, REPORT

HERE = Path(__file__).parent
TESTS = HERE.parent

#: The tests of the code that uses what is missing, and of the core.
SAMPLE = (
    "core/test_interrupts.py",
    "core/test_stepping.py",
    "core/test_threads.py",
    "net/test_poller.py",
    "net/test_real_network.py",
    "net/test_server.py",
    "notebook/test_panel.py",
    "teach/test_sandbox.py",
    "teach/test_exercise.py",
)
QUICK = ("axon", "chassis", "core", "analysis", "net", "parts", "replay", "teach", "views")
#: How many tests pass at least: fewer would mean that most of them were skipped, or not found.
PASS = sampled(250, 3500)


@pytest.mark.timeout(sampled(180, 1800))
def test_the_quick_tests_pass_without_what_only_linux_has(tmp_path: Path) -> None:
    """Without fork, pthread_kill, thread_time, SO_REUSEADDR and epoll, no quick test fails, and few are skipped."""
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
    # Other plugins take seconds to import.
    command += ["-p", "pytest_timeout", "-p", "without_linux", *(str(TESTS / each) for each in sampled(SAMPLE, QUICK))]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTHONPATH": str(HERE)}
    if FULL:
        environment["KAMLAB_FULL"] = ""  # every test, but no more examples of each than usual
    done = subprocess.run(command, cwd=TESTS.parent, env=environment, capture_output=True, text=True)
    failures = done.stdout[-20_000:] + done.stderr[-2_000:]
    assert done.returncode == 0, failures
    (missing,) = [line for line in done.stdout.splitlines() if line.startswith(REPORT)]
    assert missing.removeprefix(REPORT).split() == [f"{module}.{name}" for module, name in MISSING]
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    count = {kind: int(suite.attrib[kind]) for kind in ("tests", "skipped", "failures", "errors")}
    assert count["failures"] == count["errors"] == 0, failures
    assert count["tests"] - count["skipped"] >= PASS, count
    assert count["skipped"] < 50, failures
