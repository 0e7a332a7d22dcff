"""Whole systems on real TCP, recorded as they run, and replayed without a socket to the same histories."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from engine_state import state_of
from kamlab import Component, ProducerFinished
from kamlab.analysis.history import histories
from kamlab.core.ipc import ShutdownMicroprocess
from kamlab.net import SimpleServer, TCPClient
from kamlab.replay import CannotRewind, RecordIsOver, RunDiffers

LOOPBACK = "127.0.0.1"


class Clock(Component):
    """Sends a number every 10 ms, a few times."""

    def main(self) -> Any:
        for number in range(5):
            self.send(b"%d " % number)
            self.pause(0.01)
            yield
        self.send(ProducerFinished(self), "signal")


class Upper(Component):
    """Sends everything back in capitals; says goodbye when the client has finished."""

    def main(self) -> Any:
        while True:
            for message in self.messages():
                self.send(message.upper())
            for _ in self.messages("control"):
                self.send(b" bye")
                self.send(ProducerFinished(self), "signal")
                return
            self.pause()
            yield


class Flood(Component):
    """Sends five million bytes."""

    def main(self) -> Any:
        for number in range(50):
            self.send(bytes([number]) * 100_000)
            yield
        self.send(ProducerFinished(self), "signal")


def story_of(lab: Any) -> Any:
    """Return what happened in a lab as text, and what went through every inbox.

    How far the round of the last slice has come is left out: a run may be paused in the middle of one.
    """
    last = lab.step_number
    return [str(event) for event in lab.trace.events() if event.step < last], histories(lab)


@pytest.fixture
def record(make_lab: Any, eventually: Any) -> Callable[..., Any]:
    """Build a system in a recorded lab, run it while ``talk`` is its outside, and return the lab, paused."""

    def run(build: Callable[[], Any], talk: Callable[[Any], Any], **how: Any) -> Any:
        built = SimpleNamespace(root=None)

        def builder() -> None:
            built.root = build()

        lab = make_lab(recorded=True, build=builder, trace_limit=10_000_000, **how)
        lab.start(forever=True)
        lab.said = talk(built.root)
        assert lab.pause()
        return lab

    return run


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch, descriptors: Any) -> Callable[[Any], Any]:
    """Replay what a lab has done, without sockets; everything is as it was, and nothing is open."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a replay opens a socket")

    def run(lab: Any) -> Any:
        story, line = story_of(lab), str(lab.recording)
        lab.goto(0)
        monkeypatch.setattr(socket.socket, "__init__", fail)
        monkeypatch.setattr(socket, "getaddrinfo", fail)
        before = descriptors(), threading.active_count()
        lab.replay(line)
        events, boxes = story_of(lab)
        assert events == story[0]
        assert boxes == story[1]
        assert (descriptors(), threading.active_count()) == before
        return line

    return run


def talk_to(port: int, *pieces: bytes, wait: float = 0.0) -> bytes:
    """Say something piece by piece, then say that this was all, and return what came."""
    with socket.create_connection((LOOPBACK, port), timeout=20) as sock:
        for piece in pieces:
            sock.sendall(piece)
            time.sleep(wait)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: sock.recv(65536), b""))


def a_server(protocol: Any, **how: Any) -> Callable[[], Any]:
    """Return a builder of a server at any port that is free."""
    return lambda: SimpleServer(protocol=protocol, port=0, **how).activate()


