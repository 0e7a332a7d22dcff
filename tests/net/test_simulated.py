"""The simulated network behind the interface: sockets, ports, names, watching, and how it wakes a lab."""

from __future__ import annotations

import errno
import socket
import threading
from typing import Any

import pytest

from kamlab import Component
from kamlab.core.errors import LabIsClosed
from kamlab.net import ConnectFailed, ListenFailed, NetworkIsClosed, PortInUse, SimpleServer, Simulated
from kamlab.net.interface import READ, WRITE

ERROR = (socket.SOL_SOCKET, socket.SO_ERROR)


class Sleeper(Component):
    """Is there, so that a run goes on until nothing is under way any more."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield


class World:
    """A lab with a simulated network, and sockets of it."""

    def __init__(self, make_lab: Any, **how: Any) -> None:
        self.lab = make_lab(clock="virtual", network=Simulated(**how))
        self.network = self.lab.network
        Sleeper(name="sleeper").activate()
        self.settle()

    def settle(self) -> None:
        """Let everything arrive that is under way."""
        assert self.lab.run().reason == "stuck"

    def pair(self) -> tuple[Any, Any]:
        """Return two ends of a connection: who asked, and who was asked."""
        listener = self.network.listen(None, 0)
        client = self.network.connect((socket.AF_INET, listener.getsockname()))
        self.settle()
        server, _ = listener.accept()
        listener.close()
        return client, server

    def read(self, sock: Any) -> list[bytes]:
        """Return what can be read now, as it is read; the end is ``b""``."""
        chunks = []
        try:
            while not chunks or chunks[-1]:
                chunks.append(sock.recv(1 << 20))
        except BlockingIOError:
            pass
        return chunks

    def left(self) -> tuple[int, int, Any]:
        """Return what is left over: sockets, connections, the next timer."""
        return len(self.network.poller.sockets), len(self.network.connections), self.lab.scheduler.next_timer()


@pytest.fixture
def world(make_lab: Any) -> World:
    """One lab with a simulated network."""
    return World(make_lab)


class TestConnecting:
    def test_both_ends_know_where_they_are(self, world: World) -> None:
        """Each end names itself and the other by host and port; ports are given out from 49152 on."""
        client, server = world.pair()
        assert client.getsockname() == server.getpeername() == ("127.0.0.1", 49153)
        assert server.getsockname() == client.getpeername() == ("127.0.0.1", 49152)

    def test_it_takes_a_round_trip(self, world: World) -> None:
        """The asked end has the connection after one latency, the asking one after two."""
        listener = world.network.listen(None, 1500)
        client = world.network.connect((socket.AF_INET, ("127.0.0.1", 1500)))
        seen = []
        world.network.watch(listener, READ, lambda _: (world.network.unwatch(listener), seen.append(now())))
        world.network.watch(client, WRITE, lambda _: (world.network.unwatch(client), seen.append(now())))

        def now() -> float:
            return round(world.lab.scheduler.clock.now(), 6)

        world.settle()
        assert seen == [0.01, 0.02]

    def test_nobody_listens(self, world: World) -> None:
        """Connecting to a port where nobody listens is refused, as SO_ERROR says, once."""
        client = world.network.connect((socket.AF_INET, ("127.0.0.1", 1500)))
        assert client.readiness() == 0
        with pytest.raises(BlockingIOError):
            client.send(b"x")
        world.settle()
        assert client.readiness() & WRITE
        assert client.getsockopt(*ERROR) == errno.ECONNREFUSED
        assert client.getsockopt(*ERROR) == 0
        client.close()
        assert world.left() == (0, 0, None)

    def test_a_partition_times_out(self, world: World) -> None:
        """Connecting across a partition ends with ETIMEDOUT after the last attempt."""
        world.network.listen(None, 1500)
        world.network.partition("localhost", "localhost")
        client = world.network.connect((socket.AF_INET, ("127.0.0.1", 1500)))
        world.settle()
        assert client.getsockopt(*ERROR) == errno.ETIMEDOUT
        assert world.lab.scheduler.now == pytest.approx(0.01 + 0.2 * (2**8 - 1))

    def test_an_answer_that_never_arrives(self, world: World) -> None:
        """Where the question gets through and the answer does not, both ends time out and nothing is left."""
        listener = world.network.listen(None, 1500)
        client = world.network.connect((socket.AF_INET, ("127.0.0.1", 1500)))
        world.network.watch(listener, READ, lambda _: world.network.hosts.cut("localhost", "localhost"))
        world.lab.run(until=lambda _: bool(client.readiness()))
        assert client.getsockopt(*ERROR) == errno.ETIMEDOUT
        server, _ = listener.accept()
        assert server.getsockopt(*ERROR) == errno.ETIMEDOUT
        client.close()
        server.close()
        listener.close()
        assert world.left() == (0, 0, None)

    def test_a_full_backlog(self, world: World) -> None:
        """Who finds no place in the queue asks again, and gets in when somebody was accepted."""
        listener = world.network.listen(None, 1500, backlog=1)
        clients = [world.network.connect((socket.AF_INET, ("127.0.0.1", 1500))) for _ in range(2)]
        world.lab.run(until=lambda lab: lab.scheduler.now > 1)
        assert [bool(client.readiness()) for client in clients] == [True, False]
        listener.accept()
        world.settle()
        assert [bool(client.readiness()) for client in clients] == [True, True]

    def test_an_asker_that_hangs_up(self, world: World) -> None:
        """One that closes before it is connected leaves nothing, whether the other end has heard of it or not."""
        listener = world.network.listen(None, 1500)
        world.network.connect((socket.AF_INET, ("127.0.0.1", 1500))).close()
        assert world.left() == (1, 0, None)
        client = world.network.connect((socket.AF_INET, ("127.0.0.1", 1500)))
        world.network.watch(listener, READ, lambda _: (client.close(), world.network.unwatch(listener)))
        world.settle()
        server, _ = listener.accept()
        with pytest.raises(ConnectionResetError):
            server.recv(10)
        server.close()
        listener.close()
        assert world.left() == (0, 0, None)

    def test_a_listener_that_closes(self, world: World) -> None:
        """Connections that nobody has accepted are reset when their listener closes."""
        listener = world.network.listen(None, 1500)
        client = world.network.connect((socket.AF_INET, ("127.0.0.1", 1500)))
        world.settle()
        listener.close()
        world.settle()
        with pytest.raises(ConnectionResetError):
            client.recv(10)
        client.close()
        assert world.left() == (0, 0, None)


class TestSockets:
    def test_bytes_arrive_in_order_after_a_while(self, world: World) -> None:
        """What is sent at one end is read at the other, after the latency; before that reading would block."""
        client, server = world.pair()
        assert client.send(b"one ") == 4
        client.send(memoryview(b"two"))
        with pytest.raises(BlockingIOError):
            server.recv(100)
        world.settle()
        assert server.recv(2) == b"on"
        assert server.recv(100) == b"e two"

    def test_both_directions(self, world: World) -> None:
        """The two directions are independent."""
        client, server = world.pair()
        client.send(b"there")
        server.send(b"back")
        world.settle()
        assert (server.recv(10), client.recv(10)) == (b"there", b"back")

    def test_a_half_is_ended(self, world: World) -> None:
        """After SHUT_WR the other end reads all and then the end, and can still answer."""
        client, server = world.pair()
        client.send(b"question")
        client.shutdown(socket.SHUT_WR)
        with pytest.raises(BrokenPipeError):
            client.send(b"more")
        world.settle()
        assert world.read(server) == [b"question", b""]
        server.send(b"answer")
        server.close()
        world.settle()
        assert world.read(client) == [b"answer", b""]
        client.close()
        world.settle()
        assert world.left() == (0, 0, None)

    def test_a_reader_that_shuts(self, world: World) -> None:
        """After SHUT_RD reading gives the end, and what comes is dropped."""
        client, server = world.pair()
        server.shutdown(socket.SHUT_RD)
        client.send(b"x")
        world.settle()
        assert server.recv(10) == b""
        server.send(b"y")
        world.settle()
        assert client.recv(10) == b"y"

    def test_a_closed_socket(self, world: World) -> None:
        """A closed socket has the number -1, every use of it is EBADF, and closing again does nothing."""
        client, server = world.pair()
        client.close()
        client.close()
        assert client.fileno() == -1
        for use in (
            lambda: client.recv(1),
            lambda: client.send(b"x"),
            lambda: client.shutdown(socket.SHUT_WR),
            client.getsockname,
            client.getpeername,
            lambda: client.getsockopt(*ERROR),
        ):
            with pytest.raises(OSError) as caught:
                use()
            assert caught.value.errno == errno.EBADF
        world.settle()
        assert server.recv(10) == b""

    def test_writing_to_one_that_has_gone(self, world: World) -> None:
        """Data for a closed end is answered with a reset: EPIPE, since its end was seen."""
        client, server = world.pair()
        client.close()
        world.settle()
        assert server.send(b"is anybody there") == 16
        world.settle()
        assert server.getsockopt(*ERROR) == errno.EPIPE
        with pytest.raises(BrokenPipeError):
            server.send(b"x")
        assert server.recv(10) == b""

    def test_closing_with_something_unread(self, world: World) -> None:
        """Closing a socket in which something is unread resets the connection; what had arrived can still be read."""
        client, server = world.pair()
        server.send(b"last words")
        client.send(b"never read")
        world.settle()
        server.close()
        world.settle()
        assert client.recv(100) == b"last words"
        with pytest.raises(ConnectionResetError):
            client.recv(100)
        assert client.recv(100) == b""
        with pytest.raises(BrokenPipeError):
            client.send(b"x")
        client.close()
        assert world.left() == (0, 0, None)

    def test_closing_sends_what_is_left(self, world: World) -> None:
        """What was sent before closing arrives, though it did not fit at once."""
        client, server = world.pair()
        data = bytes(range(256)) * 300
        sent = client.send(data)
        assert sent == 65536
        client.send(data[sent:])
        client.close()
        got = b""
        while True:
            world.settle()
            chunk = b"".join(world.read(server))
            if not chunk:
                break
            got += chunk
        assert got == data

    def test_a_slow_reader(self, make_lab: Any) -> None:
        """Buffers are finite: sending stops when both sides are full, and unsent() tells how much waits for room."""
        world = World(make_lab, buffer=100)
        client, server = world.pair()
        assert client.send(b"x" * 300) == 100
        assert world.network.unsent(client) == 0
        assert client.send(b"x" * 300) == 100
        assert world.network.unsent(client) == 100
        assert not client.readiness() & WRITE
        with pytest.raises(BlockingIOError):
            client.send(b"x")
        world.settle()
        assert server.recv(60) == b"x" * 60
        assert world.network.unsent(client) == 40
        assert client.readiness() & WRITE
        assert client.send(b"x" * 300) == 60

    def test_closing_frees_those_who_wait_for_room(self, make_lab: Any) -> None:
        """Where a reader that was slow hangs up, the other end gets a reset, and nothing is left."""
        world = World(make_lab, buffer=100)
        client, server = world.pair()
        client.send(b"x" * 100)
        client.send(b"x" * 100)
        world.settle()
        server.close()
        world.settle()
        with pytest.raises(ConnectionResetError):
            client.send(b"x")
        client.close()
        world.settle()
        assert world.left() == (0, 0, None)

    def test_it_never_blocks(self, world: World) -> None:
        """A simulated socket cannot be made to block, and says what to do instead."""
        client, _ = world.pair()
        client.setblocking(False)
        with pytest.raises(ValueError, match="watch it"):
            client.setblocking(True)

    @pytest.mark.skipif(not hasattr(socket, "SO_REUSEADDR"), reason="this system has no SO_REUSEADDR")
    def test_options_are_remembered(self, world: World) -> None:
        """An option that was set is there; one that was not is 0."""
        client, _ = world.pair()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        assert client.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) == 0

    def test_its_text_is_the_same_each_time(self, world: World) -> None:
        """A socket reads as its number and its ends, without an address in memory."""
        client, server = world.pair()
        assert str(client) == "<simulated socket 1002: 127.0.0.1:49153 to 127.0.0.1:49152>"
        assert str(server) == "<simulated socket 1003: 127.0.0.1:49152 to 127.0.0.1:49153>"


class TestPorts:
    def test_a_port_in_use(self, world: World, parts: Any) -> None:
        """A port that somebody in the lab has is PortInUse: by whom, and what to do."""
        server = SimpleServer(protocol=parts.Echo, port=1500).activate()
        with pytest.raises(PortInUse, match=f"{server.short_name} in this lab") as caught:
            SimpleServer(protocol=parts.Echo, port=1500).activate()
        assert "Lab(ports={1500: 0})" in str(caught.value)
        assert caught.value.errno == errno.EADDRINUSE
        server.stop()
        SimpleServer(protocol=parts.Echo, port=1500).activate()

    def test_another_lab_has_ports_of_its_own(self, make_lab: Any, parts: Any) -> None:
        """Two labs can have the same port: each has its own network."""
        for _ in range(2):
            make_lab(clock="virtual")
            assert SimpleServer(protocol=parts.Echo, port=1500).activate().port == 1500

    def test_any_that_is_free(self, make_lab: Any, parts: Any) -> None:
        """Port 0, asked for or by Lab(ports=...), is a free one."""
        make_lab(clock="virtual", ports={1500: 0})
        assert SimpleServer(protocol=parts.Echo, port=0).activate().port == 49152
        assert SimpleServer(protocol=parts.Echo, port=1500).activate().port == 49153

    def test_ports_are_given_out_again(self, world: World, monkeypatch: Any) -> None:
        """After the last port comes the first again, without those in use; with none left the error says so."""
        monkeypatch.setattr("kamlab.net.simulated.network.LAST_PORT", 49153)
        listener = world.network.listen(None, 0)
        place = (socket.AF_INET, listener.getsockname())
        for _ in range(3):
            client = world.network.connect(place)
            assert client.getsockname()[1] == 49153
            client.close()
        world.network.connect(place)
        with pytest.raises(ListenFailed, match="in use"):
            world.network.connect(place)

    @pytest.mark.parametrize("host", ["192.0.2.1", "foo.bar.com"])
    def test_a_host_that_is_not_this_machine(self, world: World, host: str) -> None:
        """Listening as another machine is a ListenFailed that names it and says what to do."""
        with pytest.raises(ListenFailed, match=host) as caught:
            world.network.listen(host, 1500)
        assert "serve" in str(caught.value)

    @pytest.mark.parametrize("port", [-1, 65536, "http", None])
    def test_no_port(self, world: World, port: Any) -> None:
        """Something that is no port is a ListenFailed that shows it."""
        with pytest.raises(ListenFailed, match=str(port)):
            world.network.listen(None, port)

    @pytest.mark.parametrize(("host", "shown"), [(None, "127.0.0.1"), ("", "127.0.0.1"), ("::1", "::1")])
    def test_this_machine_by_any_name(self, world: World, host: Any, shown: str) -> None:
        """Whatever it is called, this machine is reached by all its names."""
        listener = world.network.listen(host, 1500)
        assert listener.getsockname()[1] == 1500
        for place in ((socket.AF_INET, ("127.0.0.1", 1500)), (socket.AF_INET6, ("::1", 1500, 0, 0))):
            world.network.connect(place)
        world.settle()
        assert listener.accept()[1][0] == "127.0.0.1"
        listener.accept()


class TestNames:
    def resolved(self, lab: Any, host: Any, port: Any = 80) -> Any:
        found: list[Any] = []
        lab.network.resolve(host, port, found.append)
        return found[0]

    def test_every_name_has_an_address(self, make_lab: Any) -> None:
        """A host's address is made up, the same in every lab, and another for each."""
        first, second = (self.resolved(make_lab(clock="virtual"), "foo.bar.com") for _ in range(2))
        assert first == second == [(socket.AF_INET, ("10.221.51.133", 80))]
        lab = make_lab(clock="virtual")
        assert len({self.resolved(lab, f"host{n}")[0][1] for n in range(1000)}) == 1000

    def test_names_that_meet(self, make_lab: Any, monkeypatch: Any) -> None:
        """Two names that would have the same address have two."""
        monkeypatch.setattr("zlib.crc32", lambda data: 5)
        lab = make_lab(clock="virtual")
        one, other = self.resolved(lab, "one"), self.resolved(lab, "other")
        assert one != other
        assert self.resolved(lab, "one") == one

    def test_numbers_and_this_machine(self, make_lab: Any) -> None:
        """A number stays what it is, and this machine's own name is 127.0.0.1."""
        lab = make_lab(clock="virtual")
        assert self.resolved(lab, "192.0.2.7") == [(socket.AF_INET, ("192.0.2.7", 80))]
        assert self.resolved(lab, "localhost") == [(socket.AF_INET, ("127.0.0.1", 80))]

    def test_aliases(self, make_lab: Any, monkeypatch: Any) -> None:
        """Lab(hosts=...) and the environment have other names for places, as on the real network."""
        monkeypatch.setenv("KAMLAB_HOSTS", "other=192.0.2.7")
        lab = make_lab(clock="virtual", hosts={"foo.bar.com:1600": "127.0.0.1:4711"})
        assert self.resolved(lab, "foo.bar.com", 1600) == [(socket.AF_INET, ("127.0.0.1", 4711))]
        assert self.resolved(lab, "other") == [(socket.AF_INET, ("192.0.2.7", 80))]

    def test_unknown_hosts(self, make_lab: Any) -> None:
        """A name in .invalid is never known, and what is no host or no port is a bad address."""
        lab = make_lab(clock="virtual")
        assert self.resolved(lab, "nobody.invalid") == "unknown host"
        assert self.resolved(lab, 17) == "bad address"
        assert self.resolved(lab, "host", -1) == "bad address"
        assert isinstance(self.resolved(lab, "host", -1), ConnectFailed)


