"""Servers: a component that accepts connections, and one that gives each connection a protocol component.

A :class:`ServerCore` listens through a :class:`TCPServer`, gets each connection as a ConnectedSocketAdapter, makes a
protocol with its factory, links the two and activates both:

    adapter.outbox -> protocol.inbox        protocol.outbox -> adapter.inbox
    adapter.signal -> protocol.control      protocol.signal -> adapter.control

The links belong to the adapter, so they end with the connection; the server of a thousand clients has no list of links
to search.

When the connection ends, the protocol gets a message on ``control``. When the protocol ends, for whatever reason, the
adapter gets ProducerFinished: it sends the remaining data, then closes. A protocol that ignores ``control`` lives on;
``leaked`` lists those.

A server ends on ShutdownMicroprocess only (a ServerShutdown is one). It stops listening, tells the protocols that their
connections end, and waits until everything that they still send is delivered. A protocol that reacts to its control box
is gone in a few rounds, so this takes no time; one that makes no progress for ``grace`` seconds is stopped.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from kamlab.core import context
from kamlab.core.box import Nowhere
from kamlab.core.component import Component, check_component
from kamlab.core.errors import BadProtocol
from kamlab.core.events import CLOSED, OPENED
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess
from kamlab.core.microprocess import add_end_callback, is_over, method_of
from kamlab.core.states import NEW
from kamlab.core.task import task_of
from kamlab.core.tracebacks import traceback_of

from .addresses import format_address, place_of
from .connection import ConnectedSocketAdapter
from .errors import ListenFailed
from .interface import READ, Listener, Network, network_of
from .ipc import NewCSA, ServerShutdown, ShutdownCSA, SocketShutdown

__all__ = ["Client", "FastRestartServer", "MoreComplexServer", "ServerCore", "SimpleServer", "TCPServer"]

#: How many connections are accepted in one slice.
ACCEPTS_PER_SLICE = 64
#: How many seconds a server waits when the system has no descriptor left for a connection.
REST = 0.5
#: How many seconds ``activate`` waits for the lab's lock before it leaves the binding to main.
LOCK_PATIENCE = 1.0

_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class ListeningComponent(Component):
    """A component whose port is bound when it is activated, so that its number is known at once.

    If the port is in use, ``activate`` itself raises the error, in the cell that called it. If a component activates
    this in the middle of a slice, the port is bound in the first slice instead, and a port in use makes this component
    fail.
    """

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Self:
        """Bind the port, then hand this to a lab; see :meth:`Component.activate`.

        Raises:
            PortInUse: the port has a listener already.
            ListenFailed: it cannot be bound for another reason.
        """
        if self._task.life is NEW and self._task.id and context.in_slice.world is None:
            chosen = scheduler if scheduler is not None else context.current()
            world = getattr(chosen, "world", chosen)
            if world.lock.acquire(LOCK_PATIENCE):
                try:
                    self.listen(world.network)
                finally:
                    world.lock.release()
        return super().activate(scheduler, tracker, mainmethod)

    def listen(self, network: Network) -> None:
        """Bind the port, unless it is bound already. Override.

        Raises:
            PortInUse: the port has a listener already.
            ListenFailed: it cannot be bound for another reason.
        """
        raise NotImplementedError


class TCPServer(ListeningComponent):
    """Accepts TCP connections, and sends each on as a NewCSA: a component that is not activated yet.

    It ends on ShutdownMicroprocess and its subclasses; the connections live on.

    Args:
        listenport: the port; 0 is any that is free. ``port`` has its real number once it is bound.
        socketOptions: one ``setsockopt`` call, (level, option, value), made before binding.
        host: ``None`` is this machine only, "" is every interface.
        inbox_size: how many messages may wait for a slow reader, in each connection.

    >>> from kamlab import Component, Lab, TCPServer
    >>> class Greet(Component):
    ...     async def main(self):
    ...         connection = (await self.receive()).object
    ...         self.link((self, "outbox"), (connection, "inbox"))
    ...         self.send("hello")
    ...         connection.activate()
    >>> with Lab(clock="virtual") as lab:
    ...     server, greet = TCPServer(1500).activate(), Greet().activate()
    ...     _ = server.link((server, "protocolHandlerSignal"), (greet, "inbox"))
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     peer.read()
    b'hello'
    """

    Inboxes: ClassVar[Any] = {
        "control": "ShutdownMicroprocess or serverShutdown: stop listening.",
        "_feedbackFromCSA": "Connections that have ended.",
    }
    Outboxes: ClassVar[Any] = {
        "protocolHandlerSignal": "NewCSA for each connection, ShutdownCSA when it has ended.",
        "signal": "The shutdown message, passed on.",
    }

    woken_by_collection = False
    #: The class that makes a component of an accepted socket.
    CSA: Any = ConnectedSocketAdapter
    received_as: type[bytes] = bytes

    def __init__(
        self,
        listenport: int,
        socketOptions: tuple[Any, ...] | None = None,  # noqa: N803
        host: str | None = None,
        inbox_size: int | None = None,
        **argd: Any,
    ) -> None:
        super().__init__(**argd)
        self.listenport = listenport
        self.socketOptions = socketOptions
        self.host = host
        self.inbox_size = inbox_size
        self.listener: Listener | None = None
        self.port: int = listenport
        self._network: Network | None = None
        self._ready = False
        self._complained = False
        self._received_as = self.received_as if self.received_as is not bytes else None

    def deliver_as(self, kind: type[bytes]) -> None:
        """Have the connections give the bytes that come as ``kind``, in place of ``received_as`` of their class."""
        self._received_as = kind

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port it listens at; ``None`` while it does not."""
        return place_of(self.listener, "getsockname") if self.listener is not None else None

    def listen(self, network: Network) -> None:
        """Bind the port; see :meth:`ListeningComponent.listen`."""
        if self.listener is not None:
            return
        options = (self.socketOptions,) if self.socketOptions is not None else ()
        owner = self.parent if self.parent is not None else self
        self.listener = network.listen(self.host, self.listenport, options=options, owner=owner)
        self._network = network
        self.port = self.listener.getsockname()[1]

    def main(self) -> Any:
        """Accept connections until told to end."""
        self.listen(network_of(self))
        self._log(OPENED, f"listens at {self._where()}")
        self._watch()
        while True:
            for message in self.messages("control"):
                if isinstance(message, ShutdownMicroprocess):
                    self.send(message, "signal")
                    return
            for message in self.messages("_feedbackFromCSA"):
                if isinstance(message, SocketShutdown):
                    self.send(ShutdownCSA(self, message.caller), "protocolHandlerSignal")
            if self._ready:
                self._accept()
            if not self._ready:
                self.pause()
            yield

    def stop(self) -> None:
        """Stop listening; called however the component ends."""
        listener, self.listener = self.listener, None
        if listener is not None:
            where = format_address(*(place_of(listener, "getsockname") or ("?", self.port)))
            listener.close()
            self._log(CLOSED, f"listens no longer at {where}")
        super().stop()

    def _watch(self) -> None:
        if self.listener is not None and self._network is not None:
            self._network.watch(self.listener, READ, self._on_ready)

    def _on_ready(self, _events: int) -> None:
        self._ready = True
        self.wake("a connection")

    def _accept(self) -> None:
        assert self.listener is not None
        for _ in range(ACCEPTS_PER_SLICE):
            try:
                sock, _ = self.listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                self._ready = False
                return
            except OSError as error:
                self._ready = False
                if error.errno not in _EXHAUSTED:
                    raise
                self._rest(error)
                return
            self._hand_out(sock)

    def _hand_out(self, sock: Any) -> None:
        if isinstance(self.outboxes["protocolHandlerSignal"].target, Nowhere):
            sock.close()
            self._complain("its connections go nowhere and are closed: link its outbox 'protocolHandlerSignal'.")
            return
        more = {} if self.inbox_size is None else {"inbox_size": self.inbox_size}
        adapter = self.CSA(sock, None, **more)
        if self._received_as is not None and hasattr(adapter, "deliver_as"):
            adapter.deliver_as(self._received_as)
        adapter.link((adapter, "CreatorFeedback"), (self, "_feedbackFromCSA"))
        self.send(NewCSA(self, adapter, sock), "protocolHandlerSignal")

    def _rest(self, error: OSError) -> None:
        """Leave connections waiting for a while: the system has no resources for them."""
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        assert self._network is not None
        self._network.unwatch(self.listener)
        scheduler.call_later(REST, self._watch, self)
        self._complain(f"cannot accept a connection: {error.strerror}. It tries again; connections wait until then.")

    def _complain(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        if scheduler is not None and not self._complained:
            self._complained = True
            scheduler.world.report(f"{self.short_name}, which listens at {self._where()}: {text}")

    def _where(self) -> str:
        return format_address(*(self.address or (self.host, self.port)))

    def _log(self, kind: str, detail: str) -> None:
        scheduler = self.scheduler_in_charge
        if scheduler is not None and scheduler.log is not None:
            scheduler.log((kind, self, detail))


@dataclass(slots=True, eq=False)
class Client:
    """One connection of a server: the component at the socket, and the protocol behind it."""

    adapter: Any
    protocol: Component
    peer: tuple[str, int]

    def leaked_since(self, late: float) -> bool:
        """Whether the protocol was notified of the end before ``late`` and lives, but has sent nothing since."""
        told = self.adapter.told
        if told is None or is_over(self.protocol):
            return False
        when, bytes_out = told
        return bool(when <= late and (is_over(self.adapter) or self.adapter.bytes_out == bytes_out))


class ServerCore(ListeningComponent):
    """A TCP server; ``protocol`` makes a component for each connection.

    The factory is called with the keywords ``peer``, ``peerport``, ``localip`` and ``localport``. A
    component that is not activated serves as a prototype: each connection gets a fresh one, made
    with the same arguments.

    Args:
        protocol: the factory; a class is one.
        port: the port, 0 for any that is free. Once it is bound, ``port`` is its real number.
        host: ``None`` is this machine only, "" is every interface.
        socketOptions: one ``setsockopt`` call, (level, option, value), made before binding.
        TCPS: the class that listens.
        inbox_size: how many messages may wait for a slow reader, in each connection; more than
            that is NoSpaceInBox in the protocol's ``send``. ``None`` is any number.
        grace: how many seconds a server that ends waits for protocols that make no progress.
        leak_after: how many seconds after the end of its connection a protocol counts as leaked.

    Raises:
        BadProtocol: ``protocol`` is neither a factory nor a component.

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
        "inbox": "Not used; it lets a server be part of a chassis.",
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
    received_as: type[bytes] = bytes
    inbox_size: int | None = None
    grace: float = 1.0
    leak_after: float = 5.0

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self.server: Any = None
        self._clients: dict[Any, Client] = {}
        self._ended: list[tuple[Client, Any]] = []
        self._copies_reported = False
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

    # -- state -------------------------------------------------------------------------------------------------

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port it listens at; ``None`` while it does not."""
        address: tuple[str, int] | None = getattr(self.server, "address", None)
        return address

    @property
    def clients(self) -> list[Client]:
        """The connections that are open, oldest first."""
        return [client for client in self._clients.values() if not is_over(client.adapter)]

    @property
    def leaked(self) -> list[Component]:
        """The protocols that live on although they were told that their connection has ended."""
        scheduler = self.scheduler_in_charge
        if scheduler is None:
            return []
        late = scheduler.time() - self.leak_after
        return [client.protocol for client in self._clients.values() if client.leaked_since(late)]

    # -- the life of a server ----------------------------------------------------------------------------------

    def listen(self, network: Network) -> None:
        """Bind the port; see :meth:`ListeningComponent.listen`."""
        if self.server is not None:
            return
        more: dict[str, Any] = {"listenport": self.port}
        for name in ("socketOptions", "host", "inbox_size"):
            if getattr(self, name) is not None:
                more[name] = getattr(self, name)
        server = self.TCPS(**more)
        if self.received_as is not bytes and hasattr(server, "deliver_as"):
            server.deliver_as(self.received_as)
        server.parent = self  # so that an error about the port names this server
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
            if is_over(self.server):
                raise self._lost_listener()
            self.pause()
            yield
        self.send(ServerShutdown(self), "_serversignal")
        yield from self._end_connections()
        self.send(message, "signal")

    def _lost_listener(self) -> Exception:
        error = self.server.error if self.server is not None else None
        if isinstance(error, Exception):
            return error
        return ListenFailed(f"{self.short_name} cannot take more connections: the component that listens has ended")

    def stop(self) -> None:
        """Close the listener and every connection at once; called however the component ends."""
        super().stop()
        if self.server is not None:
            self.server.stop()
        self._refuse_newcomers()
        clients, self._clients = self._clients, {}
        for client in clients.values():
            client.adapter.stop()
            method_of(client.protocol, "stop")()

    def _refuse_newcomers(self) -> None:
        for news in self.messages("_socketactivity"):
            if isinstance(news, NewCSA):
                news.object.stop()

    def _shutdown_message(self) -> Any:
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                return message
        return None

    # -- the life of a connection ------------------------------------------------------------------------------

    def _connect(self, news: NewCSA) -> None:
        """Give a connection its protocol. An error ends this connection only."""
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
            add_end_callback(adapter, lambda: self._ended.append((client, adapter)))
            add_end_callback(protocol, lambda: self._ended.append((client, protocol)))
            adapter.activate(self.scheduler_in_charge)
            method_of(protocol, "activate")(self._task.scheduler)
        except Exception as error:
            adapter.stop()
            adapter.unlink(adapter)
            self.remove_child(adapter)
            if isinstance(protocol, Component) and task_of(protocol).parent is self and task_of(protocol).life == NEW:
                self.remove_child(protocol)
            self._report(
                f"{self.short_name} could not make a protocol for {peer[0]}:{peer[1]}; that connection is closed, "
                f"the server goes on.\n{traceback_of(error)}"
            )
        else:
            self._clients[adapter] = client

    def _make(self, **sock_info: Any) -> Any:
        """Return a new protocol component."""
        if isinstance(self.protocol, Component):
            if not self._copies_reported:
                self._copies_reported = True
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
        """Clean up the connections whose adapter or protocol has ended."""
        ended, self._ended = self._ended, []
        for client, half in ended:
            self.remove_child(half)
            adapter, protocol = client.adapter, client.protocol
            if half is protocol and not is_over(adapter):
                adapter.unlink(protocol)
                adapter.deliver(ProducerFinished(protocol), "control")
            if is_over(adapter) and is_over(protocol):
                self._clients.pop(adapter, None)

    # -- the end of a server -----------------------------------------------------------------------------------

    def _end_connections(self) -> Any:
        """End the connections, but first deliver what the protocols still send. A generator."""
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        for client in self.clients:
            client.protocol.inboxes["control"].target.deliver(
                SocketShutdown(self, "the server shuts down"), self.outboxes["_connectionsignal"]
            )
        seen: Any = None
        since = scheduler.now
        while True:
            self._refuse_newcomers()
            self._settle()
            if not self._clients:
                return
            alive = [client for client in self._clients.values() if not is_over(client.protocol)]
            progress = (len(alive), sum(client.adapter.bytes_out for client in alive))
            if progress != seen:
                seen, since = progress, scheduler.now
            left = since + self.grace - scheduler.now
            if alive and left <= 0:
                self._stop_protocols(alive)
                continue
            self.pause(left if alive else None)
            yield

    def _stop_protocols(self, alive: list[Client]) -> None:
        names = ", ".join(client.protocol.short_name for client in alive[:5])
        self._report(
            f"{self.short_name} shuts down and stops {len(alive)} of its protocols ({names}), which did not end "
            f"by themselves within {self.grace:g} s. A protocol ends when a message on its control box says so."
        )
        for client in alive:
            method_of(client.protocol, "stop")()

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
    """A ServerCore with SO_REUSEADDR, which every server of kamlab has.

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


#: The name of ServerCore in an older Kamaelia.
MoreComplexServer = ServerCore