class TestServers:
    def test_an_echo(self, record: Any, replayed: Any) -> None:
        """What clients said, and what they were told, goes the same ways at the same steps again."""
        lab = record(
            a_server(Upper), lambda server: [talk_to(server.port, b"gr\xc3", b"\xbc\xc3\x9f", b"!") for _ in range(3)]
        )
        assert lab.said == [b"GR\xc3\xbc\xc3\x9f! bye"] * 3
        line = replayed(lab)
        assert len(line) < 4000

    def test_many_clients(self, record: Any, replayed: Any) -> None:
        """Fifty clients at once come, talk and go in the same order again."""

        def crowd(server: Any) -> list[bytes]:
            said: list[bytes] = []
            threads = [
                threading.Thread(target=lambda n=n: said.append(talk_to(server.port, b"client %d" % n)))
                for n in range(50)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            return said

        lab = record(a_server(Upper), crowd)
        assert sorted(lab.said) == sorted(b"CLIENT %d bye" % n for n in range(50))
        replayed(lab)

    def test_timers(self, record: Any, replayed: Any) -> None:
        """Time that passed between two slices passes again, without anybody waiting for it."""
        lab = record(a_server(Clock), lambda server: talk_to(server.port))
        assert lab.said == b"0 1 2 3 4 "
        replayed(lab)

    def test_a_slow_reader(self, record: Any, replayed: Any) -> None:
        """Five million bytes to a reader that takes its time leave in the same portions again."""

        def read_slowly(server: Any) -> int:
            sock = socket.socket()
            sock.settimeout(20)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            sock.connect((LOOPBACK, server.port))
            count = 0
            with sock:
                while data := sock.recv(100_000):
                    count += len(data)
                    time.sleep(0.0005)
            return count

        lab = record(a_server(Flood), read_slowly)
        assert lab.said == 5_000_000
        assert len(replayed(lab)) < 50_000, "what was sent is not in the record, only how much"

    def test_a_reset(self, record: Any, replayed: Any, reset: Any, eventually: Any) -> None:
        """A connection that was reset in the middle is reset again, at the same place."""

        def be_rude(server: Any) -> bool:
            sock = socket.create_connection((LOOPBACK, server.port), timeout=20)
            assert sock.recv(1000)
            reset(sock)
            return bool(eventually(lambda: not server.clients))

        lab = record(a_server(Flood), be_rude)
        assert lab.said
        assert any("reset" in str(event) for event in lab.trace.events())
        replayed(lab)

    def test_a_server_that_is_told_to_end(self, record: Any, replayed: Any, eventually: Any) -> None:
        """A message that the server was sent from outside ends it again."""

        def end(server: Any) -> bool:
            with socket.create_connection((LOOPBACK, server.port), timeout=20) as sock:
                sock.sendall(b"x")
                assert sock.recv(10) == b"X"
                server.deliver(ShutdownMicroprocess(), "control")
                return bool(eventually(server.is_stopped))

        lab = record(a_server(Upper), end)
        assert lab.said
        replayed(lab)

    def test_a_busy_port(self, record: Any, replayed: Any, eventually: Any) -> None:
        """A server that found its port taken finds it taken again, although nobody has it now."""

        class Opens(Component):
            def main(self) -> Any:
                first = SimpleServer(protocol=Upper, port=0).activate()
                yield
                while first.address is None:
                    yield
                self.second = SimpleServer(protocol=Upper, port=first.port).activate()
                while True:
                    self.pause()
                    yield

        lab = record(
            lambda: Opens().activate(),
            lambda root: eventually(lambda: getattr(root, "second", None) and root.second.error),
        )
        assert "already" in str(lab.said)
        replayed(lab)


class Ask(Component):
    """Sends a question, and keeps what comes."""

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.got = b""
        self.ended: Any = None

    def main(self) -> Any:
        self.send(b"what time is it?")
        while self.ended is None:
            for message in self.messages():
                self.got += message
            for message in self.messages("control"):
                self.ended = message
            self.pause()
            yield


def a_client(*where: Any, **how: Any) -> Callable[[], Any]:
    """Return a builder of a client and somebody who uses it."""

    def build() -> Ask:
        client, ask = TCPClient(*where, **how), Ask()
        ask.link((ask, "outbox"), (client, "inbox"))
        ask.link((client, "outbox"), (ask, "inbox"))
        ask.link((client, "signal"), (ask, "control"))
        client.activate()
        return ask.activate()

    return build


class TestClients:
    @pytest.fixture
    def oracle(self) -> Any:
        """A plain server outside that answers one question for each connection."""
        listener = socket.create_server((LOOPBACK, 0))

        def serve() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                with sock:
                    sock.recv(1000)
                    sock.sendall(b"noon")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)

    def test_an_answer(self, record: Any, replayed: Any, oracle: int, eventually: Any) -> None:
        """A client that connected and was answered is answered again, with nobody at the other end."""
        lab = record(a_client("an.alias", 13), self.ended(eventually), hosts={"an.alias": f"{LOOPBACK}:{oracle}"})
        assert lab.said == b"noon"
        replayed(lab)

    def test_a_name(
        self, record: Any, replayed: Any, oracle: int, eventually: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name that had to be looked up is found again, and nobody is asked."""
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (LOOPBACK, oracle))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        lab = record(a_client("some.where", 13), self.ended(eventually))
        assert lab.said == b"noon"
        replayed(lab)

    def test_refused(self, record: Any, replayed: Any, free_port: Any, eventually: Any) -> None:
        """A connection that was refused is refused again."""
        lab = record(a_client(LOOPBACK, free_port()), self.ended(eventually))
        assert lab.said == b""
        assert any("refused" in report for report in lab.reports)
        replayed(lab)

    def test_a_name_server_that_is_silent(
        self, record: Any, replayed: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client that gave up waiting for its name gives up again; the answer that came too late disturbs nothing."""
        late = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: late.wait(20) and [])

        def give_up(ask: Any) -> Any:
            try:
                return self.ended(eventually)(ask)
            finally:
                late.set()

        def build() -> Any:
            ask = a_client("some.where", 13, connect_timeout=0.05)()
            Clock().activate()
            return ask

        lab = record(build, give_up)
        assert any("name server did not answer" in report for report in lab.reports)
        late_threads = [thread for thread in threading.enumerate() if thread.name.startswith("kamlab looks up")]
        for thread in late_threads:
            thread.join(10)
        replayed(lab)

    def test_both_ends_in_one_lab(self, record: Any, replayed: Any, eventually: Any) -> None:
        """A server and its client in the same lab talk to each other again."""

        def build() -> Any:
            server = a_server(Upper)()
            return a_client(LOOPBACK, server.port)()

        def listen(ask: Any) -> Any:
            assert eventually(lambda: ask.got)
            return ask.got

        lab = record(build, listen)
        assert lab.said == b"WHAT TIME IS IT?"
        replayed(lab)

    @staticmethod
    def ended(eventually: Any) -> Callable[[Any], bytes]:
        """Return a ``talk`` that waits until the client has ended."""

        def wait(ask: Any) -> bytes:
            assert eventually(lambda: ask.ended is not None)
            return bytes(ask.got)

        return wait


