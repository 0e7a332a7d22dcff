"""The cookbook notebooks: the listings are the page's, they run, and they leave nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

ROOT = Path(__file__).parent.parent
COOKBOOK = ROOT / "notebooks" / "cookbook"

#: What each notebook shows of the page, by the names of the files in tests/listings.
LISTINGS = {
    "01-time-server": ("time_server",),
    "02-relay": ("page_imports", "relay"),
    "03-aggregating-logger": ("page_imports", "logger"),
    "04-logger-and-relay": ("page_imports", "logger", "logger_relay"),
}

#: The ports that each listens at.
PORTS = {
    "01-time-server": [1500],
    "02-relay": [1600],
    "03-aggregating-logger": [1500],
    "04-logger-and-relay": [1500, 1501],
}

BEFORE = """
import os as _os, socket as _socket, threading as _threading
_threads = _threading.enumerate()
_home = _os.getcwd()
"""
AFTER = """
for _port in {ports}:
    _socket.create_server(("127.0.0.1", _port)).close()
_left = [_thread for _thread in _threading.enumerate() if _thread not in _threads]
_left = [_thread.name for _thread in _left if type(_thread).__module__.split(".")[0] != "zmq"]  # the kernel's own
print(_left, _os.listdir(), _os.getcwd() == _home)
"""


def read(name: str) -> Any:
    """Read a notebook."""
    return nbformat.read(COOKBOOK / f"{name}.ipynb", as_version=4)


def code_lines(text: str) -> list[str]:
    """Return the lines that are not empty, without the line of %%system."""
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("%%system")]


def test_every_notebook_is_known_here() -> None:
    """There is a notebook for each system of the page, and none that these tests miss."""
    assert sorted(path.stem for path in COOKBOOK.glob("*.ipynb")) == sorted(LISTINGS)


@pytest.mark.parametrize("name", LISTINGS)
def test_the_listings_are_unchanged(name: str, listing: Any) -> None:
    """The code lines of a notebook's listing cells are those of the page, in order."""
    cells = [cell.source for cell in read(name).cells if "listing" in cell.metadata.get("tags", ())]
    assert code_lines("\n".join(cells)) == code_lines(listing(*LISTINGS[name]))


@pytest.mark.parametrize("name", LISTINGS)
def test_a_notebook_begins_with_what_one_will_be_able_to_do(name: str) -> None:
    """The first cell is a title and a list of what one can do afterwards."""
    first = read(name).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "After this notebook you can" in first.source


@pytest.mark.parametrize("name", LISTINGS)
def test_notebooks_are_saved_executed_and_clean(name: str) -> None:
    """Saved are outputs and numbers of a run from top to bottom, no widget state, no times, no paths, no errors."""
    notebook = read(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]
    text = json.dumps(outputs)
    assert "widget-view" not in text
    assert str(Path.home()) not in text


@pytest.mark.parametrize("name", LISTINGS)
def test_a_notebook_runs_twice_in_one_kernel_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    """From top to bottom, and again, without a person; afterwards no thread, port or file is left."""
    notebook = read(name)
    first = nbformat.v4.new_code_cell(BEFORE)
    last = nbformat.v4.new_code_cell(AFTER.format(ports=PORTS[name]))
    cells = [json.loads(json.dumps(cell)) for cell in (*notebook.cells, *notebook.cells)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook.cells = [first, *(nbformat.from_dict(cell) for cell in cells), last]
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=60, resources=where).execute()
    assert notebook.cells[-1].outputs[0].text == "[] [] True\n"
    assert list(tmp_path.iterdir()) == []


def test_the_saved_outputs_are_what_comes_out(tmp_path: Path) -> None:
    """Checked by nbval: every output that does not depend on time is the one that is saved."""
    pytest.importorskip("nbval")
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(COOKBOOK)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
