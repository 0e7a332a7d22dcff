"""Servers: a protocol for each connection, and what happens when either ends."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Backplane, Component, Pipeline, ProducerFinished, PublishTo, ShutdownMicroprocess, SubscribeTo
from kamlab.core.errors import BadProtocol
from kamlab.net import (
    ConnectedSocketAdapter,
    FastRestartServer,
    MoreComplexServer,
    NewCSA,
    PortInUse,
    ServerCore,
    ServerShutdown,
    ShutdownCSA,
    SimpleServer,
    SocketShutdown,
    TCPServer,
)
from kamlab.net import (
    server as server_module,
)
from kamlab.net.real import TcpListener

reuses_addresses = pytest.mark.skipif(not hasattr(socket, "SO_REUSEADDR"), reason="this system has no SO_REUSEADDR")


def ended(server: Any) -> Callable[[], bool]:
    """Return a condition: no client is left."""
    return lambda: not server.clients


class TestMaking:
    def test_a_protocol_is_needed(self) -> None:
        """A server without a protocol is a BadProtocol, which is a TypeError."""
        with pytest.raises(BadProtocol, match="needs a protocol"):
            ServerCore(port=0)
        with pytest.raises(TypeError):
            SimpleServer()

    @pytest.mark.parametrize("protocol", [42, "Echo", ["a"]])
    def test_a_protocol_that_is_no_factory(self, protocol: Any) -> None:
        """What is neither callable nor a component is a BadProtocol that shows it and says what is due."""
        with pytest.raises(BadProtocol) as caught:
            SimpleServer(protocol=protocol, port=0)
        assert repr(protocol) in str(caught.value)
        assert "function" in str(caught.value)

    @reuses_addresses
    def test_defaults(self, parts: Any) -> None:
        """The port is 1601 unless told; FastRestartServer asks for SO_REUSEADDR; MoreComplexServer is ServerCore."""
        assert ServerCore(protocol=parts.Echo).port == 1601
        assert FastRestartServer.socketOptions == (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        assert issubclass(FastRestartServer, ServerCore)
        assert MoreComplexServer is ServerCore

    def test_a_protocol_as_class_attribute(self, lab: Any, parts: Any, dial: Any, read_all: Any) -> None:
        """A subclass may name its protocol and port."""

        class EchoServer(SimpleServer):
            protocol = parts.Echo
            port = 0

        server = EchoServer().activate()
        lab.start()
        client = dial(server)
        client.sendall(b"hello")
        assert read_all(client, 5) == b"hello"


class TestListening:
    def test_the_port_is_bound_at_activation(self, lab: Any, parts: Any, dial: Any) -> None:
        """After activate() the real port is known, and clients can connect before the lab runs."""
        server = SimpleServer(protocol=parts.Echo, port=0).activate()
        assert server.port > 0
        assert server.address == ("127.0.0.1", server.port)
        dial(server)

    def test_loopback_unless_told_otherwise(self, lab: Any, parts: Any, dial: Any) -> None:
        """Without a host the server is there for this machine only (defect 14); "" is everybody."""
        assert SimpleServer(protocol=parts.Echo, port=0).activate().address[0] == "127.0.0.1"
        everywhere = SimpleServer(protocol=parts.Echo, port=0, host="").activate()
        assert everywhere.address[0] == "0.0.0.0"
        dial(everywhere)

    def test_a_busy_port_is_raised_by_activate(self, lab: Any, parts: Any) -> None:
        """A port that another server of this lab has is a PortInUse that names it and says what to do (defect 14)."""
        first = SimpleServer(protocol=parts.Echo, port=0).activate()
        second = SimpleServer(protocol=parts.Echo, port=first.port)
        with pytest.raises(PortInUse) as caught:
            second.activate()
        text = str(caught.value)
        assert isinstance(caught.value, OSError)
        assert caught.value.errno == errno.EADDRINUSE
        for words in (
            str(first.port),
            first.short_name,
            second.short_name,
            "this lab",
            "lab.stop()",
            "lab.reset()",
            "port 0",
            f"ports={{{first.port}: 0}}",
        ):
            assert words in text

    def test_run_raises_it_too(self, lab: Any, parts: Any) -> None:
        """A script whose port is busy ends with the error instead of serving nobody."""
        first = SimpleServer(protocol=parts.Echo, port=0).activate()
        with pytest.raises(PortInUse):
            SimpleServer(protocol=parts.Echo, port=first.port).run()

    def test_a_busy_port_in_a_slice_fails_the_server(self, lab: Any, parts: Any) -> None:
        """Where a component activates the server, a busy port is the failure of that server, once."""
        first = SimpleServer(protocol=parts.Echo, port=0).activate()
        second = SimpleServer(protocol=parts.Echo, port=first.port)
        Pipeline(second).activate()
        lab.run(until=second, timeout=20)
        assert isinstance(second.error, PortInUse)
        assert lab.failures == [second]
        assert len(lab.reports) == 1
        assert second.short_name in lab.reports[0]

    @reuses_addresses
    def test_a_port_is_free_again_at_once(self, lab: Any, parts: Any, dial: Any, read_all: Any) -> None:
        """A server that was stopped leaves its port free for the next one, clients or not."""
        for _ in range(3):
            server = SimpleServer(protocol=parts.Echo, port=0).activate()
            lab.start()
            dial(server).sendall(b"x")
            again = server.port
            lab.reset()
            server = SimpleServer(protocol=parts.Echo, port=again).activate()
            assert server.port == again
            lab.reset()

    def test_a_bad_port(self, lab: Any, parts: Any) -> None:
        """A port that is none is a named error."""
        with pytest.raises(OSError, match="not a port"):
            SimpleServer(protocol=parts.Echo, port="1500").activate()

    def test_a_socket_option(self, lab: Any, parts: Any) -> None:
        """socketOptions is one setsockopt call, made before binding."""
        option = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        server = SimpleServer(protocol=parts.Echo, port=0, socketOptions=option).activate()
        assert server.server.listener.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

    def test_out_of_descriptors(
        self, serve: Any, lab: Any, parts: Any, dial: Any, read_all: Any, monkeypatch: Any
    ) -> None:
        """With no descriptor left accepting rests for a moment, says so once, and goes on by itself."""
        failing = [OSError(errno.EMFILE, "Too many open files")] * 3
        accept = TcpListener.accept

        def accept_or_fail(self: TcpListener) -> Any:
            if failing:
                raise failing.pop()
            return accept(self)

        monkeypatch.setattr(server_module, "REST", 0.01)
        monkeypatch.setattr(TcpListener, "accept", accept_or_fail)
        server = serve(parts.Echo)
        client = dial(server)
        client.sendall(b"hello")
        assert read_all(client, 5) == b"hello"
        assert len(lab.reports) == 1
        assert "Too many open files" in lab.reports[0]


class TestConnecting:
    def test_echo(self, serve: Any, parts: Any, dial: Any, read_all: Any) -> None:
        """What a client sends reaches the protocol's inbox as bytes, what the protocol sends reaches the client."""
        client = dial(serve(parts.Echo))
        client.sendall(b"hello")
        assert read_all(client, 5) == b"hello"

    def test_the_factory_of_a_server_core_is_told_who_comes(self, serve: Any, parts: Any, dial: Any) -> None:
        """ServerCore calls its factory with peer, peerport, localip and localport."""
        calls: list[dict[str, Any]] = []

        def factory(**how: Any) -> Component:
            calls.append(how)
            return parts.Sayer(says=[b"hi"])

        server = serve(factory, ServerCore)
        client = dial(server)
        assert client.recv(10) == b"hi"
        host, port = client.getsockname()
        assert calls == [{"peer": host, "peerport": port, "localip": "127.0.0.1", "localport": server.port}]

    def test_the_factory_of_a_simple_server_gets_nothing(self, serve: Any, parts: Any, dial: Any) -> None:
        """SimpleServer calls its factory without arguments."""
        assert dial(serve(lambda: parts.Sayer(says=["hi"]))).recv(10) == b"hi"

    def test_the_wiring(self, serve: Any, lab: Any, parts: Any, dial: Any, eventually: Any) -> None:
        """Adapter and protocol are children of the server and linked both ways, data and control."""
        server = serve(parts.Recorder)
        dial(server)
        assert eventually(lambda: server.clients and not lab.runnable())
        with lab.lock:
            (client,) = server.clients
            adapter, protocol = client.adapter, client.protocol
            assert isinstance(adapter, ConnectedSocketAdapter)
            assert server.children == [server.server, protocol, adapter]
            assert adapter.outboxes["outbox"].target is protocol.inboxes["inbox"]
            assert protocol.outboxes["outbox"].target is adapter.inboxes["inbox"]
            assert protocol.outboxes["signal"].target is adapter.inboxes["control"]
            assert adapter.outboxes["signal"].target is protocol.inboxes["control"]

    def test_serversignal(self, serve: Any, lab: Any, dial: Any, eventually: Any) -> None:
        """A protocol with an outbox "serversignal" can end its server."""

        class Last(Component):
            Outboxes = ("outbox", "signal", "serversignal")

            def main(self) -> Any:
                self.send(ServerShutdown(), "serversignal")
                self.send(b"bye")
                self.send(ProducerFinished(self), "signal")
                yield

        server = serve(Last)
        client = dial(server)
        assert client.recv(10) == b"bye"
        assert eventually(server.is_stopped)
        assert eventually(lambda: not lab.components)

    def test_one_prototype_many_copies(
        self, serve: Any, lab: Any, dial: Any, read_all: Any, eventually: Any, parts: Any
    ) -> None:
        """A component as protocol is copied for each connection, with its arguments, and that is said once."""
        prototype = parts.Sayer(says=[b"hello"])
        server = serve(prototype)
        assert [read_all(dial(server)) for _ in range(3)] == [b"hello"] * 3
        assert prototype.state == "new"
        assert len(lab.reports) == 1
        assert prototype.short_name in lab.reports[0]
        assert eventually(lambda: len(lab.components) == 2)

    def test_the_prototype_of_the_page(
        self, serve: Any, lab: Any, dial: Any, read_all: Any, eventually: Any, parts: Any
    ) -> None:
        """SubscribeTo("LOGGER"), an instance, serves every client of the logger that is also a relay."""
        Backplane("LOGGER").activate()
        relay = serve(SubscribeTo("LOGGER"))
        clients = [dial(relay) for _ in range(3)]
        exchange = lab.services.retrieve_service("Backplane_O_LOGGER")[0]
        assert eventually(lambda: len(exchange.sinks) == 3 if hasattr(exchange, "sinks") else len(relay.clients) == 3)
        assert eventually(lambda: not lab.runnable())
        with lab.lock:
            publisher = Pipeline(parts.Sayer(says=[b"a line\n"]), PublishTo("LOGGER"))
        publisher.activate(lab)
        assert [read_all(client, 7) for client in clients] == [b"a line\n"] * 3

    def test_inbox_size(self, serve: Any, parts: Any, dial: Any, read_all: Any, eventually: Any) -> None:
        """With inbox_size a client that does not read is NoSpaceInBox for its protocol; nothing is lost."""
        made: list[Any] = []

        def factory() -> Any:
            made.append(parts.Sayer(says=[b"x" * 100_000] * 100))
            return made[-1]

        client = dial(serve(factory, inbox_size=3), receive_buffer=4096)
        assert eventually(lambda: made and made[0].refusals)
        assert len(read_all(client)) == 10_000_000