class TestWatching:
    def test_it_is_level_triggered(self, world: World) -> None:
        """The callback comes again while something is unread, and no more once it was read."""
        client, server = world.pair()
        calls = []

        def ready(events: int) -> None:
            calls.append((events, server.recv(1)))

        world.network.watch(server, READ, ready)
        client.send(b"abc")
        world.settle()
        assert calls == [(READ, b"a"), (READ, b"b"), (READ, b"c")]

    def test_watching_again_replaces(self, world: World) -> None:
        """A second watch of a socket takes the place of the first; unwatch ends it."""
        client, _ = world.pair()
        calls = []
        world.network.watch(client, WRITE, lambda _: calls.append("first"))
        world.network.watch(client, WRITE, lambda _: (calls.append("second"), world.network.unwatch(client)))
        world.settle()
        assert calls == ["second"]
        world.network.unwatch(client)

    def test_by_number(self, world: World) -> None:
        """A socket can be watched by its number, as the Selector does."""
        client, server = world.pair()
        calls = []
        world.network.watch(server.fileno(), READ, lambda _: calls.append(server.recv(10)))
        client.send(b"x")
        world.settle()
        assert calls == [b"x"]
        world.network.unwatch(server.fileno())
        client.send(b"y")
        world.settle()
        assert calls == [b"x"]

    def test_a_closed_socket_is_not_watched(self, world: World) -> None:
        """Closing ends a watch; watching a closed socket is an error."""
        client, _ = world.pair()
        calls = []
        world.network.watch(client, WRITE, calls.append)
        client.close()
        world.settle()
        assert calls == []
        with pytest.raises(ValueError, match="closed"):
            world.network.watch(client, READ, calls.append)
        with pytest.raises(ValueError, match="not a socket"):
            world.network.watch(17, READ, calls.append)

    def test_a_callback_that_fails(self, world: World) -> None:
        """A callback that raises is reported and not called again; the others are."""
        client, server = world.pair()
        world.network.watch(client, WRITE, lambda _: 1 / 0)
        calls = []
        world.network.watch(server, WRITE, lambda _: (calls.append(1), world.network.unwatch(server)))
        world.settle()
        assert calls == [1]
        assert len([text for text in world.lab.reports if "ZeroDivisionError" in text]) == 1

    def test_order_is_that_of_the_numbers(self, world: World) -> None:
        """Of several sockets that are ready, the older is told first, whoever was watched first."""
        first, second = world.pair()
        calls = []
        for sock in (second, first):
            world.network.watch(sock, WRITE, lambda _, sock=sock: (calls.append(sock), world.network.unwatch(sock)))
        world.settle()
        assert calls == [first, second]

    def test_time_stands_still_until_the_news_is_told(self, world: World) -> None:
        """A virtual clock does not jump to the next timer while a callback is due."""
        client, server = world.pair()
        seen = []
        now = world.lab.scheduler.clock.now
        world.network.watch(server, READ, lambda _: seen.append((server.recv(10), now())))
        world.lab.scheduler.call_later(100, lambda: None)
        client.send(b"x")
        world.settle()
        assert seen == [(b"x", pytest.approx(0.03))]


