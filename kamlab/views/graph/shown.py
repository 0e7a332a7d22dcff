"""Which part of a snapshot is in the picture: who is shown, in whom, and over which links.

Everybody alive is shown, and whoever is linked to one of those. Of those that have ended: the last :data:`FAILURES`
that failed; and, where no living component has activated them, the last :data:`ENDED_KEPT` that ended within the last
:data:`ENDED_FOR` slices. So a system that has just come to its end is still to be seen, and a server does not fill
the picture with connections that are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...analysis.snapshot import Snapshot, Stand
from ...core.component import Component
from ...core.states import ENDED, FAILED, NEW
from ..keys import key_of

#: How many of those that failed stay in the picture.
FAILURES = 8
#: How many of the others that ended are shown, and for how many slices.
ENDED_KEPT, ENDED_FOR = 8, 50
#: How many components are looked at; those beyond are only counted.
SEARCHED = 1000


class Shown:
    """Who is in the picture, in order, and how each stands; links, and what waits and is lost, as in the snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        stands = {each: stand for each, stand in snapshot.components.items() if isinstance(each, Component)}
        chosen = _chosen(snapshot, stands)
        self.more: int = max(0, len(chosen) - SEARCHED)
        self.who: dict[Any, Stand] = {each: stands[each] for each in chosen[:SEARCHED]}
        self.parents: dict[Any, Any] = {
            each: stand.parent for each, stand in self.who.items() if stand.parent in self.who
        }
        who = self.who
        self.links: list[tuple[Any, Any]] = [
            (source, sink) for source, sink in snapshot.counts if source.owner in who and sink.owner in who
        ]
        self.waiting: dict[Any, int] = {
            box: waiting.count for box, waiting in snapshot.waiting.items() if box.owner in self.who
        }
        self.lost: Mapping[Any, int] = snapshot.lost
        self.limits: Mapping[Any, int] = snapshot.limits
        self.keys: dict[Any, str] = {}

    def key(self, component: Any) -> str:
        """Return the key of a component."""
        found = self.keys.get(component)
        if found is None:
            found = self.keys[component] = key_of(component)
        return found


def _chosen(snapshot: Snapshot, stands: dict[Any, Stand]) -> list[Any]:
    alive = [each for each, stand in stands.items() if stand.state not in ENDED]
    activated = {id(each) for each in alive if stands[each].state != NEW}
    ended = [(stand.ended, each) for each, stand in stands.items() if stand.ended is not None]
    ended.sort(key=lambda pair: pair[0])
    failed = [each for _, each in ended if stands[each].state == FAILED][-FAILURES:]
    late = [
        each
        for when, each in ended
        if snapshot.step - when <= ENDED_FOR and id(each._home and each._home()) not in activated
    ]
    linked = [end.owner for link in snapshot.counts for end in link if end.owner in stands]
    return list(dict.fromkeys([*alive, *linked, *failed, *late[-ENDED_KEPT:]]))
