"""The boxes of the student's processes as boxes of their stand-ins, with the same messages in them.

Each list of the student's has a box of its stand-in, and what is in the list waits at the end of that
box's chain: in the box itself, or, if a postman takes from it, in the inbox of the postman. An outbox from
which nobody takes leads nowhere, so what is sent there counts as discarded, although the list keeps it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from ...core.box import Box, Inbox
from ...core.events import INSERTED, REMOVED, name_of
from .protocol import OUTBOXES, Route, boxes_of, route_of
from .stand_in import StandIn


class Held:
    """One list of the student's, and the box that stands for it."""

    __slots__ = ("box", "key", "mirrored", "seen", "standin")

    def __init__(self, standin: StandIn, key: tuple[str, str], box: Box) -> None:
        self.standin: StandIn = standin
        self.key: tuple[str, str] = key
        self.box: Box = box
        #: What was in the list when it was last looked at, and in the inbox that shows it.
        self.seen: list[Any] = []
        self.mirrored: list[Any] = []

    @property
    def store(self) -> Inbox | None:
        """The inbox where the messages wait in the lab; ``None`` if they are not kept."""
        target = self.box.target
        return target if isinstance(target, Inbox) else None

    def list(self) -> Any:
        """The student's list; an empty one if it is there no more."""
        return boxes_of(self.standin.process).get(self.key, [])

    def remember(self) -> None:
        """Note how it is now."""
        self.seen = list(self.list())
        self.mirrored = list(self.store.items) if self.store is not None else []


class Mirror:
    """Keeps the boxes of the stand-ins as those of the student's processes are."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, str, str], Held] = {}
        self._standins: list[StandIn] = []
        self._ends: dict[StandIn, tuple[str, str]] = {}
        self._extra: dict[tuple[StandIn, int], str] = {}

    # -- who is there -----------------------------------------------------------------------------

    def take_in(self, standins: list[StandIn]) -> None:
        """Make the boxes of new stand-ins, lead those that postmen serve to them, and put in what is there."""
        self._standins += standins
        routes = {each: route for each in self._standins if (route := route_of(each.process)) is not None}
        fresh = list(self._new_boxes(routes))
        for postman in standins:
            if postman in routes:
                fresh += self._serve(postman, routes[postman])
        for held in fresh:
            self._fill(held)
        for held in fresh:
            held.remember()

    def let_go(self, standin: StandIn) -> None:
        """Forget a stand-in whose process is active no more, though it has not ended."""
        self._standins.remove(standin)
        self._ends.pop(standin, None)
        gone = [key for key, held in self._held.items() if held.standin is standin]
        for key in gone:
            held = self._held.pop(key)
            self._extra = {way: name for way, name in self._extra.items() if way[1] != id(held)}

    def _new_boxes(self, routes: dict[StandIn, Route]) -> Iterator[Held]:
        for standin in self._standins:
            process = standin.process
            for key in boxes_of(process):
                side, name = key
                if (id(process), *key) in self._held:
                    continue
                box: Box
                if side == "out" or (not side and _is_outbox(process, name, list(routes.values()))):
                    box = standin.outboxes[standin.add_outbox(name)]
                else:
                    box = standin.inboxes[standin.add_inbox(name)]
                held = self._held[id(process), side, name] = Held(standin, key, box)
                yield held

    def _serve(self, postman: StandIn, route: Route) -> list[Held]:
        """Link the two ends of a postman; return the boxes whose messages now wait elsewhere."""
        inbox, outbox = postman.add_inbox("inbox"), postman.add_outbox("outbox")
        self._ends[postman] = inbox, outbox
        source = self._find(route.source, route.source_box, ("out", "", "in"))
        sink = self._find(route.sink, route.sink_box, ("in", "", "out"))
        if sink is not None:
            postman.link((postman, outbox), (sink.standin, sink.box.name), passthrough=_through(sink.box))
        if source is None or source.box.onward is not None:
            return []
        moved_by_link = source.store is not None
        through = 1 if isinstance(source.box, Inbox) else 0
        postman.link((source.standin, source.box.name), (postman, inbox), passthrough=through)
        return [] if moved_by_link else [source]

    def _fill(self, held: Held) -> None:
        """Put what is in a list already into the inbox that shows it."""
        store = held.store
        if store is None:
            return
        for message in list(held.list())[len(store.items) :]:
            _log(held.standin, INSERTED, store, message, len(store.items), "it was there already")
            store.put(message)

    def _find(self, process: Any, name: str, sides: tuple[str, ...]) -> Held | None:
        found = (self._held.get((id(process), side, str(name))) for side in sides)
        return next((held for held in found if held is not None), None)

    # -- hands ------------------------------------------------------------------------------------

    def hand_over(self) -> None:
        """Do to the student's lists what was done to the inboxes from outside: a message dropped, moved or put in."""
        for held in self._held.values():
            store = held.store
            if store is None or same(store.items, held.mirrored):
                continue
            messages = held.list()
            messages.clear()
            messages.extend(store.items)
            held.remember()

    # -- what a slice did -------------------------------------------------------------------------

    def follow(self, runner: StandIn) -> None:
        """Have the stand-ins do what the slice of one process has done to the lists."""
        lists = {each: boxes_of(each.process) for each in self._standins}
        now = [(held, lists[held.standin].get(held.key, ())) for held in self._held.values()]
        changed = [(held, changes(held.seen, list(found))) for held, found in now if not same(held.seen, found)]
        for held, change in changed:
            for place in change.taken:
                self._take(runner, held, place)
        for held, change in changed:
            for place, message in change.put:
                self._put(runner, held, place, message)
        for held, _ in changed:
            held.remember()

    def _take(self, runner: StandIn, held: Held, place: int) -> None:
        store = held.store
        if store is None:
            return
        if store.owner is runner:
            store.take(place)
            return
        message = store.items[place]
        del store.items[place]
        _log(runner, REMOVED, store, message, place, f"taken by {name_of(runner)}")

    def _put(self, runner: StandIn, held: Held, place: int, message: Any) -> None:
        store = held.store
        if store is not None and place < len(store.items):
            _log(runner, INSERTED, store, message, place, f"put there by {name_of(runner)}")
            store.put(message, place)
        else:
            runner.send(message, self._way(runner, held))

    def _way(self, runner: StandIn, held: Held) -> str:
        """Return the outbox by which a process puts into a box; make one if it reaches in by itself."""
        if held.standin is runner and not isinstance(held.box, Inbox):
            return held.box.name
        outbox = self._ends.get(runner, ("", ""))[1]
        if outbox and runner.outboxes[outbox].onward is held.box:
            return outbox
        known = self._extra.get((runner, id(held)))
        if known is None:
            known = runner.add_outbox(f"to {name_of(held.standin)}.{held.key[1]}")
            self._extra[runner, id(held)] = known
            runner.link((runner, known), (held.standin, held.box.name), passthrough=_through(held.box))
        return known


