"""The output of components: a transcript for each, and the last lines of all.

This is only the store. A front end that knows which component prints fills it (the notebook does so by way of
``sys.stdout``); in a plain script it stays empty, and prints go where they always went. It is bounded, since a
component that prints for a week must not fill the memory.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from ..analysis import history_of
from ..core.events import PRINTED
from ..core.microprocess import Microprocess
from ..core.world import World

#: How many lines of a component are kept, how long a line may be, and how many components are kept.
LINES_KEPT = 500
LINE_LENGTH = 2000
COMPONENTS_KEPT = 200

#: The name under which the lab itself prints.
THE_LAB = "the lab"


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line that a component printed; ``error`` says that it went to stderr."""

    name: str
    text: str
    error: bool = False


class Transcript:
    """The last lines that one component printed.

    >>> transcript = Transcript("Echo_1")
    >>> transcript.write("hel"), transcript.write("lo" + chr(10) + "wor")
    ([], ['hello'])
    >>> transcript.lines
    ['hello', 'wor']
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._rest = ""

    def write(self, text: str) -> list[str]:
        """Add a piece of text; return the lines that it completed."""
        *complete, rest = (self._rest + text).split("\n")
        self._rest = rest[:LINE_LENGTH]
        lines = [line[:LINE_LENGTH] for line in complete]
        self._lines.extend(lines)
        return lines

    @property
    def lines(self) -> list[str]:
        """The lines, oldest first; the last one may not be complete yet."""
        return [*self._lines, self._rest] if self._rest else [*self._lines]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return f"<{self.name} printed {len(self.lines)} lines>"


class Transcripts:
    """The transcripts of one lab, found by component or by its short name.

    They are kept by name, so that they keep no component alive, and no lab.

    >>> transcripts = Transcripts()
    >>> transcripts.write(None, "hello\\nwor")
    ['hello']
    >>> transcripts.write(None, "ld\\n")
    ['world']
    >>> transcripts
    the lab: hello
    the lab: world
    """

    def __init__(self) -> None:
        self._of: OrderedDict[str, Transcript] = OrderedDict()
        self._last: deque[PrintedLine] = deque(maxlen=LINES_KEPT)
        self._lock = threading.Lock()
        #: How many lines have been completed in all.
        self.count: int = 0
        #: Called without arguments after a line was added, in the thread that printed it.
        self.on_line: Callable[[], Any] = _nothing

    def write(self, component: Microprocess | None, text: str, error: bool = False) -> list[str]:
        """Add text that a component printed (``None``: the lab itself); return the lines it completed."""
        with self._lock:
            name = _name(component)
            transcript = self._of.get(name)
            if transcript is None:
                transcript = self._of[name] = Transcript(name)
                if len(self._of) > COMPONENTS_KEPT:
                    self._of.popitem(last=False)
            else:
                self._of.move_to_end(name)
            lines = transcript.write(text)
            self._last.extend(PrintedLine(transcript.name, line, error) for line in lines)
            self.count += len(lines)
        if lines:
            self.on_line()
        return lines

    @property
    def watched(self) -> bool:
        """Whether a callback for new lines is set."""
        return self.on_line is not _nothing

    def unwatch(self) -> None:
        """Remove the callback."""
        self.on_line = _nothing

    def last(self, count: int, names: Collection[str] = ()) -> tuple[PrintedLine, ...]:
        """Return the last complete lines of all components, or of those named, oldest first."""
        with self._lock:
            lines = [line for line in self._last if not names or line.name in names]
        return tuple(lines[-count:]) if count else ()

    def __getitem__(self, component: Microprocess | str) -> Transcript:
        """Return what a component printed; an empty transcript if it did not print.

        Raises:
            KeyError: no component of that name has printed.
        """
        name = component if isinstance(component, str) else _name(component)
        with self._lock:
            found = self._of.get(name)
            known = ", ".join(sorted(self._of)) or "none"
        if found is None and isinstance(component, str):
            raise KeyError(f"no component called {name!r} has printed; these have: {known}")
        return found or Transcript(name)

    def __iter__(self) -> Iterator[Transcript]:
        with self._lock:
            return iter(list(self._of.values()))

    def __len__(self) -> int:
        return len(self._of)

    def __repr__(self) -> str:
        return "\n".join(f"{line.name}: {line.text}" for line in self.last(LINES_KEPT)) or "<no component has printed>"


_all: WeakKeyDictionary[Any, Transcripts] = WeakKeyDictionary()
_all_lock = threading.Lock()


def transcripts_of(lab: World) -> Transcripts:
    """Return the transcripts of a lab; a lab that was reset begins with none.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     echo = PassThrough().activate()
    ...     _ = transcripts_of(lab).write(echo, "hello\\n")
    ...     print(lab.transcripts["PassThrough_1"])
    hello
    """
    with _all_lock:
        found = _all.get(lab.scheduler)
        if found is None:
            found = _all[lab.scheduler] = Transcripts()
        return found


def printed(lab: World, step: int | None, count: int, names: Collection[str] = ()) -> tuple[PrintedLine, ...]:
    """Return the last lines that components have printed, up to now or up to a step of the past; under the lab's lock.

    Args:
        lab: the lab.
        step: the step; ``None`` for all up to now.
        count: how many lines at most.
        names: the components; all by default.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.
    """
    if step is None:
        return transcripts_of(lab).last(count, names)
    history = history_of(lab)
    end = history.end_of(step) + 1 - history.first
    lines = (PrintedLine(record[1].short_name, record[2]) for record in history.records[:end] if record[0] is PRINTED)
    last = deque((line for line in lines if not names or line.name in names), maxlen=count)
    return tuple(last)


def _name(component: Microprocess | None) -> str:
    return THE_LAB if component is None else str(component.short_name)


def _nothing() -> None:
    """Do nothing: no callback is set."""
