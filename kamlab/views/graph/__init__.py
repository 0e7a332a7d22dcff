"""The graph of components: what is linked to what, what waits where, and what went over which link.

:func:`graph_of` computes a :class:`Graph` from a lab. On the way it goes through

- :mod:`.situation` and :mod:`.past`: who there is, linked to whom, now or at a step of the past;
- :mod:`.counts`: how many messages went over each link, and which went last;
- :mod:`.structure` and :mod:`.family`: what of that is shown, with containers folded;
- :mod:`.plan`: the slots that things sit in, so that the picture does not jump;
- :mod:`.layout`, :mod:`.level`, :mod:`.layers`: where the parts go;
- :mod:`.ways`, :mod:`.tracks`, :mod:`.routes`: where the links go;
- :mod:`.scene`: the result, which :mod:`.svg` and :mod:`.text` draw.
"""

from __future__ import annotations

from .graph import Graph, graph_of
from .scene import Line, Look, Move, Node, Now, Port, Scene

__all__ = ["Graph", "Line", "Look", "Move", "Node", "Now", "Port", "Scene", "graph_of"]
