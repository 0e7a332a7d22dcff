"""The sending half of a connection: messages become bytes, and bytes go to the socket.

A slice for one small message is one ``recv`` from the box and one ``send`` to the socket. Messages
that wait together leave together. What the socket does not take is kept, and sent first once it
takes more.
"""

from __future__ import annotations

from socket import SHUT_WR
from typing import Any

from kamlab.core.component import Component
from kamlab.core.events import BYTES_OUT

from .errors import BadDataToSend

#: Small messages are gathered up to this many bytes, and sent so often in one slice.
GATHERED = 65536
SENDS_PER_SLICE = 16


class SendingHalf(Component):
    """What a ConnectedSocketAdapter does towards the peer.

    Attributes:
        bytes_out: how many bytes the socket took.
        refused: how many messages were neither bytes nor text, and dropped.
        dropped: how many messages could not be sent any more.
    """

    bytes_out: int = 0
    refused: int = 0
    dropped: int = 0

    socket: Any = None
    crashOnBadDataToSend = False  # noqa: N815
    noisyErrors = True  # noqa: N815

    _scheduler: Any
    #: Anything but the plain case: something left over, held, or ending.
    _special = True
    #: What the socket has not taken of the last send; it is then watched for WRITE.
    _rest: memoryview | None = None
    _blocked = False
    _output_over = False

    def _lose(self, error: OSError) -> None:
        """Note that the connection broke."""
        raise NotImplementedError

    def _write(self, inbox: Any) -> None:
        """Send what waits, as far as the socket takes it."""
        if self._blocked:
            return
        if self._output_over:
            self._drop_output(inbox)
            return
        for _ in range(SENDS_PER_SLICE):
            data: Any = self._rest
            if data is None:
                if not inbox.items:
                    return
                data = self.recv()
                if data.__class__ is not bytes or inbox.items:
                    data = self._gathered(data, inbox)
            try:
                sent = self.socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._lose(error)
                self._drop_output(inbox)
                return
            if sent:
                self.bytes_out += sent
                log = self._scheduler.log
                if log is not None:
                    log((BYTES_OUT, self, sent))
            if sent == len(data):
                self._rest = None
                continue
            self._rest = memoryview(data)[sent:]
            self._blocked = self._special = True
            return
        self._special = True

    def _gathered(self, message: Any, inbox: Any) -> bytes:
        """Return a message as bytes, together with small ones that wait behind it."""
        data = message if message.__class__ is bytes else self._as_bytes(message)
        size = len(data)
        if not inbox.items or size >= GATHERED:
            return data
        parts = [data]
        while inbox.items and size < GATHERED:
            message = self.recv()
            data = message if message.__class__ is bytes else self._as_bytes(message)
            size += len(data)
            parts.append(data)
        return b"".join(parts)

    def _as_bytes(self, message: Any) -> bytes:
        """Return the bytes of a message, or none if it has none: that is reported."""
        why = "only bytes and text (sent as UTF-8) can be sent to a socket"
        if isinstance(message, str):
            try:
                return message.encode("utf-8")
            except UnicodeEncodeError as failure:
                why = str(failure)
        elif isinstance(message, (bytes, bytearray, memoryview)):
            return bytes(message)
        error = BadDataToSend(f"{self.short_name} was given a message of type {type(message).__name__}: {why}.")
        if self.crashOnBadDataToSend:
            raise error
        self.refused += 1
        if self.noisyErrors and self.refused == 1:
            self._report(f"{error} It is dropped, and so are others like it; their count is in 'refused'.")
        return b""

    def _shut_output(self) -> None:
        self._output_over = True
        try:
            self.socket.shutdown(SHUT_WR)
        except OSError as error:
            self._lose(error)

    def _drop_output(self, inbox: Any) -> None:
        self.dropped += len(inbox.items) + (self._rest is not None)
        self._rest = None
        for _ in self.messages():
            pass

    def _report(self, text: str) -> None:
        self._scheduler.world.report(text)
