"""The TCP client: connecting, talking, and one message at the end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, ProducerFinished, ShutdownMicroprocess
from kamlab.net import (
    ConnectedSocketAdapter,
    ConnectFailed,
    ConnectionLost,
    RealNetwork,
    SimpleServer,
    TCPClient,
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A plain listening socket."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.settimeout(20)
        yield sock


@pytest.fixture
def call(parts: Any) -> Callable[..., Any]:
    """Activate a client whose receiver records, and return both."""

    def make(host: str, port: int, **how: Any) -> Any:
        client, recorder = TCPClient(host, port, **how), parts.Recorder()
        client.link((client, "outbox"), (recorder, "inbox"))
        client.link((client, "signal"), (recorder, "control"))
        client.activate()
        recorder.activate()
        return client, recorder

    return make


def port_of(listener: socket.socket) -> int:
    """Return the port of a listening socket."""
    return int(listener.getsockname()[1])


class HangingResolver:
    """A name server that does not answer before it is told to."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()

    def __call__(self, host: str, port: int) -> list[Any]:
        self.asked.set()
        self.go.wait(20)
        return [(int(socket.AF_INET), ("127.0.0.1", port))]


@pytest.fixture
def resolver(lab: Any) -> Iterator[HangingResolver]:
    """A lab whose name server hangs."""
    resolver = HangingResolver()
    lab._network = RealNetwork(lab, ask=resolver)
    yield resolver
    resolver.go.set()


class TestTalking:
    def test_both_ways(self, lab: Any, call: Any, listener: socket.socket, read_all: Any, eventually: Any) -> None:
        """What is sent to a client reaches the server, what the server sends comes out as bytes."""
        client, recorder = call("127.0.0.1", port_of(listener))
        client.deliver("früh", "inbox")
        lab.start()
        server, _ = listener.accept()
        with server:
            assert read_all(server, 5) == "früh".encode()
            server.sendall(b"answer")
            assert eventually(lambda: recorder.got == [b"answer"])

    def test_a_chunk_costs_no_slice_of_the_client(
        self, lab: Any, call: Any, listener: socket.socket, eventually: Any
    ) -> None:
        """Messages pass through the client's boxes straight to and from its adapter."""
        client, recorder = call("127.0.0.1", port_of(listener))
        lab.start()
        server, _ = listener.accept()
        with server:
            assert eventually(lambda: client.adapter is not None and not lab.runnable())
            with lab.lock:
                assert client.inboxes["inbox"].target is client.adapter.inboxes["inbox"]
                assert client.adapter.outboxes["outbox"].target is recorder.inboxes["inbox"]
                assert client.children == [client.adapter]

    def test_client_and_server_in_one_lab(self, lab: Any, parts: Any, call: Any) -> None:
        """A lab can be both ends of its own connection, on one thread."""
        server = SimpleServer(protocol=lambda: parts.Sayer(says=["tick\n"]), port=0).activate()
        _, recorder = call("localhost", server.port)
        lab.run(until=recorder, timeout=20)
        assert recorder.got == [b"tick\n"]

    def test_an_alias(self, make_lab: Any, call: Any, listener: socket.socket, read_all: Any) -> None:
        """A client of "foo.bar.com", port 1600, reaches what the lab has under that name."""
        lab = make_lab(hosts={"foo.bar.com:1600": f"127.0.0.1:{port_of(listener)}"})
        client, _ = call("foo.bar.com", port=1600)
        client.deliver(b"hello", "inbox")
        lab.start()
        server, _ = listener.accept()
        with server:
            assert read_all(server, 5) == b"hello"

    def test_delay(self, make_lab: Any, hand_clock: Any, call: Any, listener: socket.socket, eventually: Any) -> None:
        """A client with a delay sleeps for so many seconds of the lab's clock before it connects."""
        lab = make_lab(clock=hand_clock)
        client, _ = call("127.0.0.1", port_of(listener), delay=5)
        lab.start()
        assert eventually(lambda: client.asleep)
        hand_clock.time = 4.9
        lab.scheduler.idle.wake()
        assert client._sock is None
        assert client.adapter is None
        hand_clock.time = 5.0
        listener.accept()[0].close()

    def test_an_address_that_does_not_answer_is_followed_by_the_next(
        self, lab: Any, call: Any, listener: socket.socket, free_port: Any
    ) -> None:
        """A name with several addresses: they are tried in turn."""
        places = [(int(socket.AF_INET), ("127.0.0.1", port)) for port in (free_port(), port_of(listener))]
        lab._network = RealNetwork(lab, ask=lambda host, port: places)
        _, recorder = call("two.example", 80)
        lab.start()
        listener.accept()[0].close()
        assert recorder.told == [] or recorder.told[0].message is None


