"""The errors of the network, by name.

Each is also the built-in error that the socket would have raised, so code that catches ``OSError``
keeps working.
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
    "ListenFailed",
    "NetworkIsClosed",
    "NoNetwork",
    "NotRecorded",
    "NothingRecords",
    "PeerIsClosed",
    "PortInUse",
    "RecordDoesNotFit",
    "RecordIsOver",
    "TLSNotSupported",
    "UnknownAct",
]


class NoNetwork(KamlabError):
    """A component needs a network, and no lab that runs it has one."""


class NetworkIsClosed(KamlabError):
    """The network was closed with its lab."""


class BadMapping(KamlabError, ValueError):
    """An alias of a host or a port cannot be understood."""


class BadAddress(KamlabError, ValueError):
    """A host or a port is not of a kind that exists."""


class ListenFailed(KamlabError, OSError):
    """A server cannot listen where it was told to."""


class PortInUse(ListenFailed):
    """Somebody listens at that port already."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.errno = errno.EADDRINUSE


class ConnectFailed(KamlabError, OSError):
    """A client could not connect.

    ``reason`` is one of "refused", "timeout", "unknown host", "unreachable", "bad address", or what
    the operating system says. The error compares equal to its reason, since that is all Axon sends.

    >>> ConnectFailed("timeout", "nobody answered") == "timeout"
    True
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason

    def __eq__(self, other: Any) -> bool:
        return other is self or (isinstance(other, str) and other == self.reason)

    def __hash__(self) -> int:
        return hash(self.reason)


class ConnectionLost(KamlabError, OSError):
    """A connection ended otherwise than by agreement; ``reason`` is "reset", "stalled" and the like."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class BadDataToSend(KamlabError, TypeError):
    """A message on its way to a socket is neither bytes nor text."""


class TLSNotSupported(KamlabError):
    """A connection was asked to turn to TLS, which it cannot do."""


class BadConditions(KamlabError, ValueError):
    """A simulated network was given a condition that cannot be."""


class PeerIsClosed(KamlabError, OSError):
    """Something was asked of a hand-held end of a connection that is over."""


class UnknownAct(KamlabError, ValueError):
    """A simulated network was asked for something that there is not: an act, a peer, a connection."""


class NotRecorded(KamlabError, ValueError, AttributeError):
    """Something cannot be written down, so a lab whose network is recorded does not do it."""


class NothingRecords(KamlabError):
    """A network that is recorded was asked for in a lab without a journal."""


class RecordDoesNotFit(KamlabError):
    """A record has something from the network that nobody in this lab waits for."""


#: The words for what an operating system says when it cannot connect.
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
    """Say in a word or two why a socket failed.

    >>> reason_of(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    'refused'
    """
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__
