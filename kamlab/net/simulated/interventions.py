"""What the user's own hands can do to a simulated network: dial, serve, cut, heal, reset, change the weather.

Each is an *act*, with a name and plain values, so that it can be written down and carried out again:
:meth:`Hands.perform` does it and tells the journal of a lab that is recorded, :func:`play_network_act`
does it only. What a component does inside a run is part of the run and is not written down.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kamlab.core import worlds

from ..addresses import check_host, check_port
from ..errors import BadConditions, ConnectFailed, UnknownAct
from .parameters import Simulated
from .peer import Peer, PeerListener
from .wire import Line

if TYPE_CHECKING:
    from .network import SimulatedNetwork


class Hands:
    """The half of a simulated network that is for the user."""

    world: Any
    _conditions: Simulated
    _lines: dict[int, Line]
    #: The hand-held ends of connections, and listeners, by number.
    peers: dict[int, Peer]
    peer_listeners: dict[int, PeerListener]

    @property
    def conditions(self) -> Simulated:
        """What the network is like now.

        Setting it is an act. What is under way stays as it is, and so does the seed.
        """
        return self._conditions

    @conditions.setter
    def conditions(self, conditions: Simulated) -> None:
        if not isinstance(conditions, Simulated):
            raise BadConditions(f"a network's conditions cannot be {conditions!r}; give Simulated(...)")
        self.perform("conditions", conditions.as_literal())

    @property
    def connections(self) -> list[Line]:
        """The connections there are, oldest first."""
        return list(self._lines.values())

    def check_open(self) -> None:
        """Raise NetworkIsClosed if it is closed."""
        raise NotImplementedError

    def perform(self, name: str, *what: Any) -> Any:
        """Carry out an act and tell the journal, if there is one. Safe from any thread."""
        with self.world.lock:
            self.check_open()
            result = ACTS[name](self, *what)
            journal = self.world.scheduler.journal
            if journal is not None and worlds.in_slice.world is None:
                journal.outside("net", name, *what)
            return result

    def partition(self, one: str, other: str) -> None:
        """Let nothing pass between two hosts, by name: what is sent is sent again until :meth:`heal`, or given up."""
        self.perform("partition", one, other)

    def heal(self, one: str | None = None, other: str | None = None) -> None:
        """Undo :meth:`partition` for two hosts, or for all. What was lost arrives when it is sent again."""
        self.perform("heal", one, other)

    def reset_connection(self, which: Any) -> None:
        """Break a connection: both ends get ECONNRESET.

        Args:
            which: its number, a :class:`Peer`, a socket, or a component that has one.

        Raises:
            UnknownAct: there is no such connection.
            PeerIsOfThePast: the peer was made before the lab was turned back.
        """
        if isinstance(which, Peer):
            which.check_now()
        self.perform("reset connection", _number_of(which))

    def dial(self, host_or_port: str | int, port: int | None = None, *, source: str = "localhost") -> Peer:
        """Connect by hand, as with telnet; return the end in your hand.

        Args:
            host_or_port: a host with ``port`` behind it, or just a port of this machine.
            port: the port.
            source: the host from which to dial; :meth:`partition` can cut it off.

        Raises:
            BadAddress: host or port are none.
        """
        host, port = _place(host_or_port, port)
        peer: Peer = self.perform("dial", host, port, source)
        return peer

    def serve(self, host_or_port: str | int, port: int | None = None) -> PeerListener:
        """Listen by hand, on this machine or as any other; whoever connects becomes one of its ``peers``.

        Raises:
            BadAddress: host or port are none.
            PortInUse: somebody listens there already.
        """
        host, port = _place(host_or_port, port)
        listener: PeerListener = self.perform("serve", host, port)
        return listener


def _place(host_or_port: str | int, port: int | None) -> tuple[str, int]:
    if port is None:
        host_or_port, port = "localhost", host_or_port  # type: ignore[assignment]
    check_host(host_or_port)
    check_port(port)
    assert isinstance(host_or_port, str)
    assert port is not None
    return host_or_port, port


def _number_of(which: Any) -> Any:
    """Return the number of the connection that something belongs to, or what was given."""
    for _ in range(3):  # a client has an adapter, which has a socket, which has a line
        for name in ("line", "socket", "sock", "adapter"):
            inner = getattr(which, name, None)
            if inner is not None:
                which = inner
                break
    return which.number if isinstance(which, Line) else which


# -- the acts ---------------------------------------------------------------------------------------------


def _dial(network: SimulatedNetwork, host: str, port: int, source: str) -> Peer:
    found: list[Any] = []
    network.resolve(host, port, found.append)
    if isinstance(found[0], ConnectFailed):
        raise found[0]
    return Peer(network, network.connect_from(network.hosts.address(source), found[0][0]), connected=False)


def _serve(network: SimulatedNetwork, host: str, port: int) -> PeerListener:
    listener = network.listen_at((network.hosts.address(host), port), 128, None)
    return PeerListener(network, host, listener)


def _heal(network: SimulatedNetwork, one: str | None, other: str | None) -> None:
    if one is None and other is None:
        network.hosts.join_all()
    else:
        network.hosts.join(one, other)  # type: ignore[arg-type]


def _set_conditions(network: SimulatedNetwork, how: dict[str, Any]) -> None:
    network._conditions = dataclasses.replace(Simulated(**how), seed=network._conditions.seed)
    for line in network.connections:
        line.out.pump()
        line.back.pump()


def _reset_connection(network: SimulatedNetwork, number: Any) -> None:
    line = network.line(number) if isinstance(number, int) else None
    if line is None:
        there_are = ", ".join(str(each.number) for each in network.connections) or "none"
        raise UnknownAct(f"there is no connection {number!r} to reset; there are: {there_are}")
    line.reset()


def _peer(network: SimulatedNetwork, number: int) -> Peer:
    if number not in network.peers:
        raise UnknownAct(f"there is no peer {number!r}; {len(network.peers)} were dialled or have connected so far")
    return network.peers[number]


def _listener(network: SimulatedNetwork, number: int) -> PeerListener:
    if number not in network.peer_listeners:
        raise UnknownAct(f"there is no peer listener {number!r}; there are {len(network.peer_listeners)}")
    return network.peer_listeners[number]


#: What a user can do to a network: by name, called with the network and plain values.
ACTS: dict[str, Callable[..., Any]] = {
    "dial": _dial,
    "serve": _serve,
    "partition": lambda network, one, other: network.hosts.cut(one, other),
    "heal": _heal,
    "conditions": _set_conditions,
    "reset connection": _reset_connection,
    "peer send": lambda network, number, data: _peer(network, number).do_send(data),
    "peer finish": lambda network, number: _peer(network, number).do_finish(),
    "peer close": lambda network, number: _peer(network, number).do_close(),
    "peer reset": lambda network, number: _peer(network, number).do_reset(),
    "peer hold": lambda network, number, holds: _peer(network, number).do_hold(holds),
    "listener close": lambda network, number: _listener(network, number).do_close(),
}


def play_network_act(lab: Any, name: str, *what: Any) -> Any:
    """Carry out once more what the journal was told of as ``outside("net", name, *what)``.

    Raises:
        UnknownAct: there is no such act, or the lab's network is none that has them.
    """
    network = lab.network
    if not isinstance(network, Hands):
        raise UnknownAct(f"the act {name!r} is one of a simulated network, and this lab has {network!r}")
    if name not in ACTS:
        raise UnknownAct(f"{name!r} is no act of a simulated network; these are: {', '.join(ACTS)}")
    with lab.lock:
        network.check_open()
        return ACTS[name](network, *what)
