"""A TCP client as a component."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from kamlab.core.component import Component
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess
from kamlab.core.microprocess import is_over

from .addresses import format_address
from .connection import ConnectedSocketAdapter
from .errors import ConnectFailed, HandshakeFailed, reason_of
from .interface import WRITE, Address, Lookup, Network, TLSClient, network_of

if TYPE_CHECKING:
    import ssl


class _ToldToEnd(Exception):
    """A control message ended the client before it was connected."""

    def __init__(self, message: Any) -> None:
        super().__init__()
        self.message = message


class TCPClient(Component):
    """Connects to a server: messages in ``inbox`` go to the server, and its bytes come out of ``outbox``.

    At its end it sends one message on ``signal``: ProducerFinished, with ``message=None`` if the connection has ended
    by agreement, with a ConnectFailed if none could be made, and with a ConnectionLost, or the error of its adapter, if
    it broke. A ConnectFailed compares equal to its reason: "refused", "timeout", "unknown host", "unreachable".

    ProducerFinished on ``control`` sends the messages in the inbox, then ends the connection; with
    ``wait_for_serverclose`` it ends only the sending half, and answers come until the server closes.
    ShutdownMicroprocess ends the connection as soon as the socket has taken what is in the inbox. Before there is a
    connection, ProducerFinished ends the client unless messages wait to be sent.

    A message on ``makessl``, whatever it is, switches the connection to TLS: at once when it is connected, or later.
    What is still in the inbox waits for that, and goes encrypted. The certificate of the server must be valid for
    ``host``; otherwise the connection ends with a HandshakeFailed. ``sslready`` has a message when TLS is in use.

    Args:
        host: a name, a numeric address, or an alias of the lab.
        port: the port.
        delay: how many seconds to wait before connecting.
        connect_timeout: how many seconds connecting may take, including the look-up of the name.
        wait_for_serverclose: see above.
        context: whom to trust in TLS; ``ssl.create_default_context(cafile=...)`` trusts an authority of your own. By
            default those that the operating system trusts.

    >>> TCPClient("foo.bar.com", port=1600).host
    'foo.bar.com'
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Bytes or text for the server.",
        "control": "ProducerFinished: send all, then end. ShutdownMicroprocess: send what is here, and end.",
        "makessl": "Switch to TLS.",
        "_socketFeedback": "SocketShutdown, from the connection.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Bytes that came from the server.",
        "signal": "ProducerFinished, once, at the end.",
        "sslready": "An empty text, when TLS is in use.",
    }

    woken_by_collection = False
    received_as: type[bytes] = bytes

    def __init__(
        self,
        host: str,
        port: int,
        delay: float = 0,
        connect_timeout: float = 60,
        wait_for_serverclose: bool = False,
        *,
        context: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__()
        self.host = host
        self.port = port
        self.delay = delay
        self.connect_timeout = connect_timeout
        self.wait_for_serverclose = wait_for_serverclose
        self.context = context
        self.adapter: ConnectedSocketAdapter | None = None
        self._network: Network | None = None
        self._lookup: Lookup | None = None
        self._sock: Any = None
        self._finish: Any = None

    def main(self) -> Any:
        """Connect, pass messages both ways, and report once how the connection ended."""
        last: Any
        try:
            yield from self._until(self._now() + self.delay, lambda: False)
            sock = yield from self._connected()
        except _ToldToEnd as told:
            last = told.message
        except ConnectFailed as error:
            self._report(str(error))
            last = ProducerFinished(self, error)
        else:
            yield from self._serve(sock)
            assert self.adapter is not None
            why = self.adapter.error or self.adapter.reason
            if isinstance(why, HandshakeFailed):
                self._report(str(why))
            last = ProducerFinished(self, why)
        self.send(last, "signal")

    def stop(self) -> None:
        """Close the connection at once; called however the component ends."""
        if self._lookup is not None:
            self._lookup.cancel()
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        super().stop()
        if self.adapter is not None:
            self.adapter.stop()

    # -- connecting --------------------------------------------------------------------------------------------

    def _connected(self) -> Any:
        """Return a connected socket. A generator.

        Raises:
            ConnectFailed: no address of the host accepts the connection.
        """
        self._network = network_of(self)
        deadline = self._now() + self.connect_timeout
        found: list[Any] = []

        def answer(addresses: Any) -> None:
            found.append(addresses)
            self.wake("the name server")

        self._lookup = self._network.resolve(self.host, self.port, answer)
        if not (yield from self._until(deadline, lambda: bool(found))):
            raise self._timeout("its name server did not answer")
        if isinstance(found[0], ConnectFailed):
            raise ConnectFailed(found[0].reason, f"{self.short_name} cannot connect: {found[0]}")
        why: OSError = OSError()
        for address in found[0]:
            try:
                return (yield from self._connected_to(address, deadline))
            except ConnectFailed:
                raise
            except OSError as error:
                why = error
        reason = reason_of(why)
        raise ConnectFailed(
            reason,
            f"{self.short_name} cannot connect to {self._destination()}{self._via(found[0])}: {reason}."
            + (" Is its server running, and at that port?" if reason == "refused" else ""),
        ) from why

    def _connected_to(self, address: Address, deadline: float) -> Any:
        """Return a socket connected to one address. A generator; raises OSError."""
        assert self._network is not None
        sock = self._sock = self._network.connect(address)
        done: list[int] = []

        def ready(_events: int) -> None:
            self._network.unwatch(sock)  # type: ignore[union-attr]
            done.append(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            self.wake("its socket")

        self._network.watch(sock, WRITE, ready)
        in_time = yield from self._until(deadline, lambda: bool(done))
        if in_time and not done[0] and sock.getsockname() != sock.getpeername():
            self._sock = None
            return sock
        sock.close()
        if not in_time:
            raise self._timeout("the server did not answer")
        number = done[0] or errno.ECONNREFUSED  # TCP can connect a port to itself if there is no server
        raise OSError(number, os.strerror(number))

    def _timeout(self, what: str) -> ConnectFailed:
        return ConnectFailed(
            "timeout",
            f"{self.short_name} cannot connect to {self._destination()}: "
            f"{what} within {self.connect_timeout:g} s (connect_timeout)",
        )

    def _via(self, addresses: list[Address]) -> str:
        places = ", ".join(format_address(*place[:2]) for _, place in addresses)
        return "" if places == self._destination() else f" ({places})"

    def _until(self, deadline: float, done: Callable[[], bool]) -> Any:
        """Wait until ``done()`` is true; return whether that was before the deadline. A generator.

        Raises:
            _ToldToEnd: a control message says to end.
        """
        while not done():
            self._read_control()
            left = deadline - self._now()
            if left <= 0:
                return False
            self.pause(left)
            yield
        return True

    def _read_control(self) -> None:
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                raise _ToldToEnd(message)
            if isinstance(message, ProducerFinished):
                self._finish = message
        if self._finish is not None and not self.data_ready() and not self.wait_for_serverclose:
            raise _ToldToEnd(self._finish)

    # -- connected ---------------------------------------------------------------------------------------------

    def _serve(self, sock: Any) -> Any:
        """Pass messages both ways until the connection has ended. A generator."""
        tls = TLSClient(self.host, self.context, self.connect_timeout, self.short_name)
        adapter = ConnectedSocketAdapter(sock, wait_for_peer=self.wait_for_serverclose, tls=tls)
        self.adapter = adapter
        if self.received_as is not bytes:
            adapter.deliver_as(self.received_as)
        self.add_children(adapter)
        self.link((adapter, "signal"), (self, "_socketFeedback"))
        self.link((adapter, "CreatorFeedback"), (self, "_socketFeedback"))
        self.link((adapter, "outbox"), (self, "outbox"), passthrough=2)
        self.link((self, "inbox"), (adapter, "inbox"), passthrough=1)
        self.link((self, "makessl"), (adapter, "makessl"), passthrough=1)
        self.link((adapter, "sslready"), (self, "sslready"), passthrough=2)
        self.link((self, "control"), (adapter, "control"), passthrough=1)
        if self._finish is not None:
            adapter.deliver(self._finish, "control")
        adapter.activate(self.scheduler_in_charge)
        while not is_over(adapter):
            for _ in self.messages("_socketFeedback"):
                # the server has ended its half: send what is left, then end this one
                adapter.deliver(ProducerFinished(self), "control")
            self.pause()
            yield

    def _destination(self) -> str:
        return format_address(self.host, self.port)

    def _now(self) -> float:
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        return scheduler.time()

    def _report(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        scheduler.world.report(text)
