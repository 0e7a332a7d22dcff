"""Listening: a component that accepts connections and hands each out as a component."""

from __future__ import annotations

import errno
from typing import Any, ClassVar, Self

from kamlab.core import worlds
from kamlab.core.box import Nowhere
from kamlab.core.component import Component
from kamlab.core.events import CLOSED, OPENED
from kamlab.core.ipc import ShutdownMicroprocess
from kamlab.core.states import NEW

from .addresses import place_of, written
from .connection import ConnectedSocketAdapter
from .interface import READ, Listener, Network, network_of, network_of_world
from .ipc import NewCSA, ShutdownCSA, SocketShutdown

#: How many connections are accepted in one slice.
ACCEPTS_PER_SLICE = 64
#: How long, in seconds, a server waits when the system has no descriptor left for a connection.
REST = 0.5
#: How long, in seconds, ``activate`` waits for the lab's lock before it leaves the binding to main.
MOMENT = 1.0

_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class EarlyListener(Component):
    """A component whose port is bound when it is activated, so that its number is known at once.

    A busy port is then an exception of ``activate`` itself, in the cell that asked. Where a
    component activates it, in the middle of a slice, the port is bound in the first slice instead,
    and a busy port is this component's failure.
    """

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Self:
        """Bind the port, then hand this to a lab; see :meth:`Component.activate`.

        Raises:
            PortInUse: somebody listens there already.
            ListenFailed: it cannot be bound for another reason.
        """
        if self.state == NEW and self.init and worlds.in_slice.world is None:
            chosen = scheduler if scheduler is not None else worlds.current()
            world = getattr(chosen, "world", chosen)
            if world.lock.acquire(MOMENT):
                try:
                    self.listen(network_of_world(world, self))
                finally:
                    world.lock.release()
        return super().activate(scheduler, tracker, mainmethod)

    def listen(self, network: Network) -> None:
        """Bind the port; does nothing if that is done. Override."""
        raise NotImplementedError


class TCPServer(EarlyListener):
    """Accepts TCP connections. Each is sent on as NewCSA: a component, not activated yet.

    It ends on ShutdownMicroprocess and its kin; the connections live on.

    Args:
        listenport: the port; 0 is any that is free. ``port`` has its real number once it is bound.
        socketOptions: one ``setsockopt`` call, (level, option, value), made before binding.
        host: ``None`` is this machine only, "" is everybody.
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
        self._resting = False
        self._complained = False

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port it listens at; ``None`` while it does not."""
        return place_of(self.listener, "getsockname") if self.listener is not None else None

    def listen(self, network: Network) -> None:
        """Bind the port; does nothing if that is done.

        Raises:
            PortInUse: somebody listens there already.
            ListenFailed: it cannot be bound for another reason.
        """
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
        self._look_out()
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
        """Stop listening; also called at every other end."""
        listener, self.listener = self.listener, None
        if listener is not None:
            where = written(*(place_of(listener, "getsockname") or ("?", self.port)))
            listener.close()
            self._log(CLOSED, f"listens no longer at {where}")
        super().stop()

    def _look_out(self) -> None:
        self._resting = False
        if self.listener is not None and self._network is not None:
            self._network.watch(self.listener, READ, self._notice)

    def _notice(self, _events: int) -> None:
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
            self._complain("nobody takes its connections: link its outbox 'protocolHandlerSignal'. They are closed.")
            return
        more = {} if self.inbox_size is None else {"inbox_size": self.inbox_size}
        adapter = self.CSA(sock, None, **more)
        adapter.link((adapter, "CreatorFeedback"), (self, "_feedbackFromCSA"))
        self.send(NewCSA(self, adapter, sock), "protocolHandlerSignal")

    def _rest(self, error: OSError) -> None:
        """Leave the waiting connections where they are for a while: nothing can be opened now."""
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        assert self._network is not None
        self._network.unwatch(self.listener)
        scheduler.call_later(REST, self._look_out, self)
        self._complain(f"cannot accept a connection: {error.strerror}. It tries again, and connections wait meanwhile.")

    def _complain(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        if scheduler is not None and not self._complained:
            self._complained = True
            scheduler.world.report(f"{self.short_name}, which listens at {self._where()}: {text}")

    def _where(self) -> str:
        return written(*(self.address or (self.host, self.port)))

    def _log(self, kind: str, detail: str) -> None:
        scheduler = self.scheduler_in_charge
        if scheduler is not None and scheduler.log is not None:
            scheduler.log((kind, self, detail))
