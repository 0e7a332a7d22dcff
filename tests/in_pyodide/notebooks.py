"""Run notebooks in Pyodide from top to bottom, each in a process of its own, and say which cells fail.

    PYTHONPATH=tests .venv/bin/python -m in_pyodide.notebooks [NAME ...]

Without names it runs all of them, which takes some minutes.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .kernel import Session, Step, run
from .preparing import ROOT

FOLDER = ROOT / "notebooks"
#: Those that run in every test run, one after the other in one kernel. With the scenarios they use each module of
#: kamlab that can run there, as a test says; one of a kind is enough for that.
CHOSEN = (
    *("00-build-your-own", "02-race-on-order", "10-duplicates"),
    *("02-relay", "06-graphlines", "07-carousels", "10-handles", "12-http-server", "13-http-client"),
    *("14-multicast", "16-irc", "17-likefile"),
)
#: What is run between two of them.
CLEAN = "import kamlab\nkamlab.stop_all()\n%reset -f"
#: Timeout of a notebook, in seconds.
PATIENCE = 180


def all_notebooks() -> list[Path]:
    """Return all notebooks of this checkout."""
    return sorted(FOLDER.rglob("*.ipynb"))


def cells_of(notebook: Path) -> list[str]:
    """Return the code cells of a notebook."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def steps_of(notebook: Path) -> list[Step]:
    """Return the steps that run a notebook."""
    return [{"cell": source} for source in cells_of(notebook)]


def chosen() -> dict[str, list[Step]]:
    """Return the steps of the chosen notebooks, by name; the last step leaves the kernel as it was."""
    found = {notebook.stem: notebook for notebook in all_notebooks()}
    return {name: [*steps_of(found[name]), {"cell": CLEAN}] for name in CHOSEN}


def main(names: Sequence[str]) -> int:
    """Run the notebooks whose names begin with one of these; return how many have not run to their end."""
    bad = good = cells_run = cells = 0
    for notebook in all_notebooks():
        if names and not notebook.name.startswith(tuple(names)):
            continue
        began = time.monotonic()
        session = run({notebook.stem: steps_of(notebook)}, patience=PATIENCE)
        results = session.results.get(notebook.stem, [])
        failed = [(number, result) for number, result in enumerate(results) if result.error]
        expected = len(cells_of(notebook))
        cells, cells_run = cells + expected, cells_run + len(results) - len(failed)
        is_good = not failed and len(results) == expected
        good, bad = good + is_good, bad + (not is_good)
        print(
            f"{notebook.stem:<24} {len(results) - len(failed)}/{expected} cells, {time.monotonic() - began:.1f} s",
            flush=True,
        )
        for number, result in failed:
            print(f"  cell {number}: {result.error[:300]}", flush=True)
        if not results:
            print(_end(session), flush=True)
    print(f"{good} of {good + bad} notebooks, {cells_run} of {cells} cells")
    return bad


def _end(session: Session) -> str:
    return "\n".join(f"  {line[:300]}" for line in session.log.splitlines()[-8:])


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
