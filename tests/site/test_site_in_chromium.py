"""A site that ``kamlab site`` has built runs notebooks in Chromium, and asks no other server for anything."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import browsers
from kamlab.site import build_site, make_server
from sampling import only_in_full

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = ROOT / "notebooks"
#: The notebooks that are run: the four that begin with a published listing, and others.
NAMES = (
    *("01-time-server", "02-relay", "03-aggregating-logger", "04-logger-and-relay"),
    *("10-handles", "15-udp", "17-likefile"),
)
#: Milliseconds that anything may take.
PATIENCE = 180_000

#: Open a notebook of the site and wait for its kernel.
OPEN = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const widget = await app.commands.execute('docmanager:open', { path });
  await widget.context.ready;
  await widget.sessionContext.ready;
  await widget.sessionContext.session.kernel.info;
  window.opened = widget;
}"""
#: Run its cells, one after the other, and return the errors.
RUN = """async () => {
  const { content } = window.opened;
  for (let i = 0; i < content.model.cells.length; i++) {
    if (content.model.cells.get(i).type !== 'code') continue;
    content.deselectAll();
    content.activeCellIndex = i;
    await window.jupyterapp.commands.execute('notebook:run-cell');
  }
  const cells = content.model.toJSON().cells.filter((cell) => cell.cell_type === 'code');
  return {
    missing: cells.filter((cell) => cell.execution_count === null).length,
    errors: cells.flatMap((cell) => cell.outputs).filter((output) => output.output_type === 'error'),
  };
}"""
CLOSE = """async () => {
  await window.opened.sessionContext.shutdown();
  window.opened.context.model.dirty = false;
  window.opened.dispose();
}"""

pytestmark = [only_in_full, pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with all notebooks."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    browsers.path()
    folder = tmp_path_factory.mktemp("site")
    build_site(folder, [NOTEBOOKS])
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 60e6
    with make_server(folder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def page(site: str) -> Iterator[Any]:
    """The first page of the site, open in Chromium; it may ask only the site."""
    with browsers.browser() as chromium:
        page = chromium.new_page()
        page.set_default_timeout(PATIENCE)
        asked: list[str] = []
        page.context.on("request", lambda request: asked.append(request.url))  # those of its workers as well
        page.goto(site)
        page.wait_for_function("window.jupyterapp && window.jupyterapp.shell")
        yield page
        assert any("/kamlab-" in url and url.endswith(".whl") for url in asked)  # what Python's worker asks for is seen
        assert [url for url in asked if url.startswith("http") and not url.startswith(site)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(page: Any, name: str) -> None:
    """Each cell runs without an error, plain clients of real servers among them."""
    path = next(NOTEBOOKS.rglob(f"{name}.ipynb")).relative_to(NOTEBOOKS).as_posix()
    page.evaluate(OPEN, path)
    assert page.evaluate(RUN) == {"missing": 0, "errors": []}
    page.evaluate(CLOSE)
