"""Download Pyodide and the packages that kamlab needs in it, once.

Pyodide comes from npm, pinned by ``package-lock.json``, and so does a node that can suspend calls (JSPI), as browsers
can, if the installed one cannot. Pyodide is repaired, see :mod:`kamlab.site.repair`. The wheels come from PyPI: the
packages of Pyodide's own distribution in the versions that its lock file names, and those that JupyterLite adds. kamlab
is not among them; it is mounted from this checkout. The cache is a folder in ``.pytest_cache``; set KAMLAB_PYODIDE to
use another one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import kamlab.site
from kamlab.site.pins import ADDED, IN_DISTRIBUTION, KERNEL, versions_of
from kamlab.site.repair import repair

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SITE = Path(kamlab.site.__file__).parent
CACHE = Path(os.environ.get("KAMLAB_PYODIDE") or ROOT / ".pytest_cache" / "pyodide").absolute()

#: The wheels inside jupyterlite-pyodide-kernel that make up the kernel.
KERNEL_WHEELS = ("pyodide_kernel-", "ipykernel-")
#: Timeout of each download, in seconds.
PATIENCE = 80


def prepare() -> Path:
    """Return the folder that has ``node_modules`` and ``site``; download both if they are not cached."""
    here = [HERE / name for name in ("preparing.py", "package.json", "package-lock.json")]
    pinned = b"".join(file.read_bytes() for file in (*here, SITE / "pins.py", SITE / "repair.py"))
    folder = CACHE / hashlib.sha256(pinned).hexdigest()[:12]
    if folder.exists():
        return folder
    npm = find("npm")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, ignore_cleanup_errors=True) as unfinished:
        _download(Path(unfinished), npm)
        try:
            os.rename(unfinished, folder)
        except OSError:
            if not folder.exists():  # otherwise another test run was faster
                raise
    return folder


def find_node(folder: Path) -> str:
    """Return the path of a node that can suspend calls: the installed one, or that from npm."""
    installed = find("node")
    said = subprocess.run([installed, "-p", "typeof WebAssembly.Suspending"], capture_output=True, text=True).stdout
    if said.strip() == "function":
        return installed
    found = next(folder.glob("node_modules/node-*/bin/node"), None)
    if found is None:
        pytest.skip("node cannot suspend calls (JSPI), and npm has none that can for this platform; install node 26")
    return str(found)


def find(program: str) -> str:
    """Return the path of a program, or skip the test."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: these tests run Pyodide under node, and npm downloads it")
    return found


def _download(folder: Path, npm: str) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    _call(folder, npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    repair(folder / "node_modules" / "pyodide")
    lock = json.loads((folder / "node_modules" / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", "3.14", "--platform", "any"]
    _call(folder, sys.executable, "-m", "pip", "download", *options, "--dest", "wheels", *_pins(lock["packages"]))
    for wheel in (folder / "wheels").glob("*.whl"):
        _unpack(wheel, folder / "site")
    shutil.rmtree(folder / "wheels")


def _pins(distribution: dict[str, Any]) -> list[str]:
    added = {name: version for name, (version, _) in ADDED.items()}
    versions = {**versions_of(distribution, *IN_DISTRIBUTION), **added, "jupyterlite-pyodide-kernel": KERNEL}
    return [f"{name}=={version}" for name, version in sorted(versions.items())]


def _unpack(wheel: Path, site: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.rpartition("/")[2].startswith(KERNEL_WHEELS):
                with archive.open(name) as inner, zipfile.ZipFile(inner) as kernel:
                    kernel.extractall(site)
            elif ".data/" not in name:
                archive.extract(name, site)


def _call(folder: Path, *command: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        pytest.fail(str(error), pytrace=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}", pytrace=False)
