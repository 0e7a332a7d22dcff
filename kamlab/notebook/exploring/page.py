"""The model that a page shares with the kernel: what was found, one way; which order to open, the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..dependencies import needs

with needs("anywidget", "the panel of an exploration"):
    import anywidget
    import traitlets

_WEB = Path(__file__).parent


class ExplorationPage(anywidget.AnyWidget):
    """The state that is shared with the page.

    Attributes:
        found: what was found: sentences, orders, the picture, the tree; it does not change but for more orders.
        now: which order is open, and what was said last.
    """

    _esm = (_WEB / "explorer.js").read_text(encoding="utf-8")
    _css = (_WEB / "explorer.css").read_text(encoding="utf-8")

    found: Any = traitlets.Dict().tag(sync=True)
    now: Any = traitlets.Dict().tag(sync=True)