class TestDisconnecting:
    def test_the_protocol_is_told(self, serve: Any, parts: Any, dial: Any, eventually: Any) -> None:
        """When the client leaves, the protocol gets one SocketShutdown on control."""
        made: list[Any] = []
        server = serve(lambda: made.append(parts.Recorder()) or made[-1])
        client = dial(server)
        client.sendall(b"x")
        client.close()
        assert eventually(lambda: made and made[0].is_stopped())
        assert [type(message) for message in made[0].told] == [SocketShutdown]
        assert eventually(lambda: server.children == [server.server])

    def test_others_are_not_disturbed(self, serve: Any, parts: Any, dial: Any, read_all: Any, reset: Any) -> None:
        """A client that leaves, in whatever way, does not disturb the others."""
        server = serve(parts.Echo)
        stays, leaves, breaks = dial(server), dial(server), dial(server)
        leaves.close()
        reset(breaks)
        stays.sendall(b"still here")
        assert read_all(stays, 10) == b"still here"

    @pytest.mark.parametrize("last", [ProducerFinished(), None])
    def test_the_end_of_the_protocol_ends_the_connection(
        self, serve: Any, dial: Any, read_all: Any, eventually: Any, last: Any
    ) -> None:
        """A protocol that ends, with a signal or without, has all its data delivered and the connection closed."""

        class Says(Component):
            def main(self) -> Any:
                for _ in range(10):
                    self.send(b"x" * 100_000)
                if last is not None:
                    self.send(last, "signal")
                yield

        server = serve(Says)
        assert len(read_all(dial(server))) == 1_000_000
        assert eventually(ended(server))

    def test_shutdown_on_signal_ends_after_the_last_words(
        self, serve: Any, dial: Any, read_all: Any, eventually: Any
    ) -> None:
        """A protocol that sends and then signals ShutdownMicroprocess in one slice is heard to the end."""

        class Greets(Component):
            def main(self) -> Any:
                self.send(b"x" * 5_000_000)
                self.send(ShutdownMicroprocess(), "signal")
                yield

        server = serve(Greets)
        assert len(read_all(dial(server))) == 5_000_000
        assert eventually(ended(server))

    def test_a_protocol_that_fails(self, serve: Any, lab: Any, dial: Any, read_all: Any, parts: Any) -> None:
        """The failure of a protocol closes its connection and no other; the server goes on."""

        class Fails(parts.Echo):  # type: ignore[misc,name-defined]
            def main(self) -> Any:
                while not self.data_ready():
                    self.pause()
                    yield
                if self.recv() == b"fail":
                    raise LookupError("oh dear")
                self.send(b"fine")
                yield from super().main()

        server = serve(Fails)
        good, bad = dial(server), dial(server)
        bad.sendall(b"fail")
        assert read_all(bad) == b""
        good.sendall(b"go on")
        assert read_all(good, 4) == b"fine"
        assert [str(component.error) for component in lab.failures] == ["oh dear"]

    @pytest.mark.parametrize(
        ("factory", "words"),
        [
            (lambda: 1 / 0, "ZeroDivisionError"),
            (lambda: 42, "42"),
            (lambda: None, "None"),
            (lambda: Component, "brackets"),
            (lambda needed: needed, "needed"),
        ],
    )
    def test_a_factory_that_fails(
        self, serve: Any, lab: Any, dial: Any, read_all: Any, eventually: Any, factory: Any, words: str
    ) -> None:
        """A factory that raises, or returns no component, costs that connection; it is reported, the server goes on."""
        server = serve(factory)
        for _ in range(2):
            assert read_all(dial(server)) == b""
        assert eventually(lambda: len(lab.reports) == 2)
        assert server.short_name in lab.reports[0]
        assert words in lab.reports[0]
        assert not server.is_stopped()
        assert eventually(lambda: server.children == [server.server])

    def test_one_protocol_for_two_connections(self, serve: Any, lab: Any, parts: Any, dial: Any, read_all: Any) -> None:
        """A factory that returns the same component twice: the second connection is closed, the first stays."""
        only = parts.Echo()
        server = serve(lambda: only)
        first = dial(server)
        first.sendall(b"a")
        assert read_all(first, 1) == b"a"
        assert read_all(dial(server)) == b""
        first.sendall(b"b")
        assert read_all(first, 1) == b"b"
        assert only.short_name in lab.reports[0]

    def test_an_adapter_that_fails(self, lab: Any, parts: Any, dial: Any, read_all: Any, eventually: Any) -> None:
        """The failure of an adapter ends its protocol and closes its connection; the server goes on."""

        class Broken(ConnectedSocketAdapter):
            def _read(self) -> None:
                if self.socket.recv(100) == b"fail":
                    raise LookupError("oh dear")
                self._readable = False
                self.send(b"ok")

        class Fragile(TCPServer):
            CSA = Broken

        server = SimpleServer(protocol=parts.Echo, port=0, TCPS=Fragile).activate()
        lab.start()
        bad, good = dial(server), dial(server)
        bad.sendall(b"fail")
        assert read_all(bad) == b""
        good.sendall(b"x")
        assert read_all(good, 2) == b"ok"
        assert eventually(lambda: len(server.children) == 3)

    def test_leaked_protocols_are_listed(self, make_lab: Any, parts: Any, dial: Any, eventually: Any) -> None:
        """A protocol that lives on after its connection, ignoring control, is in server.leaked (defect 19)."""
        lab = make_lab()
        deaf: list[Any] = []
        server = SimpleServer(
            protocol=lambda: deaf.append(parts.Deaf()) or deaf[-1], port=0, leak_after=0.05
        ).activate()
        lab.start()
        stays, leaves = dial(server), dial(server)
        assert eventually(lambda: len(server.clients) == 2)
        leaves.close()
        assert eventually(lambda: server.leaked)
        assert len(server.leaked) == 1
        stays.sendall(b"x")
        assert stays.recv(1) == b"x"
        with lab.lock:
            server.leaked[0].stop()
        assert eventually(lambda: not server.leaked)

    def test_a_protocol_that_heeds_control_is_not_leaked(
        self, serve: Any, parts: Any, dial: Any, eventually: Any
    ) -> None:
        """A protocol that ends with its connection is never listed."""
        server = serve(parts.Echo, leak_after=0.0)
        for _ in range(5):
            dial(server).close()
        assert eventually(lambda: server.children == [server.server])
        assert server.leaked == []


