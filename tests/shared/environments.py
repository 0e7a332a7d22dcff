"""Virtual environments of their own, for tests of what a user gets who installs kamlab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
#: Settings of this session that a user would not have.
_OURS = ("PYTHON", "PYTEST", "JUPYTER", "IPYTHON", "VIRTUAL_ENV", "KAMLAB", "XDG", "MPL", "NBGRADER")


class Environment(NamedTuple):
    """A virtual environment, and an empty home folder for what runs in it."""

    folder: Path
    home: Path

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return self.folder / "bin"

    def run(self, *command: str, cwd: Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command as a user does who has activated the environment."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        mine |= {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.home)}
        return subprocess.run(command, cwd=cwd, env=mine, capture_output=True, text=True, timeout=timeout)

    def output(self, *command: str, cwd: Path, timeout: float = 60) -> str:
        """Run a command that must succeed, and return what it prints."""
        return _succeeded(self.run(*command, cwd=cwd, timeout=timeout))

    def install(self, *what: str) -> None:
        """Install packages; what the words mean is as for ``pip install``."""
        _pip("--python", str(self.bin / "python"), "install", *what)


def make_environment(folder: Path) -> Environment:
    """Make a virtual environment with nothing in it, in a folder that exists."""
    made = Environment(folder / "environment", folder / "home")
    made.home.mkdir()
    # Without a pip of its own, which takes seconds to install: this environment's pip can install into it.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made.folder)], check=True, timeout=60)
    return made


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout, as ``pip install`` would, and return its path in the folder."""
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("kamlab-*.whl")
    return wheel


def _pip(*words: str) -> None:
    command = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words)
    _succeeded(subprocess.run(command, capture_output=True, text=True, timeout=600))


def _succeeded(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, f"{done.args}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
