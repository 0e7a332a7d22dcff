"""Show a student's own scheduler in kamlab's panel.

Anyone who writes a scheduler, however simple, can step it, go back, and look into every box:
``lab = show_mine(my_system)``. What the scheduler must offer is :class:`~.protocol.TheirScheduler`. The parts of the
system may be anything that it runs; what they may offer is :class:`~.protocol.TheirProcess`.

How it works
------------
The lab has a *stand-in* for each of the student's processes. In its slice, a stand-in makes the student's scheduler run
that one process, once. Then all boxes of the student's system are compared with how they were, and the stand-ins repeat
the changes: they receive messages that are gone from an inbox, and send messages that are new in one. So the trace, the
graph, the timeline and the questions are those of an ordinary lab, and the messages are the same objects. After each
slice the student's scheduler is asked who goes next; nothing else decides.

To go back, the lab builds the student's system again, so nothing has to be undone.

Rejected: stand-ins that sleep until they are chosen, because the panel would say that they wait for a message; lists
that report their changes, because a student may well replace them by plain lists.
"""

from __future__ import annotations

from .director import show_mine
from .protocol import HookError, TheirProcess, TheirScheduler

__all__ = ["HookError", "TheirProcess", "TheirScheduler", "show_mine"]
