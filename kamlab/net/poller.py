"""The poller of a real network: a lab in which nothing can run waits with a selector.

``wait`` runs without the lab's lock, so it changes nothing in the lab: it stores the ready sockets, and ``dispatch``
calls the callbacks later, under the lock. In between, another thread may have held the lock and closed a socket, and a
new socket may have got its descriptor; so a stored event refers to a ``Watch`` object, not to a descriptor, and a
cancelled watch is dead.

Other threads end a ``wait`` through a pair of sockets. ``wake`` writes one byte, and writes no other before that one is
read. ``wait`` reads first and clears the flag afterwards: a ``wake`` between the two writes nothing, but its caller has
already changed the lab, and the lab checks after ``wait`` whether anything can run.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kamlab.core.idle import NOTICE
from kamlab.core.tracebacks import traceback_of

from .interface import Ready


@dataclass(slots=True, eq=False)
class Watch:
    """A watched socket. ``callback`` is ``None`` once it is no longer watched."""

    sock: Any
    events: int
    callback: Ready | None


class Poller:
    """Waits for sockets, for wake-ups, and for the time to be over.

    Args:
        report: called with a text when a callback raises; the socket is then no longer watched.
    """

    def __init__(self, report: Callable[[str], Any]) -> None:
        self._report = report
        self._watches: dict[int, Watch] = {}
        self._closed = False
        self._open()

    def _open(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._ready: Sequence[tuple[selectors.SelectorKey, int]] = ()
        self._woken = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_in.fileno(), selectors.EVENT_READ, None)

    # -- called by the lab when nothing can run ----------------------------------------------------------------

    def wait(self, timeout: float | None) -> None:
        """Block until a socket is ready or ``wake`` is called; at most ``timeout`` seconds, and at most NOTICE."""
        if self._closed:
            return
        try:
            self._ready = self._selector.select(NOTICE if timeout is None else min(timeout, NOTICE))
        except (OSError, ValueError):
            if not self._closed and not self._drop_closed():
                raise
            return
        if self._woken:
            with contextlib.suppress(OSError):
                self._wake_in.recv(64)
            self._woken = False

    def wake(self) -> None:
        """End a ``wait``, now or the next one. From any thread, and from a signal handler."""
        if not self._woken:
            self._woken = True
            with contextlib.suppress(OSError):
                self._wake_out.send(b"\0")

    def dispatch(self) -> int:
        """Call the callbacks of the sockets that ``wait`` found ready; return how many."""
        ready, self._ready = self._ready, ()
        called = 0
        for key, events in ready:
            watch: Watch | None = key.data
            if watch is None or watch.callback is None:
                continue
            events &= watch.events
            if not events:
                continue
            called += 1
            try:
                watch.callback(events)
            except Exception as error:
                self.unwatch(watch.sock)
                self._report(
                    f"a callback of the network failed; {watch.sock!r} is no longer watched.\n{traceback_of(error)}"
                )
        return called

    def sources(self) -> int:
        """Return how many sockets are watched."""
        return len(self._watches)

    def close(self) -> None:
        """Stop watching, and release the resources of the operating system."""
        if self._closed:
            return
        self._closed = True
        self._let_go()

    def start_afresh(self) -> None:
        """In a forked process, stop watching and use a selector of its own.

        The parent has the same one: a socket removed from it here would be removed for the parent, and either of them
        would read a wake-up.
        """
        if not self._closed:
            self._let_go()
            self._open()

    def _let_go(self) -> None:
        for watch in self._watches.values():
            watch.callback = None
        self._watches.clear()
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    # -- watching ----------------------------------------------------------------------------------------------

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` whenever ``sock`` (a socket, or a number) is ready.

        Raises:
            ValueError: the socket is closed.
            OSError: it cannot be watched; a plain file, for example.
        """
        number = _number(sock)
        if number < 0:
            raise ValueError(f"{sock!r} is closed and cannot be watched")
        watch = self._watches.get(number)
        if watch is not None and watch.sock is not sock:
            self._forget(number)  # its socket was closed without our knowledge, and a new one has the number
            watch = None
        if watch is None:
            watch = Watch(sock, events, callback)
            self._selector.register(number, events, watch)
            self._watches[number] = watch
            return
        watch.callback = callback
        if watch.events != events:
            watch.events = events
            self._selector.modify(number, events, watch)

    def unwatch(self, sock: Any) -> None:
        """Stop calling for ``sock``; nothing happens if it is not watched."""
        number = _number(sock)
        watch = self._watches.get(number)
        if watch is not None and watch.sock is sock:
            self._forget(number)
        elif number < 0:
            for known, watch in list(self._watches.items()):
                if watch.sock is sock:
                    self._forget(known)

    def _forget(self, number: int) -> None:
        self._watches.pop(number).callback = None
        with contextlib.suppress(KeyError, OSError, ValueError):
            self._selector.unregister(number)

    def _drop_closed(self) -> int:
        """Forget the sockets that were closed while watched; return how many."""
        closed = [number for number, watch in self._watches.items() if _number(watch.sock) != number]
        for number in closed:
            self._forget(number)
        return len(closed)


def _number(sock: Any) -> int:
    return sock if isinstance(sock, int) else int(sock.fileno())
