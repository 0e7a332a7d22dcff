"""The errors of the network.

In brackets are the built-in errors from which an error also derives, mostly those that a socket would raise; so code
that catches ``OSError`` keeps working::

    KamlabError
    ├── NoNetwork                                   a component that needs a network has none
    ├── NetworkIsClosed                             the network was closed with its lab
    │   └── PeerIsOfThePast                         the peer belongs to the network before the lab went back
    ├── BadMapping           (ValueError)           an alias of a host or a port cannot be understood
    ├── BadAddress           (ValueError)           a host or a port is not valid
    ├── ListenFailed         (OSError)              a server cannot listen
    │   └── PortInUse                               its port is in use
    ├── ConnectFailed        (OSError)              a client cannot connect
    │   └── HandshakeFailed                         it cannot agree on TLS with the server
    │       ├── UntrustedCertificate                no authority that it trusts has signed the server's certificate
    │       └── WrongHost                           the server's certificate is for another host
    ├── ConnectionLost       (OSError)              a connection broke, or nothing moved any more
    ├── BadDataToSend        (TypeError)            a message is neither bytes nor text
    ├── TLSNotSupported                             a connection that has no TLS was asked to switch to it
    │
    ├── BadConditions        (ValueError)           a parameter of a simulated network is out of range
    ├── PeerIsClosed         (OSError)              a peer cannot send any more
    ├── UnknownAct           (ValueError)           no such intervention, peer or connection
    │
    ├── NotRecorded          (ValueError, AttributeError)   a call or a socket cannot be recorded
    ├── NothingRecords                              a lab without a journal was told to record its network
    ├── RecordDoesNotFit                            nothing in this lab is waiting for what the record has
    └── RecordIsOver                                a replay has come to the end of its record
"""

from __future__ import annotations

import errno
from typing import Any

from kamlab.core.errors import KamlabError, RecordIsOver

__all__ = [
    "BadAddress",
    "BadConditions",
    "BadDataToSend",
    "BadMapping",
    "ConnectFailed",
    "ConnectionLost",
    "HandshakeFailed",
    "ListenFailed",
    "NetworkIsClosed",
    "NoNetwork",
    "NotRecorded",
    "NothingRecords",
    "PeerIsClosed",
    "PeerIsOfThePast",
    "PortInUse",
    "RecordDoesNotFit",
    "RecordIsOver",
    "TLSNotSupported",
    "UnknownAct",
    "UntrustedCertificate",
    "WrongHost",
]


class NoNetwork(KamlabError):
    """A component needs a network, but no lab runs it, or its world has none.

    >>> from kamlab import Component
    >>> from kamlab.net import NoNetwork
    >>> from kamlab.net.interface import network_of
    >>> try:
    ...     network_of(Component())
    ... except NoNetwork as error:
    ...     print(str(error).split(", ")[1])
    and no lab runs it; activate() it first
    """


class NetworkIsClosed(KamlabError):
    """The network was closed with its lab.

    >>> from kamlab import Lab
    >>> from kamlab.net import NetworkIsClosed
    >>> with Lab(clock="virtual") as lab:
    ...     network = lab.network
    ...     network.close()
    ...     try:
    ...         network.dial(1500)
    ...     except NetworkIsClosed as error:
    ...         print(str(error).split(".")[0])
    this network was closed with its lab
    """


class BadMapping(KamlabError, ValueError):
    """An alias of a host or a port cannot be understood.

    >>> from kamlab import Lab
    >>> from kamlab.net import BadMapping
    >>> try:
    ...     Lab(clock="virtual", hosts={"time": "127.0.0.1:many"}).network
    ... except BadMapping as error:
    ...     print(str(error).split("; ")[0])
    the alias 'time' of a host to '127.0.0.1:many': 'many' in '127.0.0.1:many' is not a port
    """


class BadAddress(KamlabError, ValueError):
    """A host or a port is not valid.

    >>> from kamlab import Lab
    >>> from kamlab.net import BadAddress
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.network.dial(70000)
    ...     except BadAddress as error:
    ...         print(error)
    70000 is not a port; a port is a number from 0 to 65535
    """


class ListenFailed(KamlabError, OSError):
    """A server cannot listen at the given host and port.

    >>> from kamlab import Lab, SimpleServer
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         SimpleServer(protocol=PassThrough, host="192.0.2.1", port=1500).activate()
    ...     except OSError as error:
    ...         print(type(error).__name__, str(error).split(": ")[1].split(".")[0])
    ListenFailed that is not this machine
    """


class PortInUse(ListenFailed):
    """The port has a listener already.

    >>> from kamlab import Lab, SimpleServer
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     _ = SimpleServer(protocol=PassThrough, port=1500).activate()
    ...     try:
    ...         SimpleServer(protocol=PassThrough, port=1500).activate()
    ...     except OSError as error:
    ...         print(type(error).__name__, str(error).split(": ")[1].split(".")[0])
    PortInUse SimpleServer_1 in this lab does already
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.errno: int = errno.EADDRINUSE


class ConnectFailed(KamlabError, OSError):
    """A client could not connect.

    ``reason`` is one of "refused", "timeout", "unknown host", "unreachable", "bad address", or the text of the
    operating system. The error compares equal to its reason, since that is all Axon sends.

    >>> ConnectFailed("timeout", "no answer came") == "timeout"
    True
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason

    def __eq__(self, other: Any) -> bool:
        return other is self or (isinstance(other, str) and other == self.reason)

    def __hash__(self) -> int:
        return hash(self.reason)


class HandshakeFailed(ConnectFailed):
    """A client could not agree on TLS with its server; nothing was sent unencrypted.

    >>> HandshakeFailed("the server does not speak TLS").reason
    'handshake failed'
    """

    word = "handshake failed"

    def __init__(self, text: str) -> None:
        super().__init__(self.word, text)


