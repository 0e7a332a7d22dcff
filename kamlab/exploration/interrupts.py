"""What an interrupt (Ctrl-C, or the stop button of a notebook) does to an exploration: it ends it, as an error.

Python raises it wherever the code happens to be. Where that is a function that is called when an object goes, Python
prints the error and drops it, and the exploration would go on as if nothing had been asked. So an interrupt is sent
again until the exploration has ended. Whatever it hits is given up with the exploration: executions are never shared,
and what was changed for the time of an exploration is put back by the same blocks as after any other error.
"""

from __future__ import annotations

import _thread
import signal
import threading
from types import FrameType, TracebackType
from typing import Any

#: Seconds until an interrupt is sent again.
AGAIN = 0.25


class Interrupts:
    """Sees to it that an interrupt ends the block, as KeyboardInterrupt; off the main thread it does nothing."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._before: Any = None
        self._sender: threading.Thread | None = None

    def __enter__(self) -> Interrupts:
        before = signal.getsignal(signal.SIGINT)
        if callable(before) and threading.current_thread() is threading.main_thread():
            try:
                signal.signal(signal.SIGINT, self._handle)
                self._before = before
            except ValueError:  # an interpreter embedded in another program, which handles signals itself
                pass
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._over.set()
        if self._sender is not None:
            self._sender.join()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._over.is_set():  # it was sent again while the block ended
            return
        if self._sender is None:
            sender = threading.Thread(target=self._send_again, name="kamlab interrupt", daemon=True)
            try:
                sender.start()
                self._sender = sender
            except RuntimeError:  # no thread can be started: it is raised once
                pass
        raise KeyboardInterrupt

    def _send_again(self) -> None:
        while not self._over.wait(AGAIN):
            _thread.interrupt_main()