class TestShuttingDown:
    @pytest.mark.parametrize("message", [ShutdownMicroprocess(), ServerShutdown()])
    def test_a_server_ends_on_shutdown(
        self, serve: Any, lab: Any, parts: Any, dial: Any, read_all: Any, eventually: Any, message: Any
    ) -> None:
        """ShutdownMicroprocess and ServerShutdown end the server, its connections and protocols, and the run."""
        server = serve(parts.Echo)
        client = dial(server)
        client.sendall(b"x")
        assert read_all(client, 1) == b"x"
        lab.tell(server, message)
        assert eventually(lambda: not lab.running)
        assert lab.outcome.reason == "finished"
        assert read_all(client) == b""
        with pytest.raises(ConnectionRefusedError):
            dial(server)

    def test_not_on_producer_finished(self, serve: Any, lab: Any, parts: Any, dial: Any, read_all: Any) -> None:
        """ProducerFinished does not end a server."""
        server = serve(parts.Echo)
        lab.tell(server, ProducerFinished())
        client = dial(server)
        client.sendall(b"x")
        assert read_all(client, 1) == b"x"

    def test_at_once(self, make_lab: Any, hand_clock: Any, parts: Any, dial: Any, eventually: Any) -> None:
        """No time of the lab's clock passes between the shutdown of a server and the end of the run."""
        lab = make_lab(clock=hand_clock)
        server = SimpleServer(protocol=parts.Echo, port=0).activate()
        lab.start()
        for _ in range(3):
            dial(server)
        assert eventually(lambda: len(server.clients) == 3)
        lab.tell(server, ShutdownMicroprocess())
        assert eventually(lambda: not lab.running)
        assert lab.outcome.reason == "finished"

    def test_the_message_is_passed_on(self, lab: Any, parts: Any) -> None:
        """At its end a server sends the shutdown message on."""
        server, after = SimpleServer(protocol=parts.Echo, port=0), parts.Recorder()
        server.link((server, "signal"), (after, "control"))
        server.activate()
        after.activate()
        message = ServerShutdown()
        server.deliver(message, "control")
        lab.run(timeout=20)
        assert after.told == [message]

    def test_a_slow_reader_gets_everything(
        self, serve: Any, lab: Any, parts: Any, dial: Any, read_all: Any, eventually: Any
    ) -> None:
        """A server that is shut down while a slow client has taken nothing delivers 5,000,000 of 5,000,000 bytes."""
        server = serve(lambda: parts.Sayer(says=[b"x" * 50_000] * 99 + ["y" * 50_000]))
        client = dial(server, receive_buffer=4096)
        assert eventually(lambda: server.clients and server.clients[0].protocol.is_stopped())
        lab.tell(server, ShutdownMicroprocess())
        assert eventually(lambda: server.server.is_stopped())
        assert not server.is_stopped()
        data = read_all(client)
        assert (len(data), data[-1:]) == (5_000_000, b"y")
        assert eventually(lambda: not lab.running)
        assert lab.outcome.reason == "finished"

    def test_a_protocol_at_work_may_finish(
        self, serve: Any, lab: Any, dial: Any, read_all: Any, eventually: Any
    ) -> None:
        """A protocol that is told to end while it still has something to send has that delivered."""

        class Thorough(Component):
            def main(self) -> Any:
                while not self.data_ready("control"):
                    self.pause()
                    yield
                for number in range(100):
                    self.send(f"{number} ")
                    yield
                self.send(self.recv("control"), "signal")

        server = serve(Thorough)
        client = dial(server)
        assert eventually(lambda: server.clients)
        lab.tell(server, ShutdownMicroprocess())
        assert read_all(client) == b"".join(b"%d " % number for number in range(100))
        assert eventually(lambda: not lab.running)

    def test_a_protocol_that_ignores_it_is_stopped(
        self, serve: Any, lab: Any, parts: Any, dial: Any, read_all: Any, eventually: Any
    ) -> None:
        """A protocol that does nothing about the shutdown is stopped after the grace, and that is reported."""
        server = serve(parts.Deaf, grace=0.05)
        client = dial(server)
        assert eventually(lambda: server.clients)
        name = server.clients[0].protocol.short_name
        lab.tell(server, ShutdownMicroprocess())
        assert read_all(client) == b""
        assert eventually(lambda: not lab.running)
        assert len(lab.reports) == 1
        assert name in lab.reports[0]

    def test_stop_closes_everything(
        self, serve: Any, lab: Any, parts: Any, dial: Any, read_all: Any, eventually: Any
    ) -> None:
        """stop() ends listener, connections and protocols at once."""
        server = serve(parts.Deaf)
        clients = [dial(server) for _ in range(3)]
        assert eventually(lambda: len(server.clients) == 3)
        with lab.lock:
            server.stop()
        assert eventually(lambda: not lab.components)
        assert [read_all(client) for client in clients] == [b""] * 3
        assert len(lab.network.sockets) == 0

    def test_newcomers_of_a_stopped_server_are_closed(self, lab: Any, parts: Any, dial: Any, read_all: Any) -> None:
        """A connection that was accepted but has no protocol yet is closed with the server."""
        server = SimpleServer(protocol=parts.Echo, port=0).activate()
        client = dial(server)
        while not server.data_ready("_socketactivity"):
            assert lab.step()
        server.stop()
        assert read_all(client) == b""
        assert len(lab.network.sockets) == 0

    def test_the_end_of_the_lab_closes_everything(
        self, make_lab: Any, parts: Any, dial: Any, read_all: Any, descriptors: Any, eventually: Any
    ) -> None:
        """lab.stop() leaves no port, no connection and no descriptor."""
        before = descriptors()
        lab = make_lab()
        server = SimpleServer(protocol=parts.Deaf, port=0).activate()
        lab.start()
        client = dial(server)
        assert eventually(lambda: server.clients)
        lab.stop()
        assert read_all(client) == b""
        with pytest.raises(ConnectionRefusedError):
            dial(server)
        client.close()
        assert eventually(lambda: descriptors() == before)

    def test_a_listener_that_fails_fails_the_server(self, serve: Any, lab: Any, parts: Any, eventually: Any) -> None:
        """The server above learns when its TCPServer fails, and fails with the same error."""
        server = serve(parts.Echo)

        def fail() -> None:
            raise OSError(errno.EBADF, "oh dear")

        with lab.lock:
            server.server._accept = fail
            server.server._on_ready(1)
        assert eventually(server.is_stopped)
        assert server.error is server.server.error is not None
        assert eventually(lambda: not lab.components)


