"""A client that switches to TLS: certificates are checked, nothing blocks, and a recorded run replays without a key."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import ProducerFinished
from kamlab.net import (
    ConnectionLost,
    HandshakeFailed,
    SimpleServer,
    TCPClient,
    TLSNotSupported,
    UntrustedCertificate,
    WrongHost,
)
from kamlab.net.interface import TLSClient
from kamlab.net.tls import TLSConnection

trustme = pytest.importorskip("trustme")

#: Seconds a plain server waits for anything.
PATIENCE = 20


class Secured:
    """A plain server for one client, in a thread; ``talk`` is given the connection once it is encrypted."""

    def __init__(self, context: ssl.SSLContext, talk: Callable[[ssl.SSLSocket], Any], before: bytes = b"") -> None:
        self.got: Any = None
        self.error: Exception | None = None
        self.before = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._work = (context, talk, before)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        context, talk, before = self._work
        try:
            plain, _ = self._listener.accept()
            with plain:
                plain.settimeout(PATIENCE)
                while len(self.before) < len(before):
                    self.before += plain.recv(len(before) - len(self.before))
                with context.wrap_socket(plain, server_side=True) as secure:
                    self.got = talk(secure)
        except Exception as error:
            self.error = error

    def close(self) -> None:
        """Wait for the end of the talk."""
        self._thread.join(PATIENCE)
        self._listener.close()


def read_all(secure: ssl.SSLSocket) -> bytes:
    """Read until the client says that nothing more will come."""
    parts = []
    while data := secure.recv(65536):
        parts.append(data)
    return b"".join(parts)


def capitals(secure: ssl.SSLSocket) -> bytes:
    """Send back in capitals what comes, until the client has finished."""
    said = b""
    while data := secure.recv(65536):
        said += data
        secure.sendall(data.upper())
    secure.unwrap()
    return said


@pytest.fixture(scope="module")
def authority() -> Any:
    """An authority of our own."""
    return trustme.CA()


@pytest.fixture(scope="module")
def certified(authority: Any) -> ssl.SSLContext:
    """What a server needs that the authority vouches for, as localhost and as tea.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "tea.example").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: Any) -> ssl.SSLContext:
    """What a client needs that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def secured(certified: ssl.SSLContext) -> Iterator[Callable[..., Secured]]:
    """Start a server; wait for its end afterwards."""
    made: list[Secured] = []

    def start(talk: Any = capitals, context: Any = certified, **how: Any) -> Secured:
        made.append(Secured(context, talk, **how))
        return made[-1]

    yield start
    for server in made:
        server.close()


@pytest.fixture
def call(parts: Any) -> Callable[..., Any]:
    """Activate a client that is asked for TLS at once, and whose receiver records; return both."""

    def make(port: int, context: Any, *says: Any, host: str = "localhost", **how: Any) -> Any:
        client, recorder = TCPClient(host, port, context=context, **how), parts.Recorder()
        client.link((client, "outbox"), (recorder, "inbox"))
        client.link((client, "signal"), (recorder, "control"))
        for message in says:
            client.deliver(message)
        client.deliver("please", "makessl")
        client.activate()
        recorder.activate()
        return client, recorder

    return make


def why(recorder: Any) -> Any:
    """Return what the only message at the end says."""
    (message,) = recorder.told
    assert isinstance(message, ProducerFinished)
    return message.message


class TestTalking:
    def test_both_ways(self, lab: Any, secured: Any, trusting: Any, call: Any, eventually: Any) -> None:
        """What waits goes encrypted, the answer comes out decrypted, and sslready is told."""
        server = secured()
        client, recorder = call(server.port, trusting, b"tea, ", "café")
        lab.start()
        assert eventually(lambda: b"".join(recorder.got) == "TEA, CAFé".encode())
        with lab.lock:
            assert client.outboxes["sslready"].discarded == 1
        lab.tell(client, ProducerFinished(), "control")
        assert eventually(lambda: recorder.told)
        assert why(recorder) is None
        server.close()
        assert (server.got, server.error) == ("tea, café".encode(), None)

    def test_a_switch_in_the_middle(self, lab: Any, secured: Any, trusting: Any, parts: Any, eventually: Any) -> None:
        """A connection that has begun in the clear switches when it is asked to; sslready has a message then."""
        server = secured(before=b"STARTTLS\n")
        client, ready = TCPClient("localhost", server.port, context=trusting).activate(), parts.Recorder().activate()
        client.link((client, "sslready"), (ready, "inbox"))
        client.deliver("STARTTLS\n")
        lab.start()
        assert eventually(lambda: server.before == b"STARTTLS\n")
        lab.tell(client, "now", "makessl")
        lab.tell(client, b"hello", "inbox")
        lab.tell(client, ProducerFinished(), "control")
        assert eventually(client.is_stopped)
        server.close()
        assert (server.got, server.error, ready.got) == (b"hello", None, [""])

    def test_much_both_ways(self, lab: Any, secured: Any, trusting: Any, call: Any, eventually: Any) -> None:
        """Megabytes arrive complete in both directions, although the peer reads all before it answers."""

        def answer(secure: ssl.SSLSocket) -> int:
            got = read_all(secure)
            secure.sendall(got[::-1])
            secure.unwrap()
            return len(got)

        server = secured(answer)
        blocks = [bytes([number]) * 100_000 for number in range(30)]
        _, recorder = call(server.port, trusting, *blocks, wait_for_serverclose=True)
        client = lab.components[0]
        client.deliver(ProducerFinished(), "control")
        lab.run(until=recorder, timeout=PATIENCE)
        server.close()
        assert server.got == 3_000_000
        assert b"".join(recorder.got) == b"".join(blocks)[::-1]

    def test_the_server_closes(self, lab: Any, secured: Any, trusting: Any, call: Any) -> None:
        """A server that says close_notify ends the connection by agreement."""

        def goodbye(secure: ssl.SSLSocket) -> None:
            secure.sendall(b"goodbye")
            secure.unwrap()

        _, recorder = call(secured(goodbye).port, trusting)
        lab.run(until=recorder, timeout=PATIENCE)
        assert recorder.got == [b"goodbye"]
        assert why(recorder) is None

    def test_only_the_oldest_tls_that_is_allowed(
        self, lab: Any, authority: Any, secured: Any, trusting: Any, call: Any, eventually: Any
    ) -> None:
        """A server that speaks TLS 1.2 only is served as well."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        authority.issue_cert("localhost").configure_cert(context)
        client, recorder = call(secured(context=context).port, trusting, b"tea")
        lab.start()
        assert eventually(lambda: recorder.got == [b"TEA"])
        lab.tell(client, ProducerFinished())

    def test_a_stop_leaves_nothing(
        self, lab: Any, secured: Any, trusting: Any, call: Any, eventually: Any, descriptors: Any
    ) -> None:
        """A client that is stopped in the middle closes its socket, and nothing is watched any more."""
        server = secured()
        client, recorder = call(server.port, trusting, b"tea")
        lab.start()
        assert eventually(lambda: recorder.got)
        with lab.lock:
            client.stop()
        assert eventually(lambda: lab.network.poller.sources() == 0)
        assert len(lab.network.sockets) == 0


