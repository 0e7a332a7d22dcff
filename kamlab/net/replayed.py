"""The network of a run that is played again: every answer is read from the record.

There is no socket, no thread and no port. Nothing comes in by itself, so the lab's idle door stays
the one that it has without a network; whoever plays the record calls :meth:`ReplayedNetwork.play`
at each callback's place in the run.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, NamedTuple

from .answered import LATER, AnsweredLookup, AnsweredNetwork, AnsweredSocket
from .errors import NotRecorded, RecordDoesNotFit, RecordIsOver
from .interface import READ, WRITE, Ready
from .noted import nothing_there, read_error

if TYPE_CHECKING:
    from kamlab.core.world import World

_WORDS = {READ: "read", WRITE: "written", READ | WRITE: "read and written"}


class _Watch(NamedTuple):
    events: int
    callback: Ready


class ReplayedNetwork(AnsweredNetwork):
    """The door to a network that is over: it says what was said when the run was recorded.

    Args:
        lab: the lab; ``lab.scheduler.journal`` is what is read.

    >>> from kamlab import Component, Lab
    >>> answers = []
    >>> class Ask(Component):
    ...     def main(self):
    ...         network = self.scheduler_in_charge.world.network
    ...         network.resolve("127.0.0.1", 80, lambda found: answers.append((type(network).__name__, found[0][1])))
    ...         yield
    >>> def system():
    ...     _ = Ask().activate()
    >>> with Lab(build=system, recorded=True) as lab, Lab(build=system, recorded=True) as again:
    ...     _ = lab.run()
    ...     _ = again.replay(str(lab.recording))
    >>> answers
    [('RecordingNetwork', ('127.0.0.1', 80)), ('ReplayedNetwork', ('127.0.0.1', 80))]
    """

    def __init__(self, lab: World) -> None:
        super().__init__(lab)
        #: By the numbers of the sockets; what was not closed is found even if nobody else holds it.
        self._watches: dict[int, _Watch] = {}
        self._lookups: dict[int, AnsweredLookup] = {}
        self._difference: Exception | None = None

    def answered(self, call: str, really: Any) -> Any:
        """Return what was noted, or raise the error that was.

        Raises:
            RecordIsOver: the record has been played to its end.
        """
        del really
        journal: Any = self._scheduler.journal
        if journal is None or not journal.replaying:
            raise RecordIsOver(
                f"the record of the network is over, and nobody answers to {call!r}: a replay has no real network to "
                "go on with. Go back to a step of the record, or build the system anew, on real TCP or with "
                "Lab(network='simulated')."
            )
        try:
            said = journal.ask(call)
        except Exception as error:
            self._difference = error  # the component may catch it; the replay stops all the same
            raise
        if said is None:
            raise nothing_there()
        refused = read_error(said)
        if refused is not None:
            raise refused
        return said

    def closed(self, sock: AnsweredSocket) -> None:
        """Watch a socket no longer."""
        self._watches.pop(sock.number, None)

    def watch(self, sock: Any, events: int, callback: Ready) -> None:
        """Call ``callback(events)`` when the record says so; replaces an earlier ``watch``.

        Raises:
            NotRecorded: it is no socket of this network.
            ValueError: it is closed.
        """
        found = self.find(sock)
        if found.fileno() < 0:
            raise ValueError(f"{sock!r} is closed and cannot be watched")
        self._watches[found.number] = _Watch(events, callback)

    def unwatch(self, sock: Any) -> None:
        """Stop calling; nothing happens if it is not watched."""
        try:
            self._watches.pop(self.find(sock).number, None)
        except NotRecorded:
            pass

    def resolve(self, host: str, port: int, answer: Any) -> AnsweredLookup | None:
        """Say what was said about a host: at once, or when the record says so."""
        lookup = super().resolve(host, port, answer)
        if lookup is not None:
            self._lookups[lookup.number] = lookup
        return lookup

    def begin_lookup(self, lookup: AnsweredLookup, host: str, port: int) -> Any:
        """Never called: nothing is looked up in a replay."""
        return LATER

    # -- what comes from outside --------------------------------------------------------------------------

    def play(self, kind: str, *what: Any) -> None:
        """Make a callback that the record has at this place of the run.

        Raises:
            RecordDoesNotFit: nobody waits for it.
        """
        match (kind, *what):
            case ("ready", int(number), int(events)):
                self._play_ready(number, events)
            case ("resolved", int(number), tuple() | list() as said):
                lookup = self._lookups.pop(number, None)
                if lookup is None or lookup.answer is None:
                    raise RecordDoesNotFit(f"the record has the answer to look-up {number}, and nobody waits for it")
                self._scheduler.post(lambda: lookup.deliver(said))  # as the thread that looked it up did
            case _:
                raise RecordDoesNotFit(f"the record has {kind!r} with {what!r}, which no network calls back with")

    def _play_ready(self, number: int, events: int) -> None:
        watch = self._watches.get(number)
        if watch is None or not events or events & ~watch.events:
            raise RecordDoesNotFit(
                f"in the record socket {number} is ready to be {_WORDS.get(events, events)}, and nobody waits for that"
            )
        try:
            watch.callback(events)
        except Exception:
            if self._difference is not None:
                raise
            self._watches.pop(number, None)
            self.world.report(
                f"a callback of the network failed; socket {number} is watched no longer.\n{traceback.format_exc()}"
            )
        if self._difference is not None:
            raise self._difference

    def close(self) -> None:
        """Forget what is watched. A second time does nothing."""
        super().close()
        self._watches.clear()
        self._lookups.clear()

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else f"{len(self._watches)} watched"
        return f"<replayed network: {state}>"
