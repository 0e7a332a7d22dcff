"""How far a long run has come, under the cell that runs it.

There is one output, shown after a second and updated in its place. A thread that displays something shows it
under whichever cell the kernel takes it to belong to: the one executed last, or one that a click was handled
for in between. So the thread runs in a copy of the context of its cell, in which kernels keep the header of the
request that they answer; where an old kernel keeps it for the whole process, that is the cell's own as well,
as long as the cell blocks. Updates find their way by the output's id.
"""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from ..core.world import World
from ..views.progress import MANY, Progress, Reporter
from ..views.progress import install as install_for
from . import cells

_numbers = itertools.count(1)


class CellLine:
    """One output of the cell that is executed now, updated in its place.

    Args:
        publish: what displays: called with data, ``transient`` and ``update``.
    """

    def __init__(self, publish: Callable[..., Any]) -> None:
        self._publish = publish
        self._context = contextvars.copy_context()
        self._id = f"kamlab-progress-{os.getpid()}-{next(_numbers)}"
        self._shown = False

    def tell(self, progress: Progress) -> None:
        """Show it, or show it anew."""
        data = {"text/html": progress._repr_html_(), "text/plain": str(progress)}
        update, self._shown = self._shown, True
        self._context.run(self._publish, data, metadata={}, transient={"display_id": self._id}, update=update)

    def close(self, last: Progress | None) -> None:
        """Leave the last word there, if there was a word at all."""
        if last is not None and self._shown:
            self.tell(last)


def reporter_for(lab: World, limit: int | None = None) -> AbstractContextManager[Any]:
    """Return what tells under this cell how far a lab has come, as a context manager around a run of it.

    Nothing is told where no cell is being executed, as when a button was clicked, nor of a run that has fewer than
    1000 slices, nor in the first second.
    """
    publish = _publisher()
    if publish is None or not cells.here() or (limit is not None and limit < MANY):
        return contextlib.nullcontext()
    return Reporter(lab, limit, CellLine(publish))


def _publisher() -> Callable[..., Any] | None:
    """Return what displays in this session; ``None`` if there is no kernel."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    if getattr(shell, "kernel", None) is None:
        return None
    publish: Callable[..., Any] = shell.display_pub.publish
    return publish


def install(lab_class: Any) -> Callable[[], None]:
    """Have all labs of a class tell under their cells how far their runs have come; return what undoes it."""
    return install_for(lab_class, reporter_for)