class TestRefusals:
    """Each ends the connection with a sentence, and nothing goes out in the clear."""

    def refused(self, lab: Any, recorder: Any, kind: type[HandshakeFailed], reason: str) -> str:
        lab.run(until=recorder, timeout=PATIENCE)
        error = why(recorder)
        assert type(error) is kind
        assert error == reason
        assert "of TCPClient_" in str(error)
        assert lab.reports == [str(error)]
        assert not lab.failures
        return str(error)

    def test_an_authority_that_is_not_trusted(self, lab: Any, secured: Any, call: Any) -> None:
        """A certificate of an authority that the client does not know is refused; the sentence says what to do."""
        server = secured()
        _, recorder = call(server.port, None, b"secret")
        text = self.refused(lab, recorder, UntrustedCertificate, "untrusted certificate")
        assert "cafile=" in text
        server.close()
        assert isinstance(server.error, ssl.SSLError)
        assert "unknown ca" in str(server.error).lower().replace("_", " ")

    def test_another_host(self, lab: Any, secured: Any, trusting: Any, call: Any) -> None:
        """A certificate for another name is refused."""
        _, recorder = call(secured().port, trusting, b"secret", host="127.0.0.1")
        assert "127.0.0.1" in self.refused(lab, recorder, WrongHost, "wrong host")

    def test_the_name_that_the_program_has(
        self, make_lab: Any, secured: Any, trusting: Any, call: Any, eventually: Any
    ) -> None:
        """The certificate must be for the host that the program names, not for what that is an alias of."""
        server = secured()
        lab = make_lab(hosts={"tea.example:443": f"127.0.0.1:{server.port}"})
        client, recorder = call(443, trusting, b"tea", host="tea.example")
        lab.start()
        assert eventually(lambda: recorder.got == [b"TEA"])
        lab.tell(client, ProducerFinished())

    @pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
    def test_no_tls_there(
        self, lab: Any, trusting: Any, call: Any, dial: Any, parts: Any, answer: bytes, eventually: Any
    ) -> None:
        """A server that answers with something else, or closes, does not speak TLS."""
        server = SimpleServer(protocol=lambda: parts.Sayer(says=[answer] if answer else []), port=0).activate()
        _, recorder = call(server.port, trusting, b"secret")
        text = self.refused(lab, recorder, HandshakeFailed, "handshake failed")
        assert "speak TLS" in text if answer else "closed the connection" in text

    def test_a_server_that_does_not_answer(self, make_lab: Any, hand_clock: Any, trusting: Any, call: Any) -> None:
        """A handshake has as long as connecting may take."""
        lab = make_lab(clock=hand_clock)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client, recorder = call(listener.getsockname()[1], trusting, b"secret", connect_timeout=7)
            lab.run(until=lambda lab: client.adapter is not None and client.adapter.asleep, timeout=PATIENCE)
            hand_clock.time += 8
            assert "within 7 s" in self.refused(lab, recorder, HandshakeFailed, "handshake failed")

    def test_an_end_without_close_notify(self, lab: Any, secured: Any, trusting: Any, call: Any) -> None:
        """A connection that is cut off is lost, not ended, as what came may not be all; what came is passed on."""

        def cut(secure: ssl.SSLSocket) -> None:
            secure.recv(3)
            secure.sendall(b"half")
            socket.socket.shutdown(secure, socket.SHUT_WR)
            while socket.socket.recv(secure, 4096):
                pass

        _, recorder = call(secured(cut).port, trusting, b"tea")
        lab.run(until=recorder, timeout=PATIENCE)
        assert recorder.got == [b"half"]
        error = why(recorder)
        assert isinstance(error, ConnectionLost)
        assert "close_notify" in str(error)

    def test_a_connection_of_a_server(self, lab: Any, parts: Any, dial: Any, eventually: Any) -> None:
        """The connection of a server cannot switch: it fails with a sentence."""
        server = SimpleServer(protocol=parts.Echo, port=0).activate()
        lab.start()
        dial(server)
        assert eventually(lambda: server.clients)
        adapter = server.clients[0].adapter
        lab.tell(adapter, "please", "makessl")
        assert eventually(lambda: adapter.error)
        assert isinstance(adapter.error, TLSNotSupported)
        assert "TCPClient" in str(adapter.error)

    def test_a_simulated_network(self, make_lab: Any, call: Any) -> None:
        """A simulated network has no TLS and says so; nothing is sent."""
        lab = make_lab(clock="virtual")
        listener = lab.network.serve("localhost", 443)
        client, recorder = call(443, None, b"secret")
        lab.run()
        assert isinstance(why(recorder), TLSNotSupported)
        assert "Lab(recorded=True" in str(client.adapter.error)
        assert listener.peers[0].read() == b""


