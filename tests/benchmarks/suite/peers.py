"""The peers: a virtual environment that has the released Axon and Kamaelia and nothing else.

It lives outside the project, in the user's cache, since the released packages must never be
importable where kamlab's own modules of the same names are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

RELEASED = ("kamaelia==1.14.32", "kamaelia-axon==1.14.32")


class NoPeers(Exception):
    """Axon and Kamaelia could not be installed, or are not where they should be."""


def default_cache() -> Path:
    """Return the folder that keeps the environment from one run to the next."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kamlab-bench"


def peer_python(given: str | None, cache: Path) -> str:
    """Return a Python that has Axon and Kamaelia: the one given, or one made here.

    Raises:
        NoPeers: it has not got them, or they cannot be installed.
    """
    if given is not None:
        _check(given)
        return given
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    home = cache / f"peers-{version}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not _works(str(python)):
        _install(home, str(python))
        _check(str(python))
    return str(python)


def _install(home: Path, python: str) -> None:
    venv.create(home, clear=True, with_pip=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *RELEASED]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NoPeers(f"pip could not install {' and '.join(RELEASED)}: {done.stderr.strip()[-1000:]}")


def _works(python: str) -> bool:
    try:
        return _import(python).returncode == 0
    except OSError:
        return False


def _check(python: str) -> None:
    try:
        done = _import(python)
    except OSError as error:
        raise NoPeers(f"{python} does not run: {error}") from None
    if done.returncode:
        raise NoPeers(f"{python} has no Axon and Kamaelia: {done.stderr.strip()[-500:]}")


def _import(python: str) -> subprocess.CompletedProcess[str]:
    code = "import Axon.Component, Kamaelia.Util.Backplane"
    return subprocess.run([python, "-E", "-s", "-c", code], capture_output=True, text=True)
