"""Recorded: a run on real TCP that is written down as it goes, and played again without a network.

A lab's journal holds what decided a run (:attr:`kamlab.core.scheduler.Scheduler.journal`). The door
here adds to it what the network said: while the run is live it is real TCP
(:mod:`kamlab.net.recording`), while it is replayed it is the record (:mod:`kamlab.net.replayed`).
Why an answer and a callback are all there is to write down is told in :mod:`kamlab.net.answered`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import NothingRecords, RecordDoesNotFit
from .real import RealNetwork
from .recording import RecordingNetwork
from .replayed import ReplayedNetwork


@dataclass(frozen=True)
class Recorded:
    """Which network a recorded lab has: ``Lab(network=Recorded())``.

    Called with the lab, it returns a network that replays while the lab's journal does, and else
    real TCP that is written down.

    Raises:
        NothingRecords: the lab has no journal, so there is nothing to write to.

    >>> from kamlab import Lab
    >>> from kamlab.net import Recorded
    >>> from kamlab.parts import PassThrough
    >>> with Lab(build=lambda: PassThrough().activate(), recorded=True) as lab:
    ...     Recorded()(lab)
    <recording of <real network: 0 sockets, 0 watched>>
    """

    def __call__(self, lab: Any) -> RecordingNetwork | ReplayedNetwork:
        """Return the network of a lab."""
        journal = lab.scheduler.journal
        if journal is None:
            raise NothingRecords(
                "the network shall be recorded, and this lab keeps no journal: Lab(recorded=True, build=function)"
            )
        if journal.replaying:
            return ReplayedNetwork(lab)
        return RecordingNetwork(lab, RealNetwork(lab, lab.hosts, lab.ports))


def play_outside(lab: Any, kind: str, *what: Any) -> None:
    """Make the callback that a record has at this place: kind "ready" or "resolved".

    Raises:
        RecordDoesNotFit: nobody waits for it, or the lab does not replay a network.

    >>> from kamlab import Lab
    >>> with Lab(clock="virtual") as lab:
    ...     try:
    ...         play_outside(lab, "ready", 1, 1)
    ...     except RecordDoesNotFit as error:
    ...         print(str(error).split(", and")[0])
    the record has 'ready' from a network on real TCP
    """
    network = lab.network
    if not isinstance(network, ReplayedNetwork):
        raise RecordDoesNotFit(
            f"the record has {kind!r} from a network on real TCP, and the network of this lab is {network!r}"
        )
    network.play(kind, *what)
