"""Showing the panel of a lab under a cell."""

from __future__ import annotations

from ..lab import Lab
from .panel import registry
from .panel.panel import Panel


def panel_of(lab: Lab) -> Panel:
    """Return the panel of a lab: the one that was displayed last, or a new one."""
    return registry.panel_of(lab) or Panel(lab)


def show(lab: Lab) -> None:
    """Display a panel of a lab under this cell."""
    panel_of(lab)._ipython_display_()