class TestMoving:
    """Back and forth in a recorded run."""

    @pytest.fixture
    def lab(self, record: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        lab = record(a_server(Upper), lambda server: [talk_to(server.port, b"one ", b"two") for _ in range(2)])
        lab.goto(0)

        def fail(*_: Any, **__: Any) -> None:
            raise AssertionError("a replay opens a socket")

        monkeypatch.setattr(socket.socket, "__init__", fail)
        lab.goto()
        return lab

    def test_any_step(self, lab: Any) -> None:
        """Every step looks the same however one comes there."""
        last = lab.step_number
        states = {}
        for step in range(0, last + 1, 3):
            lab.goto(step)
            states[step] = state_of(lab)
        draw = random.Random(1)
        for _ in range(20):
            step = draw.choice(sorted(states))
            lab.goto(step)
            assert list(state_of(lab).differences(states[step])) == []

    def test_beyond_the_end(self, lab: Any) -> None:
        """There is no network to go on with, and the lab says so."""
        with pytest.raises(RecordIsOver):
            lab.step()

    def test_other_code(self, record: Any) -> None:
        """A system that asks its network something else is stopped there, and the error names both calls."""
        protocols: list[Any] = [Upper]

        def say_hello(server: Any) -> bytes:
            with socket.create_connection((LOOPBACK, server.port), timeout=20) as sock:
                sock.sendall(b"hello")
                return sock.recv(100)

        lab = record(a_server(lambda: protocols[0]()), say_hello)
        line = str(lab.recording)

        class Longer(Upper):
            def main(self) -> Any:
                while True:
                    for message in self.messages():
                        self.send(message * 2)
                    self.pause()
                    yield

        protocols[0] = Longer
        with pytest.raises(RunDiffers) as caught:
            lab.replay(line)
        assert "'send 2 10'" in str(caught.value)
        assert "'send 2 5'" in str(caught.value)
        assert lab.step_number <= caught.value.step

    def test_the_network_used_from_outside(self, record: Any) -> None:
        """A call that no component made would be missing in a replay, so the record ends there and says why."""
        lab = record(a_server(Upper), lambda server: talk_to(server.port, b"hello"))
        step = lab.step_number
        lab.network.listen(None, 0).close()
        _ = lab.recording
        lab.start(forever=True)
        talk_to(lab.components[0].port, b"hello")
        lab.pause()
        with pytest.raises(CannotRewind, match=f"after step {step}, because its network was used from outside.*listen"):
            _ = lab.recording
        lab.goto(step)

    def test_one_that_listens_no_longer(self, record: Any) -> None:
        """A system without its server does not fit, and the error says so."""
        servers = [True]

        def build() -> Any:
            return a_server(Upper)() if servers[0] else Upper().activate()

        lab = record(build, lambda server: talk_to(server.port, b"hello"))
        line = str(lab.recording)
        servers[0] = False
        with pytest.raises(RunDiffers):
            lab.replay(line)
