"""The old names: servers and clients as code for Kamaelia writes them."""

from __future__ import annotations

from typing import Any

import pytest

import kamlab.axon


@pytest.fixture
def installed() -> None:
    """Make the old paths importable; other tests of this process may need them as well."""
    kamlab.axon.install()


def test_a_server_in_the_old_spelling(lab: Any, get: Any, parsed: Any, installed: None) -> None:
    """A server with a subclass, a routing function and handlers of one's own runs as for Kamaelia."""
    import Axon
    import Kamaelia.Protocol.HTTP.ErrorPages as ErrorPages
    from Axon.Ipc import producerFinished
    from Kamaelia.Chassis.ConnectedServer import ServerCore
    from Kamaelia.Protocol.HTTP.HTTPServer import HTTPServer
    from Kamaelia.Util.OneShot import OneShot

    class Shout(Axon.Component.component):  # type: ignore[misc]
        def __init__(self, request: dict[str, Any]) -> None:
            super(Shout, self).__init__()  # noqa: UP008
            self.request = request

        def main(self) -> Any:
            body = []
            while self.dataReady("inbox") or not self.dataReady("control"):
                while self.dataReady("inbox"):
                    body.append("<" + self.recv("inbox") + ">")
                if not self.dataReady("control"):
                    self.pause()
                yield 1
            self.send({"statuscode": "200", "headers": [("content-type", "text/plain")]}, "outbox")
            yield 1
            self.send({"data": self.request["uri-suffix"].upper() + "".join(map(str, body))}, "outbox")
            self.send(producerFinished(self), "signal")
            yield 1

    def choose(request: dict[str, Any]) -> Any:
        if request["raw-uri"].startswith("/shout"):
            request["uri-suffix"] = request["raw-uri"][6:]
            return Shout(request)
        if request["raw-uri"] == "/old":
            return ErrorPages.websiteErrorPage(404, "gone")
        return OneShot(ErrorPages.getErrorPage(404, "not here"))

    class WebServer(ServerCore):  # type: ignore[misc]
        protocol = lambda self, **about: HTTPServer(choose, **about)  # noqa: E731
        port = 8000

    WebServer().activate()
    peer = lab.network.dial(8000)
    peer.send(b"POST /shout/hello HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nhi" + get("/old") + get("/new"))
    lab.run(timeout=1)
    answers = parsed(peer.read())
    assert [answer.status for answer in answers] == [200, 404, 404]
    assert answers[0].body == b"/HELLO<hi>"
    assert b"not here" in answers[2].body


def test_routing_and_minimal_in_the_old_spelling(
    lab: Any, get: Any, parsed: Any, installed: None, tmp_path: Any
) -> None:
    """HTTPProtocol takes a routing table with handlers and MinimalFactory, also with a translator."""
    from Kamaelia.Chassis.ConnectedServer import ServerCore
    from Kamaelia.Protocol.HTTP.Handlers.Minimal import MinimalFactory
    from Kamaelia.Support.Protocol.HTTP import HTTPProtocol, ReqTranslatorFactory, WSGILikeTranslator
    from Kamaelia.Util.OneShot import OneShot

    (tmp_path / "index.html").write_text("<p>home")

    def wsgi(environ: dict[str, Any]) -> Any:
        return OneShot({"statuscode": 200, "data": environ["PATH_INFO"] + "?" + environ["QUERY_STRING"]})

    routing = [
        ["/app", ReqTranslatorFactory(wsgi, WSGILikeTranslator)],
        ["/", MinimalFactory("index.html", str(tmp_path))],
    ]
    ServerCore(protocol=HTTPProtocol(routing), port=8000).activate()
    peer = lab.network.dial(8000)
    peer.send(get("/app/x?y=z") + get("/"))
    lab.run(timeout=1)
    assert [answer.body for answer in parsed(peer.read())] == [b"/x?y=z", b"<p>home"]


def test_clients_in_the_old_spelling(site: Any, lab: Any, installed: None) -> None:
    """SimpleHTTPClient sends a page as text where it is text, and else as bytes; UnseenOnly drops what came before."""
    from Kamaelia.Chassis.Pipeline import Pipeline
    from Kamaelia.Protocol.HTTP.HTTPClient import SimpleHTTPClient, SingleShotHTTPClient
    from Kamaelia.Protocol.HTTP.HTTPParser import ParsedHTTPHeader, splitUri
    from Kamaelia.Util.Collate import Collate
    from Kamaelia.Util.DataSource import DataSource
    from Kamaelia.Util.UnseenOnly import UnseenOnly

    site(
        ("/text", lambda request: {"statuscode": 200, "data": "hellö"}),
        ("/data", lambda request: {"statuscode": 200, "data": b"\xff\xfe"}),
    )
    url, pages, once = "http://localhost:8000", Collate(), Collate()
    Pipeline(
        DataSource([f"{url}/text", f"{url}/data", f"{url}/text"]), UnseenOnly(), SimpleHTTPClient(), pages
    ).activate()
    Pipeline(SingleShotHTTPClient(f"{url}/text"), once).activate()
    lab.run(timeout=5)
    assert pages.collated == ["hellö", b"\xff\xfe"]
    assert isinstance(once.collated[0], ParsedHTTPHeader)
    assert once.collated[1].bodychunk + "!" == "hellö!"
    assert splitUri("http://foo:80/a")["uri-port"] == "80"
