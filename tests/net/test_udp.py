"""UDP as components, on the simulated and on the real network: who gets what, and what bad peers and messages do."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Component, Pipeline, ProducerFinished, ShutdownMicroprocess
from kamlab.net import ListenFailed, PortInUse, PostboxPeer, SimplePeer, Simulated, TargettedPeer
from kamlab.net.real import RealNetwork
from kamlab.net.real_sockets import UdpSocket
from kamlab.parts import DataSource
from keeping import Keep, step_until

HERE = "127.0.0.1"


def keeping(peer: Component) -> Keep:
    """Activate a peer whose datagrams are kept."""
    keep = Keep()
    Pipeline(peer, keep).activate()
    return keep


@pytest.fixture(params=["simulated", "real", "recorded"])
def any_lab(request: Any, make_lab: Callable[..., Any]) -> Any:
    """A lab with each kind of network in turn."""
    if request.param == "simulated":
        return make_lab(clock="virtual")
    if request.param == "real":
        return make_lab()
    return make_lab(recorded=True, build=lambda: None)


@pytest.fixture
def outside() -> Iterator[socket.socket]:
    """A plain UDP socket of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        sock.settimeout(20)
        yield sock


class TestOnEveryNetwork:
    def test_two_peers_send_to_each_other(self, any_lab: Any) -> None:
        """What one peer is sent arrives at the other with the sender's address, and the answer goes back, by steps."""
        one, two = SimplePeer(), SimplePeer()
        at_one, at_two = keeping(one), keeping(two)
        step_until(any_lab, lambda: one.address and two.address)
        for here, there in ((one, two), (two, one)):
            here.receiver_addr, here.receiver_port = there.address
        one.deliver("gr\u00fc\u00df dich")
        step_until(any_lab, lambda: at_two.got)
        two.deliver(b"\x00\xff")
        step_until(any_lab, lambda: at_one.got)
        assert at_two.got == [("gr\u00fc\u00df dich".encode(), one.address)]
        assert at_one.got == [(b"\x00\xff", two.address)]
        assert (one.datagrams_in, one.datagrams_out, two.datagrams_in, two.datagrams_out) == (1, 1, 1, 1)

    def test_a_target_can_change(self, any_lab: Any) -> None:
        """A TargettedPeer sends to the destination that the last message in 'target' names."""
        ends = [SimplePeer().activate() for _ in range(2)]
        kept = [keeping_of(end) for end in ends]
        sender = TargettedPeer().activate()
        for end, word in zip(ends, ("one", "two"), strict=True):
            sender.deliver(end.address, "target")
            sender.deliver(word)
            step_until(any_lab, lambda: sum(len(keep.got) for keep in kept) == ends.index(end) + 1)
        assert [keep.got for keep in kept] == [[(b"one", sender.address)], [(b"two", sender.address)]]

    def test_letters_name_their_destination(self, any_lab: Any) -> None:
        """A PostboxPeer sends each message where the message says, and ends after the last one."""
        ends = [SimplePeer().activate() for _ in range(2)]
        kept = [keeping_of(end) for end in ends]
        letters = [(*ends[0].address, "a"), (*ends[1].address, "b"), ("localhost", ends[0].address[1], "c")]
        postbox = PostboxPeer()
        Pipeline(DataSource(letters), postbox).activate()
        step_until(any_lab, lambda: sum(len(keep.got) for keep in kept) == 3)
        assert [[data for data, _ in keep.got] for keep in kept] == [[b"a", b"c"], [b"b"]]
        assert postbox.state == "finished"

    def test_a_port_in_use(self, any_lab: Any) -> None:
        """A second peer at a port raises PortInUse when it is activated, and the error names the first."""
        first = SimplePeer().activate()
        with pytest.raises(PortInUse, match=r"SimplePeer_\d+ in this lab does already"):
            SimplePeer(localport=first.address[1]).activate()

    def test_a_port_is_free_again(self, any_lab: Any) -> None:
        """A peer that has ended leaves its port to the next one."""
        first = SimplePeer().activate()
        port = first.address[1]
        first.stop()
        assert first.address is None
        assert SimplePeer(localport=port).activate().address == (HERE, port)

    def test_too_large_a_datagram(self, any_lab: Any) -> None:
        """A datagram over 65507 bytes is dropped, counted and reported in a sentence; the next one is sent."""
        sender, there = SimplePeer(), SimplePeer().activate()
        kept = keeping_of(there)
        sender.receiver_addr, sender.receiver_port = there.address
        sender.activate()
        for message in (b"x" * 65508, b"x" * 65507):
            sender.deliver(message)
        step_until(any_lab, lambda: kept.got)
        assert [len(data) for data, _ in kept.got] == [65507]
        assert sender.dropped == 1
        assert "a datagram has at most 65507 bytes, and this one 65508" in any_lab.reports[0]

    def test_it_says_goodbye(self, any_lab: Any) -> None:
        """A peer passes the shutdown message on and ends; ProducerFinished lets it send everything before."""
        for message in (ProducerFinished(), ShutdownMicroprocess()):
            there = any_lab_peer = SimplePeer().activate()
            kept = keeping_of(any_lab_peer)
            sender = SimplePeer(receiver_addr=HERE, receiver_port=there.address[1])
            after = keeping(sender)
            sender.deliver("last words")
            sender.deliver(message, "control")
            step_until(any_lab, lambda: after.told and kept.got)
            assert after.told == [message]
            assert sender.state == "finished"
            assert sender.address is None


