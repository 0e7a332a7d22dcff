"""The notebooks: the listings are the page's, all of them run, and they leave nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kamlab.exploration import ExplorationProgress
from kamlab.views.progress import Progress
from sampling import sampled

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
COOKBOOK = NOTEBOOKS / "cookbook"
ALL = sorted(path.relative_to(NOTEBOOKS).with_suffix("").as_posix() for path in NOTEBOOKS.rglob("*.ipynb"))

#: What each notebook shows of the cookbook's page, by the names of the files in tests/listings.
LISTINGS = {
    "cookbook/01-time-server": ("time_server",),
    "cookbook/02-relay": ("page_imports", "relay"),
    "cookbook/03-aggregating-logger": ("page_imports", "logger"),
    "cookbook/04-logger-and-relay": ("page_imports", "logger", "logger_relay"),
}

#: The ports that some listen at; the others need none.
PORTS = {
    "cookbook/01-time-server": [1500],
    "cookbook/02-relay": [1600],
    "cookbook/03-aggregating-logger": [1500],
    "cookbook/04-logger-and-relay": [1500, 1501],
    "cookbook/14-multicast": [1600],
    "cookbook/15-udp": [1600],
}

#: How many notebooks run at once.
AT_ONCE = 2

#: Those that are run twice in one kernel.
TWICE = sampled(["start", "cookbook/01-time-server", "cookbook/05-pipelines", "course/03-deadlock"], ALL)

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
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def code_lines(text: str) -> list[str]:
    """Return the lines that are not empty, without the line of %%kamlab."""
    return [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("%%kamlab")]


def test_the_notebooks_are_there() -> None:
    """There are a start page, the cookbook's pages and the course; what is named in the tables above is there."""
    assert "start" in ALL
    assert len([name for name in ALL if name.startswith("cookbook/")]) == 17
    assert len([name for name in ALL if name.startswith("course/")]) == 14
    assert set(LISTINGS) | set(PORTS) <= set(ALL)


@pytest.mark.parametrize("name", LISTINGS)
def test_the_listings_are_unchanged(name: str, listing: Any) -> None:
    """The code lines of a notebook's listing cells are those of the page, in order."""
    cells = [cell.source for cell in read(name).cells if "listing" in cell.metadata.get("tags", ())]
    assert code_lines("\n".join(cells)) == code_lines(listing(*LISTINGS[name]))


@pytest.mark.parametrize("name", ALL)
def test_notebooks_are_saved_executed_and_clean(name: str) -> None:
    """Saved are outputs and numbers of a run from top to bottom, no widget state, no times, no paths, no errors."""
    notebook = read(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(set(cell.metadata) <= {"tags", "nbgrader"} for cell in notebook.cells)
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]
    text = json.dumps(outputs)
    assert not [output for output in outputs if any("widget" in kind for kind in output.get("data", {}))]
    assert str(Path.home()) not in text
    assert str(ROOT) not in text


@pytest.mark.parametrize("name", ALL)
def test_systems_are_built_under_a_name_of_our_own(name: str) -> None:
    """No notebook says %%system: where kamlab is not loaded, that gives a listing to a shell."""
    assert [cell.source for cell in read(name).cells if "%%system" in cell.source] == []


@pytest.mark.parametrize("name", ALL)
def test_links_lead_somewhere(name: str) -> None:
    """Every link to another notebook or file leads to one that is there."""
    here = (NOTEBOOKS / name).parent
    text = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", text)
    assert [each for each in targets if not each.startswith("http") and not (here / each).exists()] == []


def run_twice(name: str, where: Path) -> str:
    """Run a notebook twice in one kernel, and return what is left, as a last cell tells it."""
    notebook = read(name)
    first = nbformat.v4.new_code_cell(BEFORE)
    last = nbformat.v4.new_code_cell(AFTER.format(ports=PORTS.get(name, [])))
    cells = [json.loads(json.dumps(cell)) for cell in (*notebook.cells, *notebook.cells)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook.cells = [first, *(nbformat.from_dict(cell) for cell in cells), last]
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(where)}})
    asyncio.run(client.async_execute())  # in a thread execute() would leave its event loop open
    return "".join(each.text for each in notebook.cells[-1].outputs)  # what is printed may come in pieces


@pytest.fixture(scope="module")
def run_twice_already(
    tmp_path_factory: pytest.TempPathFactory, alone_at_the_page_ports: Any
) -> Iterator[dict[str, tuple[Future[str], Path]]]:
    """Run notebooks twice, some at a time; return what each left, and where it ran."""

    def run(name: str, where: Path) -> str:
        if name not in PORTS:
            return run_twice(name, where)
        with alone_at_the_page_ports():
            return run_twice(name, where)

    places = {name: tmp_path_factory.mktemp(name.replace("/", "-")) for name in TWICE}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: (pool.submit(run, name, place), place) for name, place in places.items()}
        pool.shutdown(cancel_futures=True)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", TWICE)
def test_a_notebook_runs_twice_in_one_kernel_and_leaves_nothing(name: str, run_twice_already: Any) -> None:
    """From top to bottom, and again, without a person; afterwards no thread, port or file is left."""
    left, place = run_twice_already[name]
    assert left.result() == "[] [] True\n"
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    "progress", [Progress("running", 1_000, 1.2, 800.0), ExplorationProgress(1_000, "states found", 1.2, 28.8)]
)
def test_a_line_of_progress_is_not_compared(progress: Any) -> None:
    """A line of progress, which only a busy machine shows, is known by its HTML; nothing else is taken for one."""
    pytest.importorskip("nbval")
    from nbval_progress import is_progress

    assert is_progress({"data": {"text/html": progress._repr_html_(), "text/plain": str(progress)}})
    assert not is_progress({"data": {"text/html": f"<p>{progress}</p>", "text/plain": str(progress)}})
    assert not is_progress({"output_type": "stream", "text": str(progress)})


@pytest.mark.timeout(1200)
def test_the_saved_outputs_are_what_comes_out(page_ports: None) -> None:
    """Checked by nbval: every output that does not depend on time is the one that is saved."""
    pytest.importorskip("nbval")
    others = sampled(
        ["start", "cookbook/05-pipelines", "cookbook/08-tcp-systems", "course/00-build-your-own", "course/03-deadlock"],
        [name for name in ALL if name not in PORTS],
    )
    halves = [[*PORTS, *others[: len(others) // 3]], others[len(others) // 3 :]]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests" / "shared"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "-p", "nbval_progress"]
    checks = [
        subprocess.Popen(
            [*command, *(str(NOTEBOOKS / f"{name}.ipynb") for name in half)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for half in halves
    ]
    try:
        told = [check.communicate(timeout=1100)[0] for check in checks]
    finally:
        for check in checks:
            check.kill()
    assert [check.returncode for check in checks] == [0, 0], "\n".join(text[-5000:] for text in told)
