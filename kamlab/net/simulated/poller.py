"""The poller of a simulated network, with which a lab waits when nothing can run; see also :mod:`kamlab.net.poller`.

A socket says when it may have become ready. ``dispatch`` calls whatever watches it, between two rounds, lowest number
first, again and again for as long as it is ready. If a socket becomes ready while nothing runs (because of a timer
or an intervention), a call is posted as well: a posted call keeps a virtual clock from jumping on before the callback
is called. A call is also posted if a callback has itself read, sent or unwatched; the round then counts, and a later
intervention has its place after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamlab.core.idle import ThreadIdle
from kamlab.core.tracebacks import traceback_of

from ..interface import Ready

if TYPE_CHECKING:
    from kamlab.core.world import World

    from .sockets import SimulatedSocket

#: The number of the first socket: far from those of the operating system.
FIRST_SOCKET = 1001


def _count_the_round() -> None:
    """Do nothing. Posting it makes the lab check again whether anything can run, and makes the round count."""


class SimulatedPoller:
    """Knows the sockets of a network by number, which callbacks watch them, and which are ready.

    The lab waits with it from the moment that it is made.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._idle = ThreadIdle()
        self._next_number = FIRST_SOCKET
        self.sockets: dict[int, SimulatedSocket] = {}
        self._watches: dict[int, tuple[SimulatedSocket, int, Ready]] = {}
        self._ready: set[int] = set()
        self._posted = self._news = self._closed = False
        self._changes = 0
        with world.lock:
            before, world.scheduler.idle = world.scheduler.idle, self
            before.wake()  # a thread that waits there goes on waiting here

    # -- sockets -----------------------------------------------------------------------------------------------

    def enlist(self, sock: SimulatedSocket) -> int:
        """Return a number for a new socket."""
        number = self._next_number
        self._next_number += 1
        self.sockets[number] = sock
        return number

    def dismiss(self, sock: SimulatedSocket) -> None:
        """Forget a socket that is closed."""
        self.sockets.pop(sock.number, None)
        self._forget(sock.number)

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` whenever ``sock`` (a socket, or its number) is ready; replaces an earlier watch.

        Raises:
            ValueError: the socket is closed, or does not belong to this network.
        """
        number = sock if isinstance(sock, int) else sock.fileno()
        known = self.sockets.get(number)
        if known is None or (known is not sock and not isinstance(sock, int)):
            raise ValueError(f"{sock!r} is closed, or not a socket of this network, and cannot be watched")
        self._watches[number] = (known, events, callback)
        self._check(known)

    def unwatch(self, sock: Any) -> None:
        """Stop calling for a socket; nothing happens if it is not watched."""
        self._forget(sock if isinstance(sock, int) else getattr(sock, "number", -1))

    def touch(self, sock: SimulatedSocket) -> None:
        """Note that a socket has changed: it may be ready for an event that it is watched for."""
        self._changes += 1
        self._check(sock)

    def _check(self, sock: SimulatedSocket) -> None:
        watch = self._watches.get(sock.number)
        if watch is None or not watch[1] & sock.readiness():
            self._ready.discard(sock.number)
        elif sock.number not in self._ready:
            self._ready.add(sock.number)
            self._news = True
            if not self._posted:
                self._posted = True
                self._world.scheduler.post(self._dispatch_news)

    def _forget(self, number: int) -> None:
        self._changes += 1
        self._watches.pop(number, None)
        self._ready.discard(number)

    def _dispatch_news(self) -> None:
        self._posted = False
        if self._news:
            self.dispatch()

    # -- called by the lab when nothing can run ----------------------------------------------------------------

    def wait(self, timeout: float | None) -> None:
        """Block until ``wake`` is called or ``timeout`` seconds are over; not at all if a socket is ready."""
        if not self._ready and not self._closed:
            self._idle.wait(timeout)

    def wake(self) -> None:
        """End a ``wait``, now or the next one. From any thread, and from a signal handler."""
        self._idle.wake()

    def dispatch(self) -> int:
        """Call the callbacks of the sockets that are ready; return how many."""
        self._news = False
        changes = self._changes
        called = 0
        for number in sorted(self._ready):
            watch = self._watches.get(number)
            if watch is None:
                continue
            sock, events, callback = watch
            events &= sock.readiness()
            if not events:
                continue
            called += 1
            try:
                callback(events)
            except Exception as error:
                self._forget(number)
                self._world.report(
                    f"a callback of the network failed; {sock!r} is no longer watched.\n{traceback_of(error)}"
                )
        if self._changes != changes:  # before time goes on
            self._world.scheduler.post(_count_the_round)
        if self._ready:
            self._world.scheduler.poll_next_round()
        return called

    def sources(self) -> int:
        """Return how many watched sockets are ready now; data under way is a timer."""
        return len(self._ready)

    def close(self) -> None:
        """Stop watching, and let the lab wait without a network again."""
        if self._closed:
            return
        self._closed = True
        self._watches.clear()
        self._ready.clear()
        if self._world.scheduler.idle is self:
            self._world.scheduler.idle = ThreadIdle()
        self._idle.wake()
