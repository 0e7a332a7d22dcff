"""Components that talk to the network, and the door they all go through.

Servers (:class:`SimpleServer`, :class:`ServerCore`), a client (:class:`TCPClient`), a connection as a
component (:class:`ConnectedSocketAdapter`), and :class:`RealNetwork`, the way behind the door that
is real TCP. Servers listen on this machine only unless a host is named.
"""

from __future__ import annotations

from .client import TCPClient
from .connection import ConnectedSocketAdapter
from .door import Network
from .errors import (
    BadAddress,
    BadDataToSend,
    BadMapping,
    ConnectFailed,
    ConnectionLost,
    ListenFailed,
    NetworkIsClosed,
    NoNetwork,
    PortInUse,
    TLSNotSupported,
)
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
from .selector import Selector
from .server import FastRestartServer, MoreComplexServer, ServerCore, SimpleServer
from .tcpserver import TCPServer

__all__ = [
    "BadAddress",
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
    "PortInUse",
    "RealNetwork",
    "RemoveExceptional",
    "RemoveReader",
    "RemoveWriter",
    "Selector",
    "ServerCore",
    "ServerShutdown",
    "ShutdownCSA",
    "SimpleServer",
    "SocketShutdown",
    "TCPClient",
    "TCPServer",
    "TLSNotSupported",
]
