"""The model that a page shares with the kernel: plain values one way, commands the other.

All that is drawn is in these traits, so a page that is reloaded draws the same again, and two places
that show one panel show the same. The drawing is one ES module, see :mod:`.web`, without a bundler
and without anything from elsewhere.
"""

from __future__ import annotations

from typing import Any

from ..dependencies import needs
from .web import module, style

with needs("anywidget", "the panel"):
    import anywidget
    import traitlets


class Page(anywidget.AnyWidget):
    """What is shared with the page.

    ``scene`` is the geometry of the graph, which changes seldom; ``now`` is everything else; ``pieces`` are
    the names of the pieces to show, in order.
    """

    _esm = module()
    _css = style()

    scene: Any = traitlets.Dict().tag(sync=True)
    now: Any = traitlets.Dict().tag(sync=True)
    pieces: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
