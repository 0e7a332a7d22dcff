"""The user's own end of a simulated connection, like a telnet in a cell, and the user's own server.

A :class:`Peer` uses the network as a component does and is called when its socket is ready, but no component runs it.
Each request of the user is an intervention (:meth:`~kamlab.net.simulated.network.SimulatedNetwork.perform`).

A lab that goes back builds its network again, and peers with the same numbers in it. A peer that the user still holds
does not turn into the new one, because on another branch that could be a different client. It raises PeerIsOfThePast.
"""

from __future__ import annotations

import contextlib
from socket import SHUT_WR, SO_ERROR, SOL_SOCKET
from typing import TYPE_CHECKING, Any

from ..addresses import format_address
from ..errors import BadDataToSend, PeerIsClosed, PeerIsOfThePast, reason_of
from ..interface import READ, WRITE
from .sockets import SimulatedConnection, SimulatedListener, failure

if TYPE_CHECKING:
    from .network import SimulatedNetwork

#: How many bytes are read at once.
SIZE = 65536
PAST = "belongs to an earlier run"


class Peer:
    """The user's end of a connection.

    It reads everything that comes, at once, and closes when the other end has ended, as telnet does. While a lab stands
    still nothing moves: step or run it to let data arrive. Everything but ``repr`` raises PeerIsOfThePast once the lab
    has gone back or was reset; ``lab.network.peers`` has the new peer, under the same number.

    Attributes:
        number: 1 for the first of a network.
        here, there: host and port of the two ends.

    >>> from kamlab import Component, Lab
    >>> from kamlab.net import SimpleServer
    >>> class Greeter(Component):
    ...     def main(self):
    ...         self.send("hello\\n")
    ...         yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = SimpleServer(protocol=Greeter, port=1500).activate()
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     peer.read(), peer.closed
    (b'hello\\n', True)
    """

    def __init__(self, network: SimulatedNetwork, sock: SimulatedConnection, connected: bool) -> None:
        self.number: int = len(network.peers) + 1
        network.peers[self.number] = self
        self.wire: Any = sock.wire
        self.here, self.there = (self.wire.there, self.wire.here) if connected else (self.wire.here, self.wire.there)
        self._connected = connected
        self._ended = False
        self._reason = ""
        self._network = network
        self._sock: SimulatedConnection | None = sock
        self._arrived = bytearray()
        self._read = 0
        self._unsent = bytearray()
        self._finishing = self._finished = self._closing = self._holds = False
        self._watch()

    # -- called by the user ------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the connection was established."""
        self.check_now()
        return self._connected

    @property
    def ended(self) -> bool:
        """Whether the other end has ended its stream."""
        self.check_now()
        return self._ended

    @property
    def closed(self) -> bool:
        """Whether the connection is over."""
        self.check_now()
        return self._is_over()

    @property
    def reason(self) -> str:
        """Why it could not be made or broke: "refused", "timeout", "reset"; "" otherwise."""
        self.check_now()
        return self._reason

    @property
    def received(self) -> bytes:
        """Everything that has come so far."""
        self.check_now()
        return bytes(self._arrived)

    def read(self) -> bytes:
        """Return the bytes that have come since the last ``read``."""
        self.check_now()
        data = bytes(self._arrived[self._read :])
        self._read += len(data)
        return data

    def send(self, data: bytes | str) -> None:
        """Send bytes, or text as UTF-8, as far and as soon as the network takes it.

        Raises:
            BadDataToSend: it is neither bytes nor text.
            PeerIsClosed: the connection is over, or this end has ended its stream.
        """
        if isinstance(data, str):
            data = data.encode("utf-8")
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise BadDataToSend(f"{self!r} cannot send {type(data).__name__}; it sends bytes, or text as UTF-8")
        self._perform("peer send", bytes(data))

    def finish(self) -> None:
        """End the stream after the data that was sent; data from the other end still arrives."""
        self._perform("peer finish")

    def close(self) -> None:
        """Close the connection once everything has left; a second time does nothing."""
        self._perform("peer close")

    def reset(self) -> None:
        """Break the connection at once; the other end sees a reset."""
        self._perform("peer reset")

    def hold(self) -> None:
        """Stop reading, as a slow reader does; incoming data piles up on the way here."""
        self._perform("peer hold", True)

    def let_go(self) -> None:
        """Read again."""
        self._perform("peer hold", False)

    @property
    def unsent(self) -> int:
        """How many bytes wait because the other end has no room, or is not there yet."""
        self.check_now()
        return len(self._unsent) + (self._sock.unsent if self._sock is not None else 0)

    def __repr__(self) -> str:
        ends = f"{format_address(*self.here)} to {format_address(*self.there)}"
        if self._network.is_of_the_past:
            return f"<peer {self.number}: {ends}, {PAST}>"
        state = "connected" if self._connected else "connecting"
        if self._is_over():
            state = f"closed, {self._reason}" if self._reason else "closed"
        return f"<peer {self.number}: {ends}, {state}, {len(self._arrived)} bytes came>"

    def check_now(self) -> None:
        """Raise PeerIsOfThePast if the lab has gone back or was reset since this was made."""
        check_now(self._network, f"peer {self.number}", f"lab.network.peers[{self.number}]")

    # -- called by the network ---------------------------------------------------------------------------------

    def do_send(self, data: bytes) -> None:
        """Carry out :meth:`send`."""
        self._check_sending()
        self._unsent += data
        self._flush()

    def do_finish(self) -> None:
        """Carry out :meth:`finish`."""
        self._check_sending()
        self._finishing = True
        self._flush()

    def do_close(self) -> None:
        """Carry out :meth:`close`."""
        if self._sock is not None and not self._holds:
            self._take_all()  # data that is here must be read, or closing would be a reset
        self._closing = True
        self._flush()

    def do_reset(self) -> None:
        """Carry out :meth:`reset`."""
        if self._sock is not None:
            self._sock.abort()
            self._sock = None

    def do_hold(self, holds: bool) -> None:
        """Carry out :meth:`hold` and :meth:`let_go`."""
        self._holds = holds
        self._watch()

    def _perform(self, name: str, *what: Any) -> None:
        self.check_now()
        self._network.perform(name, self.number, *what)

    def _is_over(self) -> bool:
        return self._sock is None or self._sock.fileno() < 0

    def _check_sending(self) -> None:
        if self._is_over() or self._finishing or self._closing:
            why = self._reason or ("it was closed" if self._is_over() else "it has said that no more will come")
            raise PeerIsClosed(f"peer {self.number} cannot send any more: {why}. Dial again: lab.network.dial(...)")

    def _watch(self) -> None:
        """Watch the socket for what this waits for now."""
        sock = self._sock
        if sock is None:
            return
        events = 0 if self._holds or self._ended else READ
        if not self._connected or self._unsent:
            events |= WRITE
        if events:
            self._network.watch(sock, events, self._ready)
        else:
            self._network.unwatch(sock)

    def _ready(self, events: int) -> None:
        if not self._connected:
            self._check_connect()
        elif events & READ:
            self._take_all()
        self._flush()

    def _check_connect(self) -> None:
        """Check how connecting went."""
        assert self._sock is not None
        number = self._sock.getsockopt(SOL_SOCKET, SO_ERROR)
        if number:
            self._lose(failure(number))
        else:
            self._connected = True

    def _take_all(self) -> None:
        assert self._sock is not None
        try:
            while data := self._sock.recv(SIZE):
                self._arrived += data
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(error)
            return
        self._ended = True
        self._closing = True

    def _flush(self) -> None:
        """Send the remaining data, then end the stream or close, if that was asked for."""
        sock = self._sock
        if sock is None:
            return
        try:
            while self._unsent and self._connected:
                del self._unsent[: sock.send(self._unsent)]
            if self._finishing and not self._finished and self._connected:
                sock.shutdown(SHUT_WR)
                self._finished = True
        except BlockingIOError:
            pass
        except OSError as error:
            self._lose(error)
            return
        if self._closing and not self._unsent:
            sock.close()
            self._sock = None
        self._watch()

    def _lose(self, error: OSError) -> None:
        sock, self._sock = self._sock, None
        assert sock is not None
        number = sock.getsockopt(SOL_SOCKET, SO_ERROR)  # the cause, if the error is only its consequence
        self._reason = reason_of(failure(number) if number else error)
        self._unsent.clear()
        with contextlib.suppress(OSError):
            while not self._holds and (data := sock.recv(SIZE)):
                self._arrived += data
        sock.close()