def keeping_of(peer: Component) -> Keep:
    """Return a component that keeps the datagrams of an active peer."""
    keep = Keep().activate()
    keep.link((peer, "outbox"), (keep, "inbox"))
    return keep


class TestBadMessages:
    @pytest.mark.parametrize(
        ("cls", "how", "message", "words"),
        [
            (SimplePeer, {"receiver_addr": HERE, "receiver_port": 9}, 42, "a message of type int: only bytes and text"),
            (SimplePeer, {"receiver_addr": HERE, "receiver_port": 9}, "\ud800", "surrogates not allowed"),
            (SimplePeer, {}, "hello", "no port to send it to"),
            (SimplePeer, {"receiver_addr": HERE, "receiver_port": 70000}, "hello", "70000 is not a port"),
            (SimplePeer, {"receiver_addr": None, "receiver_port": 9}, "hello", "None is not a host"),
            (PostboxPeer, {}, "hello", "'hello', which is not of the form"),
            (PostboxPeer, {}, ("localhost", 9), "not of the form"),
        ],
    )
    def test_it_is_refused(self, make_lab: Any, cls: Any, how: Any, message: Any, words: str) -> None:
        """A message that cannot be a datagram is dropped, counted, and reported once; the peer goes on."""
        lab = make_lab(clock="virtual")
        peer = cls(**how).activate()
        for _ in range(2):
            peer.deliver(message)
        lab.run()
        assert (peer.refused, peer.state) == (2, "waiting")
        assert [words in text and "their count is in 'refused'" in text for text in lab.reports] == [True]

    def test_a_bad_target(self, make_lab: Any) -> None:
        """A target that is not a host and a port is refused, and the old one stays."""
        lab = make_lab(clock="virtual")
        there = lab.network.datagram_peer(1600)
        sender = TargettedPeer(receiver_addr=HERE, receiver_port=1600).activate()
        sender.deliver("elsewhere", "target")
        sender.deliver("hello")
        lab.run()
        assert (sender.refused, [data for data, _ in there.read()]) == (1, [b"hello"])

    def test_an_unknown_host(self, make_lab: Any) -> None:
        """A datagram to an unknown host is dropped with the reason, and what waits behind it is sent."""
        lab = make_lab(clock="virtual")
        there = lab.network.datagram_peer(1600)
        postbox = PostboxPeer().activate()
        for host in ("nowhere.invalid", "localhost"):
            postbox.deliver((host, 1600, "hello"))
        lab.run()
        assert len(there.read()) == 1
        assert postbox.dropped == 1
        assert "the host 'nowhere.invalid' is not known" in lab.reports[0]