class TestOneMessageAtTheEnd:
    def test_the_server_closes(self, lab: Any, call: Any, listener: socket.socket) -> None:
        """The server's end of stream ends the client: one ProducerFinished, without a message."""
        client, recorder = call("127.0.0.1", port_of(listener))
        thread = threading.Thread(target=lambda: listener.accept()[0].close())
        thread.start()
        lab.run(timeout=20)
        thread.join()
        assert [(type(message), message.caller, message.message) for message in recorder.told] == [
            (ProducerFinished, client, None)
        ]
        assert client.state == "finished"

    def test_the_server_breaks_off(
        self, lab: Any, call: Any, listener: socket.socket, reset: Any, eventually: Any
    ) -> None:
        """A reset ends the client: one ProducerFinished, which says so."""
        _, recorder = call("127.0.0.1", port_of(listener))
        lab.start()
        server, _ = listener.accept()
        server.sendall(b"x")
        assert eventually(lambda: recorder.got)
        reset(server)
        assert eventually(recorder.is_stopped)
        (told,) = recorder.told
        assert isinstance(told.message, ConnectionLost)
        assert told.message.reason == "reset"
        assert eventually(lambda: not lab.components)

    @pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
    def test_this_side_ends(
        self, lab: Any, call: Any, listener: socket.socket, read_all: Any, eventually: Any, message: Any
    ) -> None:
        """A shutdown message on control ends the connection and the client: one ProducerFinished."""
        client, recorder = call("127.0.0.1", port_of(listener))
        lab.start()
        server, _ = listener.accept()
        with server:
            assert eventually(lambda: client.adapter is not None)
            lab.tell(client, message)
            assert read_all(server) == b""
        assert eventually(lambda: not lab.running)
        assert [type(message) for message in recorder.told] == [ProducerFinished]

    def test_everything_is_sent_first(
        self, lab: Any, call: Any, listener: socket.socket, read_all: Any, eventually: Any
    ) -> None:
        """ProducerFinished drains the inbox, also to a slow server, also if it came before the connection."""
        client, recorder = call("127.0.0.1", port_of(listener))
        client.deliver(b"x" * 5_000_000, "inbox")
        client.deliver(ProducerFinished(), "control")
        lab.start()
        server, _ = listener.accept()
        with server:
            assert eventually(lambda: client.adapter is not None and client.adapter.asleep)
            assert len(read_all(server)) == 5_000_000
        assert eventually(recorder.is_stopped)
        assert recorder.told[0].message is None

    def test_what_is_left_is_sent_when_the_server_half_closes(
        self, lab: Any, call: Any, listener: socket.socket, read_all: Any, eventually: Any
    ) -> None:
        """A server that has finished sending still gets what the client has for it."""
        client, recorder = call("127.0.0.1", port_of(listener))
        client.deliver(b"x" * 5_000_000, "inbox")
        lab.start()
        server, _ = listener.accept()
        with server:
            server.shutdown(socket.SHUT_WR)
            assert len(read_all(server)) == 5_000_000
        assert eventually(recorder.is_stopped)

    def test_wait_for_serverclose(
        self, lab: Any, call: Any, listener: socket.socket, read_all: Any, eventually: Any
    ) -> None:
        """With wait_for_serverclose ProducerFinished ends the sending half; the answer is received whole."""
        client, recorder = call("127.0.0.1", port_of(listener), wait_for_serverclose=True)
        client.deliver(b"question", "inbox")
        client.deliver(ProducerFinished(), "control")
        lab.start()
        server, _ = listener.accept()
        with server:
            assert read_all(server) == b"question"
            server.sendall(b"y" * 1_000_000)
        assert eventually(recorder.is_stopped)
        assert len(b"".join(recorder.got)) == 1_000_000

    def test_stop_closes(
        self, lab: Any, call: Any, listener: socket.socket, read_all: Any, eventually: Any, descriptors: Any
    ) -> None:
        """stop() closes the connection at once and ends the adapter with the client."""
        client, _ = call("127.0.0.1", port_of(listener))
        lab.start(forever=True)
        server, _ = listener.accept()
        with server:
            assert eventually(lambda: client.adapter is not None)
            with lab.lock:
                client.stop()
            assert read_all(server) == b""
        assert client.adapter.is_stopped()
        assert len(lab.network.sockets) == 0

    def test_a_failing_adapter_is_told(
        self, lab: Any, call: Any, listener: socket.socket, eventually: Any, monkeypatch: Any
    ) -> None:
        """An error in the adapter ends the client; its one message brings the error."""

        def fail(self: Any) -> None:
            raise LookupError("oh dear")

        monkeypatch.setattr(ConnectedSocketAdapter, "_read", fail)
        client, recorder = call("127.0.0.1", port_of(listener))
        lab.start()
        server, _ = listener.accept()
        with server:
            server.sendall(b"x")
            assert eventually(recorder.is_stopped)
        (told,) = recorder.told
        assert isinstance(told.message, LookupError)
        assert lab.failures == [client.adapter]


