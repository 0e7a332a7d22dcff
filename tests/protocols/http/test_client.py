"""The clients: responses as parts and as pages, redirects, and servers that fail."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Handle, Pipeline, ProducerFinished, ShutdownMicroprocess, SimpleServer
from kamlab.parts import Collate, DataSource, OneShot
from kamlab.protocols.http import (
    BadURL,
    FetchFailed,
    HTTPMakePostRequest,
    HTTPParser,
    ParsedHTTPBodyChunk,
    ParsedHTTPEnd,
    ParsedHTTPHeader,
    ParsedHTTPRedirect,
    SimpleHTTPClient,
    SingleShotHTTPClient,
    split_uri,
)

URL = "http://localhost:8000"


@pytest.fixture
def fetch(lab: Any) -> Callable[..., Any]:
    """Fetch a URL once; return what came out of outbox and of signal."""

    def run(url: str, **how: Any) -> tuple[list[Any], Any]:
        client = Handle(SingleShotHTTPClient(url, **how)).activate()
        lab.run(timeout=300)
        assert client.component.state == "finished"
        error = client.get("signal").message
        parts = []
        while True:
            try:
                parts.append(client.get())
            except queue.Empty:
                return parts, error

    return run


@pytest.fixture
def canned(lab: Any) -> Callable[..., Any]:
    """Serve fixed bytes at port 80, for foo.bar.com, to every client, then close; return what the clients said."""

    def serve(data: bytes, close: bool = True) -> list[bytes]:
        said: list[bytes] = []

        class Canned(Collate):
            def main(self) -> Any:
                while not self.data_ready():
                    self.pause()
                    yield
                said.append(self.recv())
                self.send(data)
                while not close and not self.data_ready("control"):
                    self.pause()
                    yield

        SimpleServer(protocol=Canned, port=80).activate()
        return said

    return serve


def body(parts: list[Any]) -> bytes:
    """Return the body in the parts of a response."""
    return b"".join(part.bodychunk for part in parts if isinstance(part, ParsedHTTPBodyChunk))


class TestOnce:
    def test_the_parts(self, site: Any, handlers: Any, fetch: Any) -> None:
        """A response is a header, chunks of bytes, and an end."""
        site(("/hello", handlers.Hello))
        parts, error = fetch(f"{URL}/hello")
        assert isinstance(parts[0], ParsedHTTPHeader)
        assert parts[0].header["responsecode"] == "200"
        assert parts[0].header["headers"]["content-type"] == "text/plain; charset=utf-8"
        assert body(parts).decode() == "hello wörld"
        assert parts[-1] == ParsedHTTPEnd()
        assert error is None

    def test_what_is_sent(self, site: Any, handlers: Any, fetch: Any) -> None:
        """The method is POST with a body, unless another is given; extra headers are sent, and win over others."""
        seen: list[Any] = []

        def note(request: dict[str, Any]) -> Any:
            seen.append(request)
            return handlers.Echo(request)

        site(("/", note))
        assert (
            body(fetch(f"{URL}/a b?c=é", postbody="däta", extraheaders={"X": "y", "User-Agent": "me"})[0]).decode()
            == "däta"
        )
        fetch(URL, postbody=None)
        fetch(URL, method="PUT", postbody=b"x")
        fetch(URL, method="HEAD")
        assert [request["method"] for request in seen] == ["POST", "POST", "PUT", "HEAD"]
        assert seen[0]["raw-uri"] == "/a%20b?c=%C3%A9"
        assert (seen[0]["headers"]["x"], seen[0]["headers"]["user-agent"]) == ("y", "me")
        assert [request["headers"].get("content-length") for request in seen] == ["5", "0", "1", None]
        assert seen[0]["headers"]["host"] == "localhost:8000"

    def test_a_page_that_is_not_there(self, site: Any, fetch: Any) -> None:
        """A 404 is a response like any other: the header says so."""
        site(("/a", lambda request: OneShot({"statuscode": 200})))
        parts, error = fetch(f"{URL}/b")
        assert parts[0].header["responsecode"] == "404"
        assert parts[-1] == ParsedHTTPEnd()
        assert error is None


class TestRedirects:
    def test_a_redirect_is_followed(self, site: Any, fetch: Any) -> None:
        """The client says where it goes, and sends what it finds there; a relative URL is allowed."""
        site(
            ("/a/old", lambda request: {"statuscode": 302, "headers": [("Location", "new")], "data": "moved"}),
            ("/a/new", lambda request: {"statuscode": 200, "data": "here"}),
        )
        parts, error = fetch(f"{URL}/a/old")
        assert parts[0] == ParsedHTTPRedirect(f"{URL}/a/new")
        assert body(parts) == b"here"
        assert error is None

    @pytest.mark.parametrize(
        ("code", "method", "data"), [(301, "GET", b""), (303, "GET", b""), (307, "POST", b"x"), (308, "POST", b"x")]
    )
    def test_what_becomes_of_a_post(
        self, site: Any, handlers: Any, fetch: Any, code: int, method: str, data: bytes
    ) -> None:
        """After 301, 302 and 303 a POST becomes a GET, as in browsers; after 307 and 308 it stays."""
        seen: list[str] = []

        def note(request: dict[str, Any]) -> Any:
            seen.append(request["method"])
            return handlers.Echo(request)

        site(("/old", lambda request: {"statuscode": code, "headers": [("Location", "/new")]}), ("/new", note))
        parts, _ = fetch(f"{URL}/old", postbody="x")
        assert (seen, body(parts)) == ([method], data)

    def test_a_circle(self, site: Any, fetch: Any, lab: Any) -> None:
        """After 3 redirects the client gives up, and says so."""
        site(("/", lambda request: {"statuscode": 302, "headers": [("Location", request["raw-uri"] + "x")]}))
        parts, error = fetch(f"{URL}/")
        assert [type(part) for part in parts] == [ParsedHTTPRedirect] * 4
        assert isinstance(error, FetchFailed)
        assert "more than 3 times" in lab.reports[-1]

    def test_secrets_stay_with_their_server(self, site: Any, fetch: Any, canned: Any) -> None:
        """Authorization and Cookie are not sent to another server that a redirect names."""
        said = canned(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        site(("/", lambda request: {"statuscode": 302, "headers": [("Location", "http://foo.bar.com/x")]}))
        fetch(URL, extraheaders={"Authorization": "me", "Cookie": "c", "X": "y"})
        assert b"X: y" in said[0]
        assert b"Authorization" not in said[0]
        assert b"Cookie" not in said[0]

    def test_a_redirect_to_another_protocol(self, site: Any, fetch: Any) -> None:
        """A redirect to https is a BadURL that says so."""
        site(("/", lambda request: {"statuscode": 301, "headers": [("Location", "https://foo.bar.com/")]}))
        assert isinstance(fetch(URL)[1], BadURL)


class TestServersThatFail:
    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "before it came"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel", "received 3 bytes, expected 10"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n", "without sending complete"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "conflicting"),
            (b"SSH-2.0-OpenSSH\r\n\r\n", "status"),
            (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, "too long"),
        ],
    )
    def test_a_response_that_is_none(self, canned: Any, fetch: Any, lab: Any, data: bytes, why: str) -> None:
        """An incomplete or wrong response has no end, and the reason is reported in a sentence."""
        canned(data)
        parts, error = fetch("http://foo.bar.com/")
        assert ParsedHTTPEnd() not in parts
        assert isinstance(error, FetchFailed)
        assert error.url == "http://foo.bar.com/"
        assert "cannot fetch http://foo.bar.com/" in lab.reports[-1]
        assert why in lab.reports[-1]

    def test_a_response_that_ends_with_the_connection(self, canned: Any, fetch: Any) -> None:
        """A response without a length is complete when the server closes."""
        canned(b"HTTP/1.0 200 OK\r\n\r\nhello")
        parts, error = fetch("http://foo.bar.com/")
        assert (body(parts), parts[-1], error) == (b"hello", ParsedHTTPEnd(), None)

    def test_a_server_that_keeps_the_connection(self, canned: Any, fetch: Any, lab: Any) -> None:
        """The client ends when the response is complete, although the server keeps the connection open."""
        canned(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", close=False)
        assert body(fetch("http://foo.bar.com/")[0]) == b"hello"
        assert [type(each).__name__ for each in lab.components if "Client" in type(each).__name__] == []

    def test_a_server_that_says_nothing(self, canned: Any, fetch: Any, lab: Any) -> None:
        """After timeout seconds without a byte the client gives up."""
        canned(b"HTTP/1.1 200 OK\r\n", close=False)
        _, error = fetch("http://foo.bar.com/", timeout=5)
        assert isinstance(error, FetchFailed)
        assert "sent nothing for 5 s" in lab.reports[-1]

    @pytest.mark.parametrize("url", ["http://localhost:1/", "http://no.such.host/"])
    def test_no_connection(self, fetch: Any, lab: Any, url: str) -> None:
        """If there is no connection, that is reported once, with the reason."""
        parts, error = fetch(url)
        assert parts == []
        assert isinstance(error, FetchFailed)
        assert len(lab.reports) == 1
        assert "cannot connect" in lab.reports[0]

    @pytest.mark.parametrize(
        "url",
        [
            "https://foo.bar.com/",
            "ftp://foo/",
            "",
            "/path",
            "http://",
            "http://foo:port/",
            "http://foo:0/",
            "http://foo:99999/",
        ],
    )
    def test_a_url_that_is_none(self, fetch: Any, lab: Any, url: str) -> None:
        """What cannot be fetched is a BadURL, reported with the URL."""
        parts, error = fetch(url)
        assert (parts, type(error)) == ([], BadURL)
        assert repr(url) in lab.reports[-1]

    @pytest.mark.parametrize("header", [{"X\r\nY": "z"}, {"X": "y\r\nZ: z"}, {"X": "\u20ac"}])
    def test_a_header_that_is_none(self, fetch: Any, header: dict[str, str]) -> None:
        """A header that would be two, or that HTTP cannot send, is refused before anything is sent."""
        assert isinstance(fetch(f"{URL}/", extraheaders=header)[1], BadURL)

    def test_a_url_with_line_breaks(self, site: Any, fetch: Any) -> None:
        """Line breaks in a URL are encoded, so that they begin no new header."""
        seen: list[Any] = []

        def note(request: dict[str, Any]) -> Any:
            seen.append(request)
            return {"statuscode": 200}

        site(("/", note))
        fetch(f"{URL}/a\r\nX: y")
        assert seen[0]["raw-uri"] == "/a%0D%0AX:%20y"
        assert "x" not in seen[0]["headers"]

    def test_told_to_end(self, canned: Any, lab: Any) -> None:
        """ShutdownMicroprocess ends a client and its connection at once, and is passed on."""
        canned(b"HTTP/1.1 200 OK\r\n", close=False)
        client = Handle(SingleShotHTTPClient("http://foo.bar.com/")).activate()
        lab.run(timeout=1)
        client.put(ShutdownMicroprocess(), "control")
        lab.run(timeout=1)
        assert isinstance(client.get("signal"), ShutdownMicroprocess)
        assert [each for each in lab.components if type(each).__name__ in ("TCPClient", "HTTPParser")] == []


class TestPages:
    def test_page_after_page(self, site: Any, lab: Any, handlers: Any) -> None:
        """Each URL, or request, gives one message, in the order of the URLs; a URL may end with a line break."""
        site(("/a", lambda request: {"statuscode": 200, "data": "a"}), ("/post", handlers.Echo))
        pages = Collate()
        wanted = [f"{URL}/a\n", {"url": f"{URL}/post", "postbody": "b"}, "http://localhost:1/", f"{URL}/a"]
        Pipeline(DataSource(wanted), SimpleHTTPClient(), pages).activate()
        lab.run(timeout=60)
        assert pages.collated == [b"a", b"b", b"", b"a"]
        assert len(lab.reports) == 1

    def test_it_ends_when_told_to(self, canned: Any, lab: Any) -> None:
        """ProducerFinished ends it when nothing waits, ShutdownMicroprocess at once, with everything in it."""
        canned(b"HTTP/1.1 200 OK\r\n", close=False)
        for message, url in ((ProducerFinished(), None), (ShutdownMicroprocess(), "http://foo.bar.com/")):
            client = Handle(SimpleHTTPClient()).activate()
            if url:
                client.put(url)
            lab.run(timeout=1)
            client.put(message, "control")
            lab.run(timeout=1)
            assert client.get("signal") is message
        assert [type(each).__name__ for each in lab.components if "Server" not in type(each).__name__] == []

    def test_posts(self, site: Any, lab: Any, handlers: Any) -> None:
        """HTTPMakePostRequest makes each message a request."""
        site(("/", handlers.Echo))
        pages = Collate()
        Pipeline(DataSource(["a", b"b"]), HTTPMakePostRequest(f"{URL}/"), SimpleHTTPClient(), pages).activate()
        lab.run(timeout=60)
        assert pages.collated == [b"a", b"b"]


class TestParser:
    def test_a_request(self, lab: Any) -> None:
        """In mode "request" it makes the dictionary that the server makes."""
        parts = Collate()
        chunks = [b"POST /a?b HTTP/1.1\r\nHost: foo\r\nContent-", b"Length: 2\r\n\r\nhi"]
        Pipeline(DataSource(chunks), HTTPParser(peer="1.2.3.4"), parts).activate()
        lab.run()
        assert parts.collated[0].header["raw-uri"] == "/a?b"
        assert parts.collated[0].header["peer"] == "1.2.3.4"
        assert parts.collated[1:] == [ParsedHTTPBodyChunk(b"hi"), ParsedHTTPEnd()]

    def test_there_are_two_modes(self) -> None:
        """Any other mode is a ValueError that names them."""
        with pytest.raises(ValueError, match="'request' or 'response'"):
            HTTPParser(mode="both")

    def test_a_slow_receiver(self, lab: Any) -> None:
        """A parser waits for room in a limited box, and loses nothing."""
        parser, sink = HTTPParser().activate(), Component()
        parser.link((parser, "outbox"), (sink, "inbox"), pipewidth=1)
        parser.deliver(b"POST / HTTP/1.1\r\nHost: foo\r\nContent-Length: 2\r\n\r\nhi")
        kinds = []
        for _ in range(3):
            lab.run()
            kinds.append(type(sink.recv()))
        assert kinds == [ParsedHTTPHeader, ParsedHTTPBodyChunk, ParsedHTTPEnd]


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://foo", {"raw-uri": "/", "uri-server": "foo", "query": ""}),
        ("foo:81/a", {"raw-uri": "/a", "uri-server": "foo", "uri-port": "81", "uri-protocol": ""}),
        ("/a?b=http://c/", {"raw-uri": "/a?b=http://c/", "non-query-uri": "/a", "query": "b=http://c/"}),
        ("http://foo?a#b", {"raw-uri": "/?a", "uri-server": "foo"}),
        ("http://[::1]:80/", {"uri-server": "::1", "uri-port": "80"}),
        ("http://u:p@foo/", {"uri-username": "u", "uri-password": "p", "uri-server": "foo"}),
        ("http://good@evil/", {"uri-server": "evil"}),
    ],
)
def test_the_parts_of_a_url(url: str, parts: dict[str, str]) -> None:
    """A URL is taken apart under Kamaelia's names."""
    found = split_uri(url)
    assert {name: found[name] for name in parts} == parts
