"""What .ci/run samples is known by name, and run in full by .ci/full."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_what_is_sampled_is_listed_in_the_full_run() -> None:
    """Each file that samples is named in .ci/full, and each file named there samples."""
    named = set(re.findall(r"^# (tests/\S+\.py)  ", (ROOT / ".ci" / "full").read_text(), re.MULTILINE))
    files = [
        *(ROOT / "tests").rglob("test_*.py"),
        *(ROOT / "tests").rglob("conftest.py"),
        *(ROOT / "tests").rglob("taking.py"),
    ]
    sampling = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if re.search(r"^from sampling import", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named == sampling


def test_the_full_run_is_the_ordinary_one_with_everything() -> None:
    """.ci/full calls .ci/run, so there is one list of steps."""
    assert 'KAMLAB_FULL=1 exec "$(dirname "$0")/run"' in (ROOT / ".ci" / "full").read_text()
