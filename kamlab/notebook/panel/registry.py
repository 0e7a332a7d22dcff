"""Which panels are displayed, and for how long they are kept.

Nobody holds on to a panel that a cell shows, so this does. A page says when it shows a panel and when it
does so no more; but a page that is closed may be opened again, and a notebook that is run without a page
says nothing at all. So a few panels that no page shows are kept as well, the newest ones, and the others
are closed.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...lab import Lab
    from .panel import Panel

#: How many panels that no page shows are kept.
SPARE = 2

_shown: list[Panel] = []
_lock = threading.RLock()


def keep(panel: Panel) -> None:
    """Keep a panel that is displayed now."""
    with _lock:
        if panel in _shown:
            _shown.remove(panel)
        _shown.append(panel)
    tidy()


def drop(panel: Panel) -> None:
    """Keep it no longer."""
    with _lock:
        if panel in _shown:
            _shown.remove(panel)


def tidy() -> None:
    """Close the older ones of those that no page shows."""
    with _lock:
        unseen = [each for each in _shown if not each.views]
    for panel in unseen[:-SPARE]:
        panel.close()


def all_shown() -> list[Panel]:
    """Return the panels that are kept, oldest first."""
    with _lock:
        return list(_shown)


def panel_of(lab: Lab) -> Panel | None:
    """Return the panel of a lab that was displayed last, if there is one that shows the lab as it is."""
    for each in reversed(all_shown()):
        if each.lab is lab and not each.closed and (not each.finished or lab.state == "stopped"):
            return each
    return None


def settle_all() -> None:
    """Bring all of them up to date, at the end of a cell."""
    for panel in all_shown():
        panel.settle()


def close_all() -> None:
    """Take all panels away."""
    for panel in all_shown():
        panel.close()
