"""One thread that refreshes all live panels, a dozen times a second at most.

The engine does not notify the panels; that would make every slice slower. Instead this thread asks each panel in turn
whether its lab has moved, which costs the lab nothing while no page is open. The thread sleeps longer while nothing
moves, and ends with the last panel. It refers to panels weakly, so it keeps none of them alive.
"""

from __future__ import annotations

import threading
from typing import Protocol
from weakref import WeakSet

#: Seconds between two refreshes at least, and between two questions while nothing moves.
TICK = 1 / 12
REST = 0.25
#: How many rounds in a row must find nothing new before the thread sleeps longer.
PATIENCE = 12


class Refreshable(Protocol):
    """What can be kept up to date."""

    def tick(self) -> bool:
        """Bring up to date; return whether anything was new."""

    def crashed(self, error: BaseException) -> None:
        """Called after ``tick`` has raised; it is not called again."""


class Refresher:
    """Keeps its members up to date while there are any."""

    def __init__(self) -> None:
        self._members: WeakSet[Refreshable] = WeakSet()
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._last_gone = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, member: Refreshable) -> None:
        """Keep a member up to date from now on."""
        with self._lock:
            self._members.add(member)
            self._last_gone.clear()
            if self._thread is None:
                self._thread = self._start()
        self._news.set()

    def _start(self) -> threading.Thread | None:
        """Start the thread; return ``None`` where threads cannot start: then panels follow clicks and cells only."""
        thread = threading.Thread(target=self._run, name="kamlab live views", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return None
        return thread

    def discard(self, member: Refreshable) -> None:
        """Stop refreshing a member."""
        with self._lock:
            self._members.discard(member)
            if not self._members:
                self._last_gone.set()
        self._news.set()

    def nudge(self) -> None:
        """Ask the members soon. Cheap, and safe from any thread."""
        self._news.set()

    def _run(self) -> None:
        quiet = 0
        while self._has_members():
            quiet = 0 if self._ask_all() else quiet + 1
            self._last_gone.wait(TICK)
            if quiet >= PATIENCE:
                self._news.wait(REST - TICK)
                self._news.clear()

    def _has_members(self) -> bool:
        with self._lock:
            if not self._members:
                self._thread = None
            return self._thread is not None

    def _ask_all(self) -> bool:
        with self._lock:
            members = list(self._members)
        news = False
        for member in members:
            try:
                news = member.tick() or news
            except Exception as error:
                self.discard(member)
                member.crashed(error)
        return news


REFRESHER = Refresher()
