"""A component at a UDP socket: what its inbox names goes to other programs, and what comes from them to ``outbox``.

UDP keeps no connection, so nothing tells a peer that the other side has ended, or that a datagram never arrived. What
this side knows of is counted and reported: messages that are not bytes or text, destinations that are not known or
cannot be reached, datagrams that are too large.

Hosts are looked up before anything is sent to them, without blocking the lab; the messages behind wait, so they leave
in the order in which they came. If the next component has no room, a datagram is held and the socket is not read; then
the operating system's buffer fills up, and after that it drops what comes, as UDP does.

Rejected: ending only from outside, as in Kamaelia, where these components ignore ``control``.
"""

from __future__ import annotations

import errno
from typing import Any, ClassVar

from kamlab.core.errors import NoSpaceInBox
from kamlab.core.events import BYTES_IN, BYTES_OUT, CLOSED, OPENED
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess

from .addresses import check_host, check_port, format_address, place_of
from .errors import BadAddress, BadDataToSend, ConnectFailed, reason_of
from .interface import LARGEST_DATAGRAM, READ, WRITE, Address, DatagramSocket, Lookup, Network, network_of
from .server import ListeningComponent

Place = tuple[str, int]

#: How many datagrams are passed on, and how many are sent, in one slice.
READS_PER_SLICE = 8
SENDS_PER_SLICE = 16
#: For how many destinations the answer of the look-up is kept.
PLACES_KEPT = 1000

INBOXES = {
    "inbox": "Bytes or text, each a datagram.",
    "control": "ProducerFinished: send all, then end. ShutdownMicroprocess: send what can leave at once, then end.",
}
OUTBOXES = {
    "outbox": "(data, (host, port)) for each datagram that came.",
    "signal": "The shutdown message, passed on.",
}


