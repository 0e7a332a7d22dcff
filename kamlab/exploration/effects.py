"""What a slice may have read, and what it changed: from its record, and from the values of all cells around it."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from ..core.names_in_code import code_of_class, names_in
from ..core.states import ASLEEP, NEW, RUNNABLE
from . import cells
from .cells import Cell, default_of
from .fingerprint import references_in
from .footprint import Recorder
from .setting import Setting

#: The cells of a component that each of its slices may read.
_OWN = (cells.LIFE, cells.LOCAL, cells.BOX, cells.LIMIT, cells.ENDED, cells.ATTENDS, cells.NUMBER)
#: The cells of how boxes are wired.
_STRUCTURE = (cells.LEADS, cells.ATTENDS, cells.LIMIT, cells.ENDED)
#: The cells of boxes, which are made when they are used first: to find none is to find them empty.
_MADE_LATE = (cells.BOX, cells.LIMIT, cells.LEADS)
#: What a slice may change of others without being taken for one that reads the whole state.
_KNOWN = (
    *(cells.LOCAL, cells.BOX, cells.GLOBAL, cells.VARIABLE, cells.CHANCE[0], cells.MADE[0]),
    *(cells.ACTIVATIONS[0], cells.NUMBER, cells.LEADS, cells.LIMIT, cells.ENDED),
)

#: The cells that a slice has read if anything is noted of them.
_READ_IF_MARKED = (cells.LEADS, cells.VARIABLE, *cells.ACTIVATIONS)

#: Stands for the value of a cell that is not there.
_MISSING = object()


@dataclass
class Effects:
    """What a slice did.

    Attributes:
        reads: the cells that it may have read.
        sets: the new values, by cell.
        appends: the messages that were appended to the inboxes of others.
        wired: those of the cells read that only tell whom it feeds, which is in its footprint and changes nothing else.
    """

    reads: set[Cell]
    sets: dict[Cell, Any] = field(default_factory=dict)
    appends: dict[Cell, tuple[Any, ...]] = field(default_factory=dict)
    wired: set[Cell] = field(default_factory=set)


def changes(before: dict[Cell, Any], after: dict[Cell, Any]) -> list[tuple[Cell, Any, Any]]:
    """Return the cells whose values are not the same, with the old and the new one."""
    found = []
    for cell, new in after.items():
        old = before.get(cell, _MISSING)
        if old is not new and old != new:
            if old is not _MISSING:
                found.append((cell, old, new))
            elif new != default_of(cell):
                found.append((cell, default_of(cell), new))
    if not before.keys() <= after.keys():
        gone = [(cell, old, default_of(cell)) for cell, old in before.items() if cell not in after]
        found += [change for change in gone if change[1] != change[2]]
    return found


class Reader:
    """Tells what slices read and changed, and completes their footprints by what leaves no record.

    Args:
        setting: what all executions share.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._references: dict[Any, frozenset[int]] = {}

    def referred(self, value: Any, senders: bool = True) -> frozenset[int]:
        """Return the numbers of the components that a value refers to, with or without the senders of messages."""
        found = self._references.get((value, senders))
        if found is None:
            found = self._references[value, senders] = references_in(value, senders)
        return found

    def effects(self, component: int, recorder: Recorder, before: dict[Cell, Any], after: dict[Cell, Any]) -> Effects:
        """Return what a slice did, from the values before and after it; add to its footprint."""
        made = {cell: default_of(cell) for cell in after.keys() - before.keys() if cell[0] in _MADE_LATE}
        known = {**before, **{cell: value for cell, value in made.items() if (cells.LOCAL, cell[1]) in before}}
        found = Effects(self._read_by(component, known, recorder))
        found.wired = recorder.followed - found.reads
        wide = recorder.is_wide
        for cell, old, new in changes(before, after):
            is_own = len(cell) > 1 and cell[1] == component
            if not is_own and self._commutes(cell, old, new, recorder, found):
                continue
            found.sets[cell] = new
            if cell == (cells.LOCAL, component):
                recorder.mark(cell, "W")  # others may read it
            if cell[0] == cells.LIMIT:
                recorder.mark((cells.BOX, *cell[1:]), "W")  # those who send may find it full
            if is_own and cell[0] not in _STRUCTURE:
                continue
            if not is_own and cell in before:
                recorder.mark(cell, "W")
            found.reads.add(cell)
            is_begun = cell[0] == cells.LIFE and old[0] in ("unmade", NEW)
            wide = wide or not (cell[0] in _KNOWN or is_begun or is_own)
        if recorder.has_linked:
            found.reads.update(one for one in before if one[0] in _STRUCTURE)
        if wide:
            found.reads.update(before)
        if wide or recorder.has_linked or any(cell[0] == cells.LEADS for cell in found.sets):
            found.wired = set()
        found.reads |= recorder.followed
        return found

    def _commutes(self, cell: Cell, old: Any, new: Any, recorder: Recorder, found: Effects) -> bool:
        """Return whether a change of another component is relative to how it was; note messages that were appended."""
        if cell[0] == cells.LIFE:
            is_woken = old[0] is ASLEEP and new == (RUNNABLE, None, old[2])
            return cell[1] in recorder.roused and is_woken
        if cell[0] != cells.BOX or cell in found.reads:
            return False
        if recorder.marks.get(cell) != {"A"} or new[: len(old)] != old:
            return False
        found.appends[cell] = new[len(old) :]
        return True

    def _read_by(self, component: int, before: dict[Cell, Any], recorder: Recorder) -> set[Cell]:
        """Return the cells that a slice may have read."""
        setting = self._setting
        reads = {cells.TIME, cells.SERVICES, (cells.LIFE, component), (cells.LOCAL, component)} & before.keys()
        reads.update(cell for cell in before if len(cell) > 1 and cell[1] == component and cell[0] in _OWN)
        for cell in setting.outer.get(component, ()):
            reads.add(cell)
            recorder.mark(cell, "R")
        if component in setting.chancy:
            reads.add(cells.CHANCE)
            recorder.mark(cells.CHANCE, "W")
        recorder.mark(cells.SERVICES, "R")
        for cell, letters in recorder.marks.items():
            if (cell[0] == cells.BOX and letters & {"C", "W"}) or cell[0] in _READ_IF_MARKED:
                reads.add(cell)
            elif cell[0] == cells.BOX and "A" in letters:
                reads.add((cells.LIMIT, *cell[1:]))
            elif cell[0] == cells.LIFE and "R" in letters:
                reads.add((cells.ENDED, cell[1]))
        if any(cell[0] == cells.LIMIT and limit is not None for cell, limit in before.items()):
            for cell in before:
                if cell[0] == cells.LEADS and cell[1] == component:
                    self._read_limited(before, cell, reads, recorder)
        self._read_others(component, before, reads, recorder)
        return reads

    def _read_limited(self, before: dict[Cell, Any], cell: Cell, reads: set[Cell], recorder: Recorder) -> None:
        """Add the limited inbox at the end of a chain: that it is full is seen without a record."""
        end = before.get(cell)
        reads.add(cell)
        recorder.mark(cell, "R")
        while end is not None:
            number, kind, name = end
            cell = (cells.LEADS, number, kind, name)
            reads.add(cell)
            recorder.mark(cell, "R")
            end = before.get(cell)
            if end is None and before.get((cells.LIMIT, number, name)) is not None:
                box = (cells.BOX, number, name)
                reads.update((box, (cells.LIMIT, number, name)))
                recorder.mark(box, "C")

    def _read_others(self, component: int, before: dict[Cell, Any], reads: set[Cell], recorder: Recorder) -> None:
        """Add the components that the local state of one refers to, its messages or its globals, and on from there."""
        outer = map(before.get, self._setting.outer.get(component, ()))
        todo = set(self._referred_by(component, before).union(*map(self.referred, outer)))
        helped = self._setting.helped
        is_users = component in helped or not self._setting.kinds[component].__module__.startswith("kamlab.")
        seen = {component}
        while todo:
            other = todo.pop()
            if other in seen or (cells.LOCAL, other) not in before:
                continue
            seen.add(other)
            reads.update(((cells.ENDED, other), (cells.NUMBER, other)))
            recorder.mark((cells.NUMBER, other), "R")
            recorder.mark((cells.LIFE, other), "R")
            if is_users:
                reads.update(cell for cell in before if len(cell) > 1 and cell[1] == other)
                for cell in before:
                    if cell[0] == cells.BOX and cell[1] == other and helped.get(component) != other:
                        recorder.mark(cell, "C")
                recorder.mark((cells.LOCAL, other), "R")
                for letter in "PK":  # whether it sleeps can be read, too
                    recorder.mark((cells.LIFE, other), letter)
                todo |= self._referred_by(other, before)

    def _referred_by(self, component: int, before: dict[Cell, Any]) -> frozenset[int]:
        """Return the components that the local state of one refers to, or the messages that wait for it."""
        senders = asks_for_senders(self._setting.kinds[component])
        found = self.referred(before.get((cells.LOCAL, component)), senders)
        boxes = [value for cell, value in before.items() if cell[:2] == (cells.BOX, component) and value]
        return found.union(*[self.referred(value, senders) for value in boxes])


@functools.lru_cache(1000)
def asks_for_senders(cls: type) -> bool:
    """Return whether the code of a class, or what it calls, names the sender of a message such as ProducerFinished."""
    codes = {found.code for found in names_in(code_of_class(cls))}
    return any("caller" in code.co_names for code in codes)
