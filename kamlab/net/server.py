"""Servers: a protocol component for each connection.

A server listens through a TCPServer, gets each connection as a ConnectedSocketAdapter, makes a
protocol with its factory, wires the two to each other and activates both:

    adapter.outbox -> protocol.inbox        protocol.outbox -> adapter.inbox
    adapter.signal -> protocol.control      protocol.signal -> adapter.control

The links belong to the adapter, so they end with the connection; the server of a thousand clients
keeps no list of links to look through.

When the connection ends, the protocol hears of it on ``control``. When the protocol ends, however
that comes, the adapter gets ProducerFinished: it sends what is left, then closes. A protocol that
does not heed ``control`` lives on; ``leaked`` lists those.

A server ends on ShutdownMicroprocess only (a ServerShutdown is one). It stops listening, tells the
protocols that their connections end, and waits for what they still send to be delivered. A protocol
that does nothing about it for ``grace`` seconds is stopped.
"""

from __future__ import annotations

import socket
import traceback
from typing import Any, ClassVar

from kamlab.core.component import Component, check_component
from kamlab.core.errors import BadProtocol
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess

from .addresses import place_of
from .closing import Client, end_connections
from .errors import ListenFailed
from .interface import Network, network_of
from .ipc import NewCSA, ServerShutdown
from .tcpserver import EarlyListener, TCPServer

__all__ = ["Client", "FastRestartServer", "MoreComplexServer", "ServerCore", "SimpleServer", "TCPServer"]


