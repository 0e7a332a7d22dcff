"""SingleServer: one client at a time, at the server's own boxes."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from kamlab import Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.net import PortInUse, SingleServer
from kamlab.parts import DataSource
from keeping import Keep


class World:
    """A lab with a simulated network, and a server whose messages are kept."""

    def __init__(self, make_lab: Any) -> None:
        self.lab = make_lab(clock="virtual")
        self.server = SingleServer(port=1601)
        self.keep = Keep()
        Pipeline(self.server, self.keep).activate()
        self.lab.run()

    def dial(self, *words: str) -> Any:
        peer = self.lab.network.dial(1601)
        for word in words:
            peer.send(word)
        self.lab.run()
        return peer


@pytest.fixture
def world(make_lab: Any) -> World:
    """One lab with a server."""
    return World(make_lab)


def test_messages_wait_for_the_client(world: World) -> None:
    """What comes to the inbox before the first client goes to it in order; its bytes come out."""
    for word in ("one ", "two"):
        world.server.deliver(word)
    peer = world.dial("hello")
    assert peer.read() == b"one two"
    assert world.keep.got == [b"hello"]


def test_a_second_client_is_turned_away(world: World) -> None:
    """While there is a client, another one is closed, and counted; the first is not disturbed."""
    first = world.dial("one")
    second = world.dial()
    first.send("more")
    world.lab.run()
    assert (second.closed, first.closed, world.server.rejected) == (True, False, 1)
    assert b"".join(world.keep.got) == b"onemore"


def test_the_next_client(world: World) -> None:
    """When a client has gone, the server says ProducerFinished, and serves the next one."""
    world.dial("one").close()
    world.lab.run()
    assert [type(message) for message in world.keep.told] == [ProducerFinished]
    world.server.deliver("welcome")
    assert world.dial("two").read() == b"welcome"
    assert world.keep.got == [b"one", b"two"]


def test_a_client_that_finishes_gets_the_rest(world: World) -> None:
    """A client that has ended its half still gets what waits for it; then the connection is closed."""
    peer = world.dial()
    peer.hold()
    for _ in range(30):
        world.server.deliver(b"x" * 10_000)
    peer.finish()
    world.lab.run(timeout=1)
    peer.let_go()
    world.lab.run()
    assert len(peer.read()) == 300_000
    assert peer.closed


def test_a_client_that_breaks_the_connection(world: World) -> None:
    """A reset ends that client only; the server takes the next one."""
    world.dial().reset()
    world.lab.run()
    assert world.dial("hello").connected
    assert world.keep.got == [b"hello"]


def test_producer_finished(world: World) -> None:
    """ProducerFinished lets the server wait for a client that gets everything, and then end."""
    world.server.deliver("last words")
    world.server.deliver(ProducerFinished(), "control")
    world.lab.run()
    assert world.server.state == "waiting"
    peer = world.dial()
    assert (peer.read(), peer.closed, world.server.state) == (b"last words", True, "finished")
    assert world.server.address is None


@pytest.mark.parametrize("connected", [False, True])
def test_shutdown(world: World, connected: bool) -> None:
    """ShutdownMicroprocess ends server and connection, and is passed on."""
    peer = world.dial() if connected else None
    message = ShutdownMicroprocess()
    world.server.deliver(message, "control")
    world.lab.run()
    assert world.server.state == "finished"
    assert world.keep.told[-1] is message
    assert peer is None or peer.closed
    assert world.dial().reason == "refused"


def test_a_stopped_server(world: World) -> None:
    """stop() closes listener and connection at once."""
    peer = world.dial()
    world.server.stop()
    world.lab.run()
    assert peer.closed
    assert SingleServer(port=1601).activate().address == ("127.0.0.1", 1601)


def test_a_port_in_use(world: World) -> None:
    """A second server at the port raises PortInUse when it is activated; the first is named."""
    with pytest.raises(PortInUse, match=r"SingleServer_\d+ cannot listen at port 1601 .*SingleServer_\d+ in this lab"):
        SingleServer(port=1601).activate()


def test_on_a_real_socket(lab: Any, eventually: Any) -> None:
    """A plain client gets what waits for it, and the end."""
    server = SingleServer(port=0)
    Pipeline(DataSource(["hello ", "world"]), server).activate()
    lab.start(forever=True)
    with socket.create_connection(eventually(lambda: server.address), timeout=20) as sock:
        assert b"".join(iter(lambda: sock.recv(100), b"")) == b"hello world"
