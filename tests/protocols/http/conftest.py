"""What the tests of HTTP share: a server on a simulated network, some handlers, and a reader of responses."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import h11
import pytest

from kamlab import Component, ProducerFinished, ServerCore
from kamlab.protocols.http import http_protocol

PORT = 8000


class Hello(Component):
    """Sends the header, then the page, then says that this is all."""

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__()
        self.request = request

    def main(self) -> Any:
        self.send({"statuscode": "200", "headers": [("Content-Type", "text/plain")]})
        yield
        self.send({"data": "hello wörld"})
        yield
        self.send(ProducerFinished(self), "signal")
        yield


class Echo(Component):
    """Answers with the body of the request, chunk by chunk."""

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__()
        self.request = request

    def main(self) -> Any:
        self.send({"statuscode": 200})
        while True:
            for chunk in self.messages():
                self.send({"data": chunk})
            if self.data_ready("control"):
                self.send(self.recv("control"), "signal")
                return
            self.pause()
            yield


class Silent(Component):
    """Keeps what it is told, and never answers."""

    made: list[Silent] = []

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__()
        self.told: list[Any] = []
        Silent.made.append(self)

    def main(self) -> Any:
        while True:
            self.told += self.messages("control")
            self.pause()
            yield


class Crash(Component):
    """Sends some parts, then fails."""

    parts: Any = ()

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__()

    def main(self) -> Any:
        for part in self.parts:
            self.send(part)
            yield
            yield
        raise ZeroDivisionError("a secret")


def parsed(data: bytes, method: str = "GET") -> list[SimpleNamespace]:
    """Return the responses in what came from a server."""
    found: list[SimpleNamespace] = []
    while data:
        connection = h11.Connection(h11.CLIENT)
        connection.send(h11.Request(method=method, target="/", headers=[("Host", "here")]))
        connection.send(h11.EndOfMessage())
        connection.receive_data(data)
        connection.receive_data(b"")
        response, body = SimpleNamespace(infos=[]), b""
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.InformationalResponse):
                response.infos.append(event.status_code)
            elif isinstance(event, h11.Response):
                response.status, response.reason = event.status_code, event.reason.decode()
                response.headers = {name.decode(): value.decode() for name, value in event.headers}
            else:
                body += event.data
        response.body = body
        found.append(response)
        data = connection.trailing_data[0]
    return found


def get(path: str = "/hello", *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    """Return a request without a body."""
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: here", *lines, "", ""]).encode()


class Site:
    """A web server in a lab with virtual time."""

    def __init__(self, lab: Any, routing: Any, core: dict[str, Any], **limits: Any) -> None:
        self.lab = lab
        self.server = ServerCore(protocol=http_protocol(routing, **limits), port=PORT, **core).activate()

    def dial(self) -> Any:
        """Return a client's end of a new connection."""
        return self.lab.network.dial(PORT)

    def tell(self, *chunks: bytes) -> Any:
        """Send chunks over a new connection, 10 ms apart, and return it."""
        peer = self.dial()
        for chunk in chunks:
            if peer.ended:
                break
            peer.send(chunk)
            self.lab.run(timeout=0.01)
        self.lab.run(timeout=1)
        return peer

    def ask(self, *chunks: bytes, method: str = "GET") -> list[SimpleNamespace]:
        """Send chunks over a new connection, and return the responses."""
        return parsed(self.tell(*chunks).read(), method)


@pytest.fixture
def handlers() -> SimpleNamespace:
    """The handlers that the tests use."""
    Silent.made = []
    return SimpleNamespace(Hello=Hello, Echo=Echo, Silent=Silent, Crash=Crash)


@pytest.fixture
def lab(make_lab: Any) -> Any:
    """A lab under the virtual clock, where foo.bar.com is this machine."""
    return make_lab(clock="virtual", hosts={"foo.bar.com": "127.0.0.1"})


@pytest.fixture
def site(lab: Any) -> Callable[..., Site]:
    """Make a web server from its routing table."""
    return lambda *routing, core=None, **limits: Site(lab, routing, core or {}, **limits)


@pytest.fixture(name="get")
def get_fixture() -> Callable[..., bytes]:
    """Make a request without a body."""
    return get


@pytest.fixture(name="parsed")
def parsed_fixture() -> Callable[..., list[SimpleNamespace]]:
    """Read responses."""
    return parsed


@pytest.fixture(autouse=True)
def _watched(watchdog: None) -> None:
    """Every test of this room is watched."""
