"""Mirrors the boxes of the student's processes: the stand-ins have the same boxes with the same messages in them.

Each of the student's lists has a box of its stand-in. The messages in the list wait at the end of that box's chain: in
the box itself or, if a postman takes from it, in the postman's inbox. An outbox that no postman serves leads
nowhere, so messages sent there count as discarded, although the list keeps them.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from ...core.box import Box, Inbox
from ...core.describe import name_of
from ...core.events import INSERTED, REMOVED
from .protocol import OUTBOXES, Route, boxes_of, route_of
from .stand_in import StandIn


class MirroredBox:
    """One of the student's lists, and the box that represents it."""

    __slots__ = ("box", "key", "mirrored", "seen", "stand_in")

    def __init__(self, stand_in: StandIn, key: tuple[str, str], box: Box) -> None:
        self.stand_in: StandIn = stand_in
        self.key: tuple[str, str] = key
        self.box: Box = box
        #: The contents of the list, and of the inbox that shows it, at the last comparison.
        self.seen: list[Any] = []
        self.mirrored: list[Any] = []

    @property
    def store(self) -> Inbox | None:
        """The inbox where the messages wait in the lab; ``None`` if the lab does not keep them."""
        target = self.box.target
        return target if isinstance(target, Inbox) else None

    def list(self) -> Any:
        """Return the student's list; an empty one if it no longer exists."""
        return boxes_of(self.stand_in.process).get(self.key, [])

    def remember(self) -> None:
        """Note the current contents."""
        self.seen = list(self.list())
        self.mirrored = list(self.store.items) if self.store is not None else []


class Mirror:
    """Keeps the boxes of the stand-ins equal to those of the student's processes."""

    def __init__(self) -> None:
        self._boxes: dict[tuple[int, str, str], MirroredBox] = {}
        self._stand_ins: list[StandIn] = []
        self._postmen: dict[StandIn, tuple[str, str]] = {}
        self._extra_outboxes: dict[tuple[StandIn, int], str] = {}

    # -- which stand-ins there are ----------------------------------------------------------------

    def add(self, stand_ins: list[StandIn]) -> None:
        """Make the boxes of new stand-ins, link those that postmen serve, and put in the messages that are there."""
        self._stand_ins += stand_ins
        routes = {postman: route for postman in self._stand_ins if (route := route_of(postman.process)) is not None}
        new = list(self._new_boxes(routes))
        for postman in stand_ins:
            if postman in routes:
                new += self._link_postman(postman, routes[postman])
        for mirrored in new:
            self._fill(mirrored)
        for mirrored in new:
            mirrored.remember()

    def remove(self, stand_in: StandIn) -> None:
        """Forget a stand-in whose process is no longer active, though it has not ended."""
        self._stand_ins.remove(stand_in)
        self._postmen.pop(stand_in, None)
        gone = {key: mirrored for key, mirrored in self._boxes.items() if mirrored.stand_in is stand_in}
        ids = set(map(id, gone.values()))
        self._boxes = {key: mirrored for key, mirrored in self._boxes.items() if key not in gone}
        self._extra_outboxes = {way: name for way, name in self._extra_outboxes.items() if way[1] not in ids}

    def _new_boxes(self, routes: dict[StandIn, Route]) -> Iterator[MirroredBox]:
        for stand_in in self._stand_ins:
            process = stand_in.process
            for key in boxes_of(process):
                side, name = key
                if (id(process), *key) in self._boxes:
                    continue
                box: Box
                if side == "out" or (not side and _is_outbox(process, name, list(routes.values()))):
                    box = stand_in.outboxes[stand_in.add_outbox(name)]
                else:
                    box = stand_in.inboxes[stand_in.add_inbox(name)]
                mirrored = self._boxes[id(process), side, name] = MirroredBox(stand_in, key, box)
                yield mirrored

    def _link_postman(self, postman: StandIn, route: Route) -> list[MirroredBox]:
        """Link the two ends of a postman; return the boxes whose messages now wait in its inbox."""
        inbox, outbox = postman.add_inbox("inbox"), postman.add_outbox("outbox")
        self._postmen[postman] = inbox, outbox
        source = self._find(route.source, route.source_box, ("out", "", "in"))
        sink = self._find(route.sink, route.sink_box, ("in", "", "out"))
        if sink is not None:
            postman.link((postman, outbox), (sink.stand_in, sink.box.name), passthrough=_passthrough_to(sink.box))
        if source is None or source.box.onward is not None:
            return []
        moved_by_link = source.store is not None
        passthrough = 1 if isinstance(source.box, Inbox) else 0
        postman.link((source.stand_in, source.box.name), (postman, inbox), passthrough=passthrough)
        return [] if moved_by_link else [source]

    def _fill(self, mirrored: MirroredBox) -> None:
        """Put the messages that are already in a list into the inbox that shows it."""
        store = mirrored.store
        if store is None:
            return
        for message in list(mirrored.list())[len(store.items) :]:
            _log(mirrored.stand_in, INSERTED, store, message, len(store.items), "it was there already")
            store.put(message)

    def _find(self, process: Any, name: str, sides: tuple[str, ...]) -> MirroredBox | None:
        found = (self._boxes.get((id(process), side, str(name))) for side in sides)
        return next((mirrored for mirrored in found if mirrored is not None), None)

    # -- from the lab to the student's lists ------------------------------------------------------

    def apply_interventions(self) -> None:
        """Change the student's lists as the inboxes were changed from outside: messages dropped, moved or inserted."""
        for mirrored in self._boxes.values():
            store = mirrored.store
            if store is None or same(store.items, mirrored.mirrored):
                continue
            messages = mirrored.list()
            messages.clear()
            messages.extend(store.items)
            mirrored.remember()

    # -- from the student's lists to the lab ------------------------------------------------------

    def repeat_changes(self, runner: StandIn) -> None:
        """Make the stand-ins do what the slice of one process has done to the lists."""
        lists = {stand_in: boxes_of(stand_in.process) for stand_in in self._stand_ins}
        now = [(mirrored, lists[mirrored.stand_in].get(mirrored.key, ())) for mirrored in self._boxes.values()]
        changed = [
            (mirrored, changes(mirrored.seen, list(found))) for mirrored, found in now if not same(mirrored.seen, found)
        ]
        for mirrored, change in changed:
            for place in change.taken:
                self._take(runner, mirrored, place)
        for mirrored, change in changed:
            for place, message in change.put:
                self._put(runner, mirrored, place, message)
        for mirrored, _ in changed:
            mirrored.remember()

    def _take(self, runner: StandIn, mirrored: MirroredBox, place: int) -> None:
        store = mirrored.store
        if store is None:
            return
        if store.owner is runner:
            store.take(place)
            return
        message = store.items[place]
        del store.items[place]
        _log(runner, REMOVED, store, message, place, f"taken by {name_of(runner)}")

    def _put(self, runner: StandIn, mirrored: MirroredBox, place: int, message: Any) -> None:
        store = mirrored.store
        if store is not None and place < len(store.items):
            _log(runner, INSERTED, store, message, place, f"put there by {name_of(runner)}")
            store.put(message, place)
        else:
            runner.send(message, self._outbox_to(runner, mirrored))

    def _outbox_to(self, runner: StandIn, mirrored: MirroredBox) -> str:
        """Return the outbox through which a process puts into a box; add one if it puts there directly."""
        if mirrored.stand_in is runner and not isinstance(mirrored.box, Inbox):
            return mirrored.box.name
        outbox = self._postmen.get(runner, ("", ""))[1]
        if outbox and runner.outboxes[outbox].onward is mirrored.box:
            return outbox
        extra = self._extra_outboxes.get((runner, id(mirrored)))
        if extra is None:
            extra = runner.add_outbox(f"to {name_of(mirrored.stand_in)}.{mirrored.key[1]}")
            self._extra_outboxes[runner, id(mirrored)] = extra
            sink = mirrored.stand_in, mirrored.box.name
            runner.link((runner, extra), sink, passthrough=_passthrough_to(mirrored.box))
        return extra


