"""Messages about sockets, servers and connections; the set and the constructors are Kamaelia's."""

from __future__ import annotations

from typing import Any

from kamlab.core.ipc import Notify, ProducerFinished, ShutdownMicroprocess


class SocketShutdown(ProducerFinished):
    """A connection has ended, or will bring nothing more.

    >>> SocketShutdown(message="reset")
    socketShutdown(message='reset')
    """

    axon_name = "socketShutdown"


class ServerShutdown(ShutdownMicroprocess):
    """Ends a server."""

    axon_name = "serverShutdown"


class NewCSA(Notify):
    """A server has a new connection: ``object`` is its ConnectedSocketAdapter, ``sock`` its socket."""

    axon_name = "newCSA"

    def __init__(self, caller: Any, CSA: Any, sock: Any = None) -> None:  # noqa: N803
        super().__init__(caller, CSA)
        self.sock = sock


class ShutdownCSA(Notify):
    """A ConnectedSocketAdapter, ``object``, has ended."""

    axon_name = "shutdownCSA"

    def __init__(self, caller: Any, CSA: Any) -> None:  # noqa: N803
        super().__init__(caller, CSA)


class _Registration(Notify):
    hasOOB = False  # noqa: N815


class NewReader(_Registration):
    """Ask a Selector to tell ``(component, inbox)`` when a descriptor can be read.

    ``object`` is ``((component, inbox), descriptor)``.
    """

    axon_name = "newReader"


class NewWriter(_Registration):
    """Ask a Selector to tell ``(component, inbox)`` when a descriptor can be written."""

    axon_name = "newWriter"


class NewExceptional(_Registration):
    """Ask a Selector to tell ``(component, inbox)`` of an exceptional condition of a descriptor."""

    axon_name = "newExceptional"


class RemoveReader(_Registration):
    """Take back a NewReader; ``object`` is the descriptor."""

    axon_name = "removeReader"


class RemoveWriter(_Registration):
    """Take back a NewWriter; ``object`` is the descriptor."""

    axon_name = "removeWriter"


class RemoveExceptional(_Registration):
    """Take back a NewExceptional; ``object`` is the descriptor."""

    axon_name = "removeExceptional"
