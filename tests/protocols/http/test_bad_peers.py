"""Clients that a web server must not trust: smuggled requests, lengths without end, bytes that come too slowly."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import ShutdownMicroprocess
from kamlab.parts import OneShot

HOST = b"Host: here\r\n"
SMUGGLED = b"GET /admin HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.fixture
def asked(site: Any, parsed: Any) -> Any:
    """Send bytes to a server; return the status codes of its answers, the paths that it was asked for, and the peer."""

    def ask(*chunks: bytes, **limits: Any) -> Any:
        paths: list[str] = []

        def note(request: dict[str, Any]) -> Any:
            paths.append(request["raw-uri"])
            return OneShot({"statuscode": 200, "data": "ok"})

        peer = site(("/", note), **limits).tell(*chunks)
        return [answer.status for answer in parsed(peer.read())], paths, peer

    return ask


class TestSmuggling:
    @pytest.mark.parametrize(
        "head",
        [
            b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            b"Content-Length: 4\r\nContent-Length: 40\r\n",
            b"Content-Length: 4, 40\r\n",
            b"Content-Length: +4\r\n",
            b"Content-Length: 0x4\r\n",
            b"Content-Length: -4\r\n",
            b"Content-Length : 4\r\n",
            b"Content-Length\r\n : 4\r\n",
            b"Transfer-Encoding : chunked\r\n",
            b"Host: there\r\n",
            b"X: a\x00b\r\n",
            b"X\x0b: a\r\n",
        ],
    )
    def test_an_end_that_is_not_clear_is_400(self, asked: Any, head: bytes) -> None:
        """If a request's header can be read in two ways, it is 400, and what follows it is not looked at."""
        status, paths, peer = asked(b"POST / HTTP/1.1\r\n" + HOST + head + b"\r\n0\r\n\r\n" + SMUGGLED)
        assert (status, paths, peer.ended) == ([400], [], True)

    @pytest.mark.parametrize("coding", [b"gzip", b"xchunked", b"chunked, chunked", b"identity", b"chunked, identity"])
    def test_other_encodings_are_501(self, asked: Any, coding: bytes) -> None:
        """A transfer encoding other than chunked is 501, and the connection is closed."""
        request = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n"
        status, paths, peer = asked(request + SMUGGLED)
        assert (status, paths, peer.ended) == ([501], [], True)

    def test_http_1_0_has_no_chunks(self, asked: Any) -> None:
        """A Transfer-Encoding in HTTP/1.0, which an older server would not read, is 400."""
        request = b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        assert asked(request + SMUGGLED)[:2] == ([400], [])

    @pytest.mark.parametrize(
        "chunk", [b"-1\r\n", b"0x1\r\na\r\n", b"g\r\n", b"1\r\nabcd", b"ffffffffffffffffffffffff\r\n"]
    )
    def test_chunks_that_are_none(self, asked: Any, chunk: bytes) -> None:
        """A chunk with a wrong size, or more bytes than its size, ends the connection."""
        request = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + b"0\r\n\r\n"
        _, paths, peer = asked(request + SMUGGLED)
        assert "/admin" not in paths
        assert peer.ended

    def test_a_body_is_not_a_request(self, asked: Any) -> None:
        """What is in a body is never taken for the next request, although the handler does not read it."""
        length = b"Content-Length: %d\r\n\r\n" % len(SMUGGLED)
        status, paths, _ = asked(
            b"POST / HTTP/1.1\r\n" + HOST + length + SMUGGLED + SMUGGLED.replace(b"admin", b"next")
        )
        assert (status, paths) == ([200, 200], ["/", "/next"])