class TestReal:
    def test_a_plain_socket_is_a_peer(self, lab: Any, outside: socket.socket) -> None:
        """A peer exchanges datagrams with any program."""
        peer = SimplePeer(receiver_addr=HERE, receiver_port=outside.getsockname()[1])
        keep = keeping(peer)
        peer.deliver("ping")
        step_until(lab, lambda: peer.datagrams_out)
        data, sender = outside.recvfrom(100)
        outside.sendto(data.upper(), sender)
        outside.sendto(b"", sender)
        step_until(lab, lambda: len(keep.got) == 2)
        assert [data for data, _ in keep.got] == [b"PING", b""]

    def test_another_programs_port(self, lab: Any, outside: socket.socket) -> None:
        """A port that a plain socket has is in use by another program."""
        with pytest.raises(PortInUse, match="another program does already. Stop that program") as caught:
            SimplePeer(localport=outside.getsockname()[1]).activate()
        assert "next_free_port" not in str(caught.value)

    def test_no_way_from_loopback(self, lab: Any) -> None:
        """A peer of this machine only cannot send elsewhere, and the report says how it could."""
        peer = SimplePeer(receiver_addr="192.0.2.1", receiver_port=9).activate()
        peer.deliver("hello")
        step_until(lab, lambda: peer.dropped or peer.datagrams_out)
        assert peer.dropped == 1
        assert "localaddr='0.0.0.0' is every interface" in lab.reports[0]

    def test_no_receiver(self, lab: Any, free_port: Any) -> None:
        """A datagram to a port that nobody has is sent, as UDP does, and the peer goes on."""
        peer = SimplePeer(receiver_addr=HERE, receiver_port=free_port()).activate()
        for _ in range(3):
            peer.deliver("hello")
        step_until(lab, lambda: peer.datagrams_out == 3)
        lab.step(5)
        assert (peer.state, peer.dropped) == ("waiting", 0)

    def test_an_address_that_is_not_here(self, lab: Any) -> None:
        """Receiving at an address of another machine fails with a sentence."""
        with pytest.raises(ListenFailed, match="cannot listen at port 0 of 192.0.2.77"):
            SimplePeer("192.0.2.77").activate()

    def test_a_slow_receiver(self, lab: Any, outside: socket.socket) -> None:
        """A full inbox holds datagrams back, in order; the peer sleeps until there is room."""
        peer, keep = SimplePeer(), Component()
        keep.set_inbox_size("inbox", 2)
        keep.link((peer, "outbox"), (keep, "inbox"))
        peer.activate()
        for number in range(5):
            outside.sendto(b"%d" % number, peer.address)
        lab.run(timeout=0.2)
        assert len(keep.inboxes["inbox"].items) == 2
        assert lab.step_number < 20
        got = []
        while len(got) < 5:
            step_until(lab, lambda: keep.data_ready())
            got.append(keep.recv()[0])
        assert got == [b"0", b"1", b"2", b"3", b"4"]