class TestIdleDoor:
    def test_a_lab_in_which_all_wait_is_stuck(self, make_lab: Any, parts: Any) -> None:
        """With nothing under way a server that waits for clients is stuck, and the run says who sleeps."""
        lab = make_lab(clock="virtual")
        SimpleServer(protocol=parts.Echo, port=1500, name="server").activate()
        outcome = lab.run()
        assert outcome.reason == "stuck"
        assert "waiting: server" in str(outcome)
        assert lab.scheduler.idle.sources() == 0

    def test_it_becomes_the_idle_door_until_it_is_closed(self, make_lab: Any) -> None:
        """The lab waits at the network from when it is made until it is closed."""
        lab = make_lab(clock="virtual")
        before = lab.scheduler.idle
        network = lab.network
        assert before is not lab.scheduler.idle is network.poller
        network.close()
        network.close()
        assert lab.scheduler.idle is not network.poller
        for use in (lambda: network.listen(None, 0), lambda: network.connect((2, ("127.0.0.1", 1)))):
            with pytest.raises(NetworkIsClosed):
                use()

    def test_closing_leaves_nothing(self, world: World) -> None:
        """close() closes every socket and takes back every timer."""
        client, server = world.pair()
        client.send(b"x")
        world.network.listen(None, 1500)
        world.network.close()
        assert world.left() == (0, 0, None)
        assert (client.fileno(), server.fileno()) == (-1, -1)

    @pytest.mark.parametrize("clock", ["virtual", "real"])
    def test_other_threads_wake_it(self, make_lab: Any, eventually: Any, clock: str) -> None:
        """Calls posted from other threads are made although the lab waits at the simulated network."""
        lab = make_lab(clock=clock, network="simulated")
        _ = lab.network
        lab.start(forever=True)
        made: list[int] = []
        thread = threading.Thread(
            target=lambda: [lab.scheduler.post(lambda number=number: made.append(number)) for number in range(100)]
        )
        thread.start()
        thread.join()
        assert eventually(lambda: len(made) == 100)
        assert lab.pause(timeout=20)

    def test_under_the_real_clock(self, make_lab: Any, parts: Any, eventually: Any) -> None:
        """Under the real clock it works as well, in the background, with hands from another thread."""
        lab = make_lab(network=Simulated(latency=0.001))
        SimpleServer(protocol=parts.Echo, port=1500).activate()
        lab.start()
        peer = lab.network.dial(1500)
        peer.send(b"hello")
        assert eventually(lambda: peer.received == b"hello")
        peer.finish()
        assert eventually(lambda: peer.closed)

    def test_reset_makes_it_anew(self, make_lab: Any) -> None:
        """lab.reset() closes the network and makes a fresh one, with the same conditions and draws."""
        lab = make_lab(clock="virtual", network=Simulated(seed=7))
        first = lab.network
        draws = [first.draw() for _ in range(3)]
        lab.reset()
        assert lab.network is not first
        assert [lab.network.draw() for _ in range(3)] == draws
        lab.stop()
        with pytest.raises(LabIsClosed):
            lab.network