class ServerCore(EarlyListener):
    """A TCP server; ``protocol`` makes a component for each connection.

    The factory is called with the keywords ``peer``, ``peerport``, ``localip`` and ``localport``. A
    component that is not activated serves as a prototype: each connection gets a fresh one, made
    with the same arguments.

    Args:
        protocol: the factory; a class is one.
        port: the port, 0 for any that is free. Once it is bound, ``port`` is its real number.
        host: ``None`` is this machine only, "" is everybody.
        socketOptions: one ``setsockopt`` call, (level, option, value), made before binding.
        TCPS: the class that listens.
        inbox_size: how many messages may wait for a slow reader, in each connection; more than
            that is NoSpaceInBox in the protocol's ``send``. ``None`` is any number.
        grace: for how many seconds a server that ends waits for a protocol that does nothing.
        leak_after: after how many seconds a protocol without a connection counts as leaked.

    Raises:
        BadProtocol: there is no protocol, or it is neither a factory nor a component.

    >>> from kamlab import Lab, ServerCore
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     server = ServerCore(protocol=lambda **who: OneShot(f"you are {who['peer']}"), port=1500)
    ...     _ = server.activate()
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     peer.read()
    b'you are 127.0.0.1'
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Not used; it is here so that a server fits into a chassis.",
        "control": "ShutdownMicroprocess or serverShutdown: end.",
        "_socketactivity": "New connections, from the TCPServer.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Not used.",
        "signal": "The shutdown message, passed on at the end.",
        "_serversignal": "ServerShutdown, to the TCPServer.",
        "_connectionsignal": "SocketShutdown, to the protocols of a server that ends.",
    }

    woken_by_collection = False

    protocol: Any = None
    port: int = 1601
    host: str | None = None
    socketOptions: tuple[Any, ...] | None = None  # noqa: N815
    TCPS: Any = TCPServer
    inbox_size: int | None = None
    grace: float = 1.0
    leak_after: float = 5.0

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.server: Any = None
        self._clients: dict[Any, Client] = {}
        self._ended: list[tuple[Client, Any]] = []
        self._said_copies = False
        self._check_protocol()

    def _check_protocol(self) -> None:
        protocol = self.protocol
        cls = type(self).__name__
        if protocol is None:
            raise BadProtocol(f"{cls} needs a protocol: {cls}(protocol=MyProtocol, port={self.port})")
        if not callable(protocol) and not isinstance(protocol, Component):
            raise BadProtocol(
                f"{cls} cannot use {protocol!r} as its protocol: give a function that makes a component, "
                "a class of components, or a component to copy"
            )

    # -- looking --------------------------------------------------------------------------------------

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port it listens at; ``None`` while it does not."""
        address: tuple[str, int] | None = getattr(self.server, "address", None)
        return address

    @property
    def clients(self) -> list[Client]:
        """The connections that are open, oldest first."""
        return [client for client in self._clients.values() if not client.adapter.is_stopped()]

    @property
    def leaked(self) -> list[Component]:
        """The protocols that live on although they were told that their connection has ended."""
        scheduler = self.scheduler_in_charge
        if scheduler is None:
            return []
        late = scheduler.clock.now() - self.leak_after
        return [client.protocol for client in self._clients.values() if client.leaked_since(late)]

    # -- the life of a server ---------------------------------------------------------------------------

    def listen(self, network: Network) -> None:
        """Bind the port; does nothing if that is done.

        Raises:
            PortInUse: somebody listens there already.
            ListenFailed: it cannot be bound for another reason.
        """
        if self.server is not None:
            return
        more: dict[str, Any] = {"listenport": self.port}
        for name in ("socketOptions", "host", "inbox_size"):
            if getattr(self, name) is not None:
                more[name] = getattr(self, name)
        server = self.TCPS(**more)
        server.parent = self  # so that it names this one where its port is in the way
        try:
            if hasattr(server, "listen"):
                server.listen(network)
        finally:
            server.parent = None
        self.server = server
        self.port = getattr(server, "port", self.port)

    def main(self) -> Any:
        """Serve until told to end."""
        self.listen(network_of(self))
        self.link((self.server, "protocolHandlerSignal"), (self, "_socketactivity"))
        self.link((self, "_serversignal"), (self.server, "control"))
        self.add_children(self.server)
        self.server.activate(self.scheduler_in_charge)
        while True:
            message = self._shutdown_message()
            if message is not None:
                break
            for news in self.messages("_socketactivity"):
                if isinstance(news, NewCSA):
                    self._connect(news)
            self._settle()
            if self.server.is_stopped():
                raise self._lost_listener()
            self.pause()
            yield
        self.send(ServerShutdown(self), "_serversignal")
        yield from end_connections(self, self._clients, self._refuse_and_settle)
        self.send(message, "signal")

    def _lost_listener(self) -> Exception:
        error = self.server.error if self.server is not None else None
        if isinstance(error, Exception):
            return error
        return ListenFailed(f"{self.short_name} can take no more connections: the component that listens has ended")

    def stop(self) -> None:
        """Close the listener and every connection at once; also called at every other end."""
        super().stop()
        if self.server is not None:
            self.server.stop()
        self._refuse_newcomers()
        clients, self._clients = self._clients, {}
        for client in clients.values():
            client.adapter.stop()
            client.protocol.stop()

    def _refuse_and_settle(self) -> None:
        """What is left to do for a server that ends: take nobody in, and clear up."""
        self._refuse_newcomers()
        self._settle()

    def _refuse_newcomers(self) -> None:
        for news in self.messages("_socketactivity"):
            if isinstance(news, NewCSA):
                news.object.stop()

    def _shutdown_message(self) -> Any:
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                return message
        return None

    # -- the life of a connection -------------------------------------------------------------------------

    def _connect(self, news: NewCSA) -> None:
        """Give a connection its protocol. Whatever goes wrong ends this connection only."""
        adapter = news.object
        peer = place_of(news.sock) or ("0.0.0.0", 0)
        local = place_of(news.sock, "getsockname") or ("127.0.0.1", self.port)
        protocol: Any = None
        try:
            protocol = self._make(peer=peer[0], peerport=peer[1], localip=local[0], localport=local[1])
            check_component(protocol, f"the protocol of a connection of {self.short_name}")
            self.add_children(protocol)
            self._wire(adapter, protocol)
            self.add_children(adapter)
            client = Client(adapter, protocol, peer)
            adapter.call_at_end(lambda: self._ended.append((client, adapter)))
            protocol.call_at_end(lambda: self._ended.append((client, protocol)))
            adapter.activate(self.scheduler_in_charge)
            protocol.activate(self.scheduler_in_charge)
        except Exception:
            adapter.stop()
            adapter.unlink(adapter)
            self.remove_child(adapter)
            if isinstance(protocol, Component) and protocol.parent is self and protocol.state == "new":
                self.remove_child(protocol)
            self._report(
                f"{self.short_name} could not make a protocol for {peer[0]}:{peer[1]}; that connection is closed, "
                f"the server goes on.\n{traceback.format_exc()}"
            )
        else:
            self._clients[adapter] = client

    def _make(self, **sock_info: Any) -> Any:
        """Return a new protocol component."""
        if isinstance(self.protocol, Component):
            if not self._said_copies:
                self._said_copies = True
                self._report(
                    f"{self.short_name} was given a component as its protocol, {self.protocol.short_name}, not a "
                    "factory; each connection gets a fresh copy of it, made with the same arguments."
                )
            return self.protocol.fresh_copy()
        return self.mk_protocol_handler(**sock_info)

    def mk_protocol_handler(self, **sock_info: Any) -> Any:
        """Call the factory; override to call it differently."""
        return self.protocol(
            peer=sock_info["peer"],
            peerport=sock_info["peerport"],
            localip=sock_info["localip"],
            localport=sock_info["localport"],
        )

    def _wire(self, adapter: Any, protocol: Component) -> None:
        adapter.link((adapter, "outbox"), (protocol, "inbox"))
        adapter.link((protocol, "outbox"), (adapter, "inbox"))
        adapter.link((adapter, "signal"), (protocol, "control"))
        adapter.link((protocol, "signal"), (adapter, "control"))
        if "serversignal" in protocol.outboxes:
            adapter.link((protocol, "serversignal"), (self, "control"))

    def _settle(self) -> None:
        """Draw the consequences for the connections of which one half has ended."""
        ended, self._ended = self._ended, []
        for client, who in ended:
            self.remove_child(who)
            adapter, protocol = client.adapter, client.protocol
            if who is protocol and not adapter.is_stopped():
                adapter.unlink(protocol)
                adapter.deliver(ProducerFinished(protocol), "control")
            if adapter.is_stopped() and protocol.is_stopped():
                self._clients.pop(adapter, None)

    def _report(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        scheduler.world.report(text)


class SimpleServer(ServerCore):
    """A TCP server whose factory is called without arguments; see :class:`ServerCore`.

    >>> from kamlab import Component
    >>> SimpleServer(protocol=Component, port=0).port
    0
    """

    def mk_protocol_handler(self, **sock_info: Any) -> Any:
        """Call the factory."""
        return self.protocol()


class FastRestartServer(ServerCore):
    """A ServerCore with SO_REUSEADDR, which here every server has.

    >>> from kamlab import FastRestartServer, Lab
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     for greeting in ("hello", "hello again"):
    ...         server = FastRestartServer(protocol=lambda **who: OneShot(greeting), port=1500).activate()
    ...         peer = lab.network.dial(1500)
    ...         _ = lab.run()
    ...         server.stop()
    ...         print(peer.read())
    b'hello'
    b'hello again'
    """

    # Python in a browser has no such option.
    socketOptions: tuple[Any, ...] | None = (  # noqa: N815
        (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) if hasattr(socket, "SO_REUSEADDR") else None
    )


#: The name that an older Kamaelia had for ServerCore.
MoreComplexServer = ServerCore
