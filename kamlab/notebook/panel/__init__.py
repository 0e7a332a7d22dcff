"""The panel: controls, graph, inboxes, source, timeline and story of a lab, live in a notebook.

Widgets are imported only where a panel is made, so a lab outside a notebook needs none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cells import kernel_shell
from ..marimo import in_marimo

if TYPE_CHECKING:
    from ...lab import Lab
    from ...views.dashboard import Dashboard
    from .panel import Panel

__all__ = ["make_panel", "panel_of", "show"]


def make_panel(lab: Lab, pieces: tuple[str, ...] = ()) -> Panel | Dashboard:
    """Return a live panel in a notebook, and a static view of the lab elsewhere.

    Raises:
        UnknownPiece: there is no such piece.
    """
    if in_notebook() or in_marimo():
        from .panel import Panel

        return Panel(lab, pieces)
    from ...views.dashboard import checked, dashboard_of

    return dashboard_of(lab, checked(pieces))


def panel_of(lab: Lab) -> Panel:
    """Return the panel of a lab: the one that was displayed last, or a new one."""
    from .panel import Panel
    from .registry import displayed_panel_of

    return displayed_panel_of(lab) or Panel(lab)


def show(lab: Lab) -> None:
    """Display the panel of a lab under this cell."""
    panel_of(lab).display()


def in_notebook() -> bool:
    """Return whether this is a kernel, to which a page with widgets may be connected."""
    return kernel_shell() is not None
