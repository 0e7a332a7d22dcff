"""A connection as a component: messages in its inbox go to the peer, and bytes from the peer go to its outbox.

Flow control
------------
*Towards the receiver.* A slice reads few chunks. When the inbox at the other end of ``outbox`` is full, the chunk is
held, and the socket is not read until a message is taken out of that inbox; TCP then tells the peer to slow down.

*Towards the peer.* Messages leave the inbox only as fast as the socket takes them. A slow reader lets the inbox grow
without bound, unless it is limited: with ``inbox_size`` the producer gets NoSpaceInBox in its own ``send`` and is woken
once there is room.

How a connection ends
---------------------
The two directions end separately, as in TCP. The peer's end of stream is passed on as a SocketShutdown on
``signal``, and the receiver can still answer. ProducerFinished on ``control`` means that no more will come: everything
in the inbox is sent, the sending direction is shut, and once the peer's machine has all of it this component ends.
ShutdownMicroprocess ends it as soon as the socket has taken what was in the inbox before that message, in the same
slice if it takes it at once; what comes to the inbox later is dropped. A protocol may therefore send its last words and
then ShutdownMicroprocess in one slice. With ``drop_rest`` it ends at once, and the rest is dropped. A connection on
which nothing moves for ``linger`` seconds while it ends is given up. If the peer has not closed yet, the socket is left
to :func:`close_after_peer`.

Rejected: a half-close that ends everything, as in Kamaelia (a client that says it has finished would get no answer),
and one last flush at the end (a slow reader got 3.9 of 5 million bytes).

Speed
-----
A slice for one small message is one ``recv`` from the box and one ``send`` to the socket. The socket is watched for
READ all the time, and for WRITE only while something is left over. Messages that wait together leave together, and a
connection that gets messages round after round waits up to :data:`GATHER_ROUNDS` rounds for more: a system call costs
ten times what an idle slice does. It does not gather while the lab is stepped, so that a slice does what the user
expects, nor if its inbox has a limit.

TLS
---
A message on ``makessl`` switches a client's connection to TLS. What has not left the inbox by then waits for the
handshake and goes encrypted; a message that is half sent is finished first. After that the socket is another one with
the same methods, and nothing else differs, except that the network does not know of bytes that are decrypted and not
read: a slice reads until the socket would block.
"""

from __future__ import annotations

from collections import deque
from socket import SHUT_WR
from typing import TYPE_CHECKING, Any, ClassVar

from kamlab.core.component import Component
from kamlab.core.errors import NoSpaceInBox
from kamlab.core.events import BYTES_IN, BYTES_OUT, CLOSED, OPENED
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess

from .addresses import describe
from .errors import BadDataToSend, ConnectionLost, HandshakeFailed, TLSNotSupported, reason_of
from .interface import READ, WRITE, Network, TLSClient, network_of
from .ipc import SocketShutdown

if TYPE_CHECKING:
    from kamlab.core.scheduler import Scheduler

#: How many bytes to read at once, and how many times in one slice.
CHUNK = 32768
CHUNKS_PER_SLICE = 8
#: Small messages are joined up to this many bytes; and how many times to send in one slice.
GATHERED = 65536
SENDS_PER_SLICE = 16
#: A connection that sends round after round gathers messages for up to this many rounds, or this many messages.
GATHER_ROUNDS = 8
ENOUGH = 32
#: The interval, in seconds, at which an ending connection checks whether the peer's machine has taken everything.
LOOK_AGAIN = 0.02

FOR_EVER = float("inf")


