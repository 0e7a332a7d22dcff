"""Multicast as components, on the simulated and on the real network."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from kamlab import Component, Pipeline
from kamlab.net import (
    ListenFailed,
    MulticastReceiver,
    MulticastSender,
    MulticastTransceiver,
    PortInUse,
    SimplePeer,
    Simulated,
)
from kamlab.parts import DataSource
from keeping import Keep, step_until

HERE, GROUP, OTHER = "127.0.0.1", "224.168.2.9", "224.168.2.10"


def multicast_works() -> bool:
    """Return whether this machine delivers multicast at its loopback interface."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("", 0))
            here = socket.inet_aton(HERE)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + here)
            sock.settimeout(1)
            sock.sendto(b"?", (GROUP, sock.getsockname()[1]))
            return sock.recv(1) == b"?"
    except OSError:
        return False


def keeping(peer: Component) -> Keep:
    """Activate a component whose datagrams are kept."""
    keep = Keep().activate()
    keep.link((peer, "outbox"), (keep, "inbox"))
    peer.activate()
    return keep


@pytest.fixture(params=["simulated", "real", "recorded"])
def any_lab(request: Any, make_lab: Callable[..., Any]) -> Any:
    """A lab with each kind of network in turn."""
    if request.param == "simulated":
        return make_lab(clock="virtual")
    if not multicast_works():
        pytest.skip("this machine has no multicast at its loopback interface")
    if request.param == "real":
        return make_lab()
    return make_lab(recorded=True, build=lambda: None)


@pytest.fixture
def port(free_port: Callable[[], int]) -> int:
    """A port that is free."""
    return free_port()


class TestOnEveryNetwork:
    def test_everyone_in_the_group_gets_it(self, any_lab: Any, port: int) -> None:
        """What is sent to a group arrives once at each receiver, the sender included if it receives there."""
        both = MulticastTransceiver("0.0.0.0", port, GROUP, port)
        kept = [keeping(both), keeping(MulticastReceiver(GROUP, port)), keeping(MulticastReceiver(GROUP, port))]
        both.deliver("hello")
        step_until(any_lab, lambda: all(keep.got for keep in kept))
        assert [keep.got for keep in kept] == [[((HERE, port), b"hello")]] * 3

    def test_others_get_nothing(self, any_lab: Any, port: int) -> None:
        """A receiver in another group, or a peer at another port, gets nothing; a sender's outbox stays empty."""
        sender = MulticastSender("0.0.0.0", 0, GROUP, port)
        kept = keeping(sender), keeping(MulticastTransceiver("0.0.0.0", port, OTHER, 0)), keeping(SimplePeer())
        last = keeping(MulticastReceiver(GROUP, port))
        sender.deliver("hello")
        step_until(any_lab, lambda: last.got)
        assert [keep.got for keep in kept] == [[], [], []]
        assert [data for _, data in last.got] == [b"hello"]

    def test_a_page_of_a_book(self, any_lab: Any, port: int) -> None:
        """A sender in a Pipeline sends everything and ends when its source has finished; the receiver goes on."""
        receiver = MulticastTransceiver("0.0.0.0", port, GROUP, 0)
        keep, sender = keeping(receiver), MulticastTransceiver("0.0.0.0", 0, GROUP, port)
        Pipeline(DataSource(["one", "two", "three"]), sender).activate()
        step_until(any_lab, lambda: len(keep.got) == 3)
        assert [data for _, data in keep.got] == [b"one", b"two", b"three"]
        assert (sender.state, receiver.state) == ("finished", "waiting")

    @pytest.mark.parametrize("group", ["1.2.3.4", "foo.bar.com", None])
    def test_no_group(self, any_lab: Any, port: int, group: Any) -> None:
        """An address that is not that of a group is refused when the component is activated, in a sentence."""
        with pytest.raises(ListenFailed, match=r"MulticastTransceiver_\d+ cannot listen: .* is not a multicast group"):
            MulticastTransceiver("0.0.0.0", port, group or "", 0).activate()

    def test_a_plain_peer_holds_the_port(self, any_lab: Any, port: int) -> None:
        """Sockets in groups share a port with each other only."""
        SimplePeer("0.0.0.0", port).activate()
        with pytest.raises(PortInUse, match="SimplePeer"):
            MulticastTransceiver("0.0.0.0", port, GROUP, 0).activate()

    def test_a_receiver_cannot_send(self, any_lab: Any, port: int) -> None:
        """A message for a transceiver without a port to send to is refused with the reason."""
        receiver = MulticastReceiver(GROUP, port).activate()
        receiver.deliver("hello")
        step_until(any_lab, lambda: receiver.refused)
        assert "has no port to send it to" in any_lab.reports[0]


