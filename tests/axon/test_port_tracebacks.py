"""A port that is in use is told at the user's line in the old spelling as well."""

from __future__ import annotations

import socket
import traceback

import pytest

import kamlab.axon
from kamlab.core.tracebacks import is_kamlab
from kamlab.net.errors import PortInUse


def test_a_port_in_use_is_told_without_frames_of_kamlab(make_lab):
    """Neither kamlab's frames nor the operating system's error stand around the sentence."""
    kamlab.axon.install()
    from Kamaelia.Chassis.ConnectedServer import SimpleServer
    from Kamaelia.Protocol.EchoProtocol import EchoProtocol

    make_lab()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(PortInUse) as caught:
            SimpleServer(protocol=EchoProtocol, port=holder.getsockname()[1]).activate()
    entries = traceback.extract_tb(caught.value.__traceback__)
    assert not [entry for entry in entries if is_kamlab(entry.filename, "")]
    assert "direct cause" not in "".join(traceback.format_exception(caught.value))
