"""The web server: requests, handlers, responses, and connections that are kept."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Component, Handle, Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.net import ServerShutdown
from kamlab.parts import OneShot
from kamlab.protocols.http import HTTPServer, error_page, http_protocol, request_handlers


def page(**parts: Any) -> Any:
    """Return a factory of handlers that send one part."""
    return lambda request: OneShot({"statuscode": 200, **parts})


class TestRequests:
    def test_the_dictionary_of_a_request(self, site: Any) -> None:
        """A handler is made with a dictionary with Kamaelia's keys; header names are in lower case."""
        seen: list[dict[str, Any]] = []

        def note(request: dict[str, Any]) -> Any:
            seen.append(request)
            return OneShot({"statuscode": 200})

        site(("/app", note)).tell(
            b"GET /app/news?day=1 HTTP/1.1\r\nHost: foo:8000\r\n"
            b"X-Two: a\r\nX-Two: b\r\nCookie: c=1\r\nCookie: d=2\r\n\r\n"
        )
        (request,) = seen
        assert request.pop("peerport") > 0
        assert request == {
            "bad": False,
            "headers": {"host": "foo:8000", "x-two": "a, b", "cookie": "c=1; d=2", "connection": "keep-alive"},
            "version": "1.1",
            "method": "GET",
            "protocol": "HTTP",
            "body": "",
            "raw-uri": "/app/news?day=1",
            "non-query-uri": "/app/news",
            "query": "day=1",
            "uri-protocol": "",
            "uri-server": "foo:8000",
            "uri-prefix-trigger": "/app",
            "uri-suffix": "/news",
            "peer": "127.0.0.1",
            "localip": "127.0.0.1",
            "localport": 8000,
        }

    def test_the_first_prefix_wins(self, site: Any, get: Any) -> None:
        """The routing table is searched from the top; the query does not count."""
        pages = site(("/a/b", page(data="one")), ("/a", page(data="two")))
        assert [pages.ask(get(path))[0].body for path in ("/a/b?c", "/a/c", "/abc")] == [b"one", b"two", b"two"]

    def test_nothing_answers(self, site: Any, get: Any) -> None:
        """A path without a handler is 404; what the client wrote is shown as text, not as HTML."""
        (answer,) = site(("/a", page())).ask(get("/<b>"))
        assert answer.status == 404
        assert b"&lt;b&gt;" in answer.body

    def test_an_error_handler_of_ones_own(self, site: Any, get: Any) -> None:
        """The function given as errorhandler makes the pages of errors."""
        choose = request_handlers([], lambda code, message: {"statuscode": code, "data": "mine"})
        assert choose({"raw-uri": "/", "non-query-uri": "/"}) == {"statuscode": 404, "data": "mine"}
        assert choose({"bad": True})["statuscode"] == 400
        assert choose({"bad": "501"})["statuscode"] == 501

    def test_an_unknown_method(self, site: Any, get: Any) -> None:
        """A method that HTTP does not have is 501, and the connection is kept."""
        answers = site(("/", page(data="ok"))).ask(get("/", method="BREW"), get("/"))
        assert [answer.status for answer in answers] == [501, 200]

    def test_a_body_goes_to_the_handler(self, site: Any, handlers: Any) -> None:
        """The chunks of a body come to the handler's inbox, and ProducerFinished to its control after them."""
        head = b"POST / HTTP/1.1\r\nHost: here\r\n"
        echo = site(("/", handlers.Echo))
        assert echo.ask(head + b"Content-Length: 10\r\n\r\n01234", b"56789")[0].body == b"0123456789"
        chunked = head + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        assert echo.ask(chunked, b"2\r\nde\r\n", b"0\r\n\r\n")[0].body == b"abcde"

    def test_a_client_that_asks_first(self, site: Any, handlers: Any) -> None:
        """A client that expects 100 Continue gets it before it sends the body."""
        head = b"POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        site = site(("/", handlers.Echo))
        peer = site.tell(head)
        assert peer.read().startswith(b"HTTP/1.1 100 ")
        peer.send(b"ok")
        site.lab.run(timeout=1)
        assert peer.read().endswith(b"2\r\nok\r\n0\r\n\r\n")

    @pytest.mark.parametrize("size", [1, 7])
    def test_bytes_that_come_one_by_one(self, site: Any, get: Any, handlers: Any, size: int) -> None:
        """It does not matter how a request is cut into pieces."""
        data = get("/hello") + get("/other")
        answers = site(("/hello", handlers.Hello)).ask(*(data[i : i + size] for i in range(0, len(data), size)))
        assert [answer.status for answer in answers] == [200, 404]


