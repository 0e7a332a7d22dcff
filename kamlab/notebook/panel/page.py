"""The model that a page shares with the kernel: plain values one way, commands the other.

All that is drawn is in these traits, so a page that is reloaded draws the same again, and two places
that show one panel show the same. The drawing is ``panel.js``, one module as it is, without a
bundler and without anything from elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


def _joined(*names: str) -> str:
    """Return one text of several files: they are parts of one module."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


class Page(anywidget.AnyWidget):
    """What is shared with the page.

    ``scene`` is the geometry of the graph, which changes seldom; ``now`` is everything else; ``pieces`` are
    the names of the pieces to show, in order.
    """

    _esm = _joined("panel.js", "pieces.js")
    _css = _joined("panel.css", "pieces.css")

    scene: Any = traitlets.Dict().tag(sync=True)
    now: Any = traitlets.Dict().tag(sync=True)
    pieces: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
