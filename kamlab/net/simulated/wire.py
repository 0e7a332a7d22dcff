"""What happens to bytes on their way through a simulated network: TCP on an unreliable wire.

A connection is a :class:`Wire` with a :class:`Pipe` each way. Bytes that a socket takes wait in the pipe until the
receiving side has room for them, then they are cut into segments, and a segment is under way until a timer of the lab's
clock says that it has arrived. Only the first segment of a pipe has a timer: the others are behind it and arrive no
sooner, so nothing can be overtaken.

*Loss.* A TCP program never sees that a segment was lost, only that it is late, together with everything that was sent
after it. So each loss costs ``retransmit`` seconds, twice as many the second time, and so on. After ``retries`` losses
in a row the sender gives up: it gets ETIMEDOUT, and the other end a reset if it can be reached. If there is a partition
between them, the other end learns nothing until it sends something itself: a half-open connection, as in reality.

*Reset.* A segment of data for which a reset is drawn breaks the connection: both ends get ECONNRESET. What arrived
before can still be read.

*Order of the draws.* All come from one generator: size of a piece and jitter when a segment departs, loss and reset
when it arrives. So only the order of the timers decides.

Rejected: a model of acknowledgements and congestion (it doubles the events and shows a learner nothing that the inbox
does not), and one timer for each segment.
"""

from __future__ import annotations

import errno
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .network import SimulatedNetwork
    from .sockets import SimulatedConnection

#: The most bytes of a segment, as on an Ethernet.
SEGMENT = 1460

SYN = "syn"
OPEN = "open"
DATA = "data"
END = "end"
RESET = "reset"
REFUSED = "refused"


@dataclass(slots=True, eq=False)
class Segment:
    """A segment under way: data, or what opens, ends, refuses or resets a connection."""

    kind: str
    data: bytes
    due: float
    losses: int = 0


