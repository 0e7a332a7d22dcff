"""Reliable multicast: order, duplicates and gaps, in parts and as a whole over a bad network."""

from __future__ import annotations

from typing import Any

import pytest

from kamlab import Lab, Pipeline, ProducerFinished
from kamlab.core.component import Component
from kamlab.net import MulticastTransceiver, Simulated
from kamlab.parts import BadMessage, Collate, DataSource, SimpleDetupler
from kamlab.protocols.packetise import MaxSizePacketiser
from kamlab.protocols.reliable_multicast import Annotator, RecoverOrder, SRMReceiver, SRMSender

GROUP = "224.168.2.9"


def through(messages: list[Any], *parts: Component) -> list[Any]:
    """Return what comes out of components in a row."""
    with Lab(clock="virtual") as lab:
        came = Collate()
        Pipeline(DataSource(messages), *parts, came).activate()
        assert lab.run().reason == "finished"
        return came.collated


def numbered(*numbers: int) -> list[tuple[int, str]]:
    """Return messages with these numbers."""
    return [(number, f"m{number}") for number in numbers]


class TestRecoverOrder:
    def test_order_and_duplicates(self) -> None:
        """Messages come out in order, each once."""
        recover = RecoverOrder(4)
        assert through(numbered(3, 1, 2, 3, 2, 5, 4, 6), recover) == numbered(1, 2, 3, 4, 5, 6)
        assert (recover.duplicates, recover.late) == (2, 0)

    def test_too_late(self) -> None:
        """What comes when a higher number has left is dropped and counted, so the order holds."""
        recover = RecoverOrder(2)
        assert through(numbered(2, 3, 4, 1, 2, 5), recover) == numbered(2, 3, 4, 5)
        assert (recover.duplicates, recover.late) == (0, 2)

    def test_a_gap_stays(self) -> None:
        """A number that never comes holds nothing up."""
        assert through(numbered(1, 2, 4, 5), RecoverOrder(2)) == numbered(1, 2, 4, 5)

    def test_the_sender_starts_again(self) -> None:
        """Numbers far behind are a new stream: what is held leaves first, then the new numbers."""
        first, second = numbered(*range(1, 40)), numbered(*range(1, 5))
        assert through(first + second, RecoverOrder(5)) == first + second

    def test_it_holds_no_more_than_its_size(self) -> None:
        """Before the end it has sent all but the last bufsize - 1 messages."""
        with Lab(clock="virtual") as lab:
            came = Collate()
            recover = RecoverOrder(10)
            Pipeline(recover, came).activate()
            for message in numbered(*range(25)):
                recover.deliver(message)
            lab.run()
            assert came.collated == numbered(*range(16))

    @pytest.mark.parametrize("message", [42, "hello", (1, 2, 3)])
    def test_the_wrong_messages(self, message: Any) -> None:
        """A message without a number ends it with an error that says what it takes."""
        with Lab(clock="virtual") as lab:
            recover = RecoverOrder().activate()
            recover.deliver(message)
            lab.run()
        assert isinstance(recover.error, BadMessage)
        assert "orders (number, data)" in str(recover.error)


class TestPacketiser:
    @pytest.mark.parametrize(
        ("message", "pieces"),
        [
            (b"", [b""]),
            (b"abc", [b"abc"]),
            (b"abcd", [b"abc", b"d"]),
            ("\u00fc\u00fc", [b"\xc3\xbc\xc3", b"\xbc"]),
            (bytearray(b"abcdef"), [b"abc", b"def"]),
        ],
    )
    def test_pieces(self, message: Any, pieces: list[bytes]) -> None:
        """Each message is cut by itself into pieces that are full but for the last."""
        assert through([message], MaxSizePacketiser(3)) == pieces

    @pytest.mark.parametrize("size", [0, -1])
    def test_no_size(self, size: int) -> None:
        """A size below 1 is refused."""
        with pytest.raises(ValueError, match="maxsize is"):
            MaxSizePacketiser(size)

    def test_the_wrong_type(self) -> None:
        """A message that is neither bytes nor text ends it with a sentence."""
        with Lab(clock="virtual") as lab:
            packetiser = MaxSizePacketiser().activate()
            packetiser.deliver(42)
            lab.run()
        assert "takes bytes or text, and was sent int" in str(packetiser.error)


