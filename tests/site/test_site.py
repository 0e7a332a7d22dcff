"""``kamlab site``: what it refuses, and what is in the parts that need no network."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.request
import zipfile
from pathlib import Path

import pytest

from kamlab.site import SiteError, build, build_site, make_server, python
from kamlab.site.pins import PYODIDE
from kamlab.site.repair import repair
from kamlab.site.wheel import write_wheel

ROOT = Path(__file__).parent.parent.parent
#: The two functions that are repaired, as Pyodide 314.0.7 has them.
ORIGINAL = (
    "function saveState(){const threadState=_captureThreadState();if(threadState===0){return Module.error}"
    "const stackState=new StackState;return{threadState,stackState,suspender:suspenderGlobal.value}}"
    "function restoreState(state){state.stackState.restore();_restoreThreadState(state.threadState);}"
)


@pytest.fixture
def pyodide(tmp_path: Path) -> Path:
    """A folder with as much of Pyodide as is repaired."""
    (tmp_path / "package.json").write_text(json.dumps({"version": "314.0.7"}))
    (tmp_path / "pyodide.asm.mjs").write_text(ORIGINAL)
    return tmp_path


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook in a folder."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    path = folder / "one.ipynb"
    path.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_pyodide_is_repaired_once(pyodide: Path) -> None:
    """A suspended call hides its frame and gets it back; a second time nothing is changed."""
    assert repair(pyodide)
    code = (pyodide / "pyodide.asm.mjs").read_text()
    assert code.index("=0;const stackState") < code.index("stackState,frame,suspender")
    assert code.index("}=state;HEAPU32[") < code.index("_restoreThreadState(state.threadState)")
    assert not repair(pyodide)


def test_another_release_is_left_alone(pyodide: Path) -> None:
    """A release that has the repair already is not touched."""
    (pyodide / "package.json").write_text(json.dumps({"version": "314.0.8"}))
    assert not repair(pyodide)
    assert (pyodide / "pyodide.asm.mjs").read_text() == ORIGINAL


def test_what_is_not_that_release_is_refused(pyodide: Path) -> None:
    """A file of that version with other functions is an error, not a page that ends by chance."""
    (pyodide / "pyodide.asm.mjs").write_text("function saveState(){}")
    with pytest.raises(ValueError, match=r"is not that of Pyodide 314\.0\.7"):
        repair(pyodide)


def test_the_wheel_is_the_package(tmp_path: Path) -> None:
    """It has the modules and the panel's page, and can be imported; the same package makes the same bytes."""
    wheel = write_wheel(tmp_path)
    first = wheel.read_bytes()
    assert write_wheel(tmp_path).read_bytes() == first
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "kamlab/browser/stacks.py" in names
    assert any(name.startswith("kamlab/notebook/panel/web/") and name.endswith(".js") for name in names)
    assert not any("__pycache__" in name for name in names)
    code = f"import sys; sys.path.insert(0, {str(wheel)!r}); import kamlab; print(kamlab.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(wheel))


def test_the_tests_and_the_site_have_the_same_pyodide() -> None:
    """The version that the tests run is the one that a site gets."""
    package = json.loads((ROOT / "tests" / "in_pyodide" / "package.json").read_text())
    assert package["dependencies"]["pyodide"] == PYODIDE


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, notebook: Path) -> None:
    """A folder that is not a site of kamlab is refused, and so is a file."""
    with pytest.raises(SiteError, match="has files that are not a site of kamlab"):
        build_site(notebook.parent, [notebook])
    with pytest.raises(SiteError, match="is a file"):
        build_site(notebook, [notebook])
    assert [path.name for path in notebook.parent.iterdir()] == ["one.ipynb"]


def test_there_must_be_a_notebook(tmp_path: Path) -> None:
    """A path that does not exist, and a folder without notebooks, are refused before anything is downloaded."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(SiteError, match="There is no .*missing"):
        build_site(tmp_path / "site", [tmp_path / "missing"])
    with pytest.raises(SiteError, match="There is no notebook for the site"):
        build_site(tmp_path / "site", [tmp_path / "empty"])
    assert not (tmp_path / "site").exists()


def test_npm_and_jupyterlite_are_needed(tmp_path: Path, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one of them is missing, a sentence says what to install."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SiteError, match=r"npm is not installed here: install node\.js"):
        build_site(tmp_path / "site", [notebook])
    monkeypatch.setattr(build.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SiteError, match=r'pip install "kamlab\[site\]"'):
        build_site(tmp_path / "site", [notebook])


@pytest.mark.parametrize("is_published", [True, False])
def test_figures_are_in_a_site_where_they_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_published: bool
) -> None:
    """matplotlib and all that it needs go into the lock file, in the wheels for this Pyodide; or nothing of it does."""
    entry = {"version": "3.10.8", "file_name": "old", "sha256": "old"}
    packages = {"matplotlib": {**entry, "depends": ["cycler"]}, "cycler": {**entry, "depends": []}}
    asked: list[str] = []

    def download(folder: Path, pins: list[str], platform: str = "any") -> None:
        asked.append(platform)
        assert pins == ["cycler==3.10.8", "matplotlib==3.10.8"]
        if not is_published:
            raise SiteError("there is none")
        (folder / "matplotlib-3.10.8-cp314-cp314-x.whl").write_bytes(b"m")
        (folder / "cycler-3.10.8-py3-none-any.whl").write_bytes(b"c")

    monkeypatch.setattr(python, "_download_wheels", download)
    lock = {"info": {"abi_version": "2026_0"}, "packages": packages}
    assert python._add_figures(tmp_path, lock, set()) is is_published
    assert asked == ["pyemscripten_2026_0_wasm32"]
    assert (packages["matplotlib"]["file_name"] != "old") is is_published
    assert len(list(tmp_path.glob("*.whl"))) == 2 * is_published


def test_a_site_is_served_to_this_machine(tmp_path: Path) -> None:
    """Modules and WebAssembly have the types that a browser insists on."""
    for name in ("pyodide.mjs", "pyodide.asm.wasm"):
        (tmp_path / name).write_bytes(b"")
    with make_server(tmp_path) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            place = f"http://127.0.0.1:{server.server_port}/"
            with urllib.request.urlopen(place + "pyodide.mjs", timeout=20) as answer:
                assert answer.headers["Content-Type"] == "text/javascript"
            with urllib.request.urlopen(place + "pyodide.asm.wasm", timeout=20) as answer:
                assert answer.headers["Content-Type"] == "application/wasm"
        finally:
            server.shutdown()
            thread.join()


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    """A mistake on the command line is a line, never a traceback."""
    command = [sys.executable, "-m", "kamlab", "site", str(tmp_path), "--notebooks", str(tmp_path / "missing")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("kamlab: There is no ")
