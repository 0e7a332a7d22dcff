"""The simulated network: the same servers, clients and peers, hosts and ports, in memory.

It implements :mod:`kamlab.net.interface` with latency, loss, resets, partitions and fragmentation as :class:`Simulated`
says. It needs no socket and no thread of its own, so it works where there are none.

Determinism
-----------
Each segment under way is a timer of the lab's clock, so under a virtual clock time jumps from arrival to arrival, and a
lab in which nothing is under way and every component waits is stuck and says so. Ready sockets are reported in a fixed
order (:mod:`~kamlab.net.simulated.poller`). Chance comes from one seeded generator, of which only ``random()`` is used:
the one method whose numbers Python promises to keep.

What the user does
------------------
``dial``, ``serve``, ``partition`` and the like are *interventions*: each has a name and takes plain values, so that it
can be recorded and replayed. :meth:`SimulatedNetwork.perform` carries one out and tells the journal of a lab that is
recorded; :func:`play_network_act` only carries it out. What a component does inside a run is part of the run and is not
recorded.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from kamlab.core import context

from ..addresses import LOOPBACK, Aliases, check_group, check_host, check_port, numeric
from ..errors import (
    BadAddress,
    BadConditions,
    ConnectFailed,
    ListenFailed,
    NetworkIsClosed,
    TLSNotSupported,
    UnknownAct,
)
from ..interface import Address, Lookup, Ready, SocketOption, TLSClient, owner_name, port_in_use
from .datagram_peer import DatagramPeer
from .datagrams import Datagrams, SimulatedDatagramSocket
from .hosts import Hosts, machine
from .peer import Peer, PeerListener
from .poller import SimulatedPoller
from .sockets import INET, SimulatedConnection, SimulatedListener, SimulatedSocket
from .wire import OPEN, REFUSED, SYN, Wire

if TYPE_CHECKING:
    from kamlab.core.world import World

#: The first and the last of the ports that are given out; after the last comes the first again.
FIRST_PORT, LAST_PORT = 49152, 65535
#: The end of a host's name that is never known (RFC 2606).
UNKNOWN = ".invalid"


@dataclass(frozen=True)
class Simulated:
    """The parameters of a simulated network; called with a lab it makes one: ``Lab(network=Simulated(...))``.

    :mod:`kamlab.net.simulated.wire` describes what each of them does to a connection, and
    :mod:`kamlab.net.simulated.datagrams` what they do to a datagram.

    Args:
        latency: how many seconds a segment or a datagram takes, in one direction.
        jitter: up to this many seconds more, drawn for each. No segment overtakes another; datagrams do.
        bandwidth: bytes a second, for each direction of a connection and each UDP socket; ``None`` is any number.
        loss: the probability, 0 to 1, that a segment is lost each time it is sent. It is sent again, so a program only
            sees a delay. A datagram that is lost is gone.
        duplicate: the probability, 0 to 1, that a datagram arrives twice.
        reset: the probability, 0 to 1, that a segment of data breaks its connection.
        fragment: data arrives in pieces of 1 to this many bytes, drawn for each, and each piece is read by itself;
            ``None`` leaves it as TCP does.
        seed: the seed of the draws; the same seed gives the same run under a virtual clock.
        buffer: how many bytes the sending and the receiving side of a direction, and a UDP socket, can each hold.
        retransmit: after how many seconds a segment is sent again; this doubles each time.
        retries: how often a segment is sent again before the connection is given up.

    Raises:
        BadConditions: a parameter is out of range.

    >>> Simulated(latency=0.05, fragment=3)
    Simulated(latency=0.05, fragment=3)
    """

    latency: float = 0.01
    jitter: float = 0.0
    bandwidth: float | None = None
    loss: float = 0.0
    reset: float = 0.0
    fragment: int | None = None
    seed: int = 0
    buffer: int = 65536
    retransmit: float = 0.2
    retries: int = 8
    duplicate: float = 0.0

    def __post_init__(self) -> None:
        for name in ("latency", "jitter"):
            self._check(name, _is_number(getattr(self, name)), "a number of seconds, 0 or more")
        for name in ("loss", "reset", "duplicate"):
            value = getattr(self, name)
            self._check(name, _is_number(value) and value <= 1, "a probability, 0 to 1")
        self._check("retransmit", _is_number(self.retransmit, above=0), "a number of seconds above 0")
        bandwidth_holds = self.bandwidth is None or _is_number(self.bandwidth, above=0)
        self._check("bandwidth", bandwidth_holds, "bytes a second, above 0, or None")
        self._check("fragment", self.fragment is None or _is_whole(self.fragment, 1), "1 or more bytes, or None")
        self._check("buffer", _is_whole(self.buffer, 1), "1 or more bytes")
        self._check("retries", _is_whole(self.retries, 0), "0 or more")
        self._check("seed", _is_whole(self.seed), "a whole number")

    def _check(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise BadConditions(f"Simulated({name}={getattr(self, name)!r}): {name} is {expected}")

    def __call__(self, lab: Any) -> SimulatedNetwork:
        """Return a network with these parameters, for a lab."""
        return SimulatedNetwork(lab, self)

    def as_literal(self) -> dict[str, Any]:
        """Return the parameters by name, as plain values.

        >>> Simulated(**Simulated(loss=0.1).as_literal()) == Simulated(loss=0.1)
        True
        """
        return dataclasses.asdict(self)

    def __repr__(self) -> str:
        default = type(self)
        changed = [f"{name}={value!r}" for name, value in self.as_literal().items() if value != getattr(default, name)]
        return f"Simulated({', '.join(changed)})"


def _is_number(value: Any, above: float | None = None) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    return value >= 0 if above is None else value > above


def _is_whole(value: Any, least: int | None = None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least)


class SimulatedNetwork:
    """A network in memory for one lab. The lab waits for it when nothing can run.

    Args:
        world: the lab.
        conditions: the parameters of the network.
        hosts, ports: aliases as for :class:`~kamlab.net.real.RealNetwork`; those of the lab, if it has any.

    Attributes:
        peers, peer_listeners: the user's own ends of connections, and own servers, by number.
        datagram_peers: the user's own UDP sockets, by number.
        post: the UDP sockets, and the count of datagrams that did not arrive.

    Raises:
        BadMapping: an alias, given here or in the environment, cannot be understood.

    >>> from kamlab import Lab
    >>> Lab(clock="virtual").network
    <simulated network: 0 sockets, 0 connections>
    """

    watch: Callable[[Any, int, Ready], None]
    unwatch: Callable[[Any], None]

    def __init__(
        self,
        world: World,
        conditions: Simulated | None = None,
        hosts: Mapping[str, str] | None = None,
        ports: Mapping[int, int] | None = None,
    ) -> None:
        self.world = world
        self._conditions = conditions or Simulated()
        given = getattr(world, "hosts", None) if hosts is None else hosts
        self.aliases: Aliases = Aliases(given, getattr(world, "ports", None) if ports is None else ports)
        self.hosts: Hosts = Hosts(self.aliases)
        self.draw: Callable[[], float] = random.Random(self._conditions.seed).random
        self._scheduler = world.scheduler
        self._listeners: dict[tuple[str, int], SimulatedListener] = {}
        self._wires: dict[int, Wire] = {}
        self._ports_used: set[tuple[str, int]] = set()
        self._next_port = FIRST_PORT
        self._next_wire = 1
        self._closed = False
        self.peers: dict[int, Peer] = {}
        self.peer_listeners: dict[int, PeerListener] = {}
        self.datagram_peers: dict[int, DatagramPeer] = {}
        self.post: Datagrams = Datagrams(self)
        self.poller: SimulatedPoller = SimulatedPoller(world)
        self.watch = self.poller.watch
        self.unwatch = self.poller.unwatch
        self.touch: Callable[[Any], None] = self.poller.touch

    # -- servers -----------------------------------------------------------------------------------------------

    def listen(
        self,
        host: str | None,
        port: int,
        backlog: int = 128,
        options: Sequence[SocketOption] = (),
        owner: Any = None,
    ) -> SimulatedListener:
        """Return a bound listener on this machine. Every host reaches it, whichever of its addresses ``host`` is.

        Raises:
            PortInUse: the port has a listener already.
            ListenFailed: it cannot be bound for another reason.
        """
        self.check_open()
        asked = port
        host = LOOPBACK if host is None else host
        try:
            port = self.aliases.port(asked)
            check_host(host)
        except BadAddress as error:
            raise ListenFailed(f"{owner_name(owner)} cannot listen: {error}") from None
        known = numeric(host, port)
        if known is None or machine(known[1][0]) != LOOPBACK:
            raise ListenFailed(
                f"{owner_name(owner)} cannot listen at port {port} of {host}: that is not this machine. To play "
                f"a server elsewhere: lab.network.serve({host!r}, {port})."
            )
        family, _ = known
        listener = self.listen_at((LOOPBACK, port), backlog, owner, family, host or "0.0.0.0", asked)
        for option in options:
            listener.setsockopt(*option)
        return listener

    def listen_at(
        self,
        place: tuple[str, int],
        backlog: int,
        owner: Any,
        family: int = INET,
        shown: str | None = None,
        asked: int | None = None,
    ) -> SimulatedListener:
        """Return a listener at an address and port of any machine.

        Raises:
            PortInUse: the port has a listener already.
        """
        host, port = place
        port = port or self.free_port(host)
        holder = self._listeners.get((host, port))
        if holder is not None:
            raise port_in_use(owner, host, port, asked or port, f"{owner_name(holder.owner)} in this lab")
        listener = SimulatedListener(self, (host, port), shown or host, family, backlog, owner)
        self._listeners[host, port] = listener
        return listener

    # -- datagrams ---------------------------------------------------------------------------------------------

    def datagrams(
        self, host: str | None, port: int, *, group: str | None = None, interface: str = LOOPBACK, owner: Any = None
    ) -> SimulatedDatagramSocket:
        """Return a bound UDP socket on this machine. Groups have one interface, which reaches every host.

        Raises:
            PortInUse: the port has another UDP socket.
            ListenFailed: it cannot be bound, or the group is not one.
        """
        del interface
        self.check_open()
        try:
            there = self.aliases.port(port)
        except BadAddress as error:
            raise ListenFailed(f"{owner_name(owner)} cannot listen: {error}") from None
        return self.post.open(host, there, group, owner, port)

    # -- clients -----------------------------------------------------------------------------------------------

    def resolve(self, host: str, port: int, answer: Callable[[list[Address] | ConnectFailed], Any]) -> Lookup | None:
        """Call ``answer`` at once with the address of a host; every name but those in ``.invalid`` has one."""
        self.check_open()
        try:
            host, port = self.aliases.place(host, port)
        except BadAddress as error:
            answer(ConnectFailed("bad address", str(error)))
            return None
        known = numeric(host, port)
        if known is not None:
            answer([known])
        elif host.lower().endswith(UNKNOWN):
            answer(ConnectFailed("unknown host", f"the host {host!r} is not known: no name in {UNKNOWN} ever is"))
        else:
            answer([(INET, (self.hosts.plain_address(host), port))])
        return None

    def connect(self, address: Address) -> SimulatedConnection:
        """Begin to connect from this machine; it is over once the socket can be written."""
        return self.connect_from(LOOPBACK, address)

    def connect_from(self, source: str, address: Address) -> SimulatedConnection:
        """Begin to connect from a machine, given by its address."""
        self.check_open()
        family, (host, port, *_) = address
        here = (source, self.free_port(source))
        wire = Wire(self, self._next_wire, here, (machine(host), port))
        self._next_wire += 1
        self._wires[wire.number] = wire
        self._ports_used.add(here)
        sock = SimulatedConnection(self, wire, here, (host, port), family)
        wire.out.launch(SYN)
        return sock

    def free_port(self, host: str) -> int:
        """Return a port of a machine that neither a connection nor a socket has."""
        for _ in range(FIRST_PORT, LAST_PORT + 1):
            port, self._next_port = self._next_port, self._next_port + 1
            if self._next_port > LAST_PORT:
                self._next_port = FIRST_PORT
            place = (host, port)
            if place not in self._ports_used and place not in self._listeners and not self.post.holds(host, port):
                return port
        raise ListenFailed(f"every port of {host} from {FIRST_PORT} to {LAST_PORT} is in use")

    # -- servers and clients -----------------------------------------------------------------------------------

    def start_tls(self, sock: Any, client: TLSClient) -> NoReturn:
        """Refuse: what is encrypted could not be looked at.

        Raises:
            TLSNotSupported: always.
        """
        raise TLSNotSupported(
            f"{client.name} cannot switch to TLS: a simulated network has no TLS. The connection is closed, so that "
            "nothing is sent unencrypted. Use real TCP: Lab(), or Lab(recorded=True, build=function)."
        )

    def unsent(self, sock: Any) -> int:
        """Return how many bytes wait because the peer has no room."""
        known = self.poller.sockets.get(sock) if isinstance(sock, int) else sock
        return known.unsent if isinstance(known, SimulatedConnection) and known.fileno() >= 0 else 0

    def close(self) -> None:
        """Close every listener and connection at once, and let the lab wait without a network again."""
        with self.world.lock:
            if self._closed:
                return
            self._closed = True
            for sock in list(self.poller.sockets.values()):
                sock.close()
            for wire in self.connections:
                wire.out.drop()
                wire.back.drop()
                self.forget(wire)
            self.poller.close()

    @property
    def is_of_the_past(self) -> bool:
        """Whether the lab has gone back or was reset since this was made, and has another network."""
        return self.world.scheduler is not self._scheduler

    def check_open(self) -> None:
        """Raise NetworkIsClosed if it is closed."""
        if self._closed:
            raise NetworkIsClosed(
                "this network was closed with its lab. If the lab has since gone back or been reset, it has another: "
                "lab.network, with the same peers in lab.network.peers; otherwise lab.reset() makes a fresh start."
            )

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{len(self.poller.sockets)} sockets, {len(self._wires)} connections"
        return f"<simulated network: {state}>"

    # -- for the sockets and wires -----------------------------------------------------------------------------

    def is_full(self, wire: Wire) -> bool:
        """Return whether the listener that a connection asks for has no room in its backlog."""
        listener = self._listeners.get(wire.there)
        return listener is not None and listener.is_full

    def answer(self, wire: Wire) -> None:
        """Answer a connection that asks to be opened."""
        listener = self._listeners.get(wire.there)
        if listener is None:
            wire.back.launch(REFUSED)
            return
        sock = SimulatedConnection(self, wire, wire.there, wire.here, listener.family)
        wire.back.launch(OPEN)
        listener.take_in(sock)

    def forget(self, wire: Wire) -> None:
        """Forget a connection that is over."""
        self._wires.pop(wire.number, None)
        self._ports_used.discard(wire.here)

    def dismiss(self, sock: SimulatedSocket) -> None:
        """Forget a socket that is closed."""
        self.poller.dismiss(sock)
        if isinstance(sock, SimulatedListener):
            self._listeners.pop(sock.key, None)
        elif isinstance(sock, SimulatedDatagramSocket):
            self.post.forget(sock)

    def now(self) -> float:
        """Return the lab's time, in seconds."""
        return self._scheduler.time()

    def call_at(self, when: float, call: Callable[[], Any]) -> Any:
        """Call at a time of the lab's clock; return the timer."""
        return self._scheduler.call_at(when, call)

    def happens(self, probability: float) -> bool:
        """Draw whether something happens; if it never does, draw nothing."""
        return probability > 0 and self.draw() < probability

    # -- for the user ------------------------------------------------------------------------------------------

    @property
    def conditions(self) -> Simulated:
        """The current parameters of the network.

        They can be set. That changes neither the segments under way nor the seed.
        """
        return self._conditions

    @conditions.setter
    def conditions(self, conditions: Simulated) -> None:
        if not isinstance(conditions, Simulated):
            raise BadConditions(f"a network's conditions cannot be {conditions!r}; give Simulated(...)")
        self.perform("conditions", conditions.as_literal())

    @property
    def connections(self) -> list[Wire]:
        """All connections, oldest first."""
        return list(self._wires.values())

    def perform(self, name: str, *what: Any) -> Any:
        """Carry out an intervention and tell the journal, if there is one. Safe from any thread."""
        with self.world.lock:
            self.check_open()
            result = self.INTERVENTIONS[name](self, *what)
            journal = self.world.scheduler.journal
            if journal is not None and context.in_slice.world is None:
                journal.outside("net", name, *what)
            return result

    def partition(self, one: str, other: str) -> None:
        """Let nothing pass between two hosts, by name: data is sent again until :meth:`heal`, or given up."""
        self.perform("partition", one, other)

    def heal(self, one: str | None = None, other: str | None = None) -> None:
        """Undo :meth:`partition` for two hosts, or for all. Lost segments arrive when they are sent again."""
        self.perform("heal", one, other)

    def reset_connection(self, which: Any) -> None:
        """Break a connection: both ends get ECONNRESET.

        Args:
            which: its number, a :class:`Peer`, a socket, or a component that has one.

        Raises:
            UnknownAct: there is no such connection.
            PeerIsOfThePast: the peer was made before the lab went back.
        """
        if isinstance(which, Peer):
            which.check_now()
        self.perform("reset connection", _number_of(which))

    def dial(self, host_or_port: str | int, port: int | None = None, *, source: str = "localhost") -> Peer:
        """Connect from outside the lab's components, as with telnet; return your end of the connection.

        Args:
            host_or_port: a host with ``port`` behind it, or just a port of this machine.
            port: the port.
            source: the host from which to dial; :meth:`partition` can cut it off.

        Raises:
            BadAddress: the host or the port is not valid.
        """
        host, port = _place(host_or_port, port)
        peer: Peer = self.perform("dial", host, port, source)
        return peer

    def serve(self, host_or_port: str | int, port: int | None = None) -> PeerListener:
        """Listen, on this machine or as any other; each client that connects becomes one of the listener's ``peers``.

        Raises:
            BadAddress: the host or the port is not valid.
            PortInUse: the port has a listener already.
        """
        host, port = _place(host_or_port, port)
        listener: PeerListener = self.perform("serve", host, port)
        return listener

    def datagram_peer(
        self, host_or_port: str | int = 0, port: int | None = None, *, group: str | None = None
    ) -> DatagramPeer:
        """Return a UDP socket of your own, on this machine or as any other, as with netcat.

        Args:
            host_or_port: a host with ``port`` behind it, or just a port of this machine; 0 is any free one.
            port: the port.
            group: a multicast group to join.

        Raises:
            BadAddress: the host, the port or the group is not valid.
            PortInUse: the port has another UDP socket.
        """
        host, port = _place(host_or_port, 0 if port is None and isinstance(host_or_port, str) else port)
        if group is not None:
            check_group(group)
        peer: DatagramPeer = self.perform("datagram peer", host, port, group)
        return peer

    def send_datagram(self, number: int, data: bytes, host_or_port: str | int, port: int | None) -> None:
        """Send from a :class:`DatagramPeer`; see its ``send``."""
        host, port = _place(host_or_port, port)
        self.perform("datagram peer send", number, data, host, port)

    # -- the interventions, as they are recorded ---------------------------------------------------------------

    def _dial(self, host: str, port: int, source: str) -> Peer:
        found: list[Any] = []
        self.resolve(host, port, found.append)
        if isinstance(found[0], ConnectFailed):
            raise found[0]
        return Peer(self, self.connect_from(self.hosts.address(source), found[0][0]), connected=False)

    def _serve(self, host: str, port: int) -> PeerListener:
        return PeerListener(self, host, self.listen_at((self.hosts.address(host), port), 128, None))

    def _datagram_peer(self, host: str, port: int, group: str | None) -> DatagramPeer:
        address = self.hosts.address(host)
        return DatagramPeer(self, host, self.post.open_at(address, port, group, None, host))

    def _find_datagram_peer(self, number: int) -> DatagramPeer:
        if number not in self.datagram_peers:
            raise UnknownAct(f"there is no datagram peer {number!r}; there are {len(self.datagram_peers)}")
        return self.datagram_peers[number]

    def _send_datagram(self, number: int, data: bytes, host: str, port: int) -> None:
        found: list[Any] = []
        self.resolve(host, port, found.append)
        if isinstance(found[0], ConnectFailed):
            raise found[0]
        self._find_datagram_peer(number).do_send(data, found[0][0][1])

    def _heal(self, one: Any, other: Any) -> None:
        if one is None and other is None:
            self.hosts.join_all()
        else:
            self.hosts.join(one, other)

    def _set_conditions(self, how: dict[str, Any]) -> None:
        self._conditions = dataclasses.replace(Simulated(**how), seed=self._conditions.seed)
        for wire in self.connections:
            wire.out.pump()
            wire.back.pump()

    def _reset_connection(self, number: Any) -> None:
        wire = self._wires.get(number) if isinstance(number, int) else None
        if wire is None:
            there_are = ", ".join(str(other) for other in self._wires) or "none"
            raise UnknownAct(f"there is no connection {number!r} to reset; there are: {there_are}")
        wire.reset()

    def _peer(self, number: int) -> Peer:
        if number not in self.peers:
            raise UnknownAct(f"there is no peer {number!r}; {len(self.peers)} were dialled or have connected so far")
        return self.peers[number]

    def _close_listener(self, number: int) -> None:
        if number not in self.peer_listeners:
            raise UnknownAct(f"there is no peer listener {number!r}; there are {len(self.peer_listeners)}")
        self.peer_listeners[number].do_close()

    #: The interventions, by name: called with the network and plain values.
    INTERVENTIONS: ClassVar[dict[str, Callable[..., Any]]] = {
        "dial": _dial,
        "serve": _serve,
        "partition": lambda self, one, other: self.hosts.cut(one, other),
        "heal": _heal,
        "conditions": _set_conditions,
        "reset connection": _reset_connection,
        "peer send": lambda self, number, data: self._peer(number).do_send(data),
        "peer finish": lambda self, number: self._peer(number).do_finish(),
        "peer close": lambda self, number: self._peer(number).do_close(),
        "peer reset": lambda self, number: self._peer(number).do_reset(),
        "peer hold": lambda self, number, holds: self._peer(number).do_hold(holds),
        "listener close": _close_listener,
        "datagram peer": _datagram_peer,
        "datagram peer send": _send_datagram,
        "datagram peer close": lambda self, number: self._find_datagram_peer(number).do_close(),
    }


def play_network_act(lab: Any, name: str, *what: Any) -> Any:
    """Replay an intervention that was recorded as ``outside("net", name, *what)``.

    Raises:
        UnknownAct: there is no such intervention, or the lab's network is not simulated.
    """
    network = lab.network
    if not isinstance(network, SimulatedNetwork):
        raise UnknownAct(f"{name!r} is an intervention on a simulated network, and this lab has {network!r}")
    known = network.INTERVENTIONS
    if name not in known:
        raise UnknownAct(f"{name!r} is not an intervention on a simulated network; these are: {', '.join(known)}")
    with lab.lock:
        network.check_open()
        return known[name](network, *what)


def _place(host_or_port: str | int, port: int | None) -> tuple[str, int]:
    host: Any = host_or_port
    if port is None:
        host, port = "localhost", host
    check_host(host)
    check_port(port)
    assert port is not None
    return host, port


def _number_of(which: Any) -> Any:
    """Return the number of the connection that something belongs to, or else the argument itself."""
    for _ in range(3):  # a client has an adapter, which has a socket, which has a wire
        for name in ("wire", "socket", "sock", "adapter"):
            inner = getattr(which, name, None)
            if inner is not None:
                which = inner
                break
    return which.number if isinstance(which, Wire) else which
