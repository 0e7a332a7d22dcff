"""In the notebook: the extension, its magics, the panel, and who prints where.

``%load_ext kamlab`` does all of it. Without the extension, ``lab.panel()`` shows the panel of a lab.
Nothing in here is imported before it is asked for, so kamlab works without IPython and ipywidgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .panel.panel import Panel
    from .showing import panel_of, show

_HOMES = {"Panel": ".panel.panel", "panel_of": ".showing", "show": ".showing"}

__all__ = ["Panel", "panel_of", "show"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'kamlab.notebook' has no attribute {name!r}; it has: {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name], __name__), name)
