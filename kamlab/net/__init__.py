"""Components that talk to the network, and the door they all go through.

Servers (:class:`SimpleServer`, :class:`ServerCore`), a client (:class:`TCPClient`), a connection as a
component (:class:`ConnectedSocketAdapter`), and two ways behind the door: :class:`RealNetwork`, real
TCP, and :class:`SimulatedNetwork`, in memory, which is as :class:`Simulated` says. Servers listen on
this machine only unless a host is named.
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
    "play_outside",
]
