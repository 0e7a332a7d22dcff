"""Stacks of calls that can be suspended, and which of them runs.

A browser gives Python one thread, and that thread must not block. Where it has JSPI (JavaScript Promise Integration), a
call can be suspended with its whole stack of Python frames until a promise is fulfilled, and other calls go on
meanwhile. That is all that a thread needs: it is an asyncio task with plain code in it, and wherever it would block it
is suspended here.

A stack is either that of a thread, or a *root*: that of a cell, or of a callback of the event loop. While a root is
suspended, what the event loop calls next runs on another root, and has an ident of its own; so a re-entrant lock that
a suspended cell holds is not taken by a timer that fires meanwhile.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

try:
    from pyodide import ffi
except ImportError:  # ordinary Python, where the sockets of this package are tested
    ffi = None

#: The ident of the cell's stack, and where those of the others begin.
MAIN = 1
_idents = itertools.count(1001)


#: Why a call cannot wait, and for how many seconds it can all the same: the page stands still for as long.
_why_not = "this call would block, which a callback from JavaScript cannot; call it in a cell"
_bearable = -1.0
#: How long a page may stand still where nothing can be suspended, in seconds.
BEARABLE = 0.1
#: What lets the page stand still.
block_page = time.sleep


class WouldBlock(RuntimeError):
    """The call would have to wait, where nothing can be suspended: in a callback from JavaScript, or in no place."""


def refuse_to_wait(why: str) -> None:
    """Have calls that would have to wait raise WouldBlock with a sentence, in a browser that can suspend none.

    A call whose timeout is short waits for that, and nothing comes meanwhile.
    """
    global _why_not, _bearable
    _why_not, _bearable = why, BEARABLE


class SuspendedFrame:
    """A frame of a suspended stack, for code that looks at it as at one of ``sys._current_frames()``.

    What a real frame has for ``f_back`` leads through memory that other stacks use meanwhile, and ends the process. So
    the frames are listed when the stack is suspended, and this leads from one to the next.
    """

    def __init__(self, frames: Sequence[FrameType], place: int = 0) -> None:
        self._frames = frames
        self._place = place

    @property
    def f_back(self) -> SuspendedFrame | None:
        """The frame that has called this one."""
        return SuspendedFrame(self._frames, self._place + 1) if self._place + 1 < len(self._frames) else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._frames[self._place], name)

    def __eq__(self, other: object) -> bool:
        frame = other._frames[other._place] if isinstance(other, SuspendedFrame) else other
        return self._frames[self._place] is frame

    def __hash__(self) -> int:
        return hash(self._frames[self._place])


class Stack:
    """A stack of calls: its ident, and its frames while it is suspended, the innermost one first.

    Args:
        ident: what ``threading.get_ident()`` returns on it; by default a number of its own.
    """

    def __init__(self, ident: int | None = None) -> None:
        self.ident = next(_idents) if ident is None else ident
        self.frames: list[FrameType] = []


_roots: list[Stack] = [Stack(MAIN)]
_threads: dict[int, Stack] = {}
_running = _roots[0]


def get_ident() -> int:
    """Return the ident of the stack that runs."""
    return _running.ident


def set_main_ident(ident: int) -> None:
    """Let the cell's stack have the ident that Python gave to its main thread."""
    _roots[0].ident = ident


def begin_thread(stack: Stack) -> None:
    """Run on the stack of a thread from here on."""
    global _running
    _threads[stack.ident] = _running = stack


def end_thread(stack: Stack) -> None:
    """Run on a root again, at the end of a thread."""
    global _running
    _threads.pop(stack.ident, None)
    _running = _free_root()


def _free_root() -> Stack:
    for root in _roots:
        if not root.frames:
            return root
    _roots.append(Stack())
    return _roots[-1]


def can_suspend() -> bool:
    """Return whether a call can be suspended here."""
    return ffi is not None and bool(ffi.can_run_sync())


def suspend(future: asyncio.Future[Any], timeout: float | None = None) -> Any:
    """Suspend the stack that runs until the future has a result; return it, or ``False`` after ``timeout`` seconds.

    Raises:
        WouldBlock: nothing can be suspended here.
    """
    global _running
    if not can_suspend():
        if timeout is None or timeout > _bearable:
            raise WouldBlock(_why_not)
        block_page(max(timeout, 0.0))
        return False
    me, timer = _running, None
    me.frames = _frames_from(sys._getframe(1))
    _running = _free_root()
    if timeout is not None:
        timer = future.get_loop().call_later(max(timeout, 0.0), _time_is_up, future)
    try:
        return ffi.run_sync(future)
    finally:
        _running, me.frames = me, []
        if timer is not None:
            timer.cancel()


def _time_is_up(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_result(False)


def new_future() -> asyncio.Future[Any]:
    """Return a future to suspend on, of the page's event loop."""
    return asyncio.get_event_loop_policy().get_event_loop().create_future()


def resolve(future: asyncio.Future[Any]) -> None:
    """Let the stack that is suspended on a future go on."""
    if not future.done():
        future.set_result(True)


def _frames_from(frame: FrameType | None) -> list[FrameType]:
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def current_frames() -> dict[int, Any]:
    """Return where each stack stands, by ident, as ``sys._current_frames()`` does."""
    stacks = [*_roots, *_threads.values()]
    frames: dict[int, Any] = {stack.ident: SuspendedFrame(stack.frames) for stack in stacks if stack.frames}
    return {**frames, _running.ident: sys._getframe(1)}
