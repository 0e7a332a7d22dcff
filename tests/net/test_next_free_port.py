"""A port that another program holds: where the lab says so, the server takes the next free one, and clients follow."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from kamlab import Lab, Pipeline, SimpleServer, TCPClient
from kamlab.net.errors import PortInUse
from kamlab.parts import OneShot

HOLD = """
import socket, sys
for port in range(20000 + 97 * int(sys.argv[1]) % 9000, 60000, 11):
    try:
        held = socket.create_server(("127.0.0.1", port))
        for free in (1, 2, 3):  # what follows must be free, or a test could not tell where the server goes
            socket.create_server(("127.0.0.1", port + free)).close()
        break
    except OSError:
        pass
print(port, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port that another program listens at; the three after it are free."""
    number = str(abs(hash(request.node.nodeid)))
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, number], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    yield int(program.stdout.readline())
    program.communicate("")


@pytest.fixture
def moving(lab: Any) -> Any:
    """A lab whose servers take the next free port."""
    lab.next_free_port = True
    return lab


def test_a_script_gets_the_error(lab: Any, parts: Any, taken: int) -> None:
    """Unless told otherwise a lab raises PortInUse, which says whose the port is and what can be done."""
    with pytest.raises(PortInUse) as caught:
        SimpleServer(protocol=parts.Echo, port=taken).activate()
    said = str(caught.value)
    assert "another program does already. Stop that program, take another port, or port 0" in said
    assert f"Lab(ports={{{taken}: 0}})" in said
    assert "lab.next_free_port = True" in said
    assert "lab.stop()" not in said


def test_the_next_free_port_is_taken_and_said(moving: Any, parts: Any, taken: int, dial: Any) -> None:
    """The server listens one further; the line says which clients are redirected, and where a plain socket connects."""
    server = SimpleServer(protocol=lambda: parts.Sayer(says=["hi"]), port=taken).activate()
    moving.start()
    assert server.port == taken + 1
    assert dial(server).recv(10) == b"hi"
    assert moving.reports == [
        f"port {taken} is taken by another program; the server listens at {taken + 1}. kamlab's clients in this "
        f"program that ask for {taken} are redirected there; a plain socket must connect to {taken + 1}."
    ]


def test_clients_of_all_labs_follow(moving: Any, parts: Any, taken: int, eventually: Any) -> None:
    """Clients that ask for the port get the server of this program, in its lab and in another, by each local name."""
    SimpleServer(protocol=lambda: parts.Sayer(says=["hi"]), port=taken).activate()
    got = parts.Recorder().activate()
    Pipeline(TCPClient("localhost", taken), got).activate()
    moving.start()
    assert eventually(lambda: got.got == [b"hi"])
    with Lab() as other:
        more = parts.Recorder().activate()
        Pipeline(TCPClient("127.0.0.1", taken), more).activate()
        other.run(until=lambda lab: bool(more.got), timeout=20)
        assert more.got == [b"hi"]


def test_a_recorded_lab_follows_and_replays(parts: Any, taken: int, monkeypatch: Any) -> None:
    """What is recorded of a server that moved is played again without a network."""
    monkeypatch.setattr(Lab, "next_free_port", True)
    got: list[Any] = []

    def build() -> None:
        SimpleServer(protocol=lambda **_: OneShot("hi"), port=taken).activate()
        collector = parts.Recorder()
        got.append(collector)
        Pipeline(TCPClient("127.0.0.1", taken), collector).activate()

    with Lab(build=build, recorded=True) as lab:
        lab.run(until=lambda lab: bool(got[-1].got), timeout=20)
        steps = lab.step_number
        lab.goto(2)
        lab.goto(steps)
        assert len(got) > 1
        assert got[-1].got == [b"hi"]


def test_the_port_of_the_page_that_follows_is_free_again(moving: Any, parts: Any, taken: int, eventually: Any) -> None:
    """A server whose own port was taken over by one that moved moves as well, and each client gets its own server."""
    for number in (0, 1):
        says = str(number)
        SimpleServer(protocol=lambda says=says: parts.Sayer(says=[says]), port=taken + number).activate()
    collectors = [parts.Recorder().activate() for _ in (0, 1)]
    for number, collector in enumerate(collectors):
        Pipeline(TCPClient("127.0.0.1", taken + number), collector).activate()
    moving.start()
    assert eventually(lambda: [collector.got for collector in collectors] == [[b"0"], [b"1"]])


def test_after_its_end_nobody_is_led(moving: Any, parts: Any, taken: int) -> None:
    """Once the server has ended, its clients reach whatever listens at the port they ask for."""
    server = SimpleServer(protocol=parts.Echo, port=taken).activate()
    assert moving.network._led(("127.0.0.1", taken)) == ("127.0.0.1", taken + 1)
    assert moving.network._led(("192.0.2.1", taken)) == ("192.0.2.1", taken)
    assert moving.network._led(("127.0.0.1", taken + 1)) == ("127.0.0.1", taken + 1)
    server.stop()
    assert moving.network._led(("127.0.0.1", taken)) == ("127.0.0.1", taken)


def test_a_port_of_a_lab_is_not_given_way(moving: Any, parts: Any) -> None:
    """Where a server of this program has the port, moving on would part its clients from it: that is an error."""
    first = SimpleServer(protocol=parts.Echo, port=0).activate()
    with pytest.raises(PortInUse, match=r"in this lab does already\. Stop it"):
        SimpleServer(protocol=parts.Echo, port=first.port).activate()
    with Lab() as other:
        other.next_free_port = True
        with pytest.raises(PortInUse, match=r"made at test_next_free_port|made at conftest") as caught:
            SimpleServer(protocol=parts.Echo, port=first.port).activate()
        assert "kamlab.labs()" in str(caught.value)


def test_no_free_port_is_the_error(moving: Any, parts: Any, monkeypatch: Any, taken: int) -> None:
    """Where none of the next ports is free the error is that of the first."""
    monkeypatch.setattr("kamlab.net.real.PORTS_TRIED", 2)
    with (
        socket.create_server(("127.0.0.1", taken + 1)),
        socket.create_server(("127.0.0.1", taken + 2)),
        pytest.raises(PortInUse, match=f"at port {taken} "),
    ):
        SimpleServer(protocol=parts.Echo, port=taken).activate()
