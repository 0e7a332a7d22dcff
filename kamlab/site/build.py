"""A static site with JupyterLite, kamlab and notebooks in it: a class opens a link, and everything runs in the page."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .errors import SiteError
from .pins import KERNEL
from .python import write_python

#: A file that marks a folder as a site, which may be replaced.
MARK = "kamlab-site.json"
#: The notebook that is opened first, if it is there.
START = "start.ipynb"
#: The extensions of JupyterLab that a page needs, in the environment that builds it.
EXTENSIONS = ("anywidget", "@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension")

#: The first page. JupyterLite's other pages read the settings of the site there.
_INDEX = """<!doctype html>
<meta charset="utf-8">
<title>kamlab</title>
<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{{}}</script>
<meta http-equiv="refresh" content="0; url={0}">
<p><a href="{0}">Open the notebooks</a></p>
"""


def build_site(folder: Path, notebooks: Iterable[Path]) -> Path:
    """Build the site and return its first page.

    Args:
        folder: where to; it must be new, empty, or a site that was built by this.
        notebooks: notebooks and folders with notebooks and other files, which the page has at the top.

    Raises:
        SiteError: it cannot be built; the folder is then as it was.
    """
    _check(folder)
    with tempfile.TemporaryDirectory() as work:
        lite, contents, out = (Path(work) / name for name in ("lite", "contents", "out"))
        contents.mkdir()
        for path in notebooks:
            _copy(path, contents)
        names = sorted(path.relative_to(contents).as_posix() for path in contents.rglob("*.ipynb"))
        if not names:
            raise SiteError("There is no notebook for the site: name notebooks, or folders with notebooks in them.")
        has_figures = write_python(lite / "static" / "pyodide")
        _configure(lite)
        _build(lite, contents, out)
        first = f"lab/index.html?path={START if START in names else names[0]}"
        (out / "index.html").write_text(_INDEX.format(first), encoding="utf-8")
        (out / MARK).write_text(json.dumps({"notebooks": names, "matplotlib": has_figures}), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(out, folder)
    return folder / "index.html"


def _check(folder: Path) -> None:
    if (
        importlib.util.find_spec("jupyterlite_core") is None
        or importlib.util.find_spec("jupyterlite_pyodide_kernel") is None
    ):
        raise SiteError('The site is built with JupyterLite, which is not installed here: pip install "kamlab[site]"')
    if folder.exists() and not folder.is_dir():
        raise SiteError(f"{folder} is a file; name a folder for the site.")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise SiteError(f"{folder} has files that are not a site of kamlab; name a new folder, or empty it.")


def _copy(path: Path, contents: Path) -> None:
    """Copy a notebook, or what is in a folder, to the top of the contents."""
    if not path.exists():
        raise SiteError(f"There is no {path}.")
    if path.is_dir():
        shutil.copytree(
            path, contents, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*", "__pycache__", "kamlab-site")
        )
    else:
        shutil.copy(path, contents)


def _configure(lite: Path) -> None:
    """Write the settings of the page and of the build."""
    kernel = {"disablePyPIFallback": True, "loadPyodideOptions": {"packages": ["kamlab"]}}
    page = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "kamlab",
            "exposeAppInBrowser": True,
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }
    extensions = [str(_extension(name)) for name in EXTENSIONS]
    build = {"LiteBuildConfig": {"ignore_sys_prefix": ["federated_extensions"], "federated_extensions": extensions}}
    for name, value in (("jupyter-lite.json", page), ("jupyter_lite_config.json", build)):
        (lite / name).write_text(json.dumps(value), encoding="utf-8")


def _extension(name: str) -> Path:
    found = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / name
    if not found.exists():
        raise SiteError(f'{name} is not installed in {sys.prefix}: pip install "kamlab[site]"')
    return found


def _build(lite: Path, contents: Path, out: Path) -> None:
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(lite), "--output-dir", str(out)]
    command += ["--contents", str(contents), "--apps", "lab", "--apps", "notebooks", "--no-sourcemaps"]
    done = subprocess.run(command, cwd=lite, capture_output=True, text=True)
    if done.returncode or not (out / "lab" / "index.html").exists():
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise SiteError(f"JupyterLite {KERNEL} could not build the site: " + "\n".join(said[-5:]))