class ConnectedSocketAdapter(Component):
    """One TCP connection.

    ``str`` is sent as UTF-8; bytes, bytearray and memoryview as they are. Received messages are bytes; under the old
    names, bytes that understand text (:class:`kamlab.core.text_bytes.TextBytes`).

    Args:
        listensocket: the connected socket; it belongs to this component from now on.
        selectorService: accepted and not used.
        crashOnBadDataToSend: fail, with BadDataToSend, at a message that is neither bytes nor text.
        noisyErrors: report such a message, and bytes given up. It is dropped and counted anyway.
        inbox_size: how many messages may wait for the socket; ``None`` is any number.
        wait_for_peer: after ProducerFinished, go on receiving until the peer closes.
        linger: how many seconds an ending connection may stand still before it is given up.
        drop_rest: at ShutdownMicroprocess, drop what is in the inbox instead of sending it.
        tls: what a client needs for TLS; ``None`` if this connection cannot switch to it.

    Attributes:
        peer: the address of the other end, once it runs.
        bytes_in, bytes_out: how many bytes came, and how many the socket took.
        refused: how many messages were neither bytes nor text, and dropped.
        dropped: how many messages came too late to be sent.
        reason: a ConnectionLost or a HandshakeFailed, if it ended otherwise than by agreement.
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
        "control": "ProducerFinished: send all, then end. ShutdownMicroprocess: send what is here, and end.",
        "makessl": "Switch to TLS.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Bytes that came from the peer.",
        "sslready": "An empty text, when TLS is in use.",
        "signal": "SocketShutdown, once, when nothing more will come.",
        "CreatorFeedback": "SocketShutdown when this has ended.",
    }

    woken_by_collection: bool = False  # True only while it holds a chunk

    bytes_in: int = 0
    bytes_out: int = 0
    refused: int = 0
    dropped: int = 0
    reason: ConnectionLost | HandshakeFailed | None = None
    told: tuple[float, int] | None = None
    drop_rest: bool = False
    #: What the bytes that come are given as: bytes, or, under the old names, bytes that understand text.
    received_as: type[bytes] = bytes
    peer: str = "no peer"

    _received_as: type[bytes]
    _task: Any  # its scheduler is set: a connection is used only in slices
    _network: Network | None = None
    #: The events that the socket is watched for.
    _interest = 0
    #: Anything but the plain case: something is left over or held, or the connection ends.
    _special = True
    #: Something may be there to read. Stays true while a chunk is held.
    _readable = False
    #: A chunk that the receiver has no room for.
    _held = b""
    #: The bytes of the last send that the socket has not taken; it is then watched for WRITE.
    _rest: memoryview | None = None
    _blocked = False
    #: TLS was asked for; until when the handshake may take; what TLS waits for; TLS is in use.
    _wants_tls = False
    _handshake_until: float | None = None
    _tls_needs = 0
    _secure = False
    _finish = False
    #: What was in the inbox at a ShutdownMicroprocess; ``None`` before one.
    _backlog: deque[Any] | None = None
    _input_over = False
    _output_over = False
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
        drop_rest: bool = False,
        tls: TLSClient | None = None,
    ) -> None:
        super().__init__()
        self.socket: Any = listensocket
        self.selectorService = selectorService
        self.crashOnBadDataToSend = crashOnBadDataToSend
        self.noisyErrors = noisyErrors
        self.wait_for_peer = wait_for_peer
        self.linger = linger
        self.tls = tls
        if drop_rest:
            self.drop_rest = True
        self._received_as = self.received_as
        if inbox_size is not None:
            self.set_inbox_size("inbox", inbox_size)

    def deliver_as(self, kind: type[bytes]) -> None:
        """Give the bytes that come as ``kind``, in place of ``received_as`` of the class."""
        self._received_as = kind

    def main(self) -> Any:
        """Send and receive until both directions are over."""
        self._open()
        scheduler = self._task.scheduler
        inbox = self.inboxes["inbox"]
        control = self.inboxes["control"]
        makessl = self.inboxes["makessl"]
        sent = due = 0
        while True:
            if control.items and self._told_to_drop():
                break
            if makessl.items:
                self._begin_tls()
            gathers = False
            if inbox.items or self._rest is not None or self._backlog:
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
        """Whether messages may wait for more: the lab runs freely, and the inbox has no limit."""
        return inbox.limit is None and len(inbox.items) < ENOUGH and self._task.scheduler.world.gate_open

    def stop(self) -> None:
        """Close the connection at once, whatever is left; called however the component ends."""
        self._release()
        super().stop()

    def _open(self) -> None:
        self._network = network_of(self)
        self.socket.setblocking(False)
        self.peer = describe(self.socket)
        self._log(OPENED, self.peer)

    def _ready(self, events: int) -> None:
        shaking = self._handshake_until is not None
        if events & READ or shaking:
            self._readable = True
        if events & WRITE:
            self._blocked = shaking
        self.wake("its socket")

    def _told_to_drop(self) -> bool:
        """Read the control messages; return whether one says to end at once."""
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                if self.drop_rest:
                    return True
                if self._backlog is None:
                    self._backlog = deque(self.messages())
                self._finish = self._special = True
            elif isinstance(message, ProducerFinished):
                self._finish = self._special = True
                self._readable = not self._input_over  # bytes that have arrived are passed on
        return False

    # -- from the socket to the receiver -----------------------------------------------------------------------

    def _read(self) -> None:
        """Pass on what came, until nothing is left or the receiver has no room."""
        if self._held and not self._pass_on(self._held):
            return
        if self._handshake_until is not None and not self._shake():
            return
        for _ in range(CHUNKS_PER_SLICE):
            try:
                data = self.socket.recv(CHUNK)
            except BlockingIOError:
                self._readable = False
                return
            except OSError as error:
                self._lose(error)
                data = b""
            if not data:
                self._end_input()
                return
            self.bytes_in += len(data)
            log = self._task.scheduler.log
            if log is not None:
                log((BYTES_IN, self, len(data)))
            if not self._pass_on(data if self._received_as is bytes else self._received_as(data)):
                return
            if len(data) < CHUNK and not self._secure:
                self._readable = False  # if there is more, the network will say so
                return
        self._special = True

    def _pass_on(self, data: bytes) -> bool:
        """Send a chunk to the receiver; hold it if there is no room."""
        try:
            self.send(data)
        except NoSpaceInBox:
            if not self._held:
                self._held = data
                self._special = True
                self._want_room(True)
            return False
        if self._held:
            self._held = b""
            self._want_room(False)
        return True

    def _want_room(self, wanted: bool) -> None:
        """Choose whether to be woken when a message is taken out of the receiver's inbox."""
        self.attend_collection(wanted)

    def _end_input(self) -> None:
        self._input_over = self._special = True
        self._readable = False
        self._tell_receiver()

    def _tell_receiver(self) -> None:
        if self.told is None:
            scheduler = self._task.scheduler
            self.told = (scheduler.time() if scheduler is not None else 0.0, self.bytes_out)
            self._announce(SocketShutdown(self, self.reason), "signal")

    # -- from the inbox to the socket --------------------------------------------------------------------------

    def _write(self, inbox: Any) -> None:
        """Send what waits, as far as the socket takes it."""
        if self._blocked:
            return
        if self._output_over:
            self._drop_output(inbox)
            return
        backlog = self._backlog
        items, take = (inbox.items, self.recv) if backlog is None else (backlog, backlog.popleft)
        for _ in range(SENDS_PER_SLICE):
            data: Any = self._rest
            if data is None:
                if not items or self._wants_tls:
                    return
                data = take()
                if data.__class__ is not bytes or items:
                    data = self._gathered(data, items, take)
            try:
                sent = self.socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._lose(error)
                self._drop_output(inbox)
                return
            if sent:
                self.bytes_out += sent
                log = self._task.scheduler.log
                if log is not None:
                    log((BYTES_OUT, self, sent))
            if sent == len(data):
                self._rest = None
                continue
            self._rest = memoryview(data)[sent:]
            self._blocked = self._special = True
            return
        self._special = True

    def _gathered(self, message: Any, items: Any, take: Any) -> bytes:
        """Return a message as bytes, joined with small ones that wait behind it."""
        data = message if message.__class__ is bytes else self._as_bytes(message)
        size = len(data)
        if not items or size >= GATHERED:
            return data
        parts = [data]
        while items and size < GATHERED:
            message = take()
            data = message if message.__class__ is bytes else self._as_bytes(message)
            size += len(data)
            parts.append(data)
        return b"".join(parts)

    def _as_bytes(self, message: Any) -> bytes:
        """Return the bytes of a message; report a message that has none, and return ``b""``."""
        why = "only bytes and text (sent as UTF-8) can be sent to a socket"
        if isinstance(message, str):
            try:
                return message.encode("utf-8")
            except UnicodeEncodeError as failure:
                why = str(failure)
        elif isinstance(message, (bytes, bytearray, memoryview)):
            return bytes(message)
        error = BadDataToSend(f"{self.short_name} was given a message of type {type(message).__name__}: {why}.")
        if self.crashOnBadDataToSend:
            raise error
        self.refused += 1
        if self.noisyErrors and self.refused == 1:
            self._report(f"{error} It is dropped, and so are others like it; their count is in 'refused'.")
        return b""

    def _shut_output(self) -> None:
        self._tls_needs = 0
        try:
            self.socket.shutdown(SHUT_WR)
        except BlockingIOError:  # TLS has no room to say that this is the end
            self._tls_needs = WRITE
            return
        except OSError as error:
            self._lose(error)
        self._output_over = True

    def _drop_output(self, inbox: Any) -> None:
        self.dropped += self._unwritten(inbox)
        self._rest = None
        if self._backlog:
            self._backlog.clear()
        for _ in self.messages():
            pass

    def _unwritten(self, inbox: Any) -> int:
        """Return how many messages wait for the socket, those that come too late included."""
        return len(inbox.items) + len(self._backlog or ()) + (self._rest is not None)

    def _has_more(self, inbox: Any) -> bool:
        """Return whether something is still to be written."""
        return self._rest is not None or bool(inbox.items if self._backlog is None else self._backlog)

    # -- TLS ---------------------------------------------------------------------------------------------------

    def _begin_tls(self) -> None:
        """Obey a message on ``makessl``, once a message that is half sent has gone."""
        self._wants_tls = self._special = True
        if self._rest is not None:
            return
        for _ in self.messages("makessl"):
            pass
        self._wants_tls = False
        if self._secure or self._handshake_until is not None or self._output_over:
            return
        if self.tls is None:
            raise TLSNotSupported(f"{self.short_name} cannot switch to TLS: only the connection of a TCPClient can.")
        assert self._network is not None
        try:
            self.socket = self._network.start_tls(self.socket, self.tls)
        except HandshakeFailed as error:
            self._fail_tls(error)
            return
        self._handshake_until = self._task.scheduler.now + self.tls.timeout
        self._blocked = self._readable = True

    def _shake(self) -> bool:
        """Go on with the handshake; return whether it is done."""
        try:
            self._tls_needs = self.socket.handshake()
        except OSError as error:
            self._fail_tls(error)
            return False
        if self._tls_needs:
            self._readable = False
            return False
        self._handshake_until = None
        self._secure = True
        self._blocked = False
        self._announce("", "sslready")
        return True

    def _handshake_patience(self) -> float | None:
        """Return for how many seconds a handshake may still wait, ``None`` if there is none."""
        if self._handshake_until is None or self.tls is None:
            return None
        left: float = self._handshake_until - self._task.scheduler.now
        if left > 0:
            return left
        self._fail_tls(
            HandshakeFailed(
                f"the TLS handshake of {self.tls.name} with {self.tls.host} has failed: the server did not finish it "
                f"within {self.tls.timeout:g} s (connect_timeout)"
            )
        )
        return None

    def _fail_tls(self, error: OSError) -> None:
        self._handshake_until = None
        self._tls_needs = 0
        self._lose(error)
        self._end_input()

    # -- the special case: something is left over or held, or the connection ends ------------------------------

    def _over(self, inbox: Any) -> bool:
        """Return whether everything is done; if not, wait for whatever comes next."""
        patience = self._handshake_patience()
        ending = self._finish or self._input_over or self._output_over
        if ending:
            patience = self._patience(inbox)
            if patience <= 0:
                return True
        self._watch()
        writes = self._has_more(inbox) or self._wants_tls
        busy = (self._readable and not self._held) or (not self._blocked and writes)
        if not busy:
            self.pause(None if patience == FOR_EVER else patience)
        self._special = bool(ending or busy or self._held or self._rest or self._handshake_until is not None)
        return False

    def _patience(self, inbox: Any) -> float:
        """Return for how many seconds an ending connection may wait; 0 if it is over."""
        assert self._network is not None
        if self._finish and not self._output_over and not self._has_more(inbox):
            self._shut_output()
        if self._output_over and self._backlog is not None:
            return 0.0
        if self._output_over and not self._held and (self._input_over or (self._broken and not self._readable)):
            return 0.0
        unsent = self._network.unsent(self.socket)
        if self._output_over and not self._broken and not unsent:
            return FOR_EVER if self.wait_for_peer else 0.0
        now = self._task.scheduler.now
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
        lost = self._unwritten(inbox)
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
        """Tell the network which events this waits for, if they have changed."""
        assert self._network is not None
        wanted = (0 if self._input_over or self._held else READ) | (WRITE if self._rest is not None else 0)
        wanted |= self._tls_needs & WRITE
        if wanted != self._interest:
            self._interest = wanted
            if wanted:
                self._network.watch(self.socket, wanted, self._ready)
            else:
                self._network.unwatch(self.socket)

    def _lose(self, error: OSError) -> None:
        """Note that the connection broke; bytes that have arrived can still be read."""
        if self.reason is None:
            self.reason = (
                error
                if isinstance(error, HandshakeFailed)
                else ConnectionLost(reason_of(error), f"{self.short_name} lost its connection {self.peer}: {error}")
            )
        self._broken = self._output_over = self._special = True
        self._blocked = False
        self._readable = not self._input_over

    # -- the end -----------------------------------------------------------------------------------------------

    def _part(self) -> None:
        """Close; if the peer has not closed yet, let it close first."""
        if self._output_over and not self._broken and not self._input_over and self._network is not None:
            sock, self.socket = self.socket, None
            close_after_peer(self._network, self._task.scheduler, sock, self.linger)
            self._release(sock)

    def _release(self, parted: Any = None) -> None:
        """Close the socket, and tell the receiver and the creator; once."""
        sock, self.socket = self.socket, None
        if sock is None and parted is None:
            return
        if sock is not None:
            if self._network is not None:
                self._network.unwatch(sock)
            sock.close()
        self.dropped += self._unwritten(self.inboxes["inbox"])
        self._rest = self._backlog = None
        self._tell_receiver()
        self._announce(SocketShutdown(self, [sock or parted, self.reason]), "CreatorFeedback")
        notes = [self.reason.reason] if self.reason is not None else []
        if self.dropped:
            notes.append(f"{self.dropped} messages dropped")
        if self.refused:
            notes.append(f"{self.refused} messages refused")
        self._log(CLOSED, ", ".join([self.peer, f"{self.bytes_in} bytes in", f"{self.bytes_out} out", *notes]))

    def _announce(self, message: Any, boxname: str) -> None:
        try:
            self.send(message, boxname)
        except NoSpaceInBox as error:
            self._report(f"{self.short_name} could not say that it has ended: {error}")

    def _log(self, kind: str, detail: Any) -> None:
        scheduler = self._task.scheduler
        if scheduler is not None and scheduler.log is not None:
            scheduler.log((kind, self, detail))

    def _report(self, text: str) -> None:
        self._task.scheduler.world.report(text)


def close_after_peer(network: Network, scheduler: Scheduler, sock: Any, seconds: float) -> None:
    """Read and drop what still comes until the peer closes, for at most ``seconds`` of the lab's clock; then close.

    A socket that is closed while it holds unread data answers with a reset, and a reset can destroy what the peer has
    not read yet. So a connection that has sent everything is not closed at once. This needs no component, so
    a server that is told to end does not have to wait for it.
    """

    def close() -> None:
        timer.cancel()
        sock.close()

    def read(_events: int) -> None:
        try:
            for _ in range(CHUNKS_PER_SLICE):
                if not sock.recv(2 * CHUNK):
                    break
            else:
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        close()

    timer = scheduler.call_later(seconds, close)
    network.watch(sock, READ, read)
