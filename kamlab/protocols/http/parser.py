"""A component that parses one request or one response into its header, its body, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import h11

from kamlab.chassis.flow_control import send_when_room, told_to_stop
from kamlab.core.component import Component
from kamlab.core.ipc import ProducerFinished, Shutdown, ShutdownMicroprocess

from .requests import headers_as_dict, request_as_dict

__all__ = ["HTTPParser", "ParsedHTTPBodyChunk", "ParsedHTTPEnd", "ParsedHTTPHeader"]

#: How many bytes a header may have.
MAX_HEADER = 65_536


@dataclass
class ParsedHTTPHeader:
    """The header of a message as a dictionary: a request's, or one with ``responsecode`` and ``headers``.

    >>> ParsedHTTPHeader({"responsecode": "200", "headers": {}}).header["responsecode"]
    '200'
    """

    header: Mapping[str, Any]


@dataclass
class ParsedHTTPBodyChunk:
    """A part of the body, in bytes.

    >>> ParsedHTTPBodyChunk(b"hello").bodychunk
    b'hello'
    """

    bodychunk: bytes


@dataclass
class ParsedHTTPEnd:
    """The end of the message: all of it has come.

    >>> ParsedHTTPEnd()
    ParsedHTTPEnd()
    """


class HTTPParser(Component):
    """Parses the bytes of one message into a ParsedHTTPHeader, ParsedHTTPBodyChunks, and a ParsedHTTPEnd; then it ends.

    If the message is not valid, or its end does not come, there is no ParsedHTTPEnd, and the ProducerFinished on signal
    has the error as its ``message``.

    Args:
        mode: ``"request"`` or ``"response"``.
        method: the method of the request that a response belongs to: one to HEAD has no body.
        peer, peerport, localip, localport: become part of the header of a request.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     parsed = Collate()
    ...     chunks = ["HTTP/1.1 200 OK\\r\\nContent-Le", "ngth: 5\\r\\n\\r\\nhel", "lo"]
    ...     _ = Pipeline(DataSource(chunks), HTTPParser(mode="response"), parsed).activate()
    ...     _ = lab.run()
    >>> parsed.collated[1:]
    [ParsedHTTPBodyChunk(bodychunk=b'hel'), ParsedHTTPBodyChunk(bodychunk=b'lo'), ParsedHTTPEnd()]
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "The bytes of a message, in chunks.",
        "control": "ProducerFinished: no more will come. ShutdownMicroprocess: end now.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Header, chunks of the body, end.",
        "signal": "ProducerFinished, with an error as its message if there was one.",
    }

    woken_by_collection = False

    peer: str = ""
    peerport: int = 0
    localip: str = ""
    localport: int = 0

    def __init__(self, mode: str = "request", method: str = "GET", **argd: Any) -> None:
        if mode not in ("request", "response"):
            raise ValueError(f"the mode of an HTTPParser is 'request' or 'response', not {mode!r}")
        super().__init__(**argd)
        self.mode = mode
        self.method = method
        self._input_over = False
        #: The class of the bytes that come; a body is passed on as the same.
        self._kind: type[bytes] = bytes

    def main(self) -> Any:
        """Parse one message."""
        connection = h11.Connection(
            h11.SERVER if self.mode == "request" else h11.CLIENT, max_incomplete_event_size=MAX_HEADER
        )
        if self.mode == "response":  # h11 reads a response only as the answer to a request
            connection.send(h11.Request(method=self.method, target="/", headers=[("Host", "here")]))
            connection.send(h11.EndOfMessage())
        error: Exception | None = None
        has_header = False
        try:
            while True:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    if not (yield from self._feed(connection)):
                        return
                elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    raise h11.RemoteProtocolError("the connection ended before a message came")
                elif not isinstance(event, h11.InformationalResponse):
                    if not (yield from send_when_room(self, self._parsed(event), "outbox", give_up=self._must_stop)):
                        return
                    has_header = True
                    if isinstance(event, h11.EndOfMessage):
                        break
        except h11.RemoteProtocolError as wrong:
            is_silent = self._input_over and not has_header
            error = h11.RemoteProtocolError("the connection ended before it came") if is_silent else wrong
        self.send(ProducerFinished(self, error), "signal")

    def _feed(self, connection: h11.Connection) -> Any:
        """Give h11 the next chunk or the end of the stream; return False if told to end. A generator."""
        while True:
            for message in self.messages("control"):
                if isinstance(message, (ShutdownMicroprocess, Shutdown)):
                    self.send(message, "signal")
                    return False
                self._input_over |= isinstance(message, ProducerFinished)
            while self.data_ready():
                if data := self.recv():
                    self._kind = type(data) if isinstance(data, bytes) else bytes
                    connection.receive_data(data.encode("utf-8") if isinstance(data, str) else data)
                    return True
            if self._input_over:
                connection.receive_data(b"")
                return True
            self.pause()
            yield

    def _must_stop(self) -> bool:
        return told_to_stop(self)

    def _parsed(self, event: Any) -> Any:
        if isinstance(event, h11.Data):
            return ParsedHTTPBodyChunk(self._kind(event.data))
        if isinstance(event, h11.EndOfMessage):
            return ParsedHTTPEnd()
        if isinstance(event, h11.Request):
            about = {name: getattr(self, name) for name in ("peer", "peerport", "localip", "localport")}
            return ParsedHTTPHeader(request_as_dict(event, headers_as_dict(event.headers), about))
        return ParsedHTTPHeader(
            {
                "bad": False,
                "responsecode": str(event.status_code),
                "reason": event.reason.decode("latin-1"),
                "protocol": "HTTP",
                "version": event.http_version.decode("ascii"),
                "headers": headers_as_dict(event.headers),
            }
        )
