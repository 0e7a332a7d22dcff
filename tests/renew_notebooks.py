"""Run the notebooks and save what comes out: ``python tests/renew_notebooks.py``, when that is meant to change.

What needs a kernel is not saved: a widget is nothing without one. The still pictures under it are.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"


def renew(path: Path) -> None:
    """Run one notebook and save it with its outputs."""
    notebook: Any = nbformat.read(path, as_version=4)
    client: Any = nbclient.NotebookClient(notebook, timeout=120, store_widget_state=False, record_timing=False)
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined([each for each in cell.outputs if WIDGET not in each.get("data", {})])
    for name in set(notebook.metadata) - {"kernelspec", "language_info"}:
        del notebook.metadata[name]
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, path)


def joined(outputs: list[Any]) -> list[Any]:
    """Return outputs with what was written to a stream in pieces as one."""
    kept: list[Any] = []
    for each in outputs:
        if each.output_type == "display_data" and not any(each.data.values()):  # a passing line of progress
            continue
        if kept and each.output_type == "stream" and kept[-1].get("name") == each.name:
            kept[-1].text += each.text
        else:
            kept.append(each)
    return kept


if __name__ == "__main__":
    for path in sorted(Path(name) for name in sys.argv[1:]) or sorted(NOTEBOOKS.rglob("*.ipynb")):
        renew(path)
        print(path)
