"""The same inputs give the same run: in every process, on every Python, today and tomorrow."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from kamlab.core.choice import SeededRandom
from kamlab.replay import Recording
from sampling import sampled

HERE = Path(__file__).parent
PLAYER = HERE / "play_systems.py"
GOLDEN = HERE / "golden_runs.txt"
PROCESSES = sampled(4, 100)
AT_ONCE = 2


def load_player() -> ModuleType:
    """Return the program as a module."""
    spec = importlib.util.spec_from_file_location("play_systems", PLAYER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def other_pythons() -> list[str]:
    """Return one interpreter of each other supported version that is installed here under pyenv."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = {}
    for python in sorted(root.glob("versions/3.*/bin/python")):
        version = re.match(r"3\.(\d+)", python.parent.parent.name)
        if version and 11 <= int(version[1]) <= 13 and int(version[1]) != sys.version_info.minor:
            found[int(version[1])] = str(python)
    return list(found.values())


def played_by(python: str, hash_seed: int) -> bytes:
    """Return what the program prints in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [python, str(PLAYER), "--traces"], env=environment, capture_output=True, check=True, timeout=600
    ).stdout


def test_many_processes_play_one_run() -> None:
    """Many processes, each with another hash seed and on two Pythons where there are two, print the same bytes."""
    pythons = [sys.executable, *other_pythons()[:1]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda number: played_by(pythons[number % len(pythons)], 1000 + number), range(PROCESSES))
        different = set(answers)
    assert len(different) == 1
    text = different.pop().decode()
    assert all(f"{name}\n" in text for name in load_player().SYSTEMS)
    assert len(text.splitlines()) > 1000


def test_there_is_another_python() -> None:
    """The test above runs on two versions, not on one; where there is only one installed this says so."""
    if not other_pythons():
        pytest.skip("no second supported Python is installed under pyenv; all processes used this one")
    assert subprocess.run([other_pythons()[0], "-c", ""], check=False).returncode == 0


@pytest.mark.parametrize("line", GOLDEN.read_text(encoding="ascii").splitlines(), ids=lambda line: line.split()[0])
def test_golden_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was recorded by an earlier kamlab plays on, slice by slice, as it was recorded."""
    monkeypatch.chdir(tmp_path)
    player = load_player()
    name, run, fingerprint = line.split()
    has_seed = "seed" in Recording.parse(run).doors
    lab = player.SilentLab(build=player.SYSTEMS[name], clock="virtual", chooser=SeededRandom(0) if has_seed else None)
    try:
        lab.replay(run)
        assert player.fingerprint(lab) == fingerprint
        assert Recording.parse(str(lab.recording)) == Recording.parse(run)
    finally:
        lab.stop()
