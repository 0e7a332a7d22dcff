"""A connection as a component: what is sent to its inbox goes to the peer, what comes goes out.

How much may pile up
--------------------
*Towards the receiver.* Few chunks are read in a slice (:mod:`kamlab.net.receiving`). When the inbox at
the other end of ``outbox`` is full, the chunk is held, and the socket is not read until somebody takes
a message out of that inbox; TCP then tells the peer to slow down.

*Towards the peer.* Messages leave the inbox only as fast as the socket takes them. A slow reader lets
the inbox grow without bound, unless it is limited: with ``inbox_size`` the producer gets NoSpaceInBox
in its own ``send`` and is woken once there is room.

How it ends
-----------
The two directions end one by one, as TCP has it. The peer's end of stream is passed on as a
SocketShutdown on ``signal``, and whoever listens there can still answer. ProducerFinished on
``control`` means that no more will come: everything in the inbox is sent, the sending direction is
shut, and once the peer's machine has all of it this component ends. ShutdownMicroprocess means now.
Whatever stands still for ``linger`` seconds on the way is given up. A connection whose peer has not
closed yet is left to :mod:`kamlab.net.farewell`.

Rejected: a half-close that ends everything, as in the old one (a client that says it has finished
would get no answer), and one last flush at the end (a slow reader got 3.9 of 5 million bytes).

Speed
-----
A slice for one small message is one ``recv`` from the box and one ``send`` to the socket. The socket
is watched for READ once and for all, and for WRITE only while something is left over. Messages that
wait together leave together, and a connection that is given something in round after round waits up to
:data:`GATHER_ROUNDS` rounds for more: a system call costs ten times what an idle slice does. Stepped, it
does without that, so that a slice does what one expects; so does an inbox with a limit.
"""

from __future__ import annotations

from typing import Any, ClassVar

from kamlab.core.errors import NoSpaceInBox
from kamlab.core.events import CLOSED, OPENED
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess

from .addresses import describe
from .errors import ConnectionLost, reason_of
from .farewell import Farewell
from .interface import READ, WRITE, Network, network_of
from .ipc import SocketShutdown
from .receiving import ReceivingHalf
from .sending import SendingHalf

#: A connection that sends in round after round gathers messages for so many rounds, or so many messages.
GATHER_ROUNDS = 8
ENOUGH = 32
#: How often, in seconds, a connection that ends looks whether the peer's machine has taken all.
LOOK_AGAIN = 0.02

FOR_EVER = float("inf")


