"""What an awaited run must know about its surroundings: whether it was interrupted, and whether it runs in a cell.

An interrupt reaches a coroutine as a cancellation: the kernel, like ``asyncio.run``, cancels the task that runs. So a
cell that is interrupted while it awaits ``lab.arun()`` would end with a CancelledError and its thirty lines. In the
cell's own task the interrupt may be raised as a KeyboardInterrupt, which IPython catches in that task. It may also be
raised in the main task of ``asyncio.run``, which it ends. In any other task it may not: it would leave the event loop
and end the kernel.

In a script Python shows that error with six frames of asyncio, between the line that calls ``asyncio.run`` and the one
that awaits. They are added while the error leaves the loop, after all code of this package has run. But ``asyncio.run``
lets the loop run once more before it passes the error on, to close what is open, and so a call that the loop still has
to make can take them out. Rejected: ``sys.excepthook``, which is the user's.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
import warnings
from collections.abc import Coroutine, Generator, Iterator
from types import FrameType, TracebackType
from typing import Any, TypeVar

from ..core.calls_in_code import is_call_of, text_of
from ..core.frames import module_of
from ..core.tracebacks import hide_kamlab, without
from ..core.unawaited import first_of_user
from .cells import kernel_shell

Result = TypeVar("Result")


class AwaitedRun(Coroutine[Any, Any, Result]):
    """A coroutine that says what to write if it is not awaited.

    As the last value of a cell it says so where Python would show ``<coroutine object ...>``; elsewhere it warns, at
    the line that made it, once it is discarded.

    Args:
        coroutine: what to run.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, Result]) -> None:
        self._coroutine = coroutine
        self._begun = self._told = False
        frame = first_of_user(sys._getframe(1)) or sys._getframe(1)
        text = text_of(frame.f_code, frame.f_lasti)
        self._call = text if text is not None and is_call_of(text, "arun") else "lab.arun()"
        self._made_at = (frame.f_code.co_filename, frame.f_lineno)
        self._registry = frame.f_globals.setdefault("__warningregistry__", {})

    def send(self, value: Any) -> Any:
        """Continue, with the value of the awaitable."""
        self._begun = True
        try:
            return self._coroutine.send(value)
        except StopIteration:
            raise
        except BaseException as error:
            hide_kamlab(error)
            raise

    def throw(self, kind: Any, value: Any = None, trace: TracebackType | None = None) -> Any:
        """Raise an error at its current ``await``."""
        self._begun = True
        try:
            return self._coroutine.throw(value if value is not None else kind)
        except StopIteration:
            raise
        except BaseException as error:
            hide_kamlab(error)
            raise

    def close(self) -> None:
        """End it."""
        self._begun = True
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Result]:
        self._begun = True
        return self._coroutine.__await__()

    def __repr__(self) -> str:
        if self._begun:
            return f"<{self._call}>"
        self._told = True
        return f"<{self._words()}>"

    def _words(self) -> str:
        return f"{self._call} was not awaited, and nothing has run: write 'await {self._call}'"

    def __del__(self) -> None:
        if not self._begun:
            self.close()  # so that Python does not warn as well
            if self._told:
                return
            warnings.warn_explicit(self._words(), RuntimeWarning, *self._made_at, registry=self._registry)


class Interrupts:
    """The interrupts of a run: whether there was one, and whether further ones are kept from their handler."""

    def __init__(self) -> None:
        self.noted = False
        self.are_held = False

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold further interrupts back, so that none breaks off the block, which must be short."""
        self.are_held = True
        try:
            yield
        finally:
            self.are_held = False


@contextlib.contextmanager
def interrupts_noted() -> Iterator[Interrupts]:
    """Note the interrupts within the block, on the main thread; their handler is called as before."""
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
    """Return whether the task that runs is that of a cell: IPython has called the code that awaits this."""
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


def interrupted(where: str) -> KeyboardInterrupt:
    """Return the error of an awaited run that was interrupted; no frame of asyncio is shown with it.

    Args:
        where: where the lab stands, in words.
    """
    error = KeyboardInterrupt(where)
    if in_main_task():
        asyncio.get_running_loop().call_soon(_hide_asyncio, error)
    return error


def _hide_asyncio(error: BaseException) -> None:
    error.__traceback__ = without(error.__traceback__, lambda frame: module_of(frame).partition(".")[0] == "asyncio")


def is_interruptible() -> bool:
    """Return whether an interrupt reaches what runs: a cell, or a script, where nothing can be typed meanwhile."""
    return in_a_cell() or kernel_shell() is None
