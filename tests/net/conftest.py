"""What the network tests share: servers, plain clients, and a count of descriptors."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from descriptors import open_descriptors
from kamlab import Component, ProducerFinished, ShutdownMicroprocess
from kamlab.core.errors import NoSpaceInBox
from kamlab.net import SimpleServer

#: Seconds a plain client waits for anything.
PATIENCE = 20


class Echo(Component):
    """Sends everything back and ends when control says so."""

    def main(self) -> Any:
        while True:
            for message in self.messages():
                self.send(message)
            for message in self.messages("control"):
                self.send(message, "signal")
                return
            self.pause()
            yield


class Deaf(Component):
    """Sends everything back and never looks at control."""

    def main(self) -> Any:
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Recorder(Component):
    """Keeps what comes to inbox and control; ends when control says so, if it heeds it."""

    heeds = True

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.got: list[Any] = []
        self.told: list[Any] = []

    def main(self) -> Any:
        while True:
            self.got.extend(self.messages())
            for message in self.messages("control"):
                self.told.append(message)
                if self.heeds and isinstance(message, (ProducerFinished, ShutdownMicroprocess)):
                    self.send(message, "signal")
                    return
            self.pause()
            yield


class Sayer(Component):
    """Sends its messages, then ProducerFinished, and ends; waits where there is no room."""

    says: Any = ()
    refusals = 0

    def main(self) -> Any:
        for message in self.says:
            while True:
                try:
                    self.send(message)
                    break
                except NoSpaceInBox:
                    self.refusals += 1
                    self.pause()
                    yield
        self.send(ProducerFinished(self), "signal")
        yield


class HandClock:
    """A clock that goes only when it is told to; the lab waits for real meanwhile."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def wait(self, idle: Any, until: float | None) -> None:
        idle.wait(None if until is None else 0.005)


@pytest.fixture
def hand_clock() -> HandClock:
    """A clock that goes only when it is told to."""
    return HandClock()


@pytest.fixture
def parts() -> SimpleNamespace:
    """The components that the tests use as protocols."""
    return SimpleNamespace(Echo=Echo, Deaf=Deaf, Recorder=Recorder, Sayer=Sayer)


@pytest.fixture(autouse=True)
def _watched(watchdog: None) -> None:
    """Every test of this room is watched."""


@pytest.fixture
def serve(lab: Any) -> Callable[..., SimpleServer]:
    """Activate a server on a free port, and run the lab in the background."""

    def make(protocol: Any, kind: Any = SimpleServer, **how: Any) -> Any:
        server = kind(protocol=protocol, port=0, **how).activate()
        lab.start()
        return server

    return make


@pytest.fixture
def dial() -> Iterator[Callable[..., socket.socket]]:
    """Connect a plain blocking socket to a server, or to a port."""
    made: list[socket.socket] = []

    def connect(where: Any, receive_buffer: int | None = None) -> socket.socket:
        sock = socket.socket()
        sock.settimeout(PATIENCE)
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.connect(("127.0.0.1", where if isinstance(where, int) else where.port))
        made.append(sock)
        return sock

    yield connect
    for sock in made:
        sock.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of one TCP connection, the first for the lab, the second for the test."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = socket.create_connection(listener.getsockname(), timeout=PATIENCE)
        here, _ = listener.accept()
    yield here, there
    here.close()
    there.close()


@pytest.fixture
def read_all() -> Callable[..., bytes]:
    """Read until the end, or until so many bytes have come."""

    def read(sock: socket.socket, count: int | None = None) -> bytes:
        chunks = bytearray()
        while count is None or len(chunks) < count:
            data = sock.recv(1 << 16 if count is None else min(1 << 16, count - len(chunks)))
            if not data:
                break
            chunks += data
        return bytes(chunks)

    return read


@pytest.fixture
def reset() -> Callable[[socket.socket], None]:
    """Close a socket in the way that the other side sees as a reset."""

    def close(sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()

    return close


@pytest.fixture
def descriptors() -> Callable[[], int]:
    """Count the descriptors of this process."""
    return open_descriptors
