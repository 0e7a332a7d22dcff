"""What a run did, slice by slice, so that a replay that differs is noticed.

A component is code, and code may use inputs that a lab does not record: random numbers, the date, a file, a list of the
notebook. In a replay it then does something else. So the actions of each slice are kept as plain values, and compared:
which component ran, what it sent, took, lost and printed, how long it paused, how it ended.

Only the actions of the running component count. What came from outside is in the journal, and may be recorded before or
after the end of a slice.

Messages that cannot change are compared themselves; others by the text that was kept when they moved (see
:mod:`kamlab.core.message_text`). Without a text, as for an object of a user's class in a run that was not stepped, only
the class is compared.

Rejected: fingerprints alone, which are small, but cannot say what happened then and now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from kamlab.core.describe import error_in_words, name_of, shorten
from kamlab.core.events import DISCARDED, FAILED, FINISHED, PAUSED, PRINTED, RECEIVED, RESUMED, SENT, said_in
from kamlab.core.message_text import is_frozen
from kamlab.core.microprocess import name_in_task
from kamlab.core.naming import whose
from kamlab.core.safe_repr import NO_ANSWER, class_name
from kamlab.core.text_bytes import TextBytes

#: One action of a component: its kind, the place, and the message or detail.
Deed = tuple[str, str, Any]
#: The component that ran, and its actions.
Slice = tuple[str, tuple[Deed, ...]]

#: A text of more characters than this is kept by its beginning, its length and its hash.
LONG = 200
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]+")


@dataclass
class Kept:
    """The kept part of a run: its ``slices`` after step ``first``, and the ``times`` when they began."""

    first: int = 0
    slices: list[Slice] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The last step that was kept."""
        return self.first + len(self.slices)

    def continued(self, longer: Kept) -> Kept:
        """Return this, continued with the slices of ``longer`` beyond its end, if they are adjacent."""
        if not self.first <= longer.first <= self.last:
            return longer if longer.last > self.last else self
        cut = self.last - longer.first
        return Kept(self.first, self.slices + longer.slices[cut:], self.times + longer.times[cut:])

    def step_at(self, time: float) -> int:
        """Return the last step that began at ``time`` or before."""
        return self.first + sum(began <= time for began in self.times)


@dataclass(frozen=True)
class Difference:
    """The first slice in which two runs differ; ``then`` and ``now`` describe the actions."""

    step: int
    component: str
    then: str
    now: str


def kept_of(trace: Any) -> Kept:
    """Return what is kept of the slices that are completely in a trace."""
    first = trace.first_step
    if first is None:
        return Kept(trace.before[0])
    kept = Kept(first)
    places, runners = _Places(), _Runners()
    running: Any = None
    component: Any = None  # of the generator that has the slice, where a component waits for one
    name = ""
    deeds: list[Deed] = []
    for record in trace.records_from(0):
        kind = record[0]
        if kind is RESUMED:
            if running is not None:
                kept.slices.append((name, tuple(deeds)))
            if record[1] <= first:
                continue
            running, deeds = record[3], []
            component, name = runners[running]
            kept.times.append(record[2])
        elif running is not None and (read := _READ.get(kind)) is not None:
            deed = read(record, running, component, places)
            if deed is not None:
                deeds.append(deed)
    if running is not None:
        kept.slices.append((name, tuple(deeds)))
    return kept


def first_difference(then: Kept, now: Kept) -> Difference | None:
    """Return the first difference between two runs, as far as both were kept; ``None`` if there is none."""
    first = max(then.first, now.first)
    earlier, later = then.slices[first - then.first :], now.slices[first - now.first :]
    for step, (before, after) in enumerate(zip(earlier, later, strict=False), first + 1):
        if before != after and not alike(before, after):
            return _difference(step, before, after)
    return None


def alike(then: Slice, now: Slice) -> bool:
    """Return whether two slices differ at most in texts that one of them lacks."""
    if then[0] != now[0] or len(then[1]) != len(now[1]):
        return False
    return all(_same_deed(before, after) for before, after in zip(then[1], now[1], strict=True))