class DatagramComponent(ListeningComponent):
    """Base of the components at a UDP socket. Override :meth:`next_datagram`, :meth:`bind` or :meth:`arrived`.

    Args:
        localaddr: the address to receive at: ``None`` is this machine only, "0.0.0.0" every interface.
        localport: the port; 0 is any that is free.

    Attributes:
        datagrams_in, datagrams_out: how many came, and how many the socket took.
        refused: how many messages could not be turned into a datagram, and were dropped.
        dropped: how many datagrams could not be sent or passed on, and were dropped.
    """

    Inboxes: ClassVar[Any] = INBOXES
    Outboxes: ClassVar[Any] = OUTBOXES

    woken_by_collection: bool = False  # True only while it holds a datagram
    #: Whether it reads what comes.
    receives: ClassVar[bool] = True
    #: What the bytes that come are given as: bytes, or, under the old names, bytes that understand text.
    received_as: type[bytes] = bytes

    def __init__(self, localaddr: str | None = None, localport: int = 0) -> None:
        super().__init__()
        self.localaddr = localaddr
        self.localport = localport
        self.datagrams_in: int = 0
        self.datagrams_out: int = 0
        self.refused: int = 0
        self.dropped: int = 0
        self.socket: DatagramSocket | None = None
        self._network: Network | None = None
        self._readable = self._blocked = False
        self._interest = 0
        #: What came and has no room at the receiver, and what is to be sent and cannot leave yet.
        self._held: Any = None
        self._pending: tuple[bytes, Place] | None = None
        self._found: dict[Place, list[Address] | ConnectFailed] = {}
        self._lookup: Lookup | None = None
        self._looks_up = False
        self._ending: Any = None
        self._reported: set[str] = set()

    @property
    def address(self) -> Place | None:
        """Host and port it receives at; ``None`` while it has no socket."""
        return place_of(self.socket, "getsockname") if self.socket is not None else None

    # -- what the components differ in -------------------------------------------------------------------------

    def listen(self, network: Network) -> None:
        """Bind the port; see :meth:`ListeningComponent.listen`."""
        if self.socket is None:
            self.bind(network)

    def bind(self, network: Network, **how: Any) -> None:
        """Get a socket of a network."""
        self.socket = network.datagrams(self.localaddr, self.localport, owner=self, **how)
        self._network = network

    def next_datagram(self) -> tuple[Any, Any, Any] | None:
        """Take the next message out of the inbox: data, host and port to send it to; ``None`` if there is none.

        Raises:
            BadDataToSend: the message is not as it should be.
        """
        raise NotImplementedError

    def arrived(self, data: bytes, sender: Place) -> Any:
        """Return the message to send for a datagram that came."""
        return data, sender

    # -- its life ----------------------------------------------------------------------------------------------

    def main(self) -> Any:
        """Send and receive until told to end."""
        self.listen(network_of(self))
        self._log(OPENED, f"UDP at {self._where()}")
        while True:
            if self._told_to_stop():
                while self._send_next():
                    pass
                break
            more = self._send_some()
            if self._readable and self._read():
                more = True
            if self._ending is not None and not more and self._pending is None and self._held is None:
                break
            self._watch()
            if not more:
                self.pause()
            yield
        while not self._offer(self._ending, "signal"):
            self.pause()
            yield

    def stop(self) -> None:
        """Close the socket; called however the component ends."""
        sock, self.socket = self.socket, None
        if self._lookup is not None:
            self._lookup.cancel()
        if sock is not None:
            self.dropped += len(self.inboxes["inbox"].items) + (self._pending is not None) + (self._held is not None)
            where = format_address(*(place_of(sock, "getsockname") or ("?", "?")))
            sock.close()
            self._log(CLOSED, f"UDP no longer at {where}")
        super().stop()

    def _told_to_stop(self) -> bool:
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                self._ending = message
                return True
            if isinstance(message, ProducerFinished):
                self._ending = message
        return False

    def _watch(self) -> None:
        """Tell the network which events this waits for, if they have changed."""
        wanted = (READ if self.receives and self._held is None else 0) | (WRITE if self._blocked else 0)
        if wanted == self._interest or self._network is None:
            return
        self._interest = wanted
        if wanted:
            self._network.watch(self.socket, wanted, self._ready)
        else:
            self._network.unwatch(self.socket)

    def _ready(self, events: int) -> None:
        if events & READ:
            self._readable = True
        if events & WRITE:
            self._blocked = False
        self.wake("its socket")

    # -- from the socket to the receiver -----------------------------------------------------------------------

    def _read(self) -> bool:
        """Pass on what came; return whether there may be more."""
        assert self.socket is not None
        for _ in range(READS_PER_SLICE):
            if self._held is None:
                try:
                    data, sender = self.socket.recvfrom(LARGEST_DATAGRAM)
                except BlockingIOError:
                    self._readable = False
                    return False
                except OSError as error:  # on Windows: an earlier datagram found no receiver
                    self._report_once(f"in {error.errno}", f"{self.short_name}: {error.strerror}. It goes on.")
                    self._readable = False  # if there is more, the network will say so
                    return False
                self.datagrams_in += 1
                self._log(BYTES_IN, len(data))
                self._held = self.arrived(data if self.received_as is bytes else self.received_as(data), sender[:2])
            if not self._offer(self._held, "outbox"):
                return False
            self._held = None
        return True

    def _offer(self, message: Any, boxname: str) -> bool:
        """Send a message; if there is no room, return False, and be woken when there is."""
        try:
            self.send(message, boxname)
        except NoSpaceInBox:
            self.attend_collection(True)
            return False
        self.attend_collection(False)
        return True

    # -- from the inbox to the socket --------------------------------------------------------------------------

    def _send_some(self) -> bool:
        """Send what waits; return whether there is more that could be sent now."""
        return all(self._send_next() for _ in range(SENDS_PER_SLICE))

    def _send_next(self) -> bool:
        """Deal with one message; return False if there is none, or if it cannot be sent yet."""
        if self._pending is None:
            try:
                message = self.next_datagram()
                if message is None:
                    return False
                self._pending = self._checked(*message)
            except (BadDataToSend, BadAddress) as error:
                self.refused += 1
                self._report_once(
                    "refused", f"{error} It is dropped, and so are others like it; their count is in 'refused'."
                )
                return True
        found = self._find(self._pending[1])
        if found is None or self._blocked:
            return False
        if isinstance(found, ConnectFailed):
            self._drop(str(found), found.reason)
        else:
            self._send_to(found)
        return self._pending is None

    def _checked(self, data: Any, host: Any, port: Any) -> tuple[bytes, Place]:
        check_host(host)
        check_port(port)
        if port == 0:
            raise BadDataToSend(
                f"{self.short_name} was given a message, but has no port to send it to; port 0 is not one."
            )
        return self._as_bytes(data), (host, port)

    def _as_bytes(self, data: Any) -> bytes:
        why = "only bytes and text (sent as UTF-8) can be sent as a datagram."
        if isinstance(data, (bytes, bytearray, memoryview)):
            return bytes(data)
        if isinstance(data, str):
            try:
                return data.encode("utf-8")
            except UnicodeEncodeError as failure:
                why = f"{failure}."
        raise BadDataToSend(f"{self.short_name} was given a message of type {type(data).__name__}: {why}")

    def _find(self, place: Place) -> list[Address] | ConnectFailed | None:
        """Return the addresses of a host, ``None`` while it is looked up."""
        if place not in self._found and not self._looks_up:
            assert self._network is not None
            self._looks_up = True
            at_once = True

            def answer(found: list[Address] | ConnectFailed) -> None:
                if len(self._found) >= PLACES_KEPT:  # one that answers everybody meets ever more of them
                    self._found.clear()
                self._found[place] = found
                self._looks_up = False
                self._lookup = None
                if not at_once:
                    self.wake("an address")

            lookup = self._network.resolve(*place, answer)
            at_once = False
            self._lookup = lookup if self._looks_up else None
        found = self._found.get(place)
        if isinstance(found, ConnectFailed):
            del self._found[place]  # the next message asks again
        return found

    def _send_to(self, found: list[Address]) -> None:
        assert self.socket is not None
        assert self._pending is not None
        data, _ = self._pending
        here = self.socket.getsockname()
        address = next((address for _, address in found if (":" in address[0]) == (":" in here[0])), None)
        if address is None:
            self._drop(f"it is bound to {here[0]}, and the host has no address of that kind", "family")
            return
        try:
            self.socket.sendto(data, address)
        except BlockingIOError:
            self._blocked = True
        except OSError as error:
            self._drop(self._why_not(error, data), str(error.errno))
        else:
            self._pending = None
            self.datagrams_out += 1
            self._log(BYTES_OUT, len(data))

    def _why_not(self, error: OSError, data: bytes) -> str:
        if error.errno == errno.EMSGSIZE:
            return (
                f"a datagram has at most {LARGEST_DATAGRAM} bytes, and this one {len(data)}. "
                "A MaxSizePacketiser cuts data into pieces."
            )
        if error.errno == errno.EINVAL and self.address is not None and self.address[0].startswith("127."):
            return (
                f"its own address is {self.address[0]}, from which only this machine can be reached; "
                "localaddr='0.0.0.0' is every interface."
            )
        return reason_of(error)

    def _drop(self, why: str, kind: str) -> None:
        """Drop the datagram that cannot be sent."""
        assert self._pending is not None
        place = format_address(*self._pending[1])
        self._pending = None
        self.dropped += 1
        self._report_once(
            kind,
            f"{self.short_name} cannot send a datagram to {place}: {why.rstrip('.')}. It is dropped, and so are others "
            "like it; their count is in 'dropped'.",
        )

    # -- words -------------------------------------------------------------------------------------------------

    def _where(self) -> str:
        return format_address(*(self.address or ("?", "?")))

    def _report_once(self, kind: str, text: str) -> None:
        scheduler = self.scheduler_in_charge
        if kind not in self._reported and scheduler is not None:
            self._reported.add(kind)
            scheduler.world.report(text)

    def _log(self, kind: str, detail: Any) -> None:
        scheduler = self.scheduler_in_charge
        if scheduler is not None and scheduler.log is not None:
            scheduler.log((kind, self, detail))
