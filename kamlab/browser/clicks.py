"""What a page sends to a widget is handled where it can wait: in a task, one message after the other.

JavaScript calls the kernel with each message, and a call from JavaScript cannot be suspended. But a click on Pause
waits until the lab stands still.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections import deque
from typing import Any

from .stacks import can_suspend


class Queue:
    """Handles messages in the order in which they come.

    Args:
        handle: called with a widget's channel (a comm) and a message.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._waiting: deque[tuple[Any, Any]] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, comm: Any, message: Any) -> None:
        """Handle a message now, or soon if that could not be suspended here."""
        if can_suspend() and not self._waiting:
            self._handle(comm, message)
            return
        self._waiting.append((comm, message))
        if self._task is None or self._task.done():
            loop = asyncio.get_event_loop_policy().get_event_loop()
            self._task = loop.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            comm, message = self._waiting[0]
            try:
                self._handle(comm, message)
            except Exception:  # a message that fails must not keep the others back
                traceback.print_exc()
            self._waiting.popleft()


def install() -> None:
    """Let the channels of all widgets handle their messages this way."""
    module: Any = sys.modules.get("comm.base_comm")
    if module is not None:
        queue = Queue(module.BaseComm.handle_msg)
        module.BaseComm.handle_msg = lambda comm, message: queue.put(comm, message)
