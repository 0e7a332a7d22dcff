"""Clients: one that fetches a URL as a stream of parts, and one that fetches URL after URL, each as one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urljoin

import h11

from kamlab.chassis import Carousel
from kamlab.chassis.flow_control import send_when_room, told_to_stop
from kamlab.core.component import Component
from kamlab.core.ipc import ProducerFinished, Shutdown, ShutdownMicroprocess
from kamlab.net import ConnectFailed, TCPClient
from kamlab.parts import PureTransformer

from .errors import BadURL, FetchFailed
from .parser import HTTPParser, ParsedHTTPBodyChunk, ParsedHTTPEnd, ParsedHTTPHeader
from .requests import split_uri

__all__ = ["HTTPMakePostRequest", "ParsedHTTPRedirect", "SimpleHTTPClient", "SingleShotHTTPClient", "TextHTTPClient"]

REDIRECTS = frozenset({"301", "302", "303", "307", "308"})
#: How many redirects are followed for one URL.
MAX_REDIRECTS = 3
#: What a URL may have as it is; everything else is percent-encoded.
_AS_IS = "!#$%&'()*+,/:;=?@[]~"
#: Headers that are not passed on to another server than they were meant for.
_CONFIDENTIAL = frozenset({"authorization", "cookie"})


@dataclass
class ParsedHTTPRedirect:
    """A response told the client to fetch another URL instead, and it does.

    >>> ParsedHTTPRedirect("http://foo.bar.com/").redirectto
    'http://foo.bar.com/'
    """

    redirectto: str


@dataclass(frozen=True)
class _Request:
    """What is asked, and of which server."""

    url: str
    method: str
    body: bytes | None
    headers: tuple[tuple[str, str], ...]

    def place(self) -> tuple[str, int]:
        """Return host and port.

        Raises:
            BadURL: the URL has none.
        """
        parts = split_uri(self.url)
        if parts["uri-protocol"] not in ("", "http"):
            raise BadURL(f"cannot fetch {self.url!r}: only http:// is supported, without TLS")
        port = parts.get("uri-port") or "80"
        if not parts["uri-server"] or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise BadURL(f"cannot fetch {self.url!r}: it does not name a server, as http://foo.bar.com:8000/ does")
        return parts["uri-server"], int(port)

    def as_bytes(self) -> bytes:
        """Return the request as it is sent.

        Raises:
            BadURL: the URL, the method or a header has what no request can have.
        """
        host, port = self.place()
        name = f"[{host}]" if ":" in host else host
        headers = [
            ("Host", name if port == 80 else f"{name}:{port}"),
            ("User-Agent", "kamlab"),
            ("Connection", "close"),
        ]
        if self.body is not None:
            headers.append(("Content-Length", str(len(self.body))))
        own = {name.lower() for name, _ in self.headers}
        headers = [header for header in headers if header[0].lower() not in own] + list(self.headers)
        connection = h11.Connection(h11.CLIENT)
        try:
            target = quote(split_uri(self.url)["raw-uri"], safe=_AS_IS)
            parts = [connection.send(h11.Request(method=self.method, target=target, headers=headers))]
            if self.body:
                parts.append(connection.send(h11.Data(data=self.body)))
            parts.append(connection.send(h11.EndOfMessage()))
        except (h11.LocalProtocolError, UnicodeEncodeError) as error:
            raise BadURL(f"cannot fetch {self.url!r}: {error}") from error
        return b"".join(part for part in parts if part)

    def redirected(self, url: str, code: str) -> _Request:
        """Return the request that a redirect leads to: with GET, unless its code says that the method stays."""
        there = _Request(url, self.method, self.body, self.headers)
        if code not in ("307", "308") and self.method not in ("GET", "HEAD"):
            there = _Request(url, "GET", None, self.headers)
        if there.place() != self.place():
            headers = tuple(header for header in self.headers if header[0].lower() not in _CONFIDENTIAL)
            there = _Request(url, there.method, there.body, headers)
        return there


class _Told(Exception):
    """A control message ended the client."""

    def __init__(self, message: Any) -> None:
        super().__init__()
        self.message = message


class SingleShotHTTPClient(Component):
    """Fetches a URL once: sends a ParsedHTTPHeader, ParsedHTTPBodyChunks, and a ParsedHTTPEnd; then it ends.

    A redirect is followed, at most 3 times, and announced by a ParsedHTTPRedirect. If the page could not be fetched,
    or not all of it, there is no ParsedHTTPEnd: the reason is reported, and is the ``message`` of the ProducerFinished
    on signal.

    Args:
        starturl: the URL, with ``http://``.
        postbody: str (sent as UTF-8) or bytes; unless it is "", the method is POST. ``None`` is an empty body.
        connectionclass: the class of the connection.
        extraheaders: a dictionary of headers.
        method: the method, if it is another.
        timeout: how many seconds to wait for each part of the response.

    >>> from kamlab import Lab, Pipeline, ServerCore
    >>> from kamlab.parts import Collate
    >>> from kamlab.protocols.http import SingleShotHTTPClient, http_protocol
    >>> with Lab(clock="virtual") as lab:
    ...     routing = [("/", lambda request: {"statuscode": 200, "data": "hello"})]
    ...     _ = ServerCore(protocol=http_protocol(routing), port=8000).activate()
    ...     parts = Collate()
    ...     _ = Pipeline(SingleShotHTTPClient("http://localhost:8000/"), parts).activate()
    ...     _ = lab.run()
    >>> parts.collated[1:]
    [ParsedHTTPBodyChunk(bodychunk=b'hello'), ParsedHTTPEnd()]
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Not used.",
        "control": "ShutdownMicroprocess: end now.",
        "_parserinbox": "The parsed response.",
        "_parsercontrol": "ProducerFinished, from the parser.",
        "_tcpcontrol": "ProducerFinished, from the connection.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Header, chunks of the body, end.",
        "signal": "ProducerFinished, with an error as its message if there was one.",
        "debug": "Not used.",
        "_parsersignal": "Tells the parser that no more will come.",
        "_tcpoutbox": "The request.",
        "_tcpsignal": "Ends the connection.",
    }

    woken_by_collection = False
    #: What the chunks of a body are: bytes, or, under the old names, bytes that understand text.
    received_as: type[bytes] = bytes

    def __init__(
        self,
        starturl: str,
        postbody: str | bytes | None = "",
        connectionclass: Any = TCPClient,
        extraheaders: Mapping[str, str] | None = None,
        method: str | None = None,
        timeout: float = 60.0,
    ) -> None:
        super().__init__()
        self.starturl = starturl
        self.postbody = postbody
        self.connectionclass = connectionclass
        self.extraheaders = extraheaders or {}
        self.method = method
        self.timeout = timeout
        #: The error with which the connection ended.
        self._lost: Exception | None = None

    def main(self) -> Any:
        """Fetch the URL, and where it leads."""
        last: Any = ProducerFinished(self)
        try:
            request = self._first_request()
            for _ in range(1 + MAX_REDIRECTS):
                there: _Request | None = yield from self._fetch(request)
                if there is None:
                    break
                request = there
            else:
                raise FetchFailed(
                    self.starturl,
                    f"cannot fetch {self.starturl}: it redirects more than {MAX_REDIRECTS} times, perhaps in a circle",
                )
        except (BadURL, FetchFailed) as error:
            if not isinstance(self._lost, ConnectFailed):  # it has been reported already
                self._report(f"{self.short_name} {error}")
            last = ProducerFinished(self, error)
        except _Told as told:
            last = told.message
        self.send(last, "signal")

    def _first_request(self) -> _Request:
        body = self.postbody
        method = self.method or ("GET" if isinstance(body, (str, bytes)) and not body else "POST")
        if isinstance(body, str):
            body = body.encode("utf-8")
        if not body:
            body = None if method in ("GET", "HEAD") else b""
        headers = tuple((str(name), str(value)) for name, value in self.extraheaders.items())
        return _Request(self.starturl.strip(), method, body, headers)

    def _fetch(self, request: _Request) -> Any:
        """Send on the response, or return the request that it leads to. A generator."""
        tcp, parser = self._connect(request)
        there: _Request | None = None
        try:
            while True:
                for part in self.messages("_parserinbox"):
                    if isinstance(part, ParsedHTTPHeader) and (url := _location(part.header)):
                        there = request.redirected(urljoin(request.url, url), part.header["responsecode"])
                        part = ParsedHTTPRedirect(there.url)
                    elif there is not None and not isinstance(part, ParsedHTTPEnd):
                        continue  # the body of a redirect
                    if there is None or isinstance(part, ParsedHTTPRedirect):
                        yield from send_when_room(self, part, "outbox", give_up=self._must_stop)
                    if isinstance(part, ParsedHTTPEnd):
                        return there
                self._read_signals(request)
                asleep_at = self._time()
                self.pause(self.timeout)
                yield
                if self._time() >= asleep_at + self.timeout and not self.any_ready():
                    raise FetchFailed(
                        request.url,
                        f"cannot fetch {request.url}: its server has sent nothing for {self.timeout:g} s (timeout)",
                    )
        finally:
            self.send(ShutdownMicroprocess(self), "_tcpsignal")
            self.send(ShutdownMicroprocess(self), "_parsersignal")
            self.remove_child(tcp)
            self.remove_child(parser)
            for boxname in ("_parserinbox", "_parsercontrol", "_tcpcontrol"):
                for _ in self.messages(boxname):
                    pass

    def _connect(self, request: _Request) -> tuple[Component, Component]:
        """Make a connection and a parser for one request, and send it."""
        data = request.as_bytes()
        tcp, parser = self.connectionclass(*request.place()), HTTPParser(mode="response", method=request.method)
        if self.received_as is not bytes:
            tcp.received_as = self.received_as
        self.add_children(tcp, parser)
        self.link((self, "_tcpoutbox"), (tcp, "inbox"))
        self.link((self, "_tcpsignal"), (tcp, "control"))
        self.link((tcp, "signal"), (self, "_tcpcontrol"))
        self.link((tcp, "outbox"), (parser, "inbox"))
        self.link((self, "_parsersignal"), (parser, "control"))
        self.link((parser, "outbox"), (self, "_parserinbox"))
        self.link((parser, "signal"), (self, "_parsercontrol"))
        tcp.activate(self.scheduler_in_charge)
        parser.activate(self.scheduler_in_charge)
        self.send(data, "_tcpoutbox")
        return tcp, parser

    def _read_signals(self, request: _Request) -> None:
        """Read what the connection and the parser say about their end.

        Raises:
            FetchFailed: there is no response, or it is not complete.
            _Told: a control message says to end.
        """
        for message in self.messages("control"):
            if isinstance(message, (ShutdownMicroprocess, Shutdown)):
                raise _Told(message)
        for message in self.messages("_parsercontrol"):
            why = self._lost or message.message
            raise FetchFailed(request.url, f"cannot fetch {request.url}: {why}")
        for message in self.messages("_tcpcontrol"):
            self._lost = message.message
            self.send(message, "_parsersignal")

    def _must_stop(self) -> bool:
        return told_to_stop(self)

    def _time(self) -> float:
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        return scheduler.time()

    def _report(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        scheduler.world.report(text)


def _location(header: Mapping[str, Any]) -> str:
    """Return where a response leads, or ""."""
    return str(header["headers"].get("location", "")) if header["responsecode"] in REDIRECTS else ""


def _client_of(request: Mapping[str, Any]) -> SingleShotHTTPClient:
    """Return the client for a request to a SimpleHTTPClient."""
    return SingleShotHTTPClient(
        request.get("url", ""),
        request.get("postbody", ""),
        extraheaders=request.get("extraheaders"),
        method=request.get("method"),
    )


class SimpleHTTPClient(Component):
    """Fetches URL after URL, in their order, and sends the body of each as one message of bytes.

    A message is a URL, or a dictionary with ``url`` and, if wanted, ``postbody``, ``extraheaders`` and ``method``, as
    for SingleShotHTTPClient. What could not be fetched is reported, and sent as far as it came, so that there is one
    message for each URL. ProducerFinished on control ends it after the URLs that wait, ShutdownMicroprocess at once.

    >>> from kamlab import Lab, Pipeline, ServerCore
    >>> from kamlab.parts import Collate, DataSource
    >>> from kamlab.protocols.http import SimpleHTTPClient, http_protocol
    >>> with Lab(clock="virtual") as lab:
    ...     routing = [("/", lambda request: {"statuscode": 200, "data": request["raw-uri"]})]
    ...     _ = ServerCore(protocol=http_protocol(routing), port=8000).activate()
    ...     pages = Collate()
    ...     urls = DataSource(["http://localhost:8000/tea", "http://localhost:8000/milk"])
    ...     _ = Pipeline(urls, SimpleHTTPClient(), pages).activate()
    ...     _ = lab.run()
    >>> pages.collated
    [b'/tea', b'/milk']
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "URLs, or dictionaries with 'url' and more.",
        "control": "ProducerFinished: end after the URLs that wait. ShutdownMicroprocess: end now.",
        "_carouselready": '"NEXT", when a page has been fetched.',
        "_carouselinbox": "The parts of a page.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "The body of each page, in bytes.",
        "signal": "The message that ended this.",
        "debug": "Not used.",
        "_carouselnext": "What to fetch next.",
        "_carouselsignal": "Ends the Carousel.",
    }

    woken_by_collection = False

    def __init__(self) -> None:
        super().__init__()
        self.carousel = Carousel(_client_of)
        self.add_children(self.carousel)
        self.link((self, "_carouselnext"), (self.carousel, "next"))
        self.link((self, "_carouselsignal"), (self.carousel, "control"))
        self.link((self.carousel, "outbox"), (self, "_carouselinbox"))
        self.link((self.carousel, "requestNext"), (self, "_carouselready"))
        self._finish: ProducerFinished | None = None

    def main(self) -> Any:
        """Fetch pages until told to end."""
        self.carousel.activate(self.scheduler_in_charge)
        last: Any = None
        try:
            while True:
                while self.data_ready():
                    page = yield from self._fetch(self.recv())
                    yield from send_when_room(self, page, "outbox", give_up=self._must_stop)
                self._read_control()
                if self._finish is not None and not self.data_ready():
                    last = self._finish
                    break
                self.pause()
                yield
        except _Told as told:
            last = told.message
        self.send(ShutdownMicroprocess(self), "_carouselsignal")
        self.remove_child(self.carousel)
        self.send(last, "signal")

    def finished_page(self, body: bytes) -> str | bytes:
        """Return what is sent for a page; override to send something else."""
        return body

    def _fetch(self, wanted: Any) -> Any:
        """Return the body of a page. A generator."""
        self.send(wanted if isinstance(wanted, Mapping) else {"url": _as_text(wanted)}, "_carouselnext")
        chunks: list[bytes] = []
        while True:
            for part in self.messages("_carouselinbox"):
                if isinstance(part, ParsedHTTPBodyChunk):
                    chunks.append(part.bodychunk)
            if self.data_ready("_carouselready"):
                self.recv("_carouselready")
                return self.finished_page(b"".join(chunks))
            self._read_control()
            self.pause()
            yield

    def _read_control(self) -> None:
        for message in self.messages("control"):
            if isinstance(message, (ShutdownMicroprocess, Shutdown)):
                raise _Told(message)
            if isinstance(message, ProducerFinished):
                self._finish = message

    def _must_stop(self) -> bool:
        return told_to_stop(self)


class TextHTTPClient(SimpleHTTPClient):
    """A SimpleHTTPClient that sends a page as str if it is UTF-8, and else as bytes; it has Kamaelia's name there.

    >>> TextHTTPClient().finished_page(b"hello"), TextHTTPClient().finished_page(b"\\xff")
    ('hello', b'\\xff')
    """

    def finished_page(self, body: bytes) -> str | bytes:
        """Return the text of the page."""
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return body


def _as_text(url: Any) -> str:
    return url.decode("utf-8", "replace") if isinstance(url, (bytes, bytearray)) else str(url)


class HTTPMakePostRequest(PureTransformer):
    """Makes each message the body of a POST request, for a SimpleHTTPClient.

    Args:
        uploadurl: where to send them.

    >>> HTTPMakePostRequest("http://foo.bar.com/upload").process_message("hello")
    {'url': 'http://foo.bar.com/upload', 'postbody': 'hello'}
    """

    def __init__(self, uploadurl: str) -> None:
        super().__init__()
        self.uploadurl = uploadurl

    def process_message(self, message: Any) -> Any:
        """Return the request."""
        return {"url": self.uploadurl, "postbody": message}