def _is_outbox(process: Any, name: str, routes: list[Route]) -> bool:
    """Return whether a list in ``boxes`` is for outgoing messages, going by its name and by what postmen do with it."""
    if name in OUTBOXES:
        return True
    fetched = any(route.source is process and route.source_box == name for route in routes)
    brought = any(route.sink is process and route.sink_box == name for route in routes)
    return fetched and not brought and name not in ("inbox", "control")


def _passthrough_to(sink: Box) -> int:
    """Return the kind of a link from an outbox to a box."""
    return 0 if isinstance(sink, Inbox) else 2


def _log(stand_in: StandIn, event_kind: str, box: Inbox, message: Any, place: int, why: str) -> None:
    scheduler = stand_in.scheduler_in_charge
    if scheduler is not None and scheduler.log is not None:
        scheduler.log((event_kind, box, message, (place, why)))


# -- how a list has changed -----------------------------------------------------------------------


class Changes(NamedTuple):
    """The removals, as indices at the time of each, and then the additions, as pairs (index, message)."""

    taken: tuple[int, ...] = ()
    put: tuple[tuple[int, Any], ...] = ()


def same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Return whether two lists hold the same objects in the same order."""
    return len(before) == len(after) and all(map(operator.is_, before, after))


def changes(before: Sequence[Any], after: Sequence[Any]) -> Changes:
    """Return how one list became the other; messages are compared by identity.

    If the list may have been used as a queue, that is assumed: the oldest were taken, the new ones are at the end.

    >>> changes("ab", "bcd")
    Changes(taken=(0,), put=((1, 'c'), (2, 'd')))
    >>> changes("abc", "ac")
    Changes(taken=(1,), put=())
    """
    for taken in range(len(before)):
        left = before[taken:]
        if same(left, after[: len(left)]):
            return Changes((0,) * taken, tuple(enumerate(after))[len(left) :])
    return _any_changes(before, after)


def _any_changes(before: Sequence[Any], after: Sequence[Any]) -> Changes:
    matcher = SequenceMatcher(None, list(map(id, before)), list(map(id, after)), autojunk=False)
    taken: list[int] = []
    put: list[tuple[int, Any]] = []
    for operation, first, last, new, new_last in matcher.get_opcodes():
        if operation in ("delete", "replace"):
            taken += [first - len(taken)] * (last - first)
        if operation in ("insert", "replace"):
            put += [(place, after[place]) for place in range(new, new_last)]
    return Changes(tuple(taken), tuple(put))