class TestASocketThatResists:
    """What the operating system may do, done to a socket of this machine."""

    def test_a_name_that_takes_long(self, make_lab: Any) -> None:
        """While a name is looked up the messages behind it wait, and all leave in their order."""
        answer = threading.Event()

        def ask(host: str, port: int) -> list[Any]:
            assert answer.wait(20)
            return [(socket.AF_INET, (HERE, port))]

        lab = make_lab(network=lambda lab: RealNetwork(lab, ask=ask))
        keep = keeping(there := SimplePeer())
        postbox = PostboxPeer().activate()
        step_until(lab, lambda: there.address)
        for host, word in (("slow.example", "one"), (HERE, "two"), ("slow.example", "three")):
            postbox.deliver((host, there.address[1], word))
        lab.step(4)
        assert (keep.got, postbox.datagrams_out) == ([], 0)
        answer.set()
        step_until(lab, lambda: len(keep.got) == 3)
        assert [data for data, _ in keep.got] == [b"one", b"two", b"three"]

    def test_a_name_that_never_comes(self, make_lab: Any) -> None:
        """A peer that ends while a name is looked up counts what it has not sent, and leaves nothing behind."""
        answer = threading.Event()
        lab = make_lab(network=lambda lab: RealNetwork(lab, ask=lambda *_: answer.wait(20) and []))
        postbox = PostboxPeer().activate()
        for word in ("one", "two"):
            postbox.deliver(("slow.example", 9, word))
        postbox.deliver(ShutdownMicroprocess(), "control")
        step_until(lab, lambda: postbox.state == "finished")
        answer.set()
        assert postbox.dropped == 2

    def test_no_room_to_send(self, lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A datagram for which the system has no room is kept, and sent when there is."""
        tries: list[bytes] = []
        sendto = socket.socket.sendto

        def full_at_first(sock: Any, data: bytes, address: Any) -> int:
            tries.append(data)
            if len(tries) == 1:
                raise BlockingIOError(errno.EAGAIN, "no room")
            return sendto(sock, data, address)

        keep = keeping(there := SimplePeer())
        step_until(lab, lambda: there.address)
        monkeypatch.setattr(UdpSocket, "sendto", full_at_first, raising=False)
        sender = SimplePeer(receiver_addr=HERE, receiver_port=there.address[1]).activate()
        for word in ("one", "two"):
            sender.deliver(word)
        step_until(lab, lambda: len(keep.got) == 2)
        assert [data for data, _ in keep.got] == [b"one", b"two"]
        assert (tries, sender.dropped) == ([b"one", b"one", b"two"], 0)

    @pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EPERM, errno.EHOSTUNREACH])
    def test_no_route(self, lab: Any, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        """A datagram that the system refuses is dropped with the reason, and the peer goes on."""

        def refuse(_sock: Any, _data: bytes, _address: Any) -> int:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(UdpSocket, "sendto", refuse, raising=False)
        sender = SimplePeer(receiver_addr="192.0.2.1", receiver_port=9).activate()
        for word in ("one", "two"):
            sender.deliver(word)
        step_until(lab, lambda: sender.dropped == 2)
        assert len(lab.reports) == 1
        assert "cannot send a datagram to 192.0.2.1:9: " in lab.reports[0]
        assert sender.state != "failed"

    def test_an_error_while_receiving(self, lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """An error of an earlier datagram, as Windows has it, is reported, and the next datagram comes."""
        recvfrom = socket.socket.recvfrom
        errors = [ConnectionResetError(errno.ECONNRESET, "no receiver")]

        def reset_at_first(sock: Any, size: int) -> Any:
            if errors:
                raise errors.pop()
            return recvfrom(sock, size)

        monkeypatch.setattr(UdpSocket, "recvfrom", reset_at_first, raising=False)
        keep = keeping(peer := SimplePeer())
        step_until(lab, lambda: peer.address)
        peer.receiver_addr, peer.receiver_port = peer.address
        peer.deliver("to itself")
        step_until(lab, lambda: keep.got)
        assert [data for data, _ in keep.got] == [b"to itself"]
        assert "no receiver. It goes on." in lab.reports[0]


class TestSimulated:
    def test_nothing_to_do_is_stuck(self, make_lab: Any) -> None:
        """A lab whose peers only wait is stuck at once, and says so."""
        lab = make_lab(clock="virtual")
        SimplePeer().activate()
        assert lab.run().reason == "stuck"

    def test_loss_is_for_good(self, make_lab: Any) -> None:
        """A lost datagram never arrives; how many were lost is counted, and the rest is in order."""
        lab = make_lab(clock="virtual", network=Simulated(loss=0.3, seed=1))
        keep = keeping(SimplePeer(localport=1600))
        sender = SimplePeer(receiver_addr=HERE, receiver_port=1600)
        Pipeline(DataSource(str(n) for n in range(100)), sender).activate()
        lab.run()
        numbers = [int(data) for data, _ in keep.got]
        assert 50 < len(numbers) < 90
        assert numbers == sorted(numbers)
        assert len(numbers) + lab.network.post.undelivered["lost"] == sender.datagrams_out == 100

    def test_duplicates(self, make_lab: Any) -> None:
        """With duplicate=1 each datagram arrives twice."""
        lab = make_lab(clock="virtual", network=Simulated(duplicate=1))
        there = lab.network.datagram_peer(1600)
        Pipeline(DataSource("ab"), SimplePeer(receiver_addr=HERE, receiver_port=1600)).activate()
        lab.run()
        assert sorted(data for data, _ in there.read()) == [b"a", b"a", b"b", b"b"]

    def test_jitter_changes_the_order(self, make_lab: Any) -> None:
        """With jitter datagrams overtake one another, and none is lost."""
        lab = make_lab(clock="virtual", network=Simulated(jitter=0.5))
        there = lab.network.datagram_peer(1600)
        messages = [str(n).encode() for n in range(20)]
        Pipeline(DataSource(messages), SimplePeer(receiver_addr=HERE, receiver_port=1600)).activate()
        lab.run()
        came = [data for data, _ in there.read()]
        assert came != messages
        assert sorted(came) == sorted(messages)

    def test_a_full_receiver(self, make_lab: Any) -> None:
        """What does not fit into a receiver's buffer is dropped and counted."""
        lab = make_lab(clock="virtual", network=Simulated(buffer=10))
        receiver = lab.network.datagrams(None, 1600)
        Pipeline(DataSource(["12345"] * 3), SimplePeer(receiver_addr=HERE, receiver_port=1600)).activate()
        lab.run()
        assert [receiver.recvfrom(100)[0] for _ in range(2)] == [b"12345"] * 2
        assert lab.network.post.undelivered == {"receiver full": 1}
        assert ["the 10 bytes of its buffer are full" in report for report in lab.reports] == [True]
        with pytest.raises(BlockingIOError):
            receiver.recvfrom(100)

    def test_a_partition(self, make_lab: Any) -> None:
        """Datagrams between two hosts that are cut off do not arrive, until they are joined again."""
        lab = make_lab(clock="virtual")
        there = lab.network.datagram_peer("far.example", 1600)
        peer = SimplePeer(receiver_addr="far.example", receiver_port=1600).activate()
        for cut in (True, False):
            (lab.network.partition if cut else lab.network.heal)("localhost", "far.example")
            peer.deliver("hello")
            lab.run()
        assert len(there.read()) == 1
        assert lab.network.post.undelivered == {"cut off": 1}

    def test_nobody_is_there(self, make_lab: Any) -> None:
        """A datagram to a port without a socket is counted."""
        lab = make_lab(clock="virtual")
        SimplePeer(receiver_addr=HERE, receiver_port=1600).activate().deliver("hello")
        lab.run()
        assert lab.network.post.undelivered == {"no receiver": 1}

    def test_an_address_elsewhere(self, make_lab: Any) -> None:
        """A component cannot receive as another machine; the error says how to play one."""
        make_lab(clock="virtual")
        with pytest.raises(ListenFailed, match=r"lab.network.datagram_peer\('192.0.2.1', 1600\)"):
            SimplePeer("192.0.2.1", 1600).activate()


class TestGoingBack:
    def test_on_the_simulated_network(self, make_lab: Any) -> None:
        """Going back and running again gives the same datagrams, those of the user's own peer included."""
        kept = []

        def build() -> None:
            kept.append(keeping(SimplePeer(localport=1600)))

        lab = make_lab(clock="virtual", build=build, network=Simulated(loss=0.4, jitter=0.1, seed=3))
        peer = lab.network.datagram_peer("far.example")
        for number in range(20):
            peer.send(str(number), 1600)
        lab.run()
        steps, first = lab.step_number, kept[-1].got
        lab.goto(3)
        lab.goto(steps)
        assert 5 < len(first) < 20
        assert kept[-1].got == first
        assert len(kept) > 1

    def test_on_the_recorded_network(
        self, make_lab: Any, outside: socket.socket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A recorded run is replayed without a socket, and the same datagrams come at the same steps."""
        kept, peers = [], []

        def build() -> None:
            peers.append(SimplePeer(receiver_addr=HERE, receiver_port=outside.getsockname()[1]))
            kept.append(keeping(peers[-1]))

        lab = make_lab(recorded=True, build=build)
        lab.step(5)
        for number in range(5):
            outside.sendto(b"%d" % number, peers[-1].address)
        step_until(lab, lambda: len(kept[-1].got) == 5)
        first, steps = kept[-1].got, lab.step_number
        monkeypatch.setattr(socket.socket, "__init__", lambda *_: pytest.fail("a replay opens a socket"))
        lab.goto(2)
        assert kept[-1].got == []
        lab.goto(steps)
        assert kept[-1].got == first
        lab.back()
        assert len(kept) > 2
