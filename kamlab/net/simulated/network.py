"""The network that is simulated: the same servers and clients, hosts and ports, in memory.

It is a way behind the door of :mod:`kamlab.net.interface`, with delay, loss, resets, partitions and
fragmentation as :class:`Simulated` says. It needs no socket and no thread of its own, so it works
where there are none.

How it keeps a run the same
---------------------------
What is under way is a timer of the lab's clock, so under a virtual clock time jumps from arrival to
arrival, and a lab in which nothing is under way and everybody waits is stuck and says so. Sockets
that are ready are told in a fixed order (:mod:`kamlab.net.simulated.poller`). Chance is one generator, seeded,
from which only ``random()`` is taken: the one method whose numbers Python promises to keep.

What the user does to it by hand is in :mod:`kamlab.net.simulated.interventions`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..addresses import LOOPBACK, Aliases, check_host, numeric
from ..errors import BadAddress, ConnectFailed, ListenFailed, NetworkIsClosed, PortInUse
from ..interface import Address, Lookup, Ready, SocketOption
from .hosts import Hosts, machine
from .interventions import Hands
from .parameters import Simulated
from .peer import Peer, PeerListener
from .poller import Watching
from .sockets import INET, SimulatedConnection, SimulatedListener, SimulatedSocket
from .wire import OPEN, REFUSED, SYN, Line

if TYPE_CHECKING:
    from kamlab.core.world import World

#: The first of the ports that are given out, and the last; then it begins again.
FIRST_PORT, LAST_PORT = 49152, 65535
#: What is the end of a host's name that nobody ever knows (RFC 2606).
UNKNOWN = ".invalid"


class SimulatedNetwork(Hands):
    """A network in memory for one lab. It becomes the lab's idle door.

    Args:
        world: the lab.
        conditions: what the network is like.
        hosts, ports: aliases as for :class:`~kamlab.net.real.RealNetwork`; those of the lab, if it has any.

    Raises:
        BadMapping: an alias, given here or in the environment, cannot be understood.

    >>> from kamlab import Lab
    >>> Lab(clock="virtual").network
    <simulated network: 0 sockets, 0 connections>
    """

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
        self._lines: dict[int, Line] = {}
        self._ports_used: set[tuple[str, int]] = set()
        self._next_port = FIRST_PORT
        self._next_line = 1
        self._closed = False
        self.peers: dict[int, Peer] = {}
        self.peer_listeners: dict[int, PeerListener] = {}
        self.watching: Watching = Watching(world)
        self.watch = self.watching.watch
        self.unwatch = self.watching.unwatch
        self.touch: Callable[[Any], None] = self.watching.touch

    watch: Callable[[Any, int, Ready], None]
    unwatch: Callable[[Any], None]

    # -- servers --------------------------------------------------------------------------------------

    def listen(
        self,
        host: str | None,
        port: int,
        backlog: int = 128,
        options: Sequence[SocketOption] = (),
        owner: Any = None,
    ) -> SimulatedListener:
        """Return a bound listener on this machine. Whatever ``host`` names of it, everybody reaches it.

        Raises:
            PortInUse: somebody listens there already.
            ListenFailed: it cannot be bound for another reason.
        """
        self.check_open()
        asked = port
        host = LOOPBACK if host is None else host
        try:
            port = self.aliases.port(asked)
            check_host(host)
        except BadAddress as error:
            raise ListenFailed(f"{_name(owner)} cannot listen: {error}") from None
        known = numeric(host, port)
        if known is None or machine(known[1][0]) != LOOPBACK:
            raise ListenFailed(
                f"{_name(owner)} cannot listen at port {port} of {host}: that is not this machine. To play "
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
            PortInUse: somebody listens there already.
        """
        host, port = place
        port = port or self._free_port(host)
        holder = self._listeners.get((host, port))
        if holder is not None:
            raise PortInUse(
                f"{_name(owner)} cannot listen at port {port} of {host}: {_name(holder.owner)} in this lab does "
                f"already. Stop it (lab.stop() or lab.reset()), take another port, or port 0 for any that is "
                f"free; without a change to the program: Lab(ports={{{asked or port}: 0}}) or "
                f"KAMLAB_PORTS={asked or port}=0."
            )
        listener = SimulatedListener(self, (host, port), shown or host, family, backlog, owner)
        self._listeners[host, port] = listener
        return listener

    # -- clients --------------------------------------------------------------------------------------

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
        """Begin to connect from a machine, by its address."""
        self.check_open()
        family, (host, port, *_) = address
        here = (source, self._free_port(source))
        line = Line(self, self._next_line, here, (machine(host), port))
        self._next_line += 1
        self._lines[line.number] = line
        self._ports_used.add(here)
        sock = SimulatedConnection(self, line, here, (host, port), family)
        line.out.launch(SYN)
        return sock

    def _free_port(self, host: str) -> int:
        for _ in range(FIRST_PORT, LAST_PORT + 1):
            port, self._next_port = self._next_port, self._next_port + 1
            if self._next_port > LAST_PORT:
                self._next_port = FIRST_PORT
            if (host, port) not in self._ports_used and (host, port) not in self._listeners:
                return port
        raise ListenFailed(f"every port of {host} from {FIRST_PORT} to {LAST_PORT} is in use")

    # -- connections, as they come about and end ----------------------------------------------------------

    def is_full(self, line: Line) -> bool:
        """Return whether the listener that a connection asks for can take no more."""
        listener = self._listeners.get(line.there)
        return listener is not None and listener.is_full

    def answer(self, line: Line) -> None:
        """Answer a connection that asks to be opened."""
        listener = self._listeners.get(line.there)
        if listener is None:
            line.back.launch(REFUSED)
            return
        sock = SimulatedConnection(self, line, line.there, line.here, listener.family)
        line.back.launch(OPEN)
        listener.take_in(sock)

    def forget_line(self, line: Line) -> None:
        """Forget a connection that is over."""
        self._lines.pop(line.number, None)
        self._ports_used.discard(line.here)

    def line(self, number: int) -> Line | None:
        """Return a connection by its number, ``None`` if it is over or never was."""
        return self._lines.get(number)

    def dismiss(self, sock: SimulatedSocket) -> None:
        """Forget a socket that is closed."""
        self.watching.dismiss(sock)
        if isinstance(sock, SimulatedListener):
            self._listeners.pop(sock.key, None)

    # -- time and chance ----------------------------------------------------------------------------------

    def now(self) -> float:
        """Return the lab's time, in seconds."""
        return self._scheduler.clock.now()

    def call_at(self, when: float, call: Callable[[], Any]) -> Any:
        """Have a call made at a time of the lab's clock; return its timer."""
        return self._scheduler.call_at(when, call)

    def happens(self, probability: float) -> bool:
        """Draw whether something happens; nothing is drawn for what never does."""
        return probability > 0 and self.draw() < probability

    # -- both ---------------------------------------------------------------------------------------------

    def unsent(self, sock: Any) -> int:
        """Return how many bytes wait because the peer has no room."""
        known = self.watching.sockets.get(sock) if isinstance(sock, int) else sock
        return known.unsent if isinstance(known, SimulatedConnection) and known.fileno() >= 0 else 0

    def close(self) -> None:
        """Close every listener and connection at once, and let the lab wait without a network again."""
        with self.world.lock:
            if self._closed:
                return
            self._closed = True
            for sock in list(self.watching.sockets.values()):
                sock.close()
            for line in list(self._lines.values()):
                line.out.drop()
                line.back.drop()
                self.forget_line(line)
            self.watching.close()

    @property
    def is_of_the_past(self) -> bool:
        """Whether the lab was turned back or reset since this was made, and has another network."""
        return self.world.scheduler is not self._scheduler

    def check_open(self) -> None:
        """Raise NetworkIsClosed if it is."""
        if self._closed:
            raise NetworkIsClosed(
                "this network was closed with its lab. Where the lab was reset or turned back since, it has another "
                "one: lab.network, with the same peers in lab.network.peers; otherwise lab.reset() makes a fresh start."
            )

    def __repr__(self) -> str:
        state = "closed" if self._closed else f"{len(self.watching.sockets)} sockets, {len(self._lines)} connections"
        return f"<simulated network: {state}>"


def _name(owner: Any) -> str:
    return str(getattr(owner, "short_name", None) or "a server")
