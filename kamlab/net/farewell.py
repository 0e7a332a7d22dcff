"""The last minute of a connection that this side has finished with.

A socket that is closed while something unread is in it answers with a reset, and a reset can take
away what the peer has not read yet. So a connection that has said all it had to say is not closed at
once: what the peer still sends is read and dropped until the peer closes too, or the time is over.
That needs no component; a server that is told to end does not have to wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .interface import READ, Network

if TYPE_CHECKING:
    from kamlab.core.scheduler import Scheduler

_SIZE = 65536
_READS = 8


class Farewell:
    """Reads and drops what comes until the peer closes, for at most ``seconds`` of the lab's clock."""

    __slots__ = ("_sock", "_timer")

    def __init__(self, network: Network, scheduler: Scheduler, sock: Any, seconds: float) -> None:
        self._sock = sock
        self._timer = scheduler.call_later(seconds, self._close)
        network.watch(sock, READ, self._read)

    def _read(self, _events: int) -> None:
        try:
            for _ in range(_READS):
                if not self._sock.recv(_SIZE):
                    break
            else:
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._close()

    def _close(self) -> None:
        self._timer.cancel()
        self._sock.close()
