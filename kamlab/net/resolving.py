"""Looking up a host's name without holding up the lab.

The operating system offers no look-up that does not block, so each has a short-lived thread of its
own, and the answer is posted to the lab. A name server that never answers costs one sleeping thread;
whoever asked has a time limit of its own.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import ConnectFailed
from .interface import Address

if TYPE_CHECKING:
    from kamlab.core.scheduler import Scheduler

LookUp = Callable[[str, int], list[Address]]
Answer = Callable[[Any], Any]


def look_up(host: str, port: int) -> list[Address]:
    """Ask the operating system for the addresses of a host; this may block for long."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


class ThreadedLookup:
    """One look-up. While it is under way it counts as something that may wake the lab."""

    def __init__(self, scheduler: Scheduler, ask: LookUp, host: str, port: int, answer: Answer) -> None:
        self._scheduler = scheduler
        self._ask = ask
        self._host = host
        self._port = port
        self._answer: Answer | None = answer
        self._posted: Callable[[], Any] | None = None
        self._posting = threading.Lock()
        scheduler.outsiders.add(self)
        thread = threading.Thread(target=self._work, name=f"kamlab looks up {host}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # a platform without threads
            found = ConnectFailed("unknown host", f"the name {host!r} cannot be looked up here: {error}")
            self._post(found)

    def may_wake(self) -> bool:
        """Return that an answer may come."""
        return self._answer is not None

    def cancel(self) -> None:
        """Make sure that the answer is not delivered, and that no call is made for it."""
        with self._posting:
            self._answer = None
            if self._posted is not None:
                with contextlib.suppress(ValueError, IndexError):
                    self._scheduler.posted.remove(self._posted)
        self._scheduler.outsiders.discard(self)

    def _work(self) -> None:
        found: Any
        try:
            found = self._ask(self._host, self._port) or _unknown(self._host, "it has no address")
        except (OSError, UnicodeError) as error:
            found = _unknown(self._host, getattr(error, "strerror", None) or str(error))
        except Exception as error:
            found = _unknown(self._host, f"{type(error).__name__}: {error}")
        self._post(found)

    def _post(self, found: Any) -> None:
        with self._posting:
            if self._answer is not None:
                self._posted = lambda: self._deliver(found)
                self._scheduler.post(self._posted)

    def _deliver(self, found: Any) -> None:
        answer = self._answer
        self.cancel()
        if answer is not None:
            answer(found)


def _unknown(host: str, why: str) -> ConnectFailed:
    return ConnectFailed(
        "unknown host",
        f"the host {host!r} is not known: {why}. Check the name, or give it an alias: "
        f'Lab(hosts={{"{host}": "127.0.0.1"}}) or KAMLAB_HOSTS={host}=127.0.0.1',
    )
