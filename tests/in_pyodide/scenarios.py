"""What is tried in Pyodide: the cells of each scenario.

All scenarios run in one kernel, one after the other, but none needs the variables of another one.
"""

from __future__ import annotations

import json
from pathlib import Path

from .kernel import Step
from .preparing import ROOT

LISTING = (ROOT / "tests" / "listings" / "time_server.py").read_text(encoding="utf-8")
NOTEBOOK = ROOT / "notebooks" / "course" / "01-lost-update.ipynb"
SOLUTION = ROOT / "kamlab" / "teach" / "answers" / "lost-update" / "solution.txt"

LOAD = "%load_ext kamlab"
#: A lab with a small pipeline, before its first slice.
SYSTEM = """
from kamlab import Component, Lab, Pipeline
from kamlab.parts import Collate, DataSource

class Double(Component):
    async def main(self):
        while True:
            self.send(2 * await self.receive())

def build():
    Pipeline(DataSource([1, 2, 3]), Double(), Collate()).activate()

lab = Lab(build=build, clock="virtual")
"""
STEP = "print(lab.step(6))"
RUN = 'print(lab.run(), lab["Collate"].collated)'

#: The clock of the listing, as a component that needs no thread.
CLOCK = """
import time
from kamlab import Component

class TimeTick(Component):
    async def main(self):
        before = ""
        while True:
            now = time.asctime() + "\\n"
            if now != before:
                self.send(now)
                before = now
            await self.sleep(0.1)
"""
DIAL = "telnet = lab.network.dial(1500)"

#: How many schedules the check of the exercise tries here. The 1,000 of a student take too long to try at every test.
SCHEDULES = 100


def without_thread(listing: str) -> str:
    """Return the time server with a clock that needs no thread."""
    begin = "from Kamaelia.Util.Backplane import Backplane\n"
    _, found, rest = listing.partition(begin)
    assert found
    return CLOCK + begin + rest


def exercise(notebook: Path) -> list[str]:
    """Return the cells of the exercise: those that it needs, the stub, the check, a solution, and the check again."""
    cells = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    graded = {
        cell["metadata"]["nbgrader"]["grade_id"]: source
        for cell, source in zip(cells, sources, strict=True)
        if "nbgrader" in cell["metadata"]
    }
    needed = [source for source in sources if source.startswith((LOAD, "class Account", "def broken"))]
    stub, check = graded["lost-update"], graded["lost-update-check"]
    fewer = f"lost_update.SCHEDULES = {SCHEDULES}"
    return [*needed, fewer, stub, check, "verdict.open()", SOLUTION.read_text(encoding="utf-8"), check]


def _cells(*sources: str) -> list[Step]:
    return [{"cell": source} for source in sources]


SCENARIOS: dict[str, list[Step]] = {
    "import": _cells("import kamlab", "kamlab.Lab()"),
    "extension": _cells(LOAD, "from Axon.Component import component", "%kamlab inboxes"),
    "step": _cells(SYSTEM, STEP),
    "back": _cells(SYSTEM, STEP, "lab.back(2)", "lab.step_number", "print(lab.step(2))"),
    "panel": [
        *_cells(LOAD, SYSTEM, "lab.step(3)", "lab.panel()"),
        {"message": {"do": "step", "id": 1}},
        *_cells("lab.step_number"),
    ],
    "server": _cells(
        LOAD,
        f"%%kamlab --paused --virtual\n{without_thread(LISTING)}",
        "print(lab.step_message())",
        DIAL,
        "for _ in range(20):\n    if not telnet.received:\n        lab.step_message()",
        "telnet.read()",
    ),
    "thread": _cells(
        LOAD,
        f"%%kamlab --paused --virtual\n{LISTING}",
        DIAL,
        "lab.run(max_steps=50)",
        "print(lab.failures, repr(lab.failures[0].error), telnet.connected)",
        "lab.stop()",
    ),
    "exercise": _cells(*exercise(NOTEBOOK)),
    "background": _cells(SYSTEM, "lab.start()", "print(lab.state, lab.pause())", RUN, "lab.stop()"),
}
