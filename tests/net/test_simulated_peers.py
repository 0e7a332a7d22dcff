"""Peers: the user's own end of a simulated connection; and how the acts of the hands are noted and played again."""

from __future__ import annotations

import ast
import threading
from typing import Any

import pytest

from kamlab import Component, ProducerFinished
from kamlab.core.journal_interface import Journal
from kamlab.net import (
    BadAddress,
    BadDataToSend,
    ConnectFailed,
    NetworkIsClosed,
    PeerIsClosed,
    PeerIsOfThePast,
    PortInUse,
    SimpleServer,
    Simulated,
    TCPClient,
    UnknownAct,
)
from kamlab.net.simulated import play_network_act


class Notes(Journal):
    """Notes what it is told of from outside."""

    def __init__(self) -> None:
        self.acts: list[tuple[Any, ...]] = []

    def before_round(self) -> None:
        pass

    def picked(self, component: Any) -> None:
        pass

    def outside(self, kind: str, *what: Any) -> None:
        self.acts.append((kind, *what))


@pytest.fixture
def lab(make_lab: Any) -> Any:
    """A lab under the virtual clock."""
    return make_lab(clock="virtual")


@pytest.fixture
def echo(lab: Any, parts: Any) -> Any:
    """A server on port 1500 that sends back what it gets."""
    return SimpleServer(protocol=parts.Echo, port=1500).activate()


