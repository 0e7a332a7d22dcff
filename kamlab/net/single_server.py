"""A server for one connection at a time, which is a component like any other: bytes in, bytes out."""

from __future__ import annotations

from typing import Any, ClassVar

from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess

from .connection import ConnectedSocketAdapter
from .interface import Network, network_of
from .ipc import NewCSA, ServerShutdown, ShutdownCSA
from .server import FastRestartServer, ListeningComponent, TCPServer


class SingleServer(ListeningComponent):
    """Listens at a port, and connects its own boxes to the client: one client at a time.

    What comes to its inbox goes to the client, and waits while there is none; what comes from the client goes to
    ``outbox``. When the client disconnects, it sends ProducerFinished to ``signal``, and takes the next one. A client
    that comes while there is another is sent nothing: its connection is closed.

    Args:
        port: the port, 0 for any that is free. Once it is bound, ``port`` is its real number.
        host: ``None`` is this machine only, "" is every interface.
        socketOptions: one ``setsockopt`` call, (level, option, value), made before binding.
        TCPS: the class that listens.

    Attributes:
        rejected: how many clients came while there was another.

    Raises:
        PortInUse: when it is activated: the port has a listener already.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.net import SingleServer
    >>> from kamlab.parts import Collate
    >>> with Lab(clock="virtual") as lab:
    ...     server, came = SingleServer(port=1601), Collate()
    ...     _ = Pipeline(server, came).activate()
    ...     server.deliver("hello")
    ...     _ = lab.run()
    ...     peer = lab.network.dial(1601)
    ...     peer.send("thank you")
    ...     _ = lab.run()
    ...     peer.read(), came.collated
    (b'hello', [b'thank you'])
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Bytes or text for the client.",
        "control": "ProducerFinished: send all to the client, then end. ShutdownMicroprocess: end now.",
        "_oobinfo": "Connections that have come, and that have ended.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Bytes that came from the client.",
        "signal": "ProducerFinished when a client has disconnected; the shutdown message at the end.",
        "_CSA_signal": "Shutdown messages for the connection.",
        "_server_signal": "ServerShutdown, to the TCPServer.",
    }

    woken_by_collection = False

    port: int = 1601
    host: str | None = None
    socketOptions: tuple[Any, ...] | None = None  # noqa: N815
    TCPS: Any = TCPServer
    received_as: type[bytes] = bytes

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.rejected: int = 0
        self._server: Any = None
        self._connection: ConnectedSocketAdapter | None = None

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port it listens at; ``None`` while it does not."""
        address: tuple[str, int] | None = getattr(self._server, "address", None)
        return address

    def listen(self, network: Network) -> None:
        """Bind the port; see :meth:`ListeningComponent.listen`."""
        if self._server is not None:
            return
        more = {} if self.socketOptions is None else {"socketOptions": self.socketOptions}
        server = self.TCPS(listenport=self.port, host=self.host, **more)
        if self.received_as is not bytes and hasattr(server, "deliver_as"):
            server.deliver_as(self.received_as)
        self.add_children(server)  # so that an error about the port names this server
        try:
            server.listen(network)
        except BaseException:
            self.remove_child(server)
            raise
        self._server = server
        self.port = server.port

    def main(self) -> Any:
        """Serve one client after another until told to end."""
        self.listen(network_of(self))
        self.link((self._server, "protocolHandlerSignal"), (self, "_oobinfo"))
        self.link((self, "_server_signal"), (self._server, "control"))
        self._server.activate(self.scheduler_in_charge)
        ending: Any = None
        while True:
            for message in self.messages("control"):
                if isinstance(message, (ProducerFinished, ShutdownMicroprocess)):
                    ending = message
                    self._tell_connection(message)
            for news in self.messages("_oobinfo"):
                self._take(news, ending)
            if ending is not None and self._connection is None and not self._has_to_wait(ending):
                break
            self.pause()
            yield
        self.send(ServerShutdown(self), "_server_signal")
        self.send(ending, "signal")

    def stop(self) -> None:
        """Close the listener and the connection at once; called however the component ends."""
        super().stop()
        for news in self.messages("_oobinfo"):
            if isinstance(news, NewCSA):
                news.object.stop()
        for part in (self._connection, self._server):
            if part is not None:
                part.stop()

    def _has_to_wait(self, ending: Any) -> bool:
        """Return whether something still waits for a client, and may go on waiting."""
        return isinstance(ending, ProducerFinished) and self.data_ready() > 0

    def _tell_connection(self, message: Any) -> None:
        if self._connection is not None:
            self.send(message, "_CSA_signal")

    def _take(self, news: Any, ending: Any) -> None:
        """Take a new client, or note that the client has disconnected."""
        if isinstance(news, NewCSA):
            if self._connection is None:
                self._connect(news.object, ending)
            else:
                self.rejected += 1
                news.object.stop()
        elif isinstance(news, ShutdownCSA):
            if news.object is self._connection:
                self._connection = None
                if ending is None:
                    self.send(ProducerFinished(self), "signal")
        else:  # the client has ended its half: send what is left, then end this one
            self._tell_connection(ProducerFinished(self))

    def _connect(self, connection: ConnectedSocketAdapter, ending: Any) -> None:
        self._connection = connection
        self.add_children(connection)
        connection.link((connection, "outbox"), (self, "outbox"), passthrough=2)
        connection.link((connection, "signal"), (self, "_oobinfo"))
        connection.link((self, "inbox"), (connection, "inbox"), passthrough=1)
        connection.link((self, "_CSA_signal"), (connection, "control"))
        connection.activate(self.scheduler_in_charge)
        if ending is not None:
            self._tell_connection(ending)


class FastRestartSingleServer(SingleServer):
    """A SingleServer with SO_REUSEADDR, which every server of kamlab has.

    >>> from kamlab.net import FastRestartSingleServer
    >>> FastRestartSingleServer(port=1602).port
    1602
    """

    socketOptions: tuple[Any, ...] | None = FastRestartServer.socketOptions  # noqa: N815