def _same_deed(then: Deed, now: Deed) -> bool:
    if then[:2] != now[:2]:
        return False
    before, after = then[2], now[2]
    if before == after:
        return True
    unknown = (type(before) is Text and before.text is None) or (type(after) is Text and after.text is None)
    return unknown and type(before) is type(after) and bool(before.kind == after.kind)


def _difference(step: int, then: Slice, now: Slice) -> Difference:
    if then[0] != now[0]:
        return Difference(step, then[0], f"{then[0]} ran", f"{now[0]} runs")
    for before, after in zip(then[1], now[1], strict=False):
        if not _same_deed(before, after):
            return Difference(step, then[0], deed_in_words(before), deed_in_words(after))
    longer, missing_now = (then, True) if len(then[1]) > len(now[1]) else (now, False)
    deed = deed_in_words(longer[1][min(len(then[1]), len(now[1]))])
    texts = (deed, "it does not") if missing_now else ("it did not do that", deed)
    return Difference(step, then[0], *texts)


# -- what is kept of a record -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A message that may change: its class, and its text when it moved, if that is known."""

    kind: str
    text: str | None

    def __str__(self) -> str:
        return f"a message of class {self.kind}" if self.text is None else self.text


def _kept(message: Any, record: Any) -> Any:
    """Return the value that stands for a message; only the same message has an equal one."""
    cls = type(message)
    if cls is int:
        return message
    if cls is str or cls is bytes or cls is TextBytes:
        return message if len(message) <= LONG else Text(cls.__name__, f"{message[:LONG]!r}... {hash(message)}")
    text = shorten(message, LONG) if is_frozen(message) else said_in(record)
    if text is not None and NO_ANSWER.search(text):
        text = None
    return Text(class_name(cls), text)


class _Places(dict[Any, str]):
    """The name of each box, with its component."""

    def __missing__(self, box: Any) -> str:
        place = self[box] = f"{name_of(box.owner)}.{box.name}"
        return place


class _Runners(dict[Any, tuple[Any, str]]):
    """Of each microprocess that ran: the component that it belongs to, and its own name."""

    def __missing__(self, running: Any) -> tuple[Any, str]:
        runner = self[running] = whose(running), name_in_task(running)
        return runner


def _sent(record: Any, running: Any, component: Any, places: _Places) -> Deed | None:
    source = record[1]
    if source is None or source.owner is not component:
        return None
    return SENT, f"{places[source]} > {places[record[2]]}", _kept(record[3], record)


def _discarded(record: Any, running: Any, component: Any, places: _Places) -> Deed | None:
    source = record[1]
    return (DISCARDED, places[source], _kept(record[3], record)) if source.owner is component else None


def _received(record: Any, running: Any, component: Any, places: _Places) -> Deed | None:
    box = record[1]
    return (RECEIVED, places[box], _kept(record[2], record)) if box.owner is component else None


def _paused(record: Any, running: Any, component: Any, places: _Places) -> Deed | None:
    when = record[2][0]
    return (
        (PAUSED, "", None if when is None else round(when, 6))
        if record[1] is running or record[1] is component
        else None
    )


def _failed(record: Any, running: Any, component: Any, places: _Places) -> Deed | None:
    return (FAILED, "", _masked(error_in_words(record[2]))) if record[1] is running or record[1] is component else None


def _told(record: Any, running: Any, component: Any, places: _Places) -> Deed | None:
    return (record[0], "", _masked(str(record[2]))) if record[1] is running or record[1] is component else None


def _masked(text: str) -> str:
    return _ADDRESS.sub("0x", text[:LONG])


_READ: dict[str, Any] = {
    SENT: _sent,
    DISCARDED: _discarded,
    RECEIVED: _received,
    PAUSED: _paused,
    FAILED: _failed,
    FINISHED: _told,
    PRINTED: _told,
}


def deed_in_words(deed: Deed) -> str:
    """Describe an action, without its component."""
    kind, place, what = deed
    text = shorten(what) if type(what) in (int, str, bytes) else str(what)
    if kind is SENT:
        return f"{place.replace(' > ', ' -> ')}: {text}"
    if kind is DISCARDED:
        return f"{place} -> nowhere: {text}"
    if kind is RECEIVED:
        return f"takes {text} from {place}"
    if kind is PAUSED:
        return "pauses" if what is None else f"pauses until {what:g}"
    return f"{kind}: {what}"
