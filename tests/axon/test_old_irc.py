"""The old names of IRC: the client, the prefabs and the formats, in a logger wired as on the cookbook's page."""

from __future__ import annotations

from typing import Any

import pytest
from Axon.Component import component
from Kamaelia.Chassis.Graphline import Graphline
from Kamaelia.Protocol.IRC.IRCClient import IRC_Client, SimpleIRCClientPrefab
from Kamaelia.Support.Protocol.IRC import channelInformat, channelOutformat, informat, outformat

from kamlab.parts import Collate


@pytest.fixture
def lab(make_lab: Any) -> Any:
    """A lab with a network in memory."""
    return make_lab(clock="virtual")


class Logger(component):
    Outboxes = {"irc": "to the server", "outbox": "the log", "signal": ""}

    def main(self) -> Any:
        self.send(("NICK", "logger"), "irc")
        self.send(("JOIN", "#tea"), "irc")
        while not self.dataReady("control"):
            if not self.anyReady():
                self.pause()
            yield 1
            while self.dataReady("inbox"):
                message = self.recv("inbox")
                if message[0] == "PING":
                    self.send(("PONG", message[1]), "irc")
                self.send(outformat(message, defaultChannel="#tea"), "outbox")
        self.send(self.recv("control"), "signal")


def test_a_logger(lab: Any) -> None:
    """A logger joins, answers PING and writes what it hears; the system ends with the connection."""
    server = lab.network.serve("irc.home", 6667)
    log = Collate()
    Graphline(
        irc=SimpleIRCClientPrefab(host="irc.home", port=6667),
        logger=Logger(),
        log=log,
        linkages={
            ("logger", "irc"): ("irc", "inbox"),
            ("irc", "outbox"): ("logger", "inbox"),
            ("irc", "signal"): ("logger", "control"),
            ("logger", "outbox"): ("log", "inbox"),
            ("logger", "signal"): ("log", "control"),
        },
    ).activate()
    lab.run(max_steps=200)
    (peer,) = server.peers
    assert peer.read() == b"NICK logger\r\nJOIN #tea\r\n"
    peer.send("PING :irc.home\r\n:al!a@home PRIVMSG #tea :Hello\r\n")
    lab.run(max_steps=200)
    assert peer.read() == b"PONG irc.home\r\n"
    peer.close()
    assert lab.run(max_steps=2000).reason == "finished"
    assert log.collated == ["PING from irc.home: \n", "<al> Hello\n"]


def test_the_old_names() -> None:
    """The client is a component with Kamaelia's boxes; the formats have their old keyword."""
    assert issubclass(IRC_Client, component)
    assert set(IRC_Client().inboxes) == {"inbox", "control", "talk"}
    assert set(IRC_Client().outboxes) == {"outbox", "signal", "heard"}
    assert informat("Hello", defaultChannel="#tea") == channelInformat("#tea")("Hello") == ("PRIVMSG", "#tea", "Hello")
    assert channelOutformat("#tea")(("MODE", "al", "#tea", "+t")) == "*** al has set channel mode: +t\n"
