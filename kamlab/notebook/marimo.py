"""marimo, a notebook without a Jupyter kernel: it displays what has a method ``_display_``, and anywidgets of its own.

Only a notebook that has imported marimo runs in it, so this imports nothing.
"""

from __future__ import annotations

import sys
from typing import Any


def in_marimo() -> bool:
    """Return whether this runs in a notebook of marimo, to which a page with widgets may be connected."""
    marimo: Any = sys.modules.get("marimo")
    try:
        return bool(marimo.running_in_notebook())
    except AttributeError:  # it is not imported, or not yet
        return False


def as_element(widget: Any) -> Any:
    """Return marimo's element for an anywidget.

    Raises:
        KeyError: marimo is not imported.
    """
    return sys.modules["marimo"].ui.anywidget(widget)
