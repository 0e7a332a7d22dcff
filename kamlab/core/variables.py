"""The variables of a user's cell that hold components: where ``logger = Logger()`` gets its name in pictures.

They are looked up when something is activated from a cell or at the top of a script. Rejected: the variables of a
function as well. Reading them makes Python keep what they hold until the function ends, before version 3.13.
"""

from __future__ import annotations

import sys
from inspect import CO_OPTIMIZED
from types import FrameType

from .frames import is_kamlabs
from .task import task_of

#: A cell with more variables is not searched: it takes 50 ns for each at every activation.
MOST = 1000


def note_variables(kind: type) -> None:
    """Give each object of a kind, the microprocesses, the name of the variable of the calling cell that holds it.

    The first name counts; those with an underscore in front do not.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_kamlabs(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None or frame.f_code.co_flags & CO_OPTIMIZED or len(frame.f_globals) > MOST:
        return
    for name, value in list(frame.f_globals.items()):
        if isinstance(value, kind) and not name.startswith("_"):
            task = task_of(value)
            if not task.variable:
                task.variable = name
