"""Showing a scheduler of one's own with kamlab's panel: a small protocol, and what stands behind it.

Whoever writes a scheduler, however simple, can step it, turn it back and look into every box:
``lab = show_mine(my_system)``. What the scheduler has to offer is :class:`~.protocol.TheirScheduler`; the
parts of a system may be anything that it runs, and what they may offer is in :class:`~.protocol.TheirProcess`.

How it works
------------
The lab has a *stand-in* for each of the student's processes. In its slice a stand-in lets the student's
scheduler run that one process, once. Then all boxes of the student's system are looked at, and what has
changed is done by the stand-ins: what is gone from an inbox is received, what is new in one is sent. So the
trace, the graph, the timeline and the questions are those of an ordinary lab, and the messages are the
very objects. Who goes next the student's scheduler is asked after each slice; nobody else decides.

Since the lab builds the student's system anew to go back, nothing has to be undone.

Rejected: stand-ins that sleep until they are chosen, since the panel would say that they wait for a
message; lists that tell what is done to them, since a student may well put a plain list in their place.
"""

from __future__ import annotations

from .director import show_mine
from .protocol import HookError, TheirProcess, TheirScheduler

__all__ = ["HookError", "TheirProcess", "TheirScheduler", "show_mine"]