def check_now(network: SimulatedNetwork, who: str, now: str) -> None:
    """Raise PeerIsOfThePast if a network is not that of its lab any more; ``now`` is where the current one is."""
    if network.is_of_the_past:
        raise PeerIsOfThePast(
            f"{who} {PAST}: the lab has since gone back or been reset. The current one is {now}, if there is one at "
            "this step."
        )


class PeerListener:
    """The user's own server: each client that connects becomes one of its ``peers``, oldest first.

    >>> from kamlab import Handle, Lab, TCPClient
    >>> with Lab(clock="virtual") as lab:
    ...     listener = lab.network.serve("foo.bar.com", 1600)
    ...     client = Handle(TCPClient("foo.bar.com", 1600)).activate()
    ...     _ = lab.run()
    ...     listener.peers[0].send("hello")
    ...     _ = lab.run()
    ...     print(listener, client.get())
    <peer listener 1: foo.bar.com:1600, 1 have connected> b'hello'
    """

    def __init__(self, network: SimulatedNetwork, host: str, listener: SimulatedListener) -> None:
        self.number: int = len(network.peer_listeners) + 1
        network.peer_listeners[self.number] = self
        self.host = host
        self.port: int = listener.getsockname()[1]
        self._peers: list[Peer] = []
        self._network = network
        self._listener = listener
        listener.owner = self
        network.watch(listener, READ, self._ready)

    @property
    def short_name(self) -> str:
        """Its name in the error of a server that finds its port in use."""
        return f"peer listener {self.number}"

    @property
    def closed(self) -> bool:
        """Whether it has stopped listening."""
        self.check_now()
        return self._is_over()

    @property
    def peers(self) -> list[Peer]:
        """The clients that have connected, oldest first."""
        self.check_now()
        return self._peers

    def close(self) -> None:
        """Stop listening; connections stay open."""
        self.check_now()
        self._network.perform("listener close", self.number)

    def check_now(self) -> None:
        """Raise PeerIsOfThePast if the lab has gone back or was reset since this was made."""
        check_now(self._network, self.short_name, f"lab.network.peer_listeners[{self.number}]")

    def do_close(self) -> None:
        """Carry out :meth:`close`."""
        self._listener.close()

    def _is_over(self) -> bool:
        return self._listener.fileno() < 0

    def _ready(self, _events: int) -> None:
        try:
            while True:
                sock, _ = self._listener.accept()
                self._peers.append(Peer(self._network, sock, connected=True))
        except BlockingIOError:
            return

    def __repr__(self) -> str:
        state = "closed" if self._is_over() else f"{len(self._peers)} have connected"
        if self._network.is_of_the_past:
            state = PAST
        return f"<{self.short_name}: {format_address(self.host, self.port)}, {state}>"