class TestNonsense:
    @pytest.mark.parametrize(
        "data",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50 + b"\r\n\r\n",
            b"hello\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET / HTTP/2.0\r\n" + HOST + b"\r\n",
        ],
    )
    def test_what_is_no_request_is_400(self, asked: Any, data: bytes) -> None:
        """A client that does not speak HTTP/1.1, or forgets the host, gets 400, and the connection is closed."""
        status, paths, peer = asked(data)
        assert (status, paths, peer.ended) == ([505 if b"2.0" in data else 400], [], True)

    def test_a_client_that_breaks_off(self, site: Any, lab: Any) -> None:
        """A client that ends in the middle of a request leaves nothing behind, and the others do not notice."""
        site = site(("/", lambda request: OneShot({"statuscode": 200})))
        for data in (b"", b"GET / HT", b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nab"):
            for end in ("close", "reset"):
                peer = site.dial()
                peer.send(data)
                lab.run(timeout=0.01)
                getattr(peer, end)()
                lab.run(timeout=1)
                assert site.server.clients == []
        assert [each for each in lab.components if type(each).__name__ in ("HTTPServer", "OneShot")] == []
        assert site.ask(SMUGGLED)[0].status == 200

    def test_a_client_that_leaves_during_a_response(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """A handler that sends without end is told to end when the client has gone."""

        class Endless(handlers.Hello):  # type: ignore[misc]
            woken_by_collection = False

            def main(self) -> Any:
                self.send({"statuscode": 200})
                while not any(isinstance(message, ShutdownMicroprocess) for message in self.messages("control")):
                    self.send({"data": "tick "})
                    self.pause(0.1)
                    yield

        site = site(("/", Endless))
        peer = site.tell(get("/"))
        peer.close()
        lab.run(timeout=20)
        assert site.server.clients == []
        assert [
            type(each).__name__ for each in lab.components if type(each).__name__ in ("HTTPServer", "Endless")
        ] == []


class TestLimits:
    @pytest.mark.parametrize("pieces", [1, 30])
    @pytest.mark.parametrize("kind", ["one header", "many headers", "the target"])
    def test_a_header_that_is_too_long(self, asked: Any, kind: str, pieces: int) -> None:
        """A header of more than max_header bytes is 431, whether it comes at once or in pieces."""
        rest = {
            "one header": HOST + b"X: " + b"a" * 5000 + b"\r\n",
            "many headers": HOST + b"".join(b"X-%d: a\r\n" % number for number in range(500)),
            "the target": HOST,
        }[kind]
        target = b"/" + b"a" * 5000 if kind == "the target" else b"/"
        data = b"GET " + target + b" HTTP/1.1\r\n" + rest + b"\r\n"
        size = len(data) // pieces + 1
        status, paths, peer = asked(*(data[i : i + size] for i in range(0, len(data), size)), max_header=2000)
        assert (status, paths, peer.ended) == ([431], [], True)

    def test_a_header_without_end_is_not_kept(self, asked: Any) -> None:
        """A header that never ends is refused as soon as it is too long."""
        status, _, peer = asked(*[b"GET / HTTP/1.1\r\nX: ", *[b"a" * 1000] * 30])
        assert (status, peer.ended) == ([431], True)

    def test_a_body_that_says_it_is_too_long(self, asked: Any) -> None:
        """A Content-Length of more than max_body bytes is 413 at once, also for a client that asks before it sends."""
        head = b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 101\r\n\r\n"
        status, paths, peer = asked(head, max_body=100)
        assert (status, paths, peer.ended) == ([413], [], True)
        assert b"HTTP/1.1 100" not in peer.received

    def test_a_body_that_turns_out_too_long(self, site: Any, handlers: Any, parsed: Any) -> None:
        """Chunks of more than max_body bytes together are 413, and the handler is told to end."""
        head = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
        peer = site(("/", handlers.Silent), max_body=100).tell(head, *[b"a\r\n0123456789\r\n"] * 11)
        assert [answer.status for answer in parsed(peer.read())] == [413]
        assert peer.ended
        (handler,) = handlers.Silent.made
        assert type(handler.told[-1]).__name__ == "ShutdownMicroprocess"


class TestSlowClients:
    def drip(self, site: Any, lab: Any, data: bytes, every: float, step: int = 1) -> float:
        """Send bytes one after the other until the connection ends; return how many seconds that took."""
        peer, began = site.dial(), lab.scheduler.time()
        for place in range(0, len(data), step):
            if peer.ended:
                break
            peer.send(data[place : place + step])
            lab.run(timeout=every)
        self.peer = peer
        return float(lab.scheduler.time() - began)

    def test_slow_loris(self, site: Any, lab: Any, parsed: Any) -> None:
        """A client that sends its header byte by byte is 408 after the timeout, however regularly it sends."""
        site = site(("/", lambda request: OneShot({"statuscode": 200})))
        seconds = self.drip(site, lab, b"GET / HTTP/1.1\r\nX: " + b"a" * 1000, every=1)
        assert 9 < seconds < 13
        assert [answer.status for answer in parsed(self.peer.read())] == [408]
        assert site.server.clients == []

    def test_a_slow_body(self, site: Any, lab: Any, handlers: Any, parsed: Any) -> None:
        """The same holds for the body; the handler is told to end."""
        head = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n"
        site = site(("/", handlers.Silent))
        seconds = self.drip(site, lab, head + b"a" * 1000, every=1, step=len(head))
        assert 9 < seconds < 13
        assert [answer.status for answer in parsed(self.peer.read())] == [408]
        assert type(handlers.Silent.made[0].told[-1]).__name__ == "ShutdownMicroprocess"

    def test_a_long_body_may_take_longer(self, site: Any, lab: Any, handlers: Any) -> None:
        """A client that sends min_rate bytes in a second is not timed out."""
        head = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 20000\r\n\r\n"
        site = site(("/", handlers.Echo))
        seconds = self.drip(site, lab, head + b"a" * 20_000, every=1, step=600)
        assert seconds > 30
        assert b"HTTP/1.1 200" in self.peer.read()

    def test_an_idle_connection_is_closed(self, site: Any, lab: Any, get: Any, handlers: Any) -> None:
        """A connection on which nothing comes is closed after ``idle`` seconds, without an answer."""
        site = site(("/hello", handlers.Hello), idle=20.0)
        silent, asked = site.dial(), site.tell(get())
        asked.read()
        lab.run(timeout=15)
        assert not silent.ended
        assert not asked.ended
        lab.run(timeout=6)
        assert silent.ended
        assert asked.ended
        assert silent.received + asked.read() == b""

    def test_a_client_that_takes_nothing(self, site: Any, lab: Any, get: Any, handlers: Any) -> None:
        """A client that does not take its response is reported after the timeout, and cut off after the linger time."""

        class Flood(handlers.Hello):  # type: ignore[misc]
            woken_by_collection = False

            def main(self) -> Any:
                self.send({"statuscode": 200})
                while not self.data_ready("control") or self.data_ready("control") < 2:
                    if len(self.outboxes["outbox"]) < 3:
                        self.send({"data": b"x" * 50_000})
                    self.pause(0.1)
                    yield

        site = site(("/", Flood))
        peer = site.dial()
        peer.hold()
        peer.send(get("/"))
        lab.run(timeout=60)
        assert site.server.clients == []
        assert any("has taken nothing of its response for 10 s" in report for report in lab.reports)
