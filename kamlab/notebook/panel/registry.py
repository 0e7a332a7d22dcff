"""The panels that are displayed, and how long they are kept.

Nothing else refers to a panel that a cell shows. A page reports when it shows a panel and when it stops to; but a
page that is closed may be opened again, and a notebook that is run without a page reports nothing. So the newest
panels without a page are kept as well, and older ones are closed.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...lab import Lab
    from .panel import Panel

#: How many panels without a page are kept.
SPARE = 2

_panels: list[Panel] = []
_lock = threading.RLock()


def keep(panel: Panel) -> None:
    """Keep a panel that is displayed now, as the newest."""
    with _lock:
        drop(panel)
        _panels.append(panel)
    close_spare()


def drop(panel: Panel) -> None:
    """Stop keeping a panel."""
    with _lock:
        if panel in _panels:
            _panels.remove(panel)


def close_spare() -> None:
    """Close the panels without a page, except the newest."""
    for panel in [panel for panel in displayed_panels() if not panel.views][:-SPARE]:
        panel.close()


def displayed_panels() -> list[Panel]:
    """Return the panels that are kept, oldest first."""
    with _lock:
        return list(_panels)


def displayed_panel_of(lab: Lab) -> Panel | None:
    """Return the panel of a lab that was displayed last and shows the lab as it is; ``None`` if there is none."""
    for panel in reversed(displayed_panels()):
        if panel.lab is lab and not panel.closed and (not panel.finished or lab.state == "stopped"):
            return panel
    return None


def settle_all() -> None:
    """Bring all panels up to date, at the end of a cell."""
    for panel in displayed_panels():
        panel.settle()


def close_all() -> None:
    """Close all panels."""
    for panel in displayed_panels():
        panel.close()
