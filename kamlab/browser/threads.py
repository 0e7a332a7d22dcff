"""``threading``, ``_thread``, ``queue`` and ``time.sleep`` on suspended stacks.

The modules themselves stay: what they are built from is replaced, a lock, a thread's beginning and its end. Conditions,
events, semaphores and queues are Python code on top of a lock, so they need nothing. What is written in C blocks the
page, so its counterpart in Python takes its place: ``RLock``, ``SimpleQueue``, ``local``.
"""

from __future__ import annotations

import _thread
import _threading_local
import asyncio
import contextvars
import queue
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from .stacks import (
    Stack,
    WouldBlock,
    begin_thread,
    block_page,
    can_suspend,
    current_frames,
    end_thread,
    get_ident,
    new_future,
    resolve,
    set_main_ident,
    suspend,
)


class Lock:
    """A lock: what waits for it is suspended, and gets it in the order in which it came.

    >>> lock = Lock()
    >>> lock.acquire(), lock.acquire(blocking=False), lock.locked()
    (True, False, True)
    >>> lock.release()
    >>> lock.release()
    Traceback (most recent call last):
        ...
    RuntimeError: release unlocked lock
    """

    def __init__(self) -> None:
        self._locked = False
        self._waiting: deque[asyncio.Future[Any]] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; return whether that succeeded within ``timeout`` seconds."""
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if not self._locked:
            self._locked = True
            return True
        if not blocking or timeout == 0:
            return False
        future, got = new_future(), False
        self._waiting.append(future)
        try:
            got = bool(suspend(future, None if timeout == -1 else timeout))
        finally:
            if not got and future in self._waiting:
                self._waiting.remove(future)
        return got

    def release(self) -> None:
        """Release the lock, to whatever has waited longest."""
        if not self._locked:
            raise RuntimeError("release unlocked lock")
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(True)
                return
        self._locked = False

    def locked(self) -> bool:
        """Return whether it is taken."""
        return self._locked

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"<{'locked' if self._locked else 'unlocked'} lock at {id(self):#x}>"


class ThreadHandle:
    """What ``threading`` knows of a thread: its ident, and whether it has ended.

    Args:
        ident: that of a thread that runs already; it never ends.
    """

    def __init__(self, ident: int | None = None) -> None:
        self.ident = ident
        self._is_done = False
        self._waiting: list[asyncio.Future[Any]] = []

    def is_done(self) -> bool:
        """Return whether the thread has ended."""
        return self._is_done

    def set_done(self) -> None:
        """Note that it has, and let what waits for that go on."""
        self._is_done = True
        for future in self._waiting:
            resolve(future)

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended, at most ``timeout`` seconds."""
        if self._is_done or (timeout is not None and timeout <= 0):
            return
        if self.ident == get_ident():
            raise RuntimeError("cannot join current thread")
        future = new_future()
        self._waiting.append(future)
        try:
            suspend(future, timeout)
        finally:
            self._waiting.remove(future)


def start_joinable_thread(
    function: Callable[[], Any], *, handle: ThreadHandle | None = None, daemon: bool = True
) -> ThreadHandle:
    """Run a function in a thread; ``threading`` starts its threads with this."""
    del daemon  # a page does not wait for its threads
    if not can_suspend():  # it could never wait for anything
        raise RuntimeError("can't start new thread")
    handle = ThreadHandle() if handle is None else handle
    stack = Stack()
    handle.ident = stack.ident
    loop = asyncio.get_event_loop_policy().get_event_loop()
    task = loop.create_task(_run(function, stack, handle), context=contextvars.Context())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return handle


#: The event loop itself holds its tasks weakly.
_tasks: set[asyncio.Task[Any]] = set()


async def _run(function: Callable[[], Any], stack: Stack, handle: ThreadHandle) -> None:
    begin_thread(stack)
    try:
        function()
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        _forget_locals(getattr(function, "__self__", None))
        _forget_dummy(stack.ident)
        end_thread(stack)
        handle.set_done()


def _forget_dummy(ident: int) -> None:
    """Forget what stands for a thread that ``_thread`` has started, once it has ended."""
    dummy = getattr(threading, "_active").get(ident)
    if isinstance(dummy, getattr(threading, "_DummyThread")):
        _forget_locals(dummy)
        getattr(threading, "_active").pop(ident, None)


def _keep_dummy(_dummy: Any) -> None:
    """Leave in the list of threads what stands for one that ``_thread`` has started.

    ``threading`` notes the last one in a C variable of the thread that runs, and removes it when that is set again. All
    stacks here are one thread for C, so the second to be made would remove the first, with all its ``local`` objects.
    """


def _forget_locals(thread: Any) -> None:
    """Forget what a thread that ends has in ``local`` objects, as their counterpart in C does.

    The one in Python forgets it when the thread is deleted, which never comes if that is what refers to the thread.
    """
    if not isinstance(thread, threading.Thread):
        return
    for name, local in vars(thread).items():
        content = local() if name.startswith(_LOCALS) else None
        if content is not None and id(thread) in content.dicts:
            content.dicts[id(thread)][1].clear()


#: How the attributes begin by which a thread knows the ``local`` objects that it has used.
_LOCALS = "_threading_local._localimpl."


def start_new_thread(
    function: Callable[..., Any], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
) -> int:
    """Run a function in a thread and return its ident, as ``_thread.start_new_thread`` does."""
    ident = start_joinable_thread(lambda: function(*args, **(kwargs or {}))).ident
    assert ident is not None
    return ident


def sleep(seconds: float) -> None:
    """Suspend the stack that runs for a time; where that cannot be, block the page."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    try:
        suspend(new_future(), float(seconds))
    except WouldBlock:
        block_page(seconds)


def install() -> None:
    """Replace what the modules are built from. What was made before stays as it is."""
    set_main_ident(_thread.get_ident())
    low: dict[str, Any] = {
        **dict.fromkeys(("allocate_lock", "allocate", "LockType", "lock"), Lock),
        **dict.fromkeys(("get_ident", "get_native_id"), get_ident),
        **dict.fromkeys(("start_new_thread", "start_new"), start_new_thread),
        "start_joinable_thread": start_joinable_thread,
    }
    high: dict[str, Any] = {
        "_start_joinable_thread": start_joinable_thread,
        **dict.fromkeys(("_ThreadHandle", "_make_thread_handle"), ThreadHandle),
        **dict.fromkeys(("_allocate_lock", "Lock"), Lock),
        **dict.fromkeys(("_get_ident", "get_ident", "get_native_id"), get_ident),
        "_CRLock": None,
        "RLock": getattr(threading, "_RLock"),
        "local": _threading_local.local,
        "_DeleteDummyThreadOnDel": _keep_dummy,
    }
    others: dict[str, Any] = {"SimpleQueue": getattr(queue, "_PySimpleQueue")}
    for module, names in ((_thread, low), (threading, high), (queue, others)):
        for name, value in names.items():
            setattr(module, name, value)
    for name, function in (("sleep", sleep), ("_current_frames", current_frames)):
        setattr(time if name == "sleep" else sys, name, function)
