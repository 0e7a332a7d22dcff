"""The front ends, the browser, and the notebooks that are open in them.

A test that asks for ``desk`` is run in each front end, in a notebook that is open already: each test
builds its system anew in a cell, so one does not see what another one did. A test that reloads,
restarts or saves opens a notebook of its own by ``open_notebook``.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import browsers
from browsers import SHOTS
from sampling import FULL

from . import probes, systems
from .desk import Desk
from .pages import VIEWPORT, Notebook
from .servers import Server, start

#: Milliseconds that anything in a page may take.
PATIENCE = 120_000


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave Notebook 7 to the full run, but for the tests that are marked as a smoke test of it."""

    def is_left_out(item: pytest.Item) -> bool:
        in_notebook = getattr(item, "callspec", None) is not None and item.callspec.params.get("front") == "notebook"  # type: ignore[attr-defined]
        return in_notebook and item.get_closest_marker("smoke") is None

    left_out = [] if FULL else [item for item in items if is_left_out(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="package", params=["lab", "notebook"])
def front(request: pytest.FixtureRequest) -> str:
    """A front end: JupyterLab, or Notebook 7."""
    browsers.path()
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    pytest.importorskip({"lab": "jupyterlab", "notebook": "notebook"}[request.param])
    return str(request.param)


@pytest.fixture(scope="package")
def server(front: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this front end."""
    if SHOTS is not None:
        SHOTS.mkdir(parents=True, exist_ok=True)
    server = start(front, tmp_path_factory.mktemp(front))
    yield server
    server.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A browser."""
    with browsers.browser() as started:
        yield started


@pytest.fixture(scope="package")
def context(server: Server, chromium: Any) -> Iterator[Any]:
    """What the pages of one front end share: a store of what was loaded before."""
    context = chromium.new_context(viewport=VIEWPORT)
    context.set_default_timeout(PATIENCE)
    for script in (probes.LONG_TASKS, probes.CLICK_TO_PAINT):
        context.add_init_script(script)
    yield context
    context.close()


@pytest.fixture
def page(context: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of the browser."""
    page = context.new_page()
    yield page
    if SHOTS is not None:
        page.screenshot(path=SHOTS / f"{request.node.name}-last.png")
    page.close()


@pytest.fixture
def open_notebook(server: Server, page: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook, given as a file or as the code of its cells; its kernel ends with the test."""
    opened: list[Notebook] = []

    def open_it(what: Path | list[str]) -> Notebook:
        notebook = _write(server, page, what, request.node.originalname)
        opened.append(notebook)
        notebook.open()
        return notebook

    yield open_it
    for notebook in opened:
        server.end_sessions(notebook.file)


@pytest.fixture(scope="package")
def one_desk(server: Server, context: Any) -> Iterator[Desk]:
    """A notebook of this front end that is open for all tests."""
    page = context.new_page()
    traffic = probes.Traffic(page)
    desk = Desk(_write(server, page, [systems.LOAD, "", ""], "desk"), traffic)
    desk.notebook.open()
    desk.notebook.run_cell(0)
    assert desk.notebook.errors() == []
    yield desk
    page.close()
    server.end_sessions(desk.notebook.file)


@pytest.fixture
def desk(one_desk: Desk, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The open notebook, cleared; afterwards nothing in it may have failed unseen."""
    one_desk.clear(request.node.originalname)
    yield one_desk
    if SHOTS is not None:
        one_desk.page.screenshot(path=SHOTS / f"{request.node.name}-last.png")
    assert one_desk.complaints == []


def _write(server: Server, page: Any, what: Path | list[str], name: str) -> Notebook:
    nbformat = pytest.importorskip("nbformat")
    file = f"{name[:40]}-{uuid.uuid4().hex[:6]}.ipynb"
    if isinstance(what, Path):
        shutil.copyfile(what, server.root / file)
    else:
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [nbformat.v4.new_code_cell(code) for code in what]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), server.root / file)
    return Notebook(server, page, file, name)
