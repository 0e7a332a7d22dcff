"""A process that was forked off can do nothing to the servers of its parent."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Lab
from kamlab.net import SimpleServer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


class Echo(Component):
    """Sends back what it gets."""

    async def main(self) -> None:
        while True:
            self.send(await self.receive())


def _leave(lab: Lab) -> None:
    lab.__exit__(None, None, None)


def _unwatch_all(lab: Lab) -> None:
    for sock in list(lab.network.sockets):
        lab.network.unwatch(sock)


def _run_on(lab: Lab) -> None:
    lab.run(timeout=0.05)
    lab.stop()


WAYS: dict[str, Callable[[Lab], Any]] = {
    "stop": Lab.stop,
    "leave": _leave,
    "reset": Lab.reset,
    "close the network": lambda lab: lab.network.close(),
    "watch nothing": _unwatch_all,
    "run on": _run_on,
    "wake": lambda lab: lab.scheduler.idle.wake(),
    "nothing": lambda lab: None,
}


def in_a_fork(act: Callable[[], Any]) -> int:
    """Do something in a copy of this process and return its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("way", WAYS)
def test_a_forked_copy_leaves_the_parent_s_server_alone(way: str) -> None:
    """Whatever a copy does to its lab, the parent's server takes new connections, and old ones go on."""
    with Lab() as lab:
        server = SimpleServer(protocol=Echo, port=0).activate()
        lab.run(timeout=0.05)
        port = server.port
        with socket.create_connection(("127.0.0.1", port), timeout=20) as old:
            old.sendall(b"before")
            lab.run(until=lambda _: _can_read(old), timeout=20)
            assert old.recv(100) == b"before"
            assert in_a_fork(lambda: WAYS[way](lab)) == 0
            old.sendall(b"after")
            with socket.create_connection(("127.0.0.1", port), timeout=20) as new:
                new.sendall(b"new")
                lab.run(until=lambda _: _can_read(old) and _can_read(new), timeout=20)
                assert (old.recv(100), new.recv(100)) == (b"after", b"new")


def _can_read(sock: socket.socket) -> bool:
    """Return whether something can be read at once."""
    return bool(select.select([sock], [], [], 0)[0])
