"""What a socket delivers under the old names understands text; in kamlab's own spelling it is bytes."""

from __future__ import annotations

from typing import Any

import pytest
from Axon.Component import component
from Axon.Ipc import producerFinished, shutdownMicroprocess
from Kamaelia.Chassis.ConnectedServer import FastRestartServer, MoreComplexServer, ServerCore, SimpleServer
from Kamaelia.Internet.ConnectedSocketAdapter import ConnectedSocketAdapter
from Kamaelia.Internet.TCPClient import TCPClient
from Kamaelia.Internet.TCPServer import TCPServer

import kamlab
import kamlab.net
from kamlab import Lab
from kamlab.core.text_bytes import TextBytes


class Keeps(component):
    """Keeps what it receives, and answers with a text of it."""

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.got: list[Any] = []

    def main(self) -> Any:
        while not self.dataReady("control"):
            for data in self.Inbox("inbox"):
                self.got.append(data)
                self.send("you said " + data.strip() + "\n", "outbox")
            self.pause()
            yield 1
        self.send(self.recv("control"), "signal")


def told(lab: Any, server_class: Any, said: bytes, **argd: Any) -> tuple[list[Any], bytes]:
    """Say something to a server; return what its protocol received, and what it answered."""
    protocols: list[Keeps] = []

    def protocol(**_who: Any) -> Keeps:
        protocols.append(Keeps())
        return protocols[-1]

    server = server_class(protocol=protocol, port=1500, **argd).activate()
    peer = lab.network.dial(1500)
    peer.send(said)
    lab.run(timeout=1)
    server.stop()
    return protocols[0].got, peer.read()


def data_in(lab: Any) -> list[tuple[type, str]]:
    """Return class and text of the bytes that were sent in a lab."""
    messages = [event.message for event in lab.trace.events() if event.kind == "sent"]
    return [(type(message), str(message)) for message in messages if isinstance(message, bytes)]


@pytest.fixture
def virtual() -> Any:
    """A lab with the network in memory."""
    with Lab(clock="virtual") as lab:
        yield lab


@pytest.mark.parametrize("server_class", [ServerCore, SimpleServer, FastRestartServer, MoreComplexServer])
def test_a_server_under_an_old_name_delivers_bytes_that_understand_text(virtual: Any, server_class: Any) -> None:
    """A protocol can add text to what it received, and send the sum."""
    got, answer = told(virtual, server_class, "grüß\r\n".encode())
    assert [type(data) for data in got] == [TextBytes]
    assert answer == "you said grüß\n".encode()


@pytest.mark.parametrize("server_class", [kamlab.ServerCore, kamlab.SimpleServer, kamlab.FastRestartServer])
def test_a_server_in_kamlabs_spelling_delivers_bytes(virtual: Any, server_class: Any) -> None:
    """kamlab's own servers deliver bytes and nothing else, whatever the spelling of the protocol."""
    got, _ = told(virtual, server_class, b"hello")
    assert [type(data) for data in got] == [bytes]


def test_a_server_can_be_told_what_to_deliver(virtual: Any) -> None:
    """received_as chooses: plain bytes under an old name, or bytes that understand text in kamlab's spelling."""
    assert type(told(virtual, SimpleServer, b"hello", received_as=bytes)[0][0]) is bytes
    assert type(told(virtual, kamlab.SimpleServer, b"hello", received_as=TextBytes)[0][0]) is TextBytes


@pytest.mark.parametrize(("client_class", "kind"), [(TCPClient, TextBytes), (kamlab.net.TCPClient, bytes)])
def test_a_client_delivers_what_its_spelling_says(virtual: Any, client_class: Any, kind: type) -> None:
    """A client under the old name delivers bytes that understand text, kamlab's own delivers bytes."""

    class Greets(component):
        def main(self) -> Any:
            self.send("hello", "outbox")
            self.send(producerFinished(), "signal")
            yield 1

    SimpleServer(protocol=Greets, port=1500).activate()
    client, keeper = client_class("127.0.0.1", 1500), Keeps()
    client.link((client, "outbox"), (keeper, "inbox"))
    client.activate()
    keeper.activate()
    virtual.run(timeout=1)
    assert [(type(data), bytes(data)) for data in keeper.got] == [(kind, b"hello")]


def test_the_classes_below_say_it_too() -> None:
    """A TCPServer and a ConnectedSocketAdapter under the old names deliver the same."""
    assert TCPServer.received_as is ConnectedSocketAdapter.received_as is TextBytes
    assert kamlab.net.TCPServer.received_as is kamlab.net.ConnectedSocketAdapter.received_as is bytes


def test_a_message_of_the_day_arrives(virtual: Any) -> None:
    """A protocol that sends text and then shutdownMicroprocess in one slice is read to the end."""

    class Greets(component):
        def main(self) -> Any:
            self.send("the message of the day\r\n", "outbox")
            self.send(shutdownMicroprocess(), "signal")
            yield 1

    SimpleServer(protocol=Greets, port=1500).activate()
    peer = virtual.network.dial(1500)
    virtual.run(timeout=1)
    assert peer.read() == b"the message of the day\r\n"


def test_such_messages_are_recorded_and_replayed() -> None:
    """They are shown as bytes, kept in the record, and compared when the run is replayed."""

    def system() -> None:
        SimpleServer(protocol=Keeps, port=1500).activate()

    with Lab(build=system, clock="virtual") as lab:
        peer = lab.network.dial(1500)
        peer.send("hello")
        lab.run(timeout=1)
        sent = data_in(lab)
        assert "b'hello'" in str(lab.events())
        last = lab.step_number
        lab.goto(2)
        lab.goto(last)
        again = data_in(lab)
    assert sent == again == [(TextBytes, "hello"), (TextBytes, "you said hello\n")]
