"""What ``component.run()`` means in a notebook: the system runs on, and the cell returns.

In a script ``run()`` blocks until everything has ended; a cell that did would block the notebook.
So the lab is started in the background and its panel is shown under the cell. Before that the
cell waits a moment, until the system has come to rest for the first time: the next cell may
connect to a server as soon as this one is done.

Called from anywhere but a cell, or within a ``with Lab():``, which ends the lab, ``run()`` blocks
as ever.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from ..core import worlds
from ..core.microprocess import Microprocess
from ..lab import Lab
from . import cells

#: How long, in seconds, a cell waits at most for a system to come to rest.
SETTLING = 1.0


def run_in_notebook(lab: Lab, component: Microprocess) -> Any:
    """Do what ``component.run()`` shall do in a notebook; ``component`` is active already."""
    del component
    if not cells.here() or worlds.is_entered(lab):
        return lab.run()
    start_and_show(lab)
    return None


def start_and_show(lab: Lab) -> None:
    """Run a lab in the background and show its panel under this cell."""
    failed_before = lab.failed_count
    lab.start()
    settle(lab)
    show_once(lab)
    for component in lab.failures[-(lab.failed_count - failed_before) :] if lab.failed_count > failed_before else ():
        print(f"kamlab: {component.short_name} failed: {component._error}", file=sys.stderr)


def show_once(lab: Lab) -> None:
    """Show the panel of a lab under this cell, unless it is there already."""
    from .showing import show

    if cells.first_time(lab):
        show(lab)


def settle(lab: Lab, timeout: float = SETTLING) -> bool:
    """Wait until nothing in a running lab wants to run; return whether that came about in time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and lab.running:
        if lab.lock.acquire(timeout=0.05):
            try:
                scheduler = lab.scheduler
                if not (scheduler.wakes or scheduler.posted or scheduler.runnable()):
                    return True
            finally:
                lab.lock.release()
        time.sleep(0.002)
    return not lab.running
