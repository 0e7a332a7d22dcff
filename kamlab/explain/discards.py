"""Where the way of a discarded message ended: at an outbox that led nowhere, or at an inbox without room.

An outbox counts both alike, and links are taken down when a chassis ends, so what a box leads to now says
little. The trace has every link that was made or taken down since: walked back from what is now, it tells
how the links were when the message was dropped, however little of the past it still has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..core.box import Box
from ..core.events import DISCARDED, LINKED, UNLINKED, Event


def discards(events: Sequence[Event]) -> Iterator[tuple[Event, Box]]:
    """Yield each event of a discarded message with the box at which its way ended then, the newest first.

    That is an inbox where there was no room, else the last outbox of the chain.

    >>> from kamlab import Component, Lab
    >>> class Talker(Component):
    ...     def main(self):
    ...         self.send("hello")
    ...         yield
    >>> with Lab() as lab:
    ...     _ = Talker(name="talker").activate()
    ...     _ = lab.run()
    ...     [(event.message, str(end)) for event, end in discards(lab.trace.events())]
    [('hello', "outbox 'outbox' of talker")]
    """
    onward: dict[Box, Box | None] = {}  # where it was another one than now
    for event in reversed(events):
        if event.kind == LINKED:
            onward[event.component.source_box] = None
        elif event.kind == UNLINKED:
            onward[event.component.source_box] = event.component.sink_box
        elif event.kind == DISCARDED:
            yield event, _end(event.source, onward)


def _end(box: Box, onward: dict[Box, Box | None]) -> Box:
    way = [box]
    while (further := onward.get(way[-1], way[-1].onward)) is not None and further not in way:
        way.append(further)
    return way[-1]
