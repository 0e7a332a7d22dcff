"""A thousand clients that behave badly, in turn and all at once."""

from __future__ import annotations

import random
import selectors
import socket
from typing import Any

import pytest

from kamlab.net import SimpleServer

CLIENTS = 1000


def leave(sock: socket.socket) -> None:
    """Connect and go."""
    sock.close()


def break_off(sock: socket.socket) -> None:
    """Send something and reset the connection."""
    sock.sendall(b"about to")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    sock.close()


def half_close(sock: socket.socket) -> None:
    """Say that this was all, and wait for the answer."""
    sock.sendall(b"all of it")
    sock.shutdown(socket.SHUT_WR)
    assert sock.recv(100) == b"all of it"
    assert sock.recv(100) == b""
    sock.close()


def junk(sock: socket.socket) -> None:
    """Send bytes that mean nothing and go without reading what comes back."""
    sock.sendall(bytes(range(256)) * 40)
    sock.close()


def split(sock: socket.socket) -> None:
    """Send half a character, then the other half."""
    first, second = "ü".encode()[:1], "ü".encode()[1:]
    sock.sendall(first)
    assert sock.recv(1) == first
    sock.sendall(second)
    assert sock.recv(1) == second
    sock.close()


MANNERS = (leave, break_off, half_close, junk, split)


only_few = pytest.mark.skipif(
    selectors.DefaultSelector is selectors.SelectSelector, reason="select() cannot watch a thousand sockets"
)


@pytest.mark.parametrize("at_once", [False, pytest.param(True, marks=only_few)], ids=["in turn", "all at once"])
def test_a_thousand_clients_leave_nothing_behind(
    lab: Any, parts: Any, dial: Any, descriptors: Any, eventually: Any, at_once: bool
) -> None:
    """Clients that connect, reset, half-close, send junk or split UTF-8 leave no component and no descriptor."""
    server = SimpleServer(protocol=parts.Echo, port=0).activate()
    lab.start()
    with dial(server) as first:
        first.sendall(b"x")
        assert first.recv(1) == b"x"
    assert eventually(lambda: len(lab.components) == 2)
    before = descriptors()
    manners = [MANNERS[number % len(MANNERS)] for number in range(CLIENTS)]
    random.Random(2007).shuffle(manners)
    if at_once:
        clients = [dial(server) for _ in manners]
        assert eventually(lambda: len(server.clients) == CLIENTS)
        for manner, client in zip(manners, clients, strict=True):
            manner(client)
    else:
        for manner in manners:
            manner(dial(server))
    assert eventually(lambda: len(lab.components) == 2)
    assert eventually(lambda: descriptors() == before)
    assert eventually(lambda: server.children == [server.server])  # a slice after the last client has ended
    assert (server.leaked, server.clients) == ([], [])
    assert lab.failures == []
    assert lab.reports == []
    with dial(server) as last:
        last.sendall(b"still there?")
        assert last.recv(100) == b"still there?"