class TestNoConnection:
    @pytest.mark.parametrize("aliased", [False, True])
    def test_refused(self, make_lab: Any, call: Any, free_port: Any, aliased: bool) -> None:
        """A closed port, named or by an alias, is one ProducerFinished with "refused", and a report."""
        port = free_port()
        lab = make_lab(hosts={"foo.bar.com:1600": f"127.0.0.1:{port}"})
        client, recorder = call(*(("foo.bar.com", 1600) if aliased else ("127.0.0.1", port)))
        lab.run(timeout=20)
        (told,) = recorder.told
        assert type(told) is ProducerFinished
        assert isinstance(told.message, ConnectFailed)
        assert told.message == "refused"
        for words in (client.short_name, str(port), "foo.bar.com:1600" if aliased else "127.0.0.1"):
            assert words in str(told.message)
        assert lab.reports == [str(told.message)]
        assert client.state == "finished"

    def test_unknown_host(self, lab: Any, call: Any) -> None:
        """A name that nobody knows is one ProducerFinished with "unknown host", and says what to do."""
        _, recorder = call("no-such-host.invalid", 80)
        lab.run(timeout=30)
        (told,) = recorder.told
        assert told.message == "unknown host"
        assert "no-such-host.invalid" in str(told.message)
        assert "KAMLAB_HOSTS" in str(told.message)

    def test_the_lab_goes_on_while_a_name_is_looked_up(
        self, lab: Any, resolver: HangingResolver, call: Any, listener: socket.socket, eventually: Any
    ) -> None:
        """A name server that does not answer holds up nobody, and its answer is taken when it comes."""

        class Ticker(Component):
            ticks = 0

            def main(self) -> Any:
                while True:
                    self.ticks += 1
                    self.pause(0.001)
                    yield

        ticker = Ticker().activate()
        call("slow.example", port_of(listener))
        lab.start()
        assert resolver.asked.wait(20)
        ticks = ticker.ticks
        assert eventually(lambda: ticker.ticks > ticks + 5)
        resolver.go.set()
        listener.accept()[0].close()

    def test_a_run_waits_for_the_name_server(
        self, lab: Any, resolver: HangingResolver, call: Any, free_port: Any
    ) -> None:
        """A lab in which everybody waits for a name is not stuck."""
        _, recorder = call("slow.example", free_port())
        threading.Thread(target=lambda: resolver.asked.wait(20) and resolver.go.set(), daemon=True).start()
        assert lab.run(timeout=20).reason == "finished"
        assert recorder.told[0].message == "refused"

    def test_timeout_of_the_name_server(self, lab: Any, resolver: HangingResolver, call: Any) -> None:
        """connect_timeout covers the look-up: one ProducerFinished whose message is "timeout"."""
        _, recorder = call("slow.example", 80, connect_timeout=0.02)
        lab.run(timeout=20)
        (told,) = recorder.told
        assert told.message == "timeout"
        assert "name server" in str(told.message)

    def test_timeout_of_the_connection(self, lab: Any, call: Any, monkeypatch: Any) -> None:
        """A server that does not answer in time is "timeout", and its socket is closed."""
        monkeypatch.setattr(lab.network, "watch", lambda *_: None)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            _, recorder = call("127.0.0.1", port_of(silent), connect_timeout=0.02)
            lab.run(timeout=20)
        (told,) = recorder.told
        assert told.message == "timeout"
        assert len(lab.network.sockets) == 0

    @pytest.mark.parametrize(("host", "port"), [("127.0.0.1", "80"), ("127.0.0.1", 70000), (None, 80)])
    def test_a_bad_address(self, lab: Any, call: Any, host: Any, port: Any) -> None:
        """A port or host of the wrong kind is one ProducerFinished that says so."""
        _, recorder = call(host, port)
        lab.run(timeout=20)
        (told,) = recorder.told
        assert told.message == "bad address"

    @pytest.mark.parametrize("message", [ProducerFinished(), ShutdownMicroprocess()])
    def test_told_to_end_while_waiting(self, lab: Any, resolver: HangingResolver, call: Any, message: Any) -> None:
        """A client told to end before it has a connection passes that message on, once, and ends."""
        client, recorder = call("slow.example", 80)
        client.deliver(message, "control")
        lab.run(timeout=20)
        assert recorder.told == [message]

    def test_connecting_uses_no_processor_time(
        self, lab: Any, resolver: HangingResolver, call: Any, eventually: Any
    ) -> None:
        """A client that waits to be connected sleeps; no slice runs meanwhile."""
        client, _ = call("slow.example", 80)
        lab.start()
        assert resolver.asked.wait(20)
        assert eventually(lambda: client.asleep and not lab.runnable())
        steps = lab.step_number
        assert not eventually(lambda: lab.step_number > steps, 0.05)
