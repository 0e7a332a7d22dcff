"""A world that runs by itself: the one thread that may drive it in the background, and how it is stopped.

Never an event loop: a cell that blocks on a socket would then block the very server it talks to.
"""

from __future__ import annotations

import threading
import traceback
from typing import Any

from .driving import MOMENT
from .loop import Looping, Until
from .patched_time import real_monotonic, real_sleep


class Background(Looping):
    """What can be started and paused."""

    def start(
        self,
        until: Until = None,
        timeout: float | None = None,
        max_steps: int | None = None,
        forever: bool = False,
    ) -> None:
        """Run in the background until ``pause``, or as ``run`` would; ``outcome`` tells afterwards why it ended.

        ``forever`` keeps the thread when everything has ended, for components yet to come. A lab that
        runs already goes on as it is.
        """
        self._check_open()
        if self.running:
            return
        self._check_not_inside("start")
        self._check_not_driven()
        self._pause_requested = False
        self.background_error: BaseException | None = None
        how = {"until": until, "timeout": timeout, "limit": max_steps, "forever": forever}
        thread = threading.Thread(target=self._background, args=(how,), name="kamlab lab", daemon=True)
        self._thread = thread
        try:
            thread.start()
        except RuntimeError:  # Python in a browser has no threads
            self._thread = None
            raise

    def _background(self, how: dict[str, Any]) -> None:
        me = threading.current_thread()
        try:
            with self._driving(complete=False, thread=me) as interrupt:
                outcome = self._come_to_rest(self._drive(interrupt, background=True, **how))
        except BaseException as error:
            self.background_error = error
            self.report(f"the background run ended with {type(error).__name__}: {error}\n{traceback.format_exc()}")
        else:
            if outcome.breakpoints:  # nobody awaits what start() returns
                self.report("the background run has stopped: " + "; ".join(map(str, outcome.breakpoints)))
        finally:
            if self._thread is me:
                self._thread = None

    def pause(self, timeout: float = 5.0) -> bool:
        """Stop whoever drives, between two slices; return whether the world stands still.

        Called from within a slice it returns at once, and the world stops after that slice. Whoever
        holds the lock need not wait either: no slice runs before it is released, and none after.
        It takes as long as the slice that runs just now, but no more than ``timeout`` seconds.
        """
        thread = self._thread
        self._pause_requested = True
        self.scheduler.attention = True
        self.scheduler.idle.wake()
        if self.scheduler.driver == threading.get_ident():
            return False
        if self.scheduler.driver is not None and self.lock.mine():
            return True
        if thread is not None or self.scheduler.driver is not None:
            deadline = real_monotonic() + timeout
            if thread is not None:
                thread.join(timeout)
            while self.scheduler.driver is not None and real_monotonic() < deadline:
                real_sleep(MOMENT)  # a cell drives it, on a thread that goes on to other things
            if self.scheduler.driver is not None:
                running = self.scheduler.running
                where = f" {running.short_name} has not come to its next yield." if running is not None else ""
                self.report(f"the lab has not stopped within {timeout:g} s.{where} It will, at the end of that slice.")
                return False
        self._pause_requested = False
        return True
