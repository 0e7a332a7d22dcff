"""kamlab in a notebook: the extension and its magics, systems, output, and the panel.

``%load_ext kamlab`` sets up all of it. Without the extension, ``lab.panel()`` shows the panel of a lab.
Modules are imported when they are first needed, so kamlab works without IPython and ipywidgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .panel import panel_of, show
    from .panel.panel import Panel

_HOMES = {"Panel": ".panel.panel", "panel_of": ".panel", "show": ".panel"}

__all__ = ["Panel", "panel_of", "show"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'kamlab.notebook' has no attribute {name!r}; it has: {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name], __name__), name)