def test_a_recorded_run_goes_back(make_lab: Any, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorded run with a group is replayed without a socket, to the same messages."""
    if not multicast_works():
        pytest.skip("this machine has no multicast at its loopback interface")
    kept = []

    def build() -> None:
        kept.append(keeping(MulticastReceiver(GROUP, port)))
        Pipeline(DataSource("abcde"), MulticastSender("0.0.0.0", 0, GROUP, port)).activate()

    lab = make_lab(recorded=True, build=build)
    step_until(lab, lambda: len(kept[-1].got) == 5)
    first, steps = kept[-1].got, lab.step_number
    monkeypatch.setattr(socket.socket, "__init__", lambda *_: pytest.fail("a replay opens a socket"))
    lab.goto(1)
    assert kept[-1].got == []
    lab.goto(steps)
    assert kept[-1].got == first
    assert len(kept) > 1


class TestReal:
    def test_no_such_interface(self, lab: Any, port: int) -> None:
        """An interface that this machine does not have is named in the error."""
        for interface in ("192.0.2.99", "eth0"):
            with pytest.raises(ListenFailed, match=f"the group {GROUP} at the interface {interface}"):
                MulticastTransceiver("0.0.0.0", port, GROUP, 0, interface=interface).activate()

    def test_nothing_leaves_this_machine(self, lab: Any, port: int) -> None:
        """Groups are joined, and sent to, at the loopback interface unless another one is named."""
        if not multicast_works():
            pytest.skip("this machine has no multicast at its loopback interface")
        sender = MulticastTransceiver("0.0.0.0", 0, GROUP, port).activate()
        assert isinstance(sender.socket, socket.socket)
        interface = sender.socket.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, 4)
        assert socket.inet_ntoa(interface) == HERE


class TestSimulated:
    def test_each_receiver_has_its_own_losses(self, make_lab: Any) -> None:
        """With loss, two receivers miss different datagrams of the same stream."""
        lab = make_lab(clock="virtual", network=Simulated(loss=0.3, seed=2))
        one, two = keeping(MulticastReceiver(GROUP, 1600)), keeping(MulticastReceiver(GROUP, 1600))
        Pipeline(DataSource(map(str, range(50))), MulticastSender("0.0.0.0", 0, GROUP, 1600)).activate()
        lab.run()
        assert one.got != two.got
        assert len(one.got) + len(two.got) + lab.network.post.undelivered["lost"] == 100

    def test_other_machines_take_part(self, make_lab: Any) -> None:
        """A user's own peer on another machine receives and sends; a partition cuts it off."""
        lab = make_lab(clock="virtual")
        keep = keeping(both := MulticastTransceiver("0.0.0.0", 1600, GROUP, 1600))
        far = lab.network.datagram_peer("far.example", 1600, group=GROUP)
        far.send("from far", GROUP, 1600)
        both.deliver("from here")
        lab.run()
        assert sorted(data for _, data in keep.got) == [b"from far", b"from here"]
        assert sorted(data for data, _ in far.read()) == [b"from far", b"from here"]
        lab.network.partition("localhost", "far.example")
        both.deliver("not for far")
        lab.run()
        assert far.read() == []
        assert lab.network.post.undelivered == {"cut off": 1}
