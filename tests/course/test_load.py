"""Checks on a busy machine: as many at once as a room of students starts, and no right answer is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from sampling import sampled

from .taking import ROOT, TASKS

#: How many checks run at once.
AT_ONCE = 4
#: Those that take longest.
LONGEST = ["priority-inversion", "reordering", "duplicates", "fairness"]
#: Tries the reference answer of an exercise, and prints whether it is accepted, and what is said of it.
JUDGE = """
import json, sys
from course.taking import TASKS
task = TASKS[sys.argv[1]]
verdict = task.verdict(task.solution)
print(json.dumps([bool(verdict), verdict.sentence]))
"""


def judged(name: str) -> tuple[bool, str]:
    """Return whether the reference answer of an exercise is accepted in a process of its own, and the sentence."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "shared")])
    command = [sys.executable, "-c", JUDGE, name]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True)
    accepted, said = json.loads(done.stdout.splitlines()[-1])
    return accepted, said


@pytest.mark.timeout(600)
def test_no_right_answer_is_refused_when_four_are_checked_at_once() -> None:
    """Checks have a limit of time, and what they have not played by then is no reason to refuse an answer."""
    names = sampled(LONGEST, 2 * list(TASKS))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(names, pool.map(judged, names), strict=True))
    assert {name: said for name, (accepted, said) in found.items() if not accepted} == {}
