"""The four systems of the Backplanes page, as scripts: two lines, then the listing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HEAD = "import kamlab.axon; kamlab.axon.install()\n"


class Script:
    """A listing that runs in a process of its own."""

    def __init__(self, code: str, folder: Path, **environment: str) -> None:
        (folder / "listing.py").write_text(HEAD + code, encoding="utf-8")
        self.errors = (folder / "errors.txt").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "listing.py"], cwd=folder, env={**os.environ, **environment}, stderr=self.errors
        )

    def connect(self, port: int, timeout: float = 15.0) -> socket.socket:
        """Connect to a port of the script as soon as it listens."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=10)
            except OSError:
                assert self.process.poll() is None, f"the script ended:\n{self.said()}"
                assert time.monotonic() < deadline, f"nobody listens at {port}:\n{self.said()}"
                time.sleep(0.05)

    def said(self) -> str:
        """Return what the script wrote to stderr so far."""
        return os.pread(self.errors.fileno(), 100_000, 0).decode()

    def interrupt(self) -> int:
        """Press Ctrl-C, and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)

    def close(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()
        self.errors.close()


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[..., Script]]:
    """Start listings; they are ended with the test."""
    started: list[Script] = []

    def start(code: str, **environment: str) -> Script:
        started.append(Script(code, tmp_path, **environment))
        return started[-1]

    yield start
    for each in started:
        each.close()


def lines(client: socket.socket, count: int) -> list[str]:
    """Read so many lines from a plain blocking socket."""
    with client.makefile("r", encoding="utf-8", newline="\n") as file:
        return [file.readline() for _ in range(count)]


def test_time_server(script: Any, listing: Any, free_port: Any) -> None:
    """Each client of the time server gets the time, every second, and one that leaves disturbs nobody."""
    port = free_port()
    server = script(listing("time_server"), KAMLAB_PORTS=f"1500={port}")
    with server.connect(port) as stays, server.connect(port) as leaves:
        assert time.strptime(lines(leaves, 1)[0].strip())
        leaves.close()
        told = lines(stays, 3)
    assert all(time.strptime(line.strip()) for line in told)
    assert len(set(told)) == 3, "one line for each second"
    assert server.interrupt() != 0
    assert "failed" not in server.said()


def test_time_server_listens_where_the_listing_says(script: Any, listing: Any, page_ports: None) -> None:
    """With nothing but the two lines in front, the time server is at port 1500."""
    server = script(listing("time_server"))
    with server.connect(1500) as client:
        assert time.strptime(lines(client, 1)[0].strip())


def test_relay(script: Any, listing: Any, free_port: Any, source: Any, eventually: Any) -> None:
    """What foo.bar.com sends reaches every client of the relay, and one that leaves disturbs nobody."""
    port = free_port()
    relay = script(
        listing("page_imports", "relay"),
        KAMLAB_PORTS=f"1600={port}",
        KAMLAB_HOSTS=f"foo.bar.com:1600=127.0.0.1:{source.port}",
    )
    with relay.connect(port) as stays, relay.connect(port) as leaves:
        assert eventually(lambda: source.clients)
        heard: dict[socket.socket, bytes] = {stays: b"", leaves: b""}

        def both_hear() -> bool:
            source.send(b"anybody? ")
            for client in heard:
                client.settimeout(0.1)
                try:
                    heard[client] += client.recv(1000)
                except TimeoutError:
                    pass
            return all(heard.values())

        assert eventually(both_hear), relay.said()
        leaves.close()
        source.send(b"the rest\n")
        stays.settimeout(10)
        while not heard[stays].endswith(b"the rest\n"):
            chunk = stays.recv(1000)
            assert chunk, relay.said()
            heard[stays] += chunk
    assert "failed" not in relay.said()


def send_in_pieces(client: socket.socket, data: bytes, size: int) -> None:
    """Send data cut into pieces that respect no line and no character."""
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for start in range(0, len(data), size):
        client.sendall(data[start : start + size])
        time.sleep(0.001)


def test_aggregating_logger(script: Any, listing: Any, free_port: Any, tmp_path: Path, eventually: Any) -> None:
    """The log file has every line of every client, whatever the chunks were."""
    port = free_port()
    logger = script(listing("page_imports", "logger"), KAMLAB_PORTS=f"1500={port}")
    expected = {f"client {who} says line {n} \N{SNOWMAN} naïve" for who in range(3) for n in range(20)}
    for who, size in enumerate((1, 7, 1000)):
        with logger.connect(port) as client:
            text = "".join(f"client {who} says line {n} \N{SNOWMAN} naïve\n" for n in range(20))
            send_in_pieces(client, text.encode(), size)

    def logged() -> list[str]:
        path = tmp_path / "log.data"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    assert eventually(lambda: len(logged()) >= 60), logger.said()
    assert sorted(logged()) == sorted(expected)
    assert "failed" not in logger.said()


def test_logger_that_is_also_a_relay(
    script: Any, listing: Any, free_port: Any, tmp_path: Path, eventually: Any
) -> None:
    """With the page's last line the log is a live stream too, for everybody who connects to it."""
    port, live = free_port(), free_port()
    start, end = listing("page_imports", "logger").rsplit("Backplane(", 1)
    both = script(start + listing("logger_relay") + "Backplane(" + end, KAMLAB_PORTS=f"1500={port},1501={live}")
    with both.connect(live) as first, both.connect(live) as second, both.connect(port) as client:
        heard = {first: b"", second: b""}

        def both_hear() -> bool:
            client.sendall(b"hello\n")
            for reader in heard:
                reader.settimeout(0.1)
                try:
                    heard[reader] += reader.recv(1000)
                except TimeoutError:
                    pass
            return all(heard.values())

        assert eventually(both_hear), both.said()
        assert all(text.startswith(b"hello") for text in heard.values())
        assert eventually(lambda: b"hello" in (tmp_path / "log.data").read_bytes())
    assert "Traceback" not in both.said()
    assert both.said().count("SubscribeTo") == 1, "that an instance serves as a prototype is said once"
