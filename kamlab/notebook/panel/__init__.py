"""The panel: controls, graph, inboxes, source, timeline and story of a lab, live in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...lab import Lab
    from ...views.dashboard import Dashboard
    from .panel import Panel

__all__ = ["make_panel"]


def make_panel(lab: Lab, pieces: tuple[str, ...] = ()) -> Panel | Dashboard:
    """Return a live panel in a notebook, and elsewhere what there is to see now.

    Raises:
        UnknownPiece: there is no such piece.
    """
    if in_notebook():
        from .panel import Panel

        return Panel(lab, pieces)
    from ...views.dashboard import checked, dashboard_of

    return dashboard_of(lab, checked(pieces))


def in_notebook() -> bool:
    """Return whether this is a kernel that a page with widgets may be connected to."""
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
