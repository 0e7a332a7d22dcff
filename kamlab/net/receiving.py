"""The receiving half of a connection: what comes from the socket goes to the receiver, if it has room."""

from __future__ import annotations

from typing import Any

from kamlab.core.component import Component
from kamlab.core.errors import NoSpaceInBox
from kamlab.core.events import BYTES_IN

#: How many bytes are read at once, and how often in one slice.
CHUNK = 32768
CHUNKS_PER_SLICE = 8


class ReceivingHalf(Component):
    """What a ConnectedSocketAdapter does with what comes from the peer.

    Attributes:
        bytes_in: how many bytes came.
    """

    woken_by_collection: bool = False  # True only while it holds a chunk

    bytes_in: int = 0

    socket: Any = None

    _scheduler: Any
    _special = True
    #: Something may be there to read. Stays true while a chunk is held.
    _readable = False
    #: A chunk that the receiver has no room for.
    _held = b""
    _input_over = False

    def _lose(self, error: OSError) -> None:
        """Note that the connection broke."""
        raise NotImplementedError

    def _tell_receiver(self) -> None:
        """Say on signal that nothing more will come."""
        raise NotImplementedError

    def _read(self) -> None:
        """Pass on what came, until nothing is left or the receiver has no room."""
        if self._held and not self._pass_on(self._held):
            return
        for _ in range(CHUNKS_PER_SLICE):
            try:
                data = self.socket.recv(CHUNK)
            except BlockingIOError:
                self._readable = False
                return
            except OSError as error:
                self._lose(error)
                data = b""
            if not data:
                self._end_input()
                return
            self.bytes_in += len(data)
            log = self._scheduler.log
            if log is not None:
                log((BYTES_IN, self, len(data)))
            if not self._pass_on(data):
                return
            if len(data) < CHUNK:
                self._readable = False  # if there is more, the network will say so
                return
        self._special = True

    def _pass_on(self, data: bytes) -> bool:
        """Send a chunk to the receiver; hold it where there is no room."""
        try:
            self.send(data)
        except NoSpaceInBox:
            if not self._held:
                self._held = data
                self._special = True
                self._want_room(True)
            return False
        if self._held:
            self._held = b""
            self._want_room(False)
        return True

    def _want_room(self, wanted: bool) -> None:
        """Be woken, or no longer, when a message is taken out of the receiver's inbox."""
        self.attend_collection(wanted)

    def _end_input(self) -> None:
        self._input_over = self._special = True
        self._readable = False
        self._tell_receiver()
