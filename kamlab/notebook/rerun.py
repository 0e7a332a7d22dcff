"""A cell that is run again: what it made before is stopped first, and nothing else.

Otherwise the second run of a cell meets the first: its Backplane has the name, its server the port, its components send
into the same boxes, its lab runs on in the background. What a cell made is what :mod:`kamlab.core.origins` noted while
it was executed: components, whether activated then or later, and those that they made in turn; services and
tracked values; links; and labs. So a system that is built over several cells stays whole, as in Axon: another cell
that uses a Backplane of this one may be run again without it. The cell of the Backplane itself, too: publishers and
subscribers that other cells made wait until this cell has made it again, and join that. If the cell fails before, they
wait until it is run once more; if it does not make the Backplane any longer, the subscribers end.

Of the labs that a cell made, those are stopped that run, or that may hold threads and sockets. A lab under
a virtual clock that stands still is in the way of nothing, and may be kept for a comparison with the next.

Two executions are of the same cell if the front end gives them the same id; its text may have been edited meanwhile. A
front end that gives no ids is taken to run the same cell if the text is the same. In a terminal, where what is typed
twice is meant twice, nothing is stopped. A cell that cannot be compiled makes nothing, and stops nothing.

While a lab runs in the background, the old components end before the cell makes the new ones. The lab may be empty in
between, and goes on nevertheless until the cell has ended (:attr:`.Runtime.kept_running`).
"""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import Any

from ..analysis.words import counted
from ..backplane import Backplane, SubscribeTo, end_released, release
from ..core import context, origins
from ..core.task import task_of
from ..lab import Lab, current
from .system import PATIENCE, stop_or_leave

#: How many components are named.
NAMED = 3
#: The cell magics that build a system: they stop what the cell made before, once their line is understood.
BUILDING = ("%%kamlab", "%%system")


class CellRuns:
    """The cells that are executed, one after the other or one in the other.

    Args:
        shell: the IPython shell.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._kept: list[Lab] = []
        #: The subscribers that wait for a Backplane, by the cell that made it.
        self._released: dict[Hashable, list[SubscribeTo]] = {}

    def begin(self, info: Any) -> None:
        """Stop what this cell made before, and note what it makes from now on."""
        key = key_of(info)
        if not info.raw_cell.lstrip().startswith(BUILDING) and _compiles(info):
            self._stop(key)
        history = getattr(self._shell.history_manager, "input_hist_raw", None)
        label = f"In [{len(history)}]" if history and info.store_history else "a cell"
        origins.enter(origins.Origin(key, label, origins.entered()))

    def end(self, result: Any = None) -> None:
        """Note nothing more for this cell; labs that were kept running for it may end, and released subscribers."""
        origin = origins.entered()
        outer = origin.outer if origin is not None else None
        origins.enter(outer)
        if origin is not None and getattr(result, "success", True):
            self._end_released(origin.key)
        if outer is None:
            kept, self._kept = self._kept, []
            for lab in kept:
                lab.runtime.kept_running = False
                lab.scheduler.nudge()

    def _end_released(self, key: Hashable) -> None:
        for subscriber in end_released(self._released.pop(key, ())):
            print(f"kamlab: {subscriber.short_name} ends, since there is no Backplane {subscriber.source!r} any more")

    def stop_earlier(self) -> None:
        """Stop what the cell that is being executed made before."""
        origin = origins.entered()
        if origin is not None:
            self._stop(origin.key)

    def _stop(self, key: Hashable) -> None:
        stopped: list[str] = []
        waiting = self._released.setdefault(key, [])
        known = len(waiting)
        for lab in origins.known_labs():
            if lab.time_travel.is_twin:
                continue
            if lab.state == "stopped":
                lab.services.drop_made_by(key)  # of a cell that failed because the lab was stopped
                continue
            if origins.is_of(lab.made.origin, key):
                stopped += self._stop_lab(lab)
            else:
                stopped += self._stop_in(lab, key)
        if stopped:
            print(f"kamlab: this cell is run again; what it made before is stopped: {_named(stopped)}")
        joining = [subscriber.short_name for subscriber in waiting[known:]]
        if joining:
            print(f"kamlab: the Backplane that this cell makes now is joined by {_named(joining)} of other cells")

    def _stop_lab(self, lab: Lab) -> list[str]:
        """Stop a lab that a cell made, if it is in the way; return what is said of it."""
        alive = len(lab.scheduler.members)
        if not lab.running and (lab.virtual or not alive):
            return []
        name = f"the lab of {lab.made} (step {lab.step_number}, {counted(alive, 'component')} alive)"
        stop_or_leave(lab)
        if lab.state != "stopped":  # a component hangs, which is said already
            return []
        if context.peek() is lab:
            context.set_current(None)
        if self._shell.user_ns.get("lab") is lab:
            self._shell.user_ns["lab"] = current()
        return [] if lab.recipe is not None else [name]  # a cell that builds its lab is known to stop the one before

    def _stop_in(self, lab: Lab, key: Hashable) -> list[str]:
        """Stop what a cell made in a lab that is not its own; return the names to be told."""
        members = list(lab.scheduler.members.values())
        mine = [member for member in members if origins.is_of(origins.origin_of(member), key)]
        links = [(owner, link) for owner in members for link in _links_of(owner) if origins.is_of(link.origin, key)]
        if not (mine or links or lab.services.made_by(key)):
            return []
        if not lab.lock.acquire(timeout=PATIENCE):
            running = lab.scheduler.running
            name = running.short_name if running is not None else "a component"
            lab.report(f"what this cell made before is not stopped: {name} has not come to its next yield")
            return []
        try:
            if lab.running and not lab.runtime.kept_running:
                lab.runtime.kept_running = True
                self._kept.append(lab)
            self._released[key] += self._release(lab, mine, members)
            names = [member.short_name for member in mine if not _is_part(member, mine)]
            for member in mine:
                lab.scheduler.retire(member)
            names += [f"the service {name}" for name in lab.services.drop_made_by(key)]
            for owner, link in links:
                switchboard = task_of(owner).switchboard
                if switchboard is not None:
                    switchboard.unlink(linkage=link)
            return names
        finally:
            lab.lock.release()

    def _release(self, lab: Lab, mine: list[Any], members: list[Any]) -> list[SubscribeTo]:
        """Have the subscribers that other cells made outlive the Backplanes of this one; return them."""
        others = [member for member in members if not any(member is own for own in mine)]
        planes = [member for member in mine if isinstance(member, Backplane)]
        released = [subscriber for plane in planes for subscriber in release(plane, others)]
        if released:
            lab.note_foreign("the cell of a Backplane was run again")
        return released


def _named(names: list[str]) -> str:
    """Return some names in words, the first of them if there are many."""
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def key_of(info: Any) -> Hashable:
    """Return what is equal for two executions of the same cell."""
    cell_id = getattr(info, "cell_id", None)
    return ("text", info.raw_cell) if cell_id is None else ("id", cell_id)


def _compiles(info: Any) -> bool:
    source = getattr(info, "transformed_cell", None)
    if source is None:
        return True
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return False
    return True


def _links_of(component: Any) -> list[Any]:
    switchboard = task_of(component).switchboard
    return [] if switchboard is None else list(switchboard.links)


def _is_part(component: Any, others: list[Any]) -> bool:
    """Return whether a component was made or is contained by one of the others."""
    home = task_of(component).home
    above = [home() if home is not None else None, task_of(component).parent]
    return any(part is other for part in above if part is not None for other in others)
