"""``Axon.Introspector.Introspector``: describes the components and links of a lab in lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from kamlab.core.box import Inbox, Outbox
from kamlab.core.component import Component, made_boxes
from kamlab.core.ipc import ShutdownMicroprocess

from .component import component

#: How often, in seconds of the lab's clock, the introspector looks for changes.
INTERVAL = 0.1

_SOURCE_SIDE = {0: "o", 1: "i", 2: "o"}
_SINK_SIDE = {0: "i", 1: "i", 2: "o"}

BoxId = tuple[int, str, str]


class Topology(NamedTuple):
    """Components by id, boxes, and links between boxes, all in a fixed order."""

    components: dict[int, str]
    boxes: tuple[BoxId, ...]
    links: tuple[tuple[BoxId, BoxId], ...]


NOTHING = Topology({}, (), ())


def topology_of(processes: list[Any]) -> Topology:
    """Return the topology of the components among ``processes``, and of those that they are linked to."""
    components = [process for process in processes if isinstance(process, Component)]
    links = [link for maker in components for link in maker.switchboard.links]
    by_id = {known.id: known for known in components}
    for link in links:
        by_id.setdefault(link.source.id, link.source)
        by_id.setdefault(link.sink.id, link.sink)
    return Topology(
        {number: known.name for number, known in by_id.items()},
        tuple(box for known in by_id.values() for box in _boxes(known)),
        tuple(
            (
                (link.source.id, _SOURCE_SIDE[link.passthrough], link.sourcebox),
                (link.sink.id, _SINK_SIDE[link.passthrough], link.sinkbox),
            )
            for link in links
        ),
    )


def _boxes(component: Component) -> Iterator[BoxId]:
    boxes = made_boxes(component)
    for name in [box.name for box in boxes if isinstance(box, Inbox)] or component.Inboxes:
        yield component.id, "i", name
    for name in [box.name for box in boxes if isinstance(box, Outbox)] or component.Outboxes:
        yield component.id, "o", name


def changes(before: Topology, now: Topology) -> str:
    """Return the lines that describe how a topology has changed; "" if it has not."""
    lines = [f'DEL LINK "{source}" "{sink}"' for source, sink in before.links if (source, sink) not in set(now.links)]
    gone = [number for number in before.components if number not in now.components]
    gone_boxes = [box for box in before.boxes if box not in set(now.boxes)]
    lines += [f'DEL NODE "{node}"' for node in (*gone, *gone_boxes)]
    lines += [
        f'ADD NODE "{number}" "{name}" randompos component'
        for number, name in now.components.items()
        if number not in before.components
    ]
    for box in now.boxes:
        if box not in set(before.boxes):
            kind = "inbox" if box[1] == "i" else "outbox"
            lines += [f'ADD NODE "{box}" "{box[2]}" randompos {kind}', f'ADD LINK "{box[0]}" "{box}"']
    lines += [f'ADD LINK "{source}" "{sink}"' for source, sink in now.links if (source, sink) not in set(before.links)]
    return "".join(f"{line}\n" for line in lines)


class Introspector(component):
    """Sends the topology of the running system to its outbox, and then every change of it.

    First it sends ``DEL ALL``, then lines such as ``ADD NODE "3" "Foo_3" randompos component`` and
    ``ADD LINK "(3, 'o', 'outbox')" "(4, 'i', 'inbox')"``. It looks for changes ten times a second. It ends on
    ``shutdownMicroprocess``.
    """

    __module__ = "Axon.Introspector"
    woken_by_collection = False

    Inboxes: ClassVar[Any] = {"inbox": "Not used.", "control": "Messages that ask this component to end."}
    Outboxes: ClassVar[Any] = {
        "outbox": "The topology and its changes, in lines.",
        "signal": "Messages that ask the next to end.",
    }

    def main(self) -> Any:
        """Look for changes, send them, sleep."""
        self.send("DEL ALL\n", "outbox")
        yield 1
        before = NOTHING
        while True:
            while self.data_ready("control"):
                message = self.recv("control")
                if isinstance(message, ShutdownMicroprocess):
                    self.send(message, "signal")
                    return
            now = topology_of(self.scheduler.listAllThreads())
            lines = changes(before, now)
            if lines:
                self.send(lines, "outbox")
            before = now
            self.pause(INTERVAL)
            yield 1
