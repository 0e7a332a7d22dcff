"""The soak of :mod:`.soak` in Chromium, in a site that ``kamlab site`` builds.

    PYTHONPATH=tests:tests/shared .venv/bin/python -m in_pyodide.soak_in_chromium [STARTS [MINUTES]]

By default 100 starts in 5 minutes.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import browsers
from kamlab.site import build_site, make_server

from . import soak

STARTS, MINUTES = 100, 5.0
#: Open the notebook, run its cells, and return what they have put out.
RUN = """async (path) => {
  const app = window.jupyterapp;
  await app.restored;
  const widget = await app.commands.execute('docmanager:open', { path });
  await widget.context.ready;
  await widget.sessionContext.ready;
  await widget.sessionContext.session.kernel.info;
  for (let i = 0; i < widget.content.model.cells.length; i++) {
    app.shell.activateById(widget.id); // the page may have opened another notebook meanwhile
    widget.content.deselectAll();
    widget.content.activeCellIndex = i;
    await app.commands.execute('notebook:run-cell');
  }
  return widget.content.model.toJSON().cells.map((cell) => cell.outputs);
}"""


def write_notebook(path: Path, starts: int, minutes: float) -> None:
    """Write a notebook with the cells of the soak."""
    shape: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**shape, "id": f"soak-{n}", "source": cell} for n, cell in enumerate(soak.cells(starts, 60 * minutes))]
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def run(address: str, minutes: float) -> list[Any]:
    """Run the notebook of a site and return the outputs of its cells."""
    with browsers.browser() as chromium:
        page = chromium.new_page()
        page.set_default_timeout((120 * minutes + 600) * 1000)
        page.goto(address)
        page.wait_for_function("window.jupyterapp && window.jupyterapp.shell")
        outputs: list[Any] = page.evaluate(RUN, "soak.ipynb")
    return outputs


def main(arguments: Sequence[str]) -> int:
    """Soak in Chromium and print the outputs of the cells; return 0 if nothing failed."""
    starts = int(arguments[0]) if arguments else STARTS
    minutes = float(arguments[1]) if arguments[1:] else MINUTES
    with tempfile.TemporaryDirectory() as work:
        write_notebook(Path(work) / "soak.ipynb", starts, minutes)
        build_site(Path(work) / "site", [Path(work) / "soak.ipynb"])
        with make_server(Path(work) / "site") as server:
            threading.Thread(target=server.serve_forever).start()
            outputs = run(f"http://127.0.0.1:{server.server_port}/", minutes)
            server.shutdown()
    return report(outputs)


def report(outputs: Sequence[Any]) -> int:
    """Print what the cells have put out; return 0 if each has printed, and none an error."""
    parts = []
    for output in (output for cell in outputs for output in cell):
        text = "".join(output.get("text", "")) or output.get("evalue", "")
        print(text, end="")
        if text.startswith("{"):
            parts.append(json.loads(text))
    print(f"{sum(part['starts'] for part in parts)} starts, {sum(len(part['errors']) for part in parts)} errors")
    return 0 if len(parts) == soak.CELLS and not any(part["errors"] for part in parts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
