"""In the notebook: the extension, its magics, the live view, and who prints where.

``%load_ext kamlab`` does all of it. Without the extension, ``kamlab.notebook.show(lab)`` shows the
live view of a lab. Nothing in here is imported before it is asked for, so kamlab works without
IPython and ipywidgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .live import LiveView, live_view, show

__all__ = ["LiveView", "live_view", "show"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'kamlab.notebook' has no attribute {name!r}; it has: {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module(".live", __name__), name)