class TestRecorded:
    def test_a_replay_needs_no_server_and_no_trust(self, make_lab: Any, secured: Any, trusting: Any, call: Any) -> None:
        """A recorded run goes back and forward again without a network, and its messages are the same."""
        server = secured()
        made: list[Any] = []

        def build() -> None:
            client, recorder = call(server.port, trusting if not made else None, b"tea", b"cake")
            made.append(recorder)
            client.deliver(ProducerFinished(), "control")

        lab = make_lab(recorded=True, build=build, trace_limit=100_000)
        lab.run(timeout=PATIENCE)
        server.close()
        assert server.got == b"teacake"
        end, before = lab.step_number, [str(event) for event in lab.trace.events()]
        lab.goto(0)
        lab.goto(end)
        assert [str(event) for event in lab.trace.events()] == before
        assert b"".join(made[-1].got) == b"".join(made[0].got)
        again = make_lab(recorded=True, build=build)
        again.replay(str(lab.recording))
        assert b"".join(made[-1].got) == b"".join(made[0].got)

    def test_a_refusal_replays(self, make_lab: Any, secured: Any, call: Any) -> None:
        """A handshake that fails does so in the replay, with the same error."""
        server = secured()
        made: list[Any] = []

        def build() -> None:
            made.append(call(server.port, None, b"secret")[1])

        lab = make_lab(recorded=True, build=build)
        lab.run(timeout=PATIENCE)
        end = lab.step_number
        lab.goto(0)
        lab.goto(end)
        assert [type(why(recorder)) for recorder in (made[0], made[-1])] == [UntrustedCertificate] * 2
        assert str(why(made[0])) == str(why(made[-1]))