class UntrustedCertificate(HandshakeFailed):
    """The certificate of a server is not signed by an authority that the client trusts, or is no longer valid.

    >>> UntrustedCertificate("it is signed by itself") == "untrusted certificate"
    True
    """

    word = "untrusted certificate"


class WrongHost(HandshakeFailed):
    """The certificate of a server is for another host than the one that the client asked for.

    >>> WrongHost("it is for example.org") == "wrong host"
    True
    """

    word = "wrong host"


class ConnectionLost(KamlabError, OSError):
    """A connection broke or was given up; ``reason`` is "reset", "stalled" and the like.

    >>> from kamlab import Handle, Lab, TCPClient
    >>> from kamlab.net import ConnectionLost
    >>> with Lab(clock="virtual") as lab:
    ...     listener = lab.network.serve("foo.bar.com", 1600)
    ...     client = Handle(TCPClient("foo.bar.com", 1600)).activate()
    ...     _ = lab.run()
    ...     listener.peers[0].reset()
    ...     _ = lab.run()
    ...     goodbye = client.get("signal").message
    >>> isinstance(goodbye, ConnectionLost), goodbye.reason
    (True, 'reset')
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class BadDataToSend(KamlabError, TypeError):
    """A message for a socket is neither bytes nor text.

    >>> from kamlab import Lab
    >>> from kamlab.net import BadDataToSend
    >>> with Lab(clock="virtual") as lab:
    ...     peer = lab.network.dial(1500)
    ...     try:
    ...         peer.send(42)
    ...     except BadDataToSend as error:
    ...         print(str(error).split("> ")[1])
    cannot send int; it sends bytes, or text as UTF-8
    """


class TLSNotSupported(KamlabError):
    """A connection that has no TLS was asked to switch to it: one of a simulated network, or one of a server.

    >>> from kamlab import Lab, TCPClient
    >>> with Lab(clock="virtual") as lab:
    ...     server, client = lab.network.serve("foo.bar.com", 1600), TCPClient("foo.bar.com", 1600).activate()
    ...     client.deliver("now", "makessl")
    ...     _ = lab.run()
    >>> print(type(client.adapter.error).__name__, str(client.adapter.error).split(": ")[1].split(".")[0])
    TLSNotSupported a simulated network has no TLS
    """


class BadConditions(KamlabError, ValueError):
    """A parameter of a simulated network is out of range.

    >>> from kamlab.net import BadConditions, Simulated
    >>> try:
    ...     Simulated(loss=2)
    ... except BadConditions as error:
    ...     print(error)
    Simulated(loss=2): loss is a probability, 0 to 1
    """


class PeerIsClosed(KamlabError, OSError):
    """A peer was told to send although its connection is over, or it has ended its stream.

    >>> from kamlab import Lab
    >>> from kamlab.net import PeerIsClosed
    >>> with Lab(clock="virtual") as lab:
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     try:
    ...         peer.send("hello")
    ...     except PeerIsClosed as error:
    ...         print(error)
    peer 1 cannot send any more: refused. Dial again: lab.network.dial(...)
    """


class PeerIsOfThePast(NetworkIsClosed):
    """A peer was made before its lab went back or was reset; the lab has a new one.

    >>> from kamlab import Lab
    >>> from kamlab.net import PeerIsOfThePast
    >>> from kamlab.parts import PassThrough
    >>> with Lab(build=lambda: PassThrough().activate(), clock="virtual") as lab:
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.step()
    ...     lab.goto(0)
    ...     try:
    ...         peer.send("hello")
    ...     except PeerIsOfThePast as error:
    ...         print(str(error).split(":")[0])
    peer 1 belongs to an earlier run
    """


class UnknownAct(KamlabError, ValueError):
    """A simulated network has no such intervention, peer or connection.

    >>> from kamlab import Lab
    >>> from kamlab.net import UnknownAct
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         lab.network.reset_connection(3)
    ...     except UnknownAct as error:
    ...         print(error)
    there is no connection 3 to reset; there are: none
    """


class NotRecorded(KamlabError, ValueError, AttributeError):
    """A call or a socket cannot be recorded, so a lab whose network is recorded refuses it.

    >>> from kamlab import Lab
    >>> from kamlab.net import NotRecorded
    >>> from kamlab.parts import PassThrough
    >>> with Lab(build=lambda: PassThrough().activate(), recorded=True) as lab:
    ...     try:
    ...         lab.network.watch(0, 1, print)
    ...     except NotRecorded as error:
    ...         print(str(error).split(",")[0])
    descriptor 0 was not made by the network of this lab
    """


class NothingRecords(KamlabError):
    """A lab without a journal was told to record its network.

    >>> from kamlab import Lab
    >>> from kamlab.net import NothingRecords, Recorded
    >>> with Lab(network=Recorded()) as lab:
    ...     try:
    ...         lab.network
    ...     except NothingRecords as error:
    ...         print(str(error).split(":")[0])
    cannot record the network
    """


class RecordDoesNotFit(KamlabError):
    """Nothing in this lab is waiting for an event that the record has from the network.

    >>> from kamlab import Lab
    >>> from kamlab.net import RecordDoesNotFit, ReplayedNetwork, play_outside
    >>> with Lab(network=ReplayedNetwork) as lab:
    ...     try:
    ...         play_outside(lab, "ready", 1, 1)
    ...     except RecordDoesNotFit as error:
    ...         print(error)
    in the record socket 1 is ready to be read, but nothing is waiting for that
    """


#: The words for the errors of a socket.
_REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ECONNABORTED: "reset",
}


def reason_of(error: OSError) -> str:
    """Return a word or two that say why a socket failed.

    >>> reason_of(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    'refused'
    """
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__
