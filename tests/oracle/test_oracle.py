"""What users see of 44 systems, at every step, is what they saw before.

A hash of each moment is kept in ``kept.txt``, one line for each system. Where a hash differs, the texts themselves are
compared: the new one, and the one that the code made which wrote ``kept.txt``, taken from git. A change that means to
change what is shown renews the file, after a look at the differences, in a commit of its own that says what and why::

    KAMLAB_RENEW=1 python -m pytest tests/oracle
"""

from __future__ import annotations

import difflib
import hashlib
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kamlab import Component

from .systems import SYSTEMS
from .telling import told

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
KEPT = HERE / "kept.txt"
RENEW = os.environ.get("KAMLAB_RENEW") == "1"
#: Hexadecimal digits of a hash, and lines of a difference that are shown.
DIGITS = 6
LINES = 80


def digest(text: str) -> str:
    """Return a short hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def kept() -> dict[str, list[str]]:
    """Return the kept hashes of each system."""
    rows = (line.split() for line in KEPT.read_text(encoding="ascii").splitlines())
    return {name: [text[at : at + DIGITS] for at in range(0, len(text), DIGITS)] for name, text in rows}


@pytest.fixture(scope="module", autouse=True)
def renewed() -> Iterator[dict[str, str]]:
    """Collect new hashes, and write them at the end where they are asked for."""
    lines: dict[str, str] = {}
    yield lines
    if lines:
        rows = {name: "".join(hashes) for name, hashes in kept().items()} | lines if KEPT.exists() else lines
        KEPT.write_text("".join(f"{name} {rows[name]}\n" for name in SYSTEMS), encoding="ascii")


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a copy of the code that wrote ``kept.txt``, and its commit."""
    folder = tmp_path_factory.mktemp("earlier")
    commit = git("log", "-1", "--format=%H", "--", str(KEPT.relative_to(ROOT))).decode().strip()
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit, "kamlab", "tests"))) as archive:
        archive.extractall(folder, filter="data")
    return folder, commit[:10]


def git(*arguments: str) -> bytes:
    """Return what git answers about this checkout."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def test_every_system_is_kept() -> None:
    """There is a line for each system, and no other."""
    if not RENEW:
        assert list(kept()) == list(SYSTEMS)


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_is_shown_is_what_was_shown(name: str, renewed: dict[str, str], request: pytest.FixtureRequest) -> None:
    """All views, explanations and events of a system read the same as before, at every step and after every move."""
    moments = dict(told(name))
    hashes = [digest(text) for text in moments.values()]
    if RENEW:
        renewed[name] = "".join(hashes)
        return
    before = kept()[name]
    if hashes == before:
        return
    number = next((n for n, (new, old) in enumerate(zip(hashes, before, strict=False)) if new != old), None)
    moment = list(moments)[min(len(hashes), len(before)) - 1 if number is None else number]
    changed = sum(new != old for new, old in zip(hashes, before, strict=False))
    headline = f"{name} differs first at {moment!r}: {changed} of {len(before)} moments, and {len(hashes)} are told"
    pytest.fail(f"{headline}\n{difference(name, moment, moments[moment], request)}", pytrace=False)


def difference(name: str, moment: str, text: str, request: pytest.FixtureRequest) -> str:
    """Return how what is shown at a moment differs from what was shown, as a unified diff."""
    try:
        folder, commit = request.getfixturevalue("earlier")
        program = [sys.executable, str(folder / "tests" / "oracle" / "telling.py"), name, moment]
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        before = subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout
    except (subprocess.CalledProcessError, OSError, tarfile.TarError) as error:
        return f"The earlier text cannot be made ({error}); the new one is:\n{text}"
    before = before.removeprefix(f"== {moment}\n")
    lines = list(difflib.unified_diff(before.splitlines(), text.splitlines(), f"at {commit}", "now", lineterm="", n=2))
    if not lines:
        return f"The code of commit {commit} tells the same: {KEPT.name} was not renewed with it."
    more = [f"... and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "\n".join([*lines[:LINES], *more])


@pytest.mark.parametrize("name", ["family", "backplane", "random_7"])
def test_what_the_process_did_before_does_not_show(name: str) -> None:
    """However many components the process has made before, a system is shown in the same words."""
    first = dict(told(name))
    for _ in range(100):
        Component()
    assert dict(told(name)) == first
