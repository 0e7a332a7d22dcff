"""HTTP in a lab: step by step, back and again, recorded from real clients and replayed without them."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kamlab import Pipeline, ServerCore
from kamlab.parts import Collate, DataSource
from kamlab.protocols.http import SimpleHTTPClient, http_protocol


def story_of(lab: Any) -> list[str]:
    """Return what happened in a lab as text."""
    return [str(event) for event in lab.trace.events() if event.step < lab.step_number]


class TestOnTheSimulatedNetwork:
    def test_step_by_step(self, site: Any, get: Any, handlers: Any, lab: Any) -> None:
        """Every step runs one component; a request is answered by its handler, seen as a component of the lab."""
        site = site(("/hello", handlers.Hello))
        peer = site.dial()
        peer.send(get())
        ran = []
        while not peer.read().endswith(b"0\r\n\r\n"):
            ran.append(str(lab.step()))
            assert len(ran) < 100
        assert any("Hello_5" in step for step in ran)
        assert lab.step_number == len(ran)

    @pytest.mark.parametrize("name", ["Hello", "Crash"])
    def test_back_and_again(self, make_lab: Any, get: Any, handlers: Any, name: str) -> None:
        """Going back takes responses back; what follows is the same again, to the date in the header."""
        lab = make_lab(
            clock="virtual",
            build=lambda: ServerCore(protocol=http_protocol([("/", getattr(handlers, name))]), port=8000).activate(),
        )
        lab.network.dial(8000).send(get("/"))
        lab.run(timeout=1)
        last, story, answer = lab.step_number, story_of(lab), lab.network.peers[1].received
        assert b"HTTP/1.1 " in answer
        for step in (last - 5, 3, 0, last // 2):
            lab.goto(step)
            assert lab.step_number == step
            assert len(lab.network.peers[1].received if step > 3 else b"") <= len(answer)
        lab.goto(last)
        assert story_of(lab) == story
        assert lab.network.peers[1].received == answer
        lab.back(1)
        assert lab.step_number == last - 1

    def test_a_client_and_a_server(self, make_lab: Any, handlers: Any) -> None:
        """A client and a server in one lab go back and on together."""
        pages: list[Any] = []

        def build() -> None:
            ServerCore(protocol=http_protocol([("/hello", handlers.Hello)]), port=8000).activate()
            pages[:] = [Collate()]
            urls = DataSource(["http://localhost:8000/hello", "http://localhost:8000/none"])
            Pipeline(urls, SimpleHTTPClient(), pages[0]).activate()

        lab = make_lab(clock="virtual", build=build)
        lab.run(timeout=1)
        last, story, found = lab.step_number, story_of(lab), list(pages[0].collated)
        assert found[0].decode() == "hello wörld"
        lab.goto(last // 2)
        assert len(pages[0].collated) < 2
        lab.goto(last)
        assert story_of(lab) == story
        assert pages[0].collated == found


class TestOnRealTcp:
    def test_recorded_and_replayed(self, make_lab: Any, handlers: Any) -> None:
        """What real clients asked and were told is played again without them: the same steps, the same bytes."""
        built: list[Any] = []

        def build() -> None:
            routing = [("/hello", handlers.Hello), ("/echo", handlers.Echo), ("/crash", handlers.Crash)]
            built[:] = [ServerCore(protocol=http_protocol(routing), port=0).activate()]

        lab = make_lab(recorded=True, build=build, trace_limit=1_000_000)
        lab.start(forever=True)
        client = http.client.HTTPConnection("127.0.0.1", built[0].port, timeout=20)
        said = []
        for method, path, body in (("GET", "/hello", None), ("POST", "/echo", b"x" * 200_000), ("GET", "/crash", None)):
            client.request(method, path, body)
            answer = client.getresponse()
            said.append((answer.status, answer.read()))
        client.close()
        assert lab.pause()
        assert [status for status, _ in said] == [200, 200, 500]
        assert said[1][1] == b"x" * 200_000
        last, story, line = lab.step_number, story_of(lab), str(lab.recording)
        lab.goto(last // 2)
        lab.goto(0)
        lab.replay(line)
        assert lab.step_number == last
        assert story_of(lab) == story

    def test_many_clients(self, lab: Any, make_lab: Any, handlers: Any) -> None:
        """Twenty clients of Python's own library, at once, get all their pages over connections that are kept."""
        lab = make_lab()
        server = ServerCore(protocol=http_protocol([("/hello", handlers.Hello)]), port=0).activate()
        lab.start()

        def fetch(_: int) -> set[bytes]:
            client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            pages = set()
            for _ in range(10):
                client.request("GET", "/hello")
                pages.add(client.getresponse().read())
            client.close()
            return pages

        with ThreadPoolExecutor(20) as threads:
            assert list(threads.map(fetch, range(20))) == [{"hello wörld".encode()}] * 20
        assert lab.reports == []
        assert threading.active_count() < 50
