"""UDP, multicast and reliable multicast under their old names, wired as the cookbook's pages wire them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

RECEIVER = """
from Kamaelia.Chassis.Pipeline import Pipeline
from Kamaelia.Internet.Multicast_transceiver import Multicast_transceiver
from Kamaelia.Protocol.SimpleReliableMulticast import SRM_Receiver
from Kamaelia.Util.Detuple import SimpleDetupler
from Kamaelia.Util.Collate import Collate

sink = Collate()
Pipeline(Multicast_transceiver("0.0.0.0", 1600, "224.168.2.9", 0),
         SimpleDetupler(1), SRM_Receiver(), SimpleDetupler(1), sink).activate()
"""

HEAD = """
from Kamaelia.Chassis.Pipeline import Pipeline
from Kamaelia.File.Reading import RateControlledFileReader
from Kamaelia.Internet.Multicast_transceiver import Multicast_transceiver
from Kamaelia.Protocol.Packetise import MaxSizePacketiser
from Kamaelia.Protocol.SimpleReliableMulticast import Annotator, SRM_Sender, _DataChunker, _Framer
"""
WHOLE = "Pipeline(reader, Annotator(), _Framer(), _DataChunker(), MaxSizePacketiser(), out).run()"
NESTED = "Pipeline(reader, Pipeline(Annotator(), _Framer(), _DataChunker()), MaxSizePacketiser(), out).run()"
PREFAB = "Pipeline(reader, SRM_Sender(), MaxSizePacketiser(), out).run()"


@pytest.mark.parametrize("chain", [WHOLE, NESTED, PREFAB])
def test_the_pages_pipelines(make_lab: Any, tmp_path: Path, chain: str) -> None:
    """Each of the page's three ways to write the chain sends a file, which arrives as it was."""
    data = bytes(range(256)) * 20
    (tmp_path / "sound").write_bytes(data)
    lab = make_lab(clock="virtual")
    names: dict[str, Any] = {}
    exec(RECEIVER + HEAD, names)
    names["reader"] = names["RateControlledFileReader"](str(tmp_path / "sound"), readmode="bytes", rate=128000 / 8)
    names["out"] = names["Multicast_transceiver"]("0.0.0.0", 0, "224.168.2.9", 1600)
    exec(chain, names)
    lab.run()
    sink = names["sink"]
    received = b"".join(sink.collated)
    assert data.startswith(received)
    assert len(received) > len(data) / 2  # the receiver holds the last 30 back, as its sender may go on
    assert str(type(names["out"])) == "<class 'Kamaelia.Internet.Multicast_transceiver.Multicast_transceiver'>"


def test_peers_of_the_old_names(make_lab: Any) -> None:
    """The peers have the old boxes and keywords."""
    lab = make_lab(clock="virtual")
    there = lab.network.datagram_peer(1600)
    names: dict[str, Any] = {}
    exec(
        "from Kamaelia.Internet.UDP import SimplePeer, TargettedPeer, PostboxPeer\n"
        "from Kamaelia.Util.Chargen import Chargen\n"
        "simple = SimplePeer(localaddr='127.0.0.1', localport=1, receiver_addr='127.0.0.1', receiver_port=1600)\n"
        "targetted, postbox = TargettedPeer('127.0.0.1', 2), PostboxPeer(localaddr='127.0.0.1', localport=3)\n",
        names,
    )
    for peer, box, message in (
        ("simple", "inbox", "a"),
        ("targetted", "target", ("127.0.0.1", 1600)),
        ("targetted", "inbox", "b"),
        ("postbox", "inbox", ("127.0.0.1", 1600, "c")),
    ):
        names[peer].activate()._deliver(message, box)
    lab.run()
    assert there.read() == [(b"a", ("127.0.0.1", 1)), (b"b", ("127.0.0.1", 2)), (b"c", ("127.0.0.1", 3))]


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("Kamaelia.Internet.UDP", ["SimplePeer", "TargettedPeer", "PostboxPeer"]),
        ("Kamaelia.Internet.Multicast_sender", ["Multicast_sender"]),
        ("Kamaelia.Internet.Multicast_receiver", ["Multicast_receiver"]),
        ("Kamaelia.Internet.SingleServer", ["SingleServer", "FastRestartSingleServer", "echo"]),
        ("Kamaelia.SingleServer", ["SingleServer"]),
        ("Kamaelia.Protocol.Framing", ["Framer", "DeFramer", "DataChunker", "DataDeChunker"]),
        ("Kamaelia.Protocol.SimpleReliableMulticast", ["SRM_Sender", "SRM_Receiver", "Annotator", "RecoverOrder"]),
        ("Kamaelia.Util.Chargen", ["Chargen"]),
    ],
)
def test_the_names_are_there(module: str, names: list[str]) -> None:
    """Each old module offers its names, as components of the old spelling."""
    component = importlib.import_module("Axon.Component").component
    for name in names:
        assert issubclass(getattr(importlib.import_module(module), name), component)


def test_frames_of_text() -> None:
    """SimpleFrame, and the errors of its module, have Kamaelia's names; a frame that is none is said to be corrupt."""
    framing = importlib.import_module("Kamaelia.Protocol.Framing")
    assert str(framing.SimpleFrame(7, "hello")) == "7 5\nhello"
    assert framing.SimpleFrame.fromString("7 5\nhello there") == (7, "hello")
    with pytest.raises(framing.ShortFrame, match="frame 7 has 3 of 5 characters"):
        framing.SimpleFrame.fromString("7 5\nhel")
    with pytest.raises(framing.CorruptFrame, match="'hello' is not the header of a frame"):
        framing.SimpleFrame.fromString("hello")