class TestResponses:
    def test_parts_over_time_are_chunked(self, site: Any, get: Any, handlers: Any) -> None:
        """A response whose length is not known is chunked, and for HTTP/1.0 it ends with the connection."""
        hello = site(("/hello", handlers.Hello))
        (answer,) = hello.ask(get())
        assert answer.headers["transfer-encoding"] == "chunked"
        assert answer.body.decode() == "hello wörld"
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        peer = hello.tell(get(version="1.0"))
        assert peer.read().endswith("\r\n\r\nhello wörld".encode())
        assert peer.ended

    def test_a_response_in_one_piece_has_a_length(self, site: Any, get: Any) -> None:
        """If all is there at once, or the first part says how long or complete it is, the length is in the header."""
        pages = site(("/", page(data="hellö", type="text/html")))
        (answer,) = pages.ask(get("/"))
        assert answer.headers["content-length"] == "6"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"

    @pytest.mark.parametrize(
        "first", [{"length": 4}, {"complete": True, "data": "abcd"}, {"headers": {"Content-Length": 4}}]
    )
    def test_a_length_that_is_given(self, site: Any, get: Any, handlers: Any, first: dict[str, Any]) -> None:
        """A length that the first part tells is in the header, although the rest comes later."""

        class Later(handlers.Hello):  # type: ignore[misc]
            def main(self) -> Any:
                self.send({"statuscode": 200, **first})
                yield
                yield
                if "data" not in first:
                    self.send({"data": b"abcd"})
                self.send(ProducerFinished(self), "signal")
                yield

        (answer,) = site(("/", Later)).ask(get("/"))
        assert answer.headers["content-length"] == "4"
        assert answer.body == b"abcd"

    @pytest.mark.parametrize("code", [200, "200", "200 Fine"])
    def test_forms_of_the_status(self, site: Any, get: Any, code: Any) -> None:
        """A status is a number, or text, with or without a reason."""
        (answer,) = site(("/", lambda request: {"statuscode": code})).ask(get("/"))
        assert (answer.status, answer.reason) == (200, "Fine" if " " in str(code) else "OK")

    def test_headers_of_ones_own(self, site: Any, get: Any) -> None:
        """A handler's own Server and Date are sent instead of the server's; a header may come twice."""
        own = [("Server", "mine"), ("Date", "today"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
        data = site(("/", page(headers=own))).tell(get("/")).read()
        assert (data.count(b"Server: "), data.count(b"Date: "), data.count(b"Set-Cookie: ")) == (1, 1, 2)
        assert b"Server: mine\r\n" in data

    def test_a_limit_that_does_not_exist(self) -> None:
        """A limit with a wrong name is a TypeError that lists the right ones."""
        with pytest.raises(TypeError, match="'timout'; there are: timeout, min_rate"):
            http_protocol([], timout=3)

    def test_no_status_is_500(self, site: Any, get: Any) -> None:
        """As in Kamaelia, a response without a status code has 500."""
        assert site(("/", lambda request: {"data": "x"})).ask(get("/"))[0].status == 500

    @pytest.mark.parametrize("path", ["/hello", "/page"])
    def test_head(self, site: Any, get: Any, handlers: Any, path: str) -> None:
        """HEAD gets the header that GET would get, and no body; the connection is kept."""
        pages = site(("/hello", handlers.Hello), ("/page", page(data="abc")))
        data = pages.tell(get(path, method="HEAD"), get("/none", method="HEAD")).read()
        assert data.count(b"HTTP/1.1 ") == 2
        assert b"hello" not in data
        assert data.endswith(b"\r\n\r\n")
        assert (b"Content-Length: 3\r\n" in data) == (path == "/page")

    def test_no_body_where_none_may_be(self, site: Any, get: Any) -> None:
        """A response with 204 or 304 has no body, whatever the handler sends."""
        pages = site(("/", page(statuscode=204, data="abc")))
        first, second = pages.ask(get("/"), get("/"))
        assert (first.status, first.body, second.status) == (204, b"", 204)

    def test_other_components_as_handlers(self, site: Any, get: Any) -> None:
        """A chassis can be a handler, and so can a function that returns the response itself."""

        class Wrap(Component):
            def main(self) -> Any:
                while not self.data_ready():
                    self.pause()
                    yield
                self.send({"statuscode": 200, "data": self.recv()})
                self.send(ProducerFinished(self), "signal")
                yield

        pages = site(
            ("/pipe", lambda request: Pipeline(OneShot("piped"), Wrap())), ("/dict", lambda _: error_page(410))
        )
        assert pages.ask(get("/pipe"))[0].body == b"piped"
        assert pages.ask(get("/dict"))[0].status == 410

    def test_a_handler_that_lives_on(self, site: Any, get: Any, lab: Any) -> None:
        """A handler may answer request after request; the server parts from it after each response."""

        class Counter(Component):
            count = 0

            def main(self) -> Any:
                while True:
                    self.count += 1
                    self.send({"statuscode": 200, "data": str(self.count)})
                    self.send(ProducerFinished(self), "signal")
                    self.pause()
                    yield

        counter = Counter()
        answers = site(("/", lambda request: counter)).ask(get("/"), get("/"))
        assert [answer.body for answer in answers] == [b"1", b"2"]


class TestHandlersThatFail:
    def test_a_crash_is_500_and_names_the_component(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """The client sees which component failed and with what kind of error, not its text; the connection is kept."""
        answers = site(("/crash", handlers.Crash), ("/hello", handlers.Hello)).ask(get("/crash"), get("/hello"))
        assert [answer.status for answer in answers] == [500, 200]
        assert b"Crash_5 failed: ZeroDivisionError" in answers[0].body
        assert b"secret" not in answers[0].body
        assert any("Crash_5 failed" in report and "a secret" in report for report in lab.reports)

    def test_a_crash_in_a_response(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """After a part of the response the connection is closed, without the last chunk, so that the client knows."""
        handlers.Crash.parts = ({"statuscode": 200}, {"data": "some"})
        peer = site(("/", handlers.Crash)).tell(get("/"))
        handlers.Crash.parts = ()
        data = peer.read()
        assert data.endswith(b"4\r\nsome\r\n")
        assert peer.ended
        assert any("HTTPServer_4 closes its connection" in report for report in lab.reports)

    @pytest.mark.parametrize(
        ("part", "why"),
        [
            ("text", "dictionaries"),
            ({"statuscode": 99}, "200 to 599"),
            ({"statuscode": "fine"}, "200 to 599"),
            ({"statuscode": 200, "data": 42}, "not int"),
            ({"statuscode": 200, "headers": 42}, "pairs"),
            ({"statuscode": 200, "headers": [("A", "b\r\nC: d")]}, "header"),
            ({"statuscode": 200, "length": 3, "data": "four"}, "4 bytes"),
            ({"statuscode": 200, "length": -3}, "number of bytes"),
        ],
    )
    def test_a_response_that_is_none(self, site: Any, get: Any, lab: Any, part: Any, why: str) -> None:
        """What is no response is 500, and reported with the handler's name and what is wrong."""
        (answer,) = site(("/", lambda request: OneShot(part))).ask(get("/"))
        assert answer.status == 500
        assert any("OneShot_" in report and why in report for report in lab.reports)

    @pytest.mark.parametrize("length", [2, 6])
    def test_a_length_that_turns_out_wrong(self, site: Any, get: Any, handlers: Any, lab: Any, length: int) -> None:
        """If more or less comes than the header said, the connection is closed, and that is reported."""

        class Liar(handlers.Hello):  # type: ignore[misc]
            def main(self) -> Any:
                self.send({"statuscode": 200, "length": length})
                yield
                yield
                self.send({"data": "four"})
                self.send(ProducerFinished(self), "signal")
                yield

        assert site(("/", Liar)).tell(get("/")).ended
        assert any("Liar_5" in report for report in lab.reports)

    @pytest.mark.parametrize("factory", [lambda request: 1 / 0, lambda request: None, lambda request: OneShot])
    def test_a_factory_that_fails(self, site: Any, get: Any, lab: Any, factory: Any) -> None:
        """No handler is 500, and the report has the reason."""
        (answer,) = site(("/", factory)).ask(get("/"))
        assert answer.status == 500
        assert any("has no handler for GET /" in report for report in lab.reports)

    def test_a_handler_that_says_nothing(self, site: Any, get: Any, lab: Any) -> None:
        """A handler that ends without a response is 500, named on the page and in the report."""

        class Mute(Component):
            def main(self) -> Any:
                yield

        (answer,) = site(("/", lambda request: Mute())).ask(get("/"))
        assert answer.status == 500
        assert b"Mute_5 ended without a response" in answer.body


class TestConnections:
    def test_an_upgrade_that_is_not_made(self, site: Any, get: Any) -> None:
        """A client that offers another protocol is answered in HTTP/1.1, and the connection is kept."""
        offer = get("/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
        answers = site(("/", page(data="x"))).ask(offer, get("/"))
        assert [answer.status for answer in answers] == [200, 200]

    def test_a_tunnel_that_is_not_made(self, site: Any, get: Any) -> None:
        """CONNECT is 501 like any method that is unknown."""
        assert site(("/", page(data="x"))).ask(get("here:80", method="CONNECT"))[0].status == 501

    def test_requests_in_a_row(self, site: Any, get: Any, handlers: Any) -> None:
        """Requests that are sent at once are answered in their order."""
        answers = site(("/hello", handlers.Hello), ("/", page(data="x"))).ask(get("/") + get() + get("/") + get())
        assert [answer.body for answer in answers] == [b"x", "hello wörld".encode()] * 2

    def test_a_client_that_wants_to_close(self, site: Any, get: Any) -> None:
        """After a request with "Connection: close" the connection is closed; what follows is not answered."""
        peer = site(("/", page(data="x"))).tell(get("/", "Connection: close") + get("/"))
        data = peer.read()
        assert data.count(b"HTTP/1.1 200") == 1
        assert b"connection: close" in data.lower()
        assert peer.ended

    def test_a_client_that_has_finished(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """A client that ends its stream after its requests gets all answers before the connection ends."""
        site = site(("/hello", handlers.Hello))
        peer = site.dial()
        peer.send(get() + get())
        peer.finish()
        lab.run(timeout=1)
        assert peer.read().count(b"HTTP/1.1 200") == 2
        assert peer.ended
        assert site.server.clients == []

    def test_many_requests_do_not_pile_up(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """While a request is answered, the following ones wait in a limited inbox and in TCP."""
        site = site(("/", handlers.Silent))
        site.tell(get("/") + get("/") * 100_000)
        (client,) = site.server.clients
        assert client.protocol.inboxes["inbox"].size == len(client.protocol.inboxes["inbox"].contents)
        assert client.adapter.bytes_in < 2_000_000

    def test_the_server_ends(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """A server that is told to end closes idle connections at once, and others after the response."""
        site = site(("/hello", handlers.Hello))
        idle, busy = site.tell(get()), site.dial()
        busy.send(get())
        lab.run(until=lambda _: any(type(each).__name__ == "Hello" for each in lab.components))
        site.server.deliver(ServerShutdown(), "control")
        lab.run(timeout=5)
        assert idle.ended
        assert busy.read().endswith(b"0\r\n\r\n")
        assert not site.server.clients

    def test_a_handler_is_told_of_the_end(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """A handler whose response is not over is told by ShutdownMicroprocess when the connection ends."""
        connection = Handle(HTTPServer(handlers.Silent)).activate()
        connection.put(get("/"))
        lab.run(timeout=1)
        connection.put(ShutdownMicroprocess(), "control")
        lab.run(timeout=1)
        (handler,) = handlers.Silent.made
        assert isinstance(handler.told[-1], ShutdownMicroprocess)
        assert connection.component.state == "finished"

    def test_a_slow_reader_slows_the_handler(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """The server takes nothing more from a handler while the client takes nothing."""

        class Flood(handlers.Hello):  # type: ignore[misc]
            def main(self) -> Any:
                self.send({"statuscode": 200})
                for _ in range(200):
                    while len(self.outboxes["outbox"]) > 2:
                        self.pause()
                        yield
                    self.send({"data": b"x" * 50_000})
                    yield
                self.send(ProducerFinished(self), "signal")

        site = site(("/", Flood), timeout=1000)
        peer = site.dial()
        peer.hold()
        peer.send(get("/"))
        lab.run(timeout=5)
        (client,) = site.server.clients
        assert len(client.adapter.inboxes["inbox"].contents) <= 4
        peer.let_go()
        lab.run(timeout=100)
        assert len(peer.read()) > 10_000_000

    def test_a_limited_connection(self, site: Any, get: Any, handlers: Any) -> None:
        """A server whose connections have limited inboxes answers all the same."""
        answers = site(("/hello", handlers.Hello), core={"inbox_size": 1}).ask(get() * 3)
        assert [answer.status for answer in answers] == [200] * 3