class ConnectedSocketAdapter(SendingHalf, ReceivingHalf):
    """One TCP connection.

    ``str`` is sent as UTF-8; bytes, bytearray and memoryview as they are. What comes in is bytes.

    Args:
        listensocket: the connected socket; it belongs to this component from now on.
        selectorService: accepted and not used.
        crashOnBadDataToSend: fail, with BadDataToSend, at a message that is neither bytes nor text.
        noisyErrors: report such a message, and bytes given up. It is dropped and counted anyway.
        inbox_size: how many messages may wait for the socket; ``None`` is any number.
        wait_for_peer: after ProducerFinished, go on receiving until the peer closes.
        linger: how many seconds an ending connection may stand still before it is given up.

    Attributes:
        peer: the address of the other end, once it runs.
        bytes_in, bytes_out: how much came and went.
        refused: how many messages were neither bytes nor text, and dropped.
        dropped: how many messages could not be sent any more.
        reason: a ConnectionLost, if it ended otherwise than by agreement.
        told: (time, bytes_out) when the receiver was told that nothing more will come.

    >>> from kamlab import Lab, SimpleServer
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     server = SimpleServer(protocol=PassThrough, port=1500).activate()
    ...     peer = lab.network.dial(1500)
    ...     peer.send("hello")
    ...     _ = lab.run()
    ...     adapter = server.clients[0].adapter
    ...     type(adapter).__name__, adapter.bytes_in, adapter.bytes_out, peer.read()
    ('ConnectedSocketAdapter', 5, 5, b'hello')
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Bytes or text for the peer.",
        "control": "ProducerFinished: send all, then end. ShutdownMicroprocess: end now.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Bytes that came from the peer.",
        "signal": "SocketShutdown, once, when nothing more will come.",
        "CreatorFeedback": "SocketShutdown when this has ended.",
    }

    reason: ConnectionLost | None = None
    told: tuple[float, int] | None = None
    peer: str = "nobody"

    _network: Network | None = None
    _interest = 0
    _finish = False
    _broken = False
    _progress: tuple[int, int, int] | None = None
    _still_since = 0.0

    def __init__(
        self,
        listensocket: Any,
        selectorService: Any = None,  # noqa: N803
        crashOnBadDataToSend: bool = False,  # noqa: N803
        noisyErrors: bool = True,  # noqa: N803
        *,
        inbox_size: int | None = None,
        wait_for_peer: bool = False,
        linger: float = 30.0,
    ) -> None:
        super().__init__()
        self.socket: Any = listensocket
        self.selectorService = selectorService
        self.crashOnBadDataToSend = crashOnBadDataToSend
        self.noisyErrors = noisyErrors
        self.wait_for_peer = wait_for_peer
        self.linger = linger
        if inbox_size is not None:
            self.set_inbox_size("inbox", inbox_size)

    def main(self) -> Any:
        """Send and receive until both directions are over."""
        self._open()
        scheduler = self._scheduler
        inbox = self.inboxes["inbox"]
        control = self.inboxes["control"]
        sent = due = 0
        while True:
            if control.items and self._told_to_drop():
                break
            gathers = False
            if inbox.items or self._rest is not None:
                rounds = scheduler.rounds
                if rounds <= sent + 2:
                    due = sent + GATHER_ROUNDS
                gathers = rounds < due and not self._special and self._may_gather(inbox)
                if not gathers:
                    self._write(inbox)
                    sent = rounds
            if self._readable:
                self._read()
            if self._special:
                if self._over(inbox):
                    break
            elif not gathers:
                self.pause()
            yield
        self._part()

    def _may_gather(self, inbox: Any) -> bool:
        """Whether messages may wait for more: the lab runs freely, and nobody waits for room."""
        return inbox.limit is None and len(inbox.items) < ENOUGH and self._scheduler.world.gate_open

    def stop(self) -> None:
        """Close the connection at once, whatever is left; also called at every other end."""
        self._release()
        super().stop()

    # -- the beginning --------------------------------------------------------------------------------

    def _open(self) -> None:
        self._network = network_of(self)
        self.socket.setblocking(False)
        self.peer = describe(self.socket)
        self._log(OPENED, self.peer)

    def _ready(self, events: int) -> None:
        if events & READ:
            self._readable = True
        if events & WRITE:
            self._blocked = False
        self.wake("its socket")

    def _told_to_drop(self) -> bool:
        """Heed what came on control; return whether it says now."""
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                return True
            if isinstance(message, ProducerFinished):
                self._finish = self._special = True
                self._readable = not self._input_over  # what has come already is passed on
        return False

    def _tell_receiver(self) -> None:
        if self.told is None:
            scheduler = self._scheduler
            self.told = (scheduler.clock.now() if scheduler is not None else 0.0, self.bytes_out)
            self._say(SocketShutdown(self, self.reason), "signal")

    # -- what is special ------------------------------------------------------------------------------

    def _over(self, inbox: Any) -> bool:
        """Return whether all is done; if not, wait for whatever comes next."""
        patience = None
        ending = self._finish or self._input_over or self._output_over
        if ending:
            patience = self._patience(inbox)
            if patience <= 0:
                return True
        self._watch()
        busy = (self._readable and not self._held) or (not self._blocked and bool(inbox.items or self._rest))
        if not busy:
            self.pause(None if patience == FOR_EVER else patience)
        self._special = bool(ending or busy or self._held or self._rest)
        return False

    def _patience(self, inbox: Any) -> float:
        """Return for how many seconds an ending connection may wait; 0 if it is over."""
        assert self._network is not None
        if self._finish and not self._output_over and self._rest is None and not inbox.items:
            self._shut_output()
        if self._output_over and not self._held and (self._input_over or (self._broken and not self._readable)):
            return 0.0
        unsent = self._network.unsent(self.socket)
        if self._output_over and not self._broken and not unsent:
            return FOR_EVER if self.wait_for_peer else 0.0
        now = self._scheduler.now
        progress = (self.bytes_in, self.bytes_out, unsent)
        if progress != self._progress:
            self._progress = progress
            self._still_since = now
        left: float = self._still_since + self.linger - now
        if left <= 0:
            self._give_up(inbox, unsent)
            return 0.0
        return min(left, LOOK_AGAIN) if self._output_over and unsent else left

    def _give_up(self, inbox: Any, unsent: int) -> None:
        lost = len(inbox.items) + (self._rest is not None)
        if not (lost or unsent or self._held):
            return
        self.reason = self.reason or ConnectionLost(
            "stalled",
            f"{self.short_name} gives up its connection {self.peer}: nothing has moved for {self.linger:g} s. "
            f"Lost: {lost} messages for the peer, {unsent} bytes it has not taken, {len(self._held)} bytes from it.",
        )
        if self.noisyErrors:
            self._report(str(self.reason))

    def _watch(self) -> None:
        """Tell the network what this waits for now, if that has changed."""
        assert self._network is not None
        wanted = (0 if self._input_over or self._held else READ) | (WRITE if self._rest is not None else 0)
        if wanted != self._interest:
            self._interest = wanted
            if wanted:
                self._network.watch(self.socket, wanted, self._ready)
            else:
                self._network.unwatch(self.socket)

    # -- the end --------------------------------------------------------------------------------------

    def _lose(self, error: OSError) -> None:
        """Note that the connection broke; what has come already can still be read."""
        if self.reason is None:
            self.reason = ConnectionLost(
                reason_of(error), f"{self.short_name} lost its connection {self.peer}: {error}"
            )
        self._broken = self._output_over = self._special = True
        self._blocked = False
        self._readable = not self._input_over

    def _part(self) -> None:
        """Close, or, where the peer has not closed yet, let it do so first."""
        if self._output_over and not self._broken and not self._input_over and self._network is not None:
            sock, self.socket = self.socket, None
            Farewell(self._network, self._scheduler, sock, self.linger)
            self._release(sock)

    def _release(self, parted: Any = None) -> None:
        """Give the socket back, tell the receiver and the creator; once."""
        sock, self.socket = self.socket, None
        if sock is None and parted is None:
            return
        if sock is not None:
            if self._network is not None:
                self._network.unwatch(sock)
            sock.close()
        self.dropped += len(self.inboxes["inbox"].items) + (self._rest is not None)
        self._rest = None
        self._tell_receiver()
        self._say(SocketShutdown(self, [sock or parted, self.reason]), "CreatorFeedback")
        self._log(CLOSED, f"{self.peer}, {self.bytes_in} bytes in, {self.bytes_out} out{self._shortcomings()}")

    def _say(self, message: Any, boxname: str) -> None:
        try:
            self.send(message, boxname)
        except NoSpaceInBox as error:
            self._report(f"{self.short_name} could not say that it has ended: {error}")

    def _shortcomings(self) -> str:
        words = [f"{self.reason.reason}"] if self.reason is not None else []
        if self.dropped:
            words.append(f"{self.dropped} messages dropped")
        if self.refused:
            words.append(f"{self.refused} messages refused")
        return "".join(f", {each}" for each in words)

    def _log(self, kind: str, detail: Any) -> None:
        scheduler = self._scheduler
        if scheduler is not None and scheduler.log is not None:
            scheduler.log((kind, self, detail))
