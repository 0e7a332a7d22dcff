"""The Python of a site: Pyodide, and the packages that kamlab needs, in one folder.

The packages are written into Pyodide's lock file, and the kernel loads kamlab with them when it starts. So a page
installs nothing in a cell, and asks no other server for anything.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from .errors import SiteError
from .pins import ADDED, FOR_FIGURES, FOR_JUPYTERLITE, FOR_KAMLAB, IN_DISTRIBUTION, PYODIDE, versions_of
from .repair import repair
from .wheel import write_wheel

#: Timeout of each download, in seconds.
PATIENCE = 300
#: The files of Pyodide that a page does not load.
_LEFT_OUT = (".map", ".ts", ".html", ".md")


def write_python(folder: Path) -> bool:
    """Write Pyodide and the packages into a folder; return whether matplotlib is among them.

    Raises:
        SiteError: npm is not installed, or something cannot be downloaded.
    """
    with tempfile.TemporaryDirectory() as work:
        _download_pyodide(Path(work))
        shutil.copytree(
            Path(work) / "package", folder, ignore=shutil.ignore_patterns(*(f"*{end}" for end in _LEFT_OUT))
        )
    repair(folder)
    path = folder / "pyodide-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    packages: dict[str, Any] = lock["packages"]
    known = versions_of(packages, *IN_DISTRIBUTION, *FOR_JUPYTERLITE)
    pins = {**known, **{name: version for name, (version, _) in ADDED.items()}}
    _download_wheels(folder, [f"{name}=={version}" for name, version in sorted(pins.items())])
    found = {_name_of(wheel): wheel for wheel in folder.glob("*.whl")}
    for name in known:
        key = name if name in packages else name.replace("-", "_")
        packages[key].update(file_name=found[name].name, sha256=_digest(found[name]))
    for name, (_, depends) in ADDED.items():
        packages[name] = _entry(found[name], depends)
    has_figures = _add_figures(folder, lock, set(pins))
    needed = [*FOR_KAMLAB, *FOR_FIGURES] if has_figures else FOR_KAMLAB
    packages["kamlab"] = _entry(write_wheel(folder), needed)
    path.write_text(json.dumps(lock), encoding="utf-8")
    return has_figures


def _add_figures(folder: Path, lock: dict[str, Any], there: Collection[str]) -> bool:
    """Add matplotlib and what it needs, if all of it can be had for this Pyodide; return whether it could.

    Its wheels are not pure Python. PyPI takes such wheels, but not every package has some; pip also looks in the
    folders that PIP_FIND_LINKS names.
    """
    packages = lock["packages"]
    wanted = {name: version for name, version in versions_of(packages, *FOR_FIGURES).items() if name not in there}
    pins = [f"{name}=={version}" for name, version in sorted(wanted.items())]
    with tempfile.TemporaryDirectory() as work:
        try:
            _download_wheels(Path(work), pins, f"pyemscripten_{lock['info']['abi_version']}_wasm32")
        except SiteError:
            return False
        for wheel in Path(work).glob("*.whl"):
            name = _name_of(wheel)
            packages[name].update(file_name=wheel.name, sha256=_digest(wheel))
            shutil.copy(wheel, folder)
    return True


def _download_pyodide(work: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SiteError("The site needs Pyodide, which npm downloads, and npm is not installed here: install node.js.")
    _call([npm, "pack", "--silent", f"pyodide@{PYODIDE}"], work)
    with tarfile.open(next(work.glob("*.tgz"))) as archive:
        archive.extractall(work, filter="data")


def _download_wheels(folder: Path, pins: Sequence[str], platform: str = "any") -> None:
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--python-version", "3.14", "--platform", platform]
    _call([sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), *pins], folder)


def _call(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise SiteError(f"{command[0]} has not ended within {PATIENCE} s. Is the network slow? Try again.") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise SiteError(f"{' '.join(command[:5])} ... failed: {said[-1] if said else done.returncode}")


def _entry(wheel: Path, depends: Sequence[str]) -> dict[str, Any]:
    """Return what the lock file says of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    return {
        "name": _name_of(wheel),
        "version": wheel.name.split("-")[1],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": _digest(wheel),
        "package_type": "package",
        "imports": sorted(top.removesuffix(".py") for top in tops if ".dist-info" not in top and ".data" not in top),
        "depends": list(depends),
        "unvendored_tests": False,
    }


def _name_of(wheel: Path) -> str:
    return wheel.name.split("-")[0].lower().replace("_", "-")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