def _is_outbox(process: Any, name: str, routes: list[Route]) -> bool:
    """Tell what a list is for that is just called by a name: what goes out, or what comes in."""
    if name in OUTBOXES:
        return True
    fetched = any(route.source is process and route.source_box == name for route in routes)
    brought = any(route.sink is process and route.sink_box == name for route in routes)
    return fetched and not brought and name not in ("inbox", "control")


def _through(sink: Box) -> int:
    """Return the kind of a link from an outbox to a box."""
    return 0 if isinstance(sink, Inbox) else 2


def _log(who: StandIn, kind: str, box: Inbox, message: Any, place: int, why: str) -> None:
    scheduler = who._scheduler
    if scheduler is not None and scheduler.log is not None:
        scheduler.log((kind, box, message, (place, why)))


# -- what has happened to a list ------------------------------------------------------------------


class Changes(NamedTuple):
    """What was taken, as places in the list as it is at that moment; then what was put in: (place, message)."""

    taken: tuple[int, ...] = ()
    put: tuple[tuple[int, Any], ...] = ()


def same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Return whether two lists hold the very same messages."""
    return len(before) == len(after) and all(map(operator.is_, before, after))


def changes(before: Sequence[Any], after: Sequence[Any]) -> Changes:
    """Return how one list became the other; messages are compared by identity.

    Of all ways the one is told that a queue would take: the oldest were taken, the new ones are at the end.

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
    matcher = SequenceMatcher(None, [id(each) for each in before], [id(each) for each in after], autojunk=False)
    taken: list[int] = []
    put: list[tuple[int, Any]] = []
    for what, first, last, new, new_last in matcher.get_opcodes():
        if what in ("delete", "replace"):
            taken += [first - len(taken)] * (last - first)
        if what in ("insert", "replace"):
            put += [(place, after[place]) for place in range(new, new_last)]
    return Changes(tuple(taken), tuple(put))
