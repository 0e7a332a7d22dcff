"""An exploration in a notebook: its panel, with buttons that open an order, and its progress under a cell.

It is given what it shows: nothing in here knows how a system is explored. Widgets are imported only where a panel is
made.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from .. import cells

if TYPE_CHECKING:
    from ..output import CellLine


def panel_of_exploration(exploration: Any) -> Any:
    """Return a live panel of an exploration in a notebook, and a static view of it elsewhere."""
    if cells.kernel_shell() is None:
        return exploration.overview()
    from .panel import ExplorationPanel

    return ExplorationPanel(exploration)


def passing_line() -> CellLine | None:
    """Return a line under the cell that is executed, which is gone once it is closed; ``None`` outside of a cell."""
    shell = cells.kernel_shell()
    if shell is None or not (cells.here() or threading.current_thread() is threading.main_thread()):
        return None
    from ..output import PassingLine

    return PassingLine(shell.display_pub.publish)