class Narrow:
    """A socket in memory that takes ``room`` bytes, and gives what is in ``comes``."""

    def __init__(self) -> None:
        self.took, self.comes, self.room, self.shut = bytearray(), bytearray(), 1 << 20, False

    def send(self, data: bytes) -> int:
        size = min(len(data), self.room)
        if not size:
            raise BlockingIOError
        self.room -= size
        self.took += data[:size]
        return size

    def recv(self, size: int) -> bytes:
        if not self.comes:
            raise BlockingIOError
        data, self.comes = bytes(self.comes[:size]), self.comes[size:]
        return data

    def shutdown(self, how: int) -> None:
        self.shut = True

    fileno = getpeername = getsockname = getsockopt = close = lambda self, *what: 0


class TestRoom:
    """What the operating system has no room for is kept, and is said again with the same call."""

    @pytest.fixture
    def ends(self, certified: ssl.SSLContext, trusting: ssl.SSLContext) -> Any:
        """A client whose handshake is done, its narrow socket, and a function that gives what the server reads."""
        sock, incoming, outgoing = Narrow(), ssl.MemoryBIO(), ssl.MemoryBIO()
        server = certified.wrap_bio(incoming, outgoing, server_side=True)
        client = TLSConnection(sock, TLSClient("localhost", trusting, 1, "a client"), lambda sock: None)  # type: ignore[arg-type]

        def reads(call: Any) -> Any:
            incoming.write(sock.took)
            sock.took.clear()
            try:
                return call()
            except ssl.SSLWantReadError:
                return None
            finally:
                sock.comes += outgoing.read()

        while client.handshake():
            reads(server.do_handshake)
        reads(server.do_handshake)
        return client, sock, lambda: reads(lambda: server.read(65536))

    def test_send(self, ends: Any) -> None:
        """Bytes count as sent once all that they became has gone; then they arrive once."""
        client, sock, server_reads = ends
        sock.room = 10
        for _ in range(3):
            with pytest.raises(BlockingIOError):
                client.send(b"tea with milk")
            assert server_reads() is None
        sock.room = 1 << 20
        assert client.send(b"tea with milk") == 13
        assert server_reads() == b"tea with milk"
        assert server_reads() is None
        assert client.send(b"") == 0

    def test_shutdown(self, ends: Any) -> None:
        """A connection is not shut before close_notify has gone, as the server would take it for cut off."""
        client, sock, server_reads = ends
        sock.room = 5
        for _ in range(2):
            with pytest.raises(BlockingIOError):
                client.shutdown(socket.SHUT_WR)
            assert not sock.shut
        sock.room = 1 << 20
        client.shutdown(socket.SHUT_WR)
        assert sock.shut
        assert server_reads() == b""

    def test_a_long_message_goes_in_pieces(self, ends: Any) -> None:
        """One send takes as much as fits into one record of TLS."""
        client, _, server_reads = ends
        data = memoryview(bytes(100_000))
        assert 0 < client.send(data) < 20_000
        assert server_reads()
