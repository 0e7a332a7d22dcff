"""What an awaited run has to know of its surroundings: whether it was interrupted, and whether it runs in a cell.

An interrupt reaches a coroutine as a cancellation: the kernel, like ``asyncio.run``, cancels the task that runs. So a
cell that is interrupted while it awaits ``lab.arun()`` would end with a CancelledError and its thirty lines. In the
cell's own task the interrupt may be what it is, a KeyboardInterrupt, which IPython catches in that very task. In any
other task it may not: it would leave the event loop, and end the kernel.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any


@contextlib.contextmanager
def interrupts_noted() -> Iterator[list[int]]:
    """Note the interrupts within the block, on the main thread; what handles them is called as before."""
    noted: list[int] = []
    before: Any = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield noted
        return

    def note(number: int, frame: FrameType | None) -> Any:
        noted.append(number)
        return before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        if signal.getsignal(signal.SIGINT) is note:  # else a run that is not over yet has its handler there
            signal.signal(signal.SIGINT, before)


def in_a_cell() -> bool:
    """Return whether the task that runs is that of a cell: IPython has called what awaits this."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("asyncio."):
            return False
        if module == "IPython.core.interactiveshell":
            return True
        frame = frame.f_back
    return False