class Pipe:
    """One direction of a connection.

    Attributes:
        source, sink: its two ends; ``None`` until the other end has answered.
        waiting: bytes that the receiver has no room for.
    """

    def __init__(self, network: SimulatedNetwork, wire: Wire, hosts: tuple[str, str]) -> None:
        self.network: SimulatedNetwork = network
        self.wire: Wire = wire
        self.hosts: tuple[str, str] = hosts
        self.source: SimulatedConnection | None = None
        self.sink: SimulatedConnection | None = None
        self.waiting: bytearray = bytearray()
        self._flight: deque[Segment] = deque()
        self._flying = 0
        self._free_at = 0.0
        self._last_due = 0.0
        self._timer: Any = None
        self._ending = self._end_sent = self._reset_sent = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in it."""
        return not self._flight and not self.waiting

    # -- called by the sender ----------------------------------------------------------------------------------

    def put(self, data: bytes) -> None:
        """Take bytes; the caller has checked that there is room."""
        self.waiting += data
        self.pump()

    def finish(self) -> None:
        """End the stream after the waiting bytes."""
        self._ending = True
        self.pump()

    def abort(self) -> None:
        """Drop the waiting bytes and tell the other end that the connection is broken."""
        self.waiting.clear()
        self._ending = False
        if not self._reset_sent:
            self._reset_sent = True
            self.launch(RESET)

    def drop(self) -> None:
        """Drop the waiting bytes and the segments under way."""
        self.waiting.clear()
        self._flight.clear()
        self._flying = 0
        self._ending = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def pump(self) -> None:
        """Send as many bytes as the receiver has room for."""
        waiting = self.waiting
        conditions = self.network.conditions
        while waiting:
            held = self.sink.held if self.sink is not None else 0
            size = min(len(waiting), SEGMENT, conditions.buffer - self._flying - held)
            if size <= 0:
                break
            if conditions.fragment is not None:
                size = min(size, 1 + int(self.network.draw() * conditions.fragment))
            data = bytes(waiting[:size])
            del waiting[:size]
            self._flying += size
            self.launch(DATA, data)
        if self.source is not None:
            self.network.touch(self.source)
        if self._ending and not waiting and not self._end_sent:
            self._end_sent = True
            self.launch(END)

    def launch(self, kind: str, data: bytes = b"") -> None:
        """Send a segment on its way."""
        network = self.network
        conditions = network.conditions
        leaves = max(network.now(), self._free_at)
        if conditions.bandwidth is not None:
            leaves += len(data) / conditions.bandwidth
        self._free_at = leaves
        due = leaves + conditions.latency
        if conditions.jitter:
            due += conditions.jitter * network.draw()
        self._last_due = due = max(due, self._last_due)
        self._flight.append(Segment(kind, data, due))
        self._wait()

    # -- what happens on the way -------------------------------------------------------------------------------

    def _wait(self) -> None:
        if self._flight and self._timer is None:
            self._timer = self.network.call_at(self._flight[0].due, self._arrive)

    def _arrive(self) -> None:
        """Deliver the first segment, which is due, and those behind it that are."""
        self._timer = None
        network = self.network
        now = network.now()
        while self._flight and self._flight[0].due <= now:
            segment = self._flight[0]
            if self._is_lost(segment):
                if not self._sent_again(segment, now):
                    return
                break
            if segment.kind is DATA and network.happens(network.conditions.reset):
                self.wire.reset()
                return
            self._flight.popleft()
            self._flying -= len(segment.data)
            self._hand_over(segment)
        self._wait()
        self.wire.tidy()

    def _is_lost(self, segment: Segment) -> bool:
        network = self.network
        if network.hosts.are_cut(*self.hosts) or network.happens(network.conditions.loss):
            return True
        return segment.kind is SYN and network.is_full(self.wire)

    def _sent_again(self, segment: Segment, now: float) -> bool:
        """Send a lost segment again; return False, and give up, after too many retries."""
        conditions = self.network.conditions
        segment.losses += 1
        if segment.losses > conditions.retries:
            self._give_up(segment)
            return False
        segment.due = now + conditions.retransmit * 2.0 ** (segment.losses - 1)
        self._last_due = max(self._last_due, segment.due)
        return True

    def _give_up(self, segment: Segment) -> None:
        self.drop()
        if self.source is not None:
            self.source.fail(errno.ETIMEDOUT)
        if self.sink is not None and segment.kind in (OPEN, REFUSED):  # it has tried as often, without success
            self.sink.fail(errno.ETIMEDOUT)
        elif self.sink is not None and not self.network.hosts.are_cut(*self.hosts):
            self.sink.fail(errno.ECONNRESET)
        self.wire.tidy()

    def _hand_over(self, segment: Segment) -> None:
        if segment.kind is SYN:
            self.network.answer(self.wire)
        elif self.sink is not None:
            self.sink.take_in(segment.kind, segment.data)


class Wire:
    """A connection as the network sees it: the end that connects, the end that accepts, and a pipe each way.

    Attributes:
        number: 1 for the first of a network.
        here, there: host and port of the two ends.
    """

    def __init__(self, network: SimulatedNetwork, number: int, here: tuple[str, int], there: tuple[str, int]) -> None:
        self.network = network
        self.number = number
        self.here = here
        self.there = there
        self.out: Pipe = Pipe(network, self, (here[0], there[0]))
        self.back: Pipe = Pipe(network, self, (there[0], here[0]))
        self.client: SimulatedConnection | None = None
        self.server: SimulatedConnection | None = None

    def reset(self) -> None:
        """Break the connection: both ends get ECONNRESET."""
        self.out.drop()
        self.back.drop()
        for end in (self.client, self.server):
            if end is not None:
                end.fail(errno.ECONNRESET)
        self.tidy()

    @property
    def is_over(self) -> bool:
        """Whether both ends are done and nothing is under way."""
        return (
            all(end is None or end.is_done for end in (self.client, self.server))
            and self.out.is_idle
            and self.back.is_idle
        )

    def tidy(self) -> None:
        """Leave the network once it is over."""
        if self.is_over:
            self.network.forget(self)

    def __repr__(self) -> str:
        (one, at), (other, port) = self.here, self.there
        return f"<connection {self.number}: {one}:{at} to {other}:{port}>"
