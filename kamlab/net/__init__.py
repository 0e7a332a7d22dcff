"""Networking: servers and clients as components, and the networks that they use.

Servers (:class:`SimpleServer`, :class:`ServerCore`), a client (:class:`TCPClient`), and a connection as a component
(:class:`ConnectedSocketAdapter`) use one interface, :class:`Network`. It has three implementations: real TCP
(:class:`RealNetwork`), a network in memory (:class:`SimulatedNetwork`, with the parameters of :class:`Simulated`), and
one that records real TCP and replays it (:class:`Recorded`). Servers listen on this machine only, unless a host is
named.
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
from .real import RealNetwork
from .recorded import Recorded, RecordingNetwork, ReplayedNetwork, play_outside
from .selector import Selector
from .server import FastRestartServer, MoreComplexServer, ServerCore, SimpleServer, TCPServer
from .simulated import Peer, PeerListener, Simulated, SimulatedNetwork

__all__ = [
    "BadAddress",
    "BadConditions",
    "BadDataToSend",
    "BadMapping",
    "ConnectFailed",
    "ConnectedSocketAdapter",
    "ConnectionLost",
    "FastRestartServer",
    "HandshakeFailed",
    "ListenFailed",
    "MoreComplexServer",
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
    "SimpleServer",
    "Simulated",
    "SimulatedNetwork",
    "SocketShutdown",
    "TCPClient",
    "TCPServer",
    "TLSNotSupported",
    "UnknownAct",
    "UntrustedCertificate",
    "WrongHost",
    "play_outside",
]
