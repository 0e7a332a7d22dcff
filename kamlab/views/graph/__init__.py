"""The graph of components: their links, the messages that wait, and the messages that went over each link.

:func:`graph_of` makes a :class:`Graph` from a snapshot of a lab:

- :mod:`.structure`: which components, boxes and links are shown, with containers folded;
- :mod:`.graph`: the value itself: the structure, the state of everything in it, the last messages; and its text.

Positions are computed only when the picture is requested:

- :mod:`.layout`: the positions of parts and links, from the inside out;
- :mod:`.slots`: the slots that parts occupy, so that the picture does not jump;
- :mod:`.layering`: the parts of a level in columns; :mod:`.routing`: the curves of its links;
- :mod:`.svg`: the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import load_lazily
from .graph import Graph, Look, Move, Now, graph_of

if TYPE_CHECKING:
    from .layout import LinkCurve, Node, Port, Scene

__all__ = ["Graph", "LinkCurve", "Look", "Move", "Node", "Now", "Port", "Scene", "graph_of"]

load_lazily(__name__, dict.fromkeys(("LinkCurve", "Node", "Port", "Scene"), "layout"))