class TestDialling:
    def test_a_conversation(self, lab: Any, echo: Any) -> None:
        """What is sent arrives, and what comes back can be read once, and all of it again."""
        peer = lab.network.dial(1500)
        assert not peer.connected
        peer.send(b"hello ")
        peer.send("wörld")
        lab.run()
        assert peer.connected
        assert peer.read() == peer.received == "hello wörld".encode()
        assert peer.read() == b""
        peer.send(b"!")
        lab.run()
        assert peer.read() == b"!"
        assert peer.received.endswith(b"!")

    def test_hanging_up(self, lab: Any, parts: Any) -> None:
        """close() sends what was given before, then the connection ends at both ends."""
        server = SimpleServer(protocol=parts.Recorder, port=1500).activate()
        peer = lab.network.dial(1500)
        peer.send(b"x" * 300_000)
        peer.close()
        assert not peer.closed
        lab.run(until=lambda _: server.clients)
        (client,) = server.clients
        lab.run()
        assert peer.closed
        assert client.adapter.bytes_in == 300_000
        assert server.clients == []
        assert lab.network.connections == []
        peer.close()

    def test_finishing(self, lab: Any, echo: Any) -> None:
        """After finish() answers still come; then the server closes, and the peer does."""
        peer = lab.network.dial(1500)
        peer.send(b"question")
        peer.finish()
        with pytest.raises(PeerIsClosed, match="no more"):
            peer.send(b"another")
        lab.run()
        assert peer.received == b"question"
        assert (peer.ended, peer.closed, peer.reason) == (True, True, "")

    def test_reset(self, lab: Any, echo: Any) -> None:
        """reset() breaks the connection: the server's end has lost it."""
        peer = lab.network.dial(1500)
        lab.run()
        adapter = echo.clients[0].adapter
        peer.reset()
        assert peer.closed
        lab.run()
        assert adapter.reason.reason == "reset"
        assert lab.network.connections == []

    def test_the_server_resets(self, lab: Any, echo: Any) -> None:
        """A connection that breaks closes the peer, with the reason."""
        peer = lab.network.dial(1500)
        lab.run()
        lab.network.reset_connection(peer)
        lab.run()
        assert (peer.closed, peer.reason) == (True, "reset")
        with pytest.raises(PeerIsClosed, match="reset"):
            peer.send(b"x")

    def test_nobody_there(self, lab: Any, echo: Any) -> None:
        """A port where nobody listens closes the peer as refused, one behind a partition as timed out."""
        refused = lab.network.dial(1501)
        lab.network.partition("localhost", "far.away")
        late = lab.network.dial(1500, source="far.away")
        lab.run()
        assert (refused.reason, late.reason) == ("refused", "timeout")

    def test_no_address(self, lab: Any) -> None:
        """What is no port or no host is refused at once, and no peer comes of it."""
        for where in (("nobody.invalid", 80), (70000,), ("host",), (17, 80)):
            with pytest.raises((BadAddress, ConnectFailed)):
                lab.network.dial(*where)
        assert lab.network.peers == {}

    def test_only_bytes_and_text(self, lab: Any, echo: Any) -> None:
        """Anything but bytes and text is refused."""
        with pytest.raises(BadDataToSend, match="int"):
            lab.network.dial(1500).send(17)

    def test_a_slow_reader(self, make_lab: Any, parts: Any) -> None:
        """A peer that holds reads nothing, so the server piles up; when it lets go, all comes."""
        lab = make_lab(clock="virtual", network=Simulated(buffer=1000))
        server = SimpleServer(protocol=lambda: parts.Recorder(), port=1500).activate()
        peer = lab.network.dial(1500)
        peer.hold()
        lab.run()
        (client,) = server.clients
        with lab.lock:
            for _ in range(10):
                client.protocol.send(b"x" * 1000)
        lab.run()
        assert peer.received == b""
        assert lab.network.unsent(client.adapter.socket) == 1000
        assert client.adapter.bytes_out == 2000
        peer.let_go()
        lab.run()
        assert len(peer.received) == 10_000

    def test_in_a_lab_that_runs(self, make_lab: Any, parts: Any, eventually: Any) -> None:
        """Many threads can dial and send while the lab runs in the background."""
        lab = make_lab(clock="virtual")
        SimpleServer(protocol=parts.Echo, port=1500).activate()
        lab.start()
        peers = []

        def talk(number: int) -> None:
            peer = lab.network.dial(1500)
            for n in range(20):
                peer.send(f"{number}:{n} ")
            peers.append((peer, "".join(f"{number}:{n} " for n in range(20)).encode()))

        threads = [threading.Thread(target=talk, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert eventually(lambda: all(peer.received == said for peer, said in peers))
        assert sorted(lab.network.peers) == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("how", ["send", "finish", "close"])
    def test_broken_and_not_noticed_yet(self, lab: Any, echo: Any, how: str) -> None:
        """A hand may act on a connection that has just broken: the peer notices, and has what came before."""
        peer = lab.network.dial(1500)
        peer.send(b"x")
        lab.run()
        peer.hold()
        lab.network.reset_connection(peer)
        lab.run()
        assert not peer.closed
        getattr(peer, how)(*([b"y"] if how == "send" else []))
        assert peer.closed
        assert peer.reason == ("" if how == "close" else "reset")
        assert peer.received == b"x"

    def test_of_a_lab_that_was_reset(self, lab: Any, echo: Any) -> None:
        """A peer of a network that was closed says so, and where those of the present one are."""
        peer = lab.network.dial(1500)
        lab.run()
        lab.reset()
        with pytest.raises(NetworkIsClosed, match=r"lab\.network\.peers"):
            peer.send(b"x")

    @pytest.mark.parametrize("turn", ["back", "goto", "reset"])
    def test_of_a_run_that_is_no_more(self, make_lab: Any, parts: Any, turn: str) -> None:
        """In a lab that was turned back what it got is not shown any more; the peer of now is named, and goes on."""
        lab = make_lab(clock="virtual", build=lambda: SimpleServer(protocol=parts.Echo, port=1500).activate())
        peer = lab.network.dial(1500)
        peer.send(b"hello")
        before = lab.run(until=lambda _: peer.received).steps
        {"back": lab.back, "goto": lambda: lab.goto(before - 1), "reset": lab.reset}[turn]()
        asked = (
            *(lambda name=name: getattr(peer, name) for name in ("received", "unsent", "connected", "ended", "closed")),
            *(getattr(peer, name) for name in ("read", "finish", "close", "reset", "hold", "let_go")),
            lambda: peer.send(b"more"),
            lambda: lab.network.reset_connection(peer),
        )
        for call in asked:
            with pytest.raises(PeerIsOfThePast, match=r"gone back.*lab\.network\.peers\[1\]"):
                call()
        assert str(peer) == "<peer 1: 127.0.0.1:49152 to 127.0.0.1:1500, belongs to an earlier run>"
        if turn != "reset":
            now = lab.network.peers[1]
            assert now.received == b""
            lab.run()
            assert now.received == b"hello"

    def test_of_a_lab_that_was_stopped(self, lab: Any, echo: Any) -> None:
        """What came before the lab was stopped can be read after that."""
        peer = lab.network.dial(1500)
        peer.send(b"hello")
        lab.run()
        lab.stop()
        assert (peer.received, peer.closed) == (b"hello", True)

    def test_its_text(self, lab: Any, echo: Any) -> None:
        """A peer reads as its number, its ends and how it stands."""
        peer = lab.network.dial(1500)
        assert str(peer) == "<peer 1: 127.0.0.1:49152 to 127.0.0.1:1500, connecting, 0 bytes came>"


class TestServing:
    def test_playing_the_server(self, lab: Any, parts: Any) -> None:
        """A TCPClient finds the server that a hand plays, as any host; both can talk and end."""
        listener = lab.network.serve("foo.bar.com", 1600)
        client, sink = TCPClient("foo.bar.com", port=1600).activate(), parts.Recorder().activate()
        client.link((client, "outbox"), (sink, "inbox"))
        client.link((client, "signal"), (sink, "control"))
        client.deliver(b"hello")
        lab.run(until=lambda _: listener.peers and listener.peers[0].received)
        (peer,) = listener.peers
        assert peer.read() == b"hello"
        peer.send(b"welcome")
        peer.close()
        lab.run()
        assert sink.got == [b"welcome"]
        assert isinstance(sink.told[0], ProducerFinished)
        assert client.is_stopped()

    def test_a_port_in_use(self, lab: Any, echo: Any) -> None:
        """A hand that serves and a server cannot have one port of one machine; on another machine they can."""
        with pytest.raises(PortInUse, match=echo.short_name):
            lab.network.serve(1500)
        lab.network.serve("elsewhere", 1500)
        lab.network.serve(1501)
        with pytest.raises(PortInUse, match="peer listener 2"):
            lab.network.serve(1501)

    def test_a_listener_of_a_run_that_is_no_more(self, make_lab: Any) -> None:
        """A listener says, too, that the lab was turned back, and which one is that of now."""
        lab = make_lab(clock="virtual", build=lambda: Sleep().activate())
        lab.step()
        listener = lab.network.serve(1600)
        lab.back()
        lab.run()
        for call in (lambda: listener.peers, lambda: listener.closed, listener.close):
            with pytest.raises(PeerIsOfThePast, match=r"lab\.network\.peer_listeners\[1\]"):
                call()
        assert str(listener) == "<peer listener 1: localhost:1600, belongs to an earlier run>"

    def test_closing(self, lab: Any) -> None:
        """After close() connecting is refused, and those who are connected stay so."""
        listener = lab.network.serve(1600)
        first = lab.network.dial(1600)
        Sleep().activate()
        lab.run()
        listener.close()
        assert listener.closed
        second = lab.network.dial(1600)
        listener.peers[0].send(b"still here")
        lab.run()
        assert first.received == b"still here"
        assert second.reason == "refused"


class Sleep(Component):
    """Is there, so that a run goes on until nothing is under way any more."""

    def main(self) -> Any:
        while True:
            self.pause()
            yield


class TestActs:
    def play(self, lab: Any, act: Any) -> list[bytes]:
        """Let the hands do one thing of each kind, with runs between, and return what all peers got."""
        act("serve", "foo.bar.com", 1600)
        act("dial", "localhost", 1500, "localhost")
        lab.run()
        act("peer send", 1, b"hello")
        act("conditions", Simulated(latency=0.1, fragment=2, jitter=0.3).as_literal())
        lab.run()
        act("dial", "localhost", 1500, "alice")
        act("partition", "alice", "localhost")
        act("peer send", 2, b"from alice")
        act("peer hold", 1, True)
        lab.run(until=lambda lab: lab.scheduler.now > 2)
        act("heal", "alice", "localhost")
        act("peer send", 1, b"again")
        lab.run()
        act("peer hold", 1, False)
        act("dial", "foo.bar.com", 1600, "localhost")
        lab.run()
        act("reset connection", 2)
        act("peer finish", 1)
        act("peer close", 3)
        act("listener close", 1)
        lab.run()
        act("peer reset", 1) if not lab.network.peers[1].closed else None
        lab.run()
        return [peer.received for peer in lab.network.peers.values()]

    def test_a_run_by_hand_is_played_again(self, make_lab: Any, parts: Any) -> None:
        """What the journal was told of, played at the same places by play_network_act, gives the same run."""
        runs, journals = [], []
        for how in ("by hand", "again"):
            lab = make_lab(clock="virtual", network=Simulated(seed=5))
            SimpleServer(protocol=parts.Echo, port=1500).activate()
            journal = lab.scheduler.journal = Notes()
            if how == "by hand":
                got = self.play(lab, lab.network.perform)
            else:
                noted = iter(journals[0])

                def act(*_: Any, lab: Any = lab, noted: Any = noted) -> None:
                    kind, name, *what = next(noted)
                    assert kind == "net"
                    play_network_act(lab, name, *what)

                got = self.play(lab, act)
            runs.append((got, [str(event) for event in lab.trace.events()], lab.scheduler.now))
            journals.append(ast.literal_eval(repr(journal.acts)))
        assert runs[0] == runs[1]
        assert len(journals[0]) >= 14
        assert journals[1] == [], "what is played again is not noted again"
        assert runs[0][0][:2] == [b"helloagain", b"from alice"]

    def test_every_way_in_is_noted(self, lab: Any, echo: Any) -> None:
        """Each thing a user can do is told to the journal, with plain values."""
        journal = lab.scheduler.journal = Notes()
        network = lab.network
        network.partition("a", "b")
        network.heal("a", "b")
        network.heal()
        network.conditions = Simulated(loss=0.5)
        network.conditions = Simulated()
        listener = network.serve(1700)
        peer = network.dial(1500)
        peer.send("x")
        peer.hold()
        peer.let_go()
        peer.finish()
        peer.close()
        peer.reset()
        listener.close()
        other = network.dial(1500)
        network.reset_connection(other)
        assert [act[1] for act in journal.acts] == [
            "partition", "heal", "heal", "conditions", "conditions", "serve", "dial", "peer send", "peer hold",
            "peer hold", "peer finish", "peer close", "peer reset", "listener close", "dial", "reset connection",
        ]  # fmt: skip
        assert ast.literal_eval(repr(journal.acts)) == journal.acts

    def test_what_fails_is_not_noted(self, lab: Any, echo: Any) -> None:
        """An act that raises did nothing and is not told to the journal."""
        journal = lab.scheduler.journal = Notes()
        for wrong in (
            lambda: lab.network.dial(-1),
            lambda: lab.network.serve(1500),
            lambda: lab.network.reset_connection(17),
            lambda: lab.network.partition("a", 3),
            lambda: lab.network.heal("a"),
        ):
            with pytest.raises((BadAddress, PortInUse, UnknownAct)):
                wrong()
        assert journal.acts == []

    def test_what_a_component_does_is_not_noted(self, lab: Any) -> None:
        """A component that cuts the network does so again when the run is built again; the journal hears nothing."""
        journal = lab.scheduler.journal = Notes()

        class Vandal(Component):
            def main(self) -> Any:
                lab.network.partition("a", "b")
                yield

        Vandal().activate()
        lab.run()
        assert journal.acts == []
        assert not lab.failures

    def test_acts_that_do_not_fit(self, lab: Any, make_lab: Any) -> None:
        """An unknown act, peer or connection, or a network that is real: an UnknownAct that says what there is."""
        for act in (("dance",), ("peer send", 3, b"x"), ("listener close", 1), ("reset connection", 1)):
            with pytest.raises(UnknownAct, match="there|these"):
                play_network_act(lab, *act)
        with pytest.raises(UnknownAct, match="real network"):
            play_network_act(make_lab(), "heal", None, None)
