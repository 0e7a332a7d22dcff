"""What an awaited run has to know of its surroundings: whether it was interrupted, and whether it runs in a cell.

An interrupt reaches a coroutine as a cancellation: the kernel, like ``asyncio.run``, cancels the task that runs. So a
cell that is interrupted while it awaits ``lab.arun()`` would end with a CancelledError and its thirty lines. In the
cell's own task the interrupt may be what it is, a KeyboardInterrupt, which IPython catches in that very task; in the
main task of ``asyncio.run`` as well, which it ends. In any other task it may not: it would leave the event loop, and
end the kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from .cells import kernel_shell


class Interrupts:
    """The interrupts of a run: whether there was one, and whether further ones are kept from their handler."""

    def __init__(self) -> None:
        self.noted = False
        self.are_held = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Do within the block, which does not last long, what no further interrupt may break off."""
        self.are_held = True
        try:
            yield
        finally:
            self.are_held = False


@contextlib.contextmanager
def interrupts_noted() -> Iterator[Interrupts]:
    """Note the interrupts within the block, on the main thread; what handles them is called as before."""
    noted = Interrupts()
    before: Any = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield noted
        return

    def note(number: int, frame: FrameType | None) -> Any:
        noted.noted = True
        return None if noted.are_held else before(number, frame)

    note.handles = before  # type: ignore[attr-defined]
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


def in_main_task() -> bool:
    """Return whether the task that runs is the main one of ``asyncio.run``: an interrupt may leave it."""
    handler = signal.getsignal(signal.SIGINT)
    inner = getattr(handler, "handles", handler)
    main = getattr(inner, "keywords", {}).get("main_task")
    return main is not None and main is asyncio.current_task()


def is_interruptible() -> bool:
    """Return whether an interrupt reaches what runs: a cell, or a script, where nothing can be typed meanwhile."""
    return in_a_cell() or kernel_shell() is None