def test_numbers_begin_with_one() -> None:
    """The Annotator numbers messages from 1 on."""
    assert through(["a", "b"], Annotator()) == [(1, "a"), (2, "b")]


#: What the sender sends.
DATA = [bytes([65 + number % 26]) * 100 for number in range(200)]


class Paced(Component):
    """Sends the data, a message each 10 ms."""

    woken_by_collection = False

    def main(self) -> Any:
        for message in DATA:
            self.send(message)
            self.pause(0.01)
            yield
        self.send(ProducerFinished(self), "signal")


def system(kept: list[Any]) -> None:
    """Build the system of the page: a sender, and a receiver at the same group."""
    kept.append(Collate())
    receiver = MulticastTransceiver("0.0.0.0", 1600, GROUP, 0)
    Pipeline(receiver, SimpleDetupler(1), SRMReceiver(), kept[-1]).activate()
    sender = MulticastTransceiver("0.0.0.0", 0, GROUP, 1600)
    Pipeline(Paced(), SRMSender(), MaxSizePacketiser(), sender).activate()


def finished(lab: Any) -> None:
    """Run a lab until nothing is under way, tell the receiver to end, and run on."""
    lab.run()
    for component in lab.components:
        if type(component) is MulticastTransceiver:
            lab.tell(component, ProducerFinished())
    assert lab.run().reason == "finished"


class TestAsAWhole:
    def test_duplicates_and_disorder_are_mended(self, make_lab: Any) -> None:
        """Without loss, everything arrives in order and once, whatever the network duplicates and reorders."""
        kept: list[Any] = []
        lab = make_lab(clock="virtual", network=Simulated(jitter=0.05, duplicate=0.3))
        system(kept)
        finished(lab)
        assert kept[0].collated == list(enumerate(DATA, 1))

    def test_what_is_lost_leaves_a_gap(self, make_lab: Any) -> None:
        """With loss, the numbers are in order, what arrives is right, and what is missing was lost on the way."""
        kept: list[Any] = []
        lab = make_lab(clock="virtual", network=Simulated(loss=0.1, jitter=0.05, duplicate=0.1, seed=4))
        system(kept)
        finished(lab)
        numbers = [number for number, _ in kept[0].collated]
        assert numbers == sorted(set(numbers))
        assert all(data == DATA[number - 1] for number, data in kept[0].collated)
        assert 150 < len(numbers) < 200

    def test_noise_is_ignored(self, make_lab: Any) -> None:
        """Datagrams that no sender made do not disturb the stream."""
        kept: list[Any] = []
        lab = make_lab(clock="virtual")
        peer = lab.network.datagram_peer("far.example")
        system(kept)
        lab.step(50)
        for noise in (b"", b"noise", b"X" * 24, b"X" * 24 + b"7 7\nabc", b"\xff" * 5000):
            peer.send(noise, GROUP, 1600)
            lab.step(20)
        finished(lab)
        came = dict(kept[0].collated)
        assert len(came) > 190
        assert all(DATA[number - 1] == data for number, data in came.items())

    def test_going_back(self, make_lab: Any) -> None:
        """The same losses come again when the lab goes back and on."""
        kept: list[Any] = []
        lab = make_lab(clock="virtual", network=Simulated(loss=0.2, jitter=0.1, seed=7), build=lambda: system(kept))
        lab.run()
        steps, first = lab.step_number, list(kept[-1].collated)
        lab.goto(steps // 2)
        assert kept[-1].collated == first[: len(kept[-1].collated)]
        lab.goto(steps)
        assert kept[-1].collated == first
        assert len(kept) > 1
