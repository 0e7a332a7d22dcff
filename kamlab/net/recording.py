"""The network that writes down what comes in: real TCP, with a journal at the door."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .answered import LATER, AnsweredLookup, AnsweredNetwork, AnsweredSocket
from .errors import ConnectFailed, NotRecorded
from .interface import Address, Network, Ready
from .noted import written_error, written_places

if TYPE_CHECKING:
    from kamlab.core.world import World


class RecordingNetwork(AnsweredNetwork):
    """The door around another network: answers and callbacks go into the lab's journal on their way.

    Args:
        lab: the lab; ``lab.scheduler.journal`` is what is written to, if there is one.
        inner: the network that does the work.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(build=lambda: PassThrough().activate(), recorded=True) as lab:
    ...     lab.network
    ...     lab.network.resolve("127.0.0.1", 80, print)
    <recording of <real network: 0 sockets, 0 watched>>
    [(2, ('127.0.0.1', 80))]
    """

    def __init__(self, lab: World, inner: Network) -> None:
        super().__init__(lab)
        self.inner = inner

    def answered(self, call: str, really: Any) -> Any:
        """Make the real call, and note what it said; nothing there is noted as ``None``."""
        try:
            said = really()
        except BlockingIOError:
            self._note(call, None)
            raise
        except Exception as error:
            self._note(call, written_error(error))
            raise
        self._note(call, said)
        return said

    def _note(self, call: str, said: Any) -> None:
        journal: Any = self._scheduler.journal
        if journal is None:
            return
        if self._scheduler.is_outside():
            self.world.note_foreign(f"its network was used from outside, not by a component: {call}")
        journal.answer(call, said)

    def closed(self, sock: AnsweredSocket) -> None:
        """Close the real socket, which ends its watch."""
        sock.real.close()

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` whenever the socket is ready; replaces an earlier ``watch``.

        Raises:
            NotRecorded: it is no socket of this network.
            ValueError: it is closed.
        """
        found = self.find(sock)
        self.inner.watch(found.real, events, partial(self._pass_on, found.number, callback))

    def _pass_on(self, number: int, callback: Ready, events: int) -> None:
        journal = self._scheduler.journal
        if journal is not None:
            journal.outside("ready", number, events)
        callback(events)

    def unwatch(self, sock: Any) -> None:
        """Stop calling; nothing happens if it is not watched."""
        try:
            found = self.find(sock)
        except NotRecorded:
            return
        self.inner.unwatch(found.real)

    def begin_lookup(self, lookup: AnsweredLookup, host: str, port: int) -> Any:
        """Have the real network look up a name."""
        at_once: list[Any] = []

        def came(found: list[Address] | ConnectFailed) -> None:
            said = written_places(found)
            if not lookup.number:
                at_once.append(said)
                return
            journal = self._scheduler.journal
            if journal is not None:
                journal.outside("resolved", lookup.number, said)
            lookup.deliver(said)

        lookup.real = self.inner.resolve(host, port, came)
        return at_once[0] if at_once else LATER

    def __repr__(self) -> str:
        return f"<recording of {self.inner!r}>"
