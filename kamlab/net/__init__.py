"""Networking: servers and clients as components, and the networks that they use.

Servers (:class:`SimpleServer`, :class:`ServerCore`, :class:`SingleServer`), a client (:class:`TCPClient`), a connection
as a component (:class:`ConnectedSocketAdapter`), and datagrams (:class:`SimplePeer`, :class:`MulticastTransceiver` and
their kin) use one interface, :class:`Network`. It has three implementations: real sockets (:class:`RealNetwork`), a
network in memory (:class:`SimulatedNetwork`, with the parameters of :class:`Simulated`), and one that records real
sockets and replays them (:class:`Recorded`). Servers listen on this machine only, unless a host is named.
"""

from __future__ import annotations

from .client import TCPClient
from .connection import ConnectedSocketAdapter
from .errors import (
    BadAddress,
    BadConditions,
    BadDataToSend,
    BadMapping,
    ConnectFailed,
    ConnectionLost,
    HandshakeFailed,
    ListenFailed,
    NetworkIsClosed,
    NoNetwork,
    NothingRecords,
    NotRecorded,
    PeerIsClosed,
    PeerIsOfThePast,
    PortInUse,
    RecordDoesNotFit,
    RecordIsOver,
    TLSNotSupported,
    UnknownAct,
    UntrustedCertificate,
    WrongHost,
)
from .interface import Network
from .ipc import (
    NewCSA,
    NewExceptional,
    NewReader,
    NewWriter,
    RemoveExceptional,
    RemoveReader,
    RemoveWriter,
    ServerShutdown,
    ShutdownCSA,
    SocketShutdown,
)
from .multicast import MulticastReceiver, MulticastSender, MulticastTransceiver
from .real import RealNetwork
from .recorded import Recorded, RecordingNetwork, ReplayedNetwork, play_outside
from .selector import Selector
from .server import FastRestartServer, MoreComplexServer, ServerCore, SimpleServer, TCPServer
from .simulated import DatagramPeer, Peer, PeerListener, Simulated, SimulatedNetwork
from .single_server import FastRestartSingleServer, SingleServer
from .udp import PostboxPeer, SimplePeer, TargettedPeer

__all__ = [
    "BadAddress",
    "BadConditions",
    "BadDataToSend",
    "BadMapping",
    "ConnectFailed",
    "ConnectedSocketAdapter",
    "ConnectionLost",
    "DatagramPeer",
    "FastRestartServer",
    "FastRestartSingleServer",
    "HandshakeFailed",
    "ListenFailed",
    "MoreComplexServer",
    "MulticastReceiver",
    "MulticastSender",
    "MulticastTransceiver",
    "Network",
    "NetworkIsClosed",
    "NewCSA",
    "NewExceptional",
    "NewReader",
    "NewWriter",
    "NoNetwork",
    "NotRecorded",
    "NothingRecords",
    "Peer",
    "PeerIsClosed",
    "PeerIsOfThePast",
    "PeerListener",
    "PortInUse",
    "PostboxPeer",
    "RealNetwork",
    "RecordDoesNotFit",
    "RecordIsOver",
    "Recorded",
    "RecordingNetwork",
    "RemoveExceptional",
    "RemoveReader",
    "RemoveWriter",
    "ReplayedNetwork",
    "Selector",
    "ServerCore",
    "ServerShutdown",
    "ShutdownCSA",
    "SimplePeer",
    "SimpleServer",
    "Simulated",
    "SimulatedNetwork",
    "SingleServer",
    "SocketShutdown",
    "TCPClient",
    "TCPServer",
    "TLSNotSupported",
    "TargettedPeer",
    "UnknownAct",
    "UntrustedCertificate",
    "WrongHost",
    "play_outside",
]
