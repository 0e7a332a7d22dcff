"""The model that a page shares with the kernel: plain values one way, commands the other.

Everything that is drawn is in these traits, so a reloaded page draws the same again, and two views of one panel show
the same. The drawing is one ES module, see :mod:`.web`, without a bundler and without dependencies.
"""

from __future__ import annotations

from typing import Any

from ..dependencies import needs
from .web import module, style

with needs("anywidget", "the panel"):
    import anywidget
    import traitlets


class Page(anywidget.AnyWidget):
    """The state that is shared with the page.

    Attributes:
        scene: the geometry of the graph, which rarely changes.
        now: everything else.
        pieces: the names of the pieces to show, in order.
    """

    _esm = module()
    _css = style()

    scene: Any = traitlets.Dict().tag(sync=True)
    now: Any = traitlets.Dict().tag(sync=True)
    pieces: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