class TestTCPServer:
    def test_alone(self, lab: Any, parts: Any, dial: Any, read_all: Any, eventually: Any) -> None:
        """A TCPServer sends NewCSA with adapter and socket, and ShutdownCSA when that adapter has ended."""

        class Hand(Component):
            """A server made by hand."""

            Inboxes = ("inbox", "control", "news")

            def __init__(self) -> None:
                super().__init__()
                self.news: list[Any] = []

            def main(self) -> Any:
                while True:
                    for message in self.messages("news"):
                        self.news.append(message)
                        if isinstance(message, NewCSA):
                            echo = parts.Echo()
                            self.link((message.object, "outbox"), (echo, "inbox"))
                            self.link((echo, "outbox"), (message.object, "inbox"))
                            self.link((message.object, "signal"), (echo, "control"))
                            self.link((echo, "signal"), (message.object, "control"))
                            echo.activate()
                            message.object.activate()
                    self.pause()
                    yield

        server, hand = TCPServer(listenport=0), Hand()
        server.link((server, "protocolHandlerSignal"), (hand, "news"))
        server.activate()
        hand.activate()
        lab.start()
        client = dial(server)
        client.sendall(b"x")
        assert read_all(client, 1) == b"x"
        client.close()
        assert eventually(lambda: [type(message) for message in hand.news] == [NewCSA, ShutdownCSA])
        new, gone = hand.news
        assert new.caller is gone.caller is server
        assert new.object is gone.object
        assert new.sock.fileno() == -1

    def test_nobody_takes_its_connections(self, lab: Any, dial: Any, read_all: Any, eventually: Any) -> None:
        """A TCPServer whose connections nobody takes closes them and says so once."""
        server = TCPServer(0).activate()
        lab.start()
        assert [read_all(dial(server)) for _ in range(3)] == [b""] * 3
        assert eventually(lambda: len(lab.network.sockets) == 1)
        assert len(lab.reports) == 1
        assert "protocolHandlerSignal" in lab.reports[0]

    @pytest.mark.parametrize("message", [ServerShutdown(), ShutdownMicroprocess()])
    def test_shutdown(self, lab: Any, dial: Any, message: Any) -> None:
        """A TCPServer ends on either shutdown message, passes it on, and its port is closed."""
        server = TCPServer(0).activate()
        server.deliver(message, "control")
        lab.run(timeout=20)
        assert server.state == "finished"
        with pytest.raises(ConnectionRefusedError):
            dial(server)

    def test_opening_and_closing_are_recorded(self, lab: Any) -> None:
        """The trace says where a server listens and that it has stopped."""
        server = TCPServer(0).activate()
        server.deliver(ServerShutdown(), "control")
        lab.run(timeout=20)
        said = [(event.kind, event.detail) for event in lab.trace.events() if event.kind in ("opened", "closed")]
        assert [kind for kind, _ in said] == ["opened", "closed"]
        assert all(f"127.0.0.1:{server.port}" in detail for _, detail in said)
