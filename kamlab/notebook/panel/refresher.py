"""One thread that keeps all live views up to date, a dozen times a second at most.

A view that is shown is never told by the engine that something has happened; that would cost every
slice something. Instead this thread asks each view in turn whether its lab has moved, which costs
the lab nothing while nobody looks. It sleeps longer while nothing moves, it ends with the last
view, and it holds a view only weakly, so a view that is thrown away is gone.
"""

from __future__ import annotations

import threading
from typing import Protocol
from weakref import WeakSet

#: Seconds between two updates of a view, at least; and between two questions while nothing moves.
TICK = 1 / 12
REST = 0.25
#: How many questions in a row must find nothing new before it takes a rest.
PATIENCE = 12


class Ticking(Protocol):
    """What can be kept up to date."""

    def tick(self) -> bool:
        """Bring up to date; return whether anything was new."""

    def crashed(self, error: BaseException) -> None:
        """Take note that ``tick`` raised, and is not called again."""


class Flusher:
    """Keeps views up to date for as long as there are any."""

    def __init__(self) -> None:
        self._views: WeakSet[Ticking] = WeakSet()
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._last_gone = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, view: Ticking) -> None:
        """Keep a view up to date from now on."""
        with self._lock:
            self._views.add(view)
            self._last_gone.clear()
            if self._thread is None:
                self._thread = self._begun()
        self._news.set()

    def _begun(self) -> threading.Thread | None:
        """Return the thread, at work; ``None`` where there are no threads: views then follow clicks and cells only."""
        thread = threading.Thread(target=self._run, name="kamlab live views", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return None
        return thread

    def discard(self, view: Ticking) -> None:
        """Leave a view as it is."""
        with self._lock:
            self._views.discard(view)
            if not self._views:
                self._last_gone.set()
        self._news.set()

    def nudge(self) -> None:
        """Ask soon whether there is anything new. Cheap, and safe from any thread."""
        self._news.set()

    @property
    def thread(self) -> threading.Thread | None:
        """The thread, while there is one."""
        return self._thread

    def _run(self) -> None:
        quiet = 0
        while self._go_on():
            quiet = 0 if self._ask_all() else quiet + 1
            self._last_gone.wait(TICK)
            if quiet >= PATIENCE:
                self._news.wait(REST - TICK)
                self._news.clear()

    def _go_on(self) -> bool:
        with self._lock:
            if not self._views:
                self._thread = None
            return self._thread is not None

    def _ask_all(self) -> bool:
        with self._lock:
            views = list(self._views)
        news = False
        for view in views:
            try:
                news = view.tick() or news
            except Exception as error:
                self.discard(view)
                view.crashed(error)
        return news


FLUSHER = Flusher()
