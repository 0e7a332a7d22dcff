"""A slice that has lasted for long, in words: whose it is, where it stands, and in which call it blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from .describe import name_of
from .interrupt import of_the_engine


@dataclass(frozen=True, slots=True)
class LongSlice:
    """A slice, or a call between two slices, that has lasted for long.

    ``component`` is whose slice it is, ``None`` between two slices; ``seconds`` how long it has lasted at least;
    ``place`` where in the user's code it stands; ``blocks_in`` the call that it waits in, if any; ``cure`` what ends
    it. ``in_thread``: the slice waits for the component's own thread, and the lab goes on without it soon.
    ``is_called``: it stands in what the lab has called in the middle of that slice: an observer, or the condition of a
    breakpoint. ``is_end``: it is no slice, but the component's end.

    >>> print(LongSlice(None, 3.2, "line 4 of check()", cure="Interrupt to end it.").sentence())
    A call between two slices has lasted 3 s, at line 4 of check(): does this loop end? Interrupt to end it.
    """

    component: Any
    seconds: float
    place: str = ""
    blocks_in: str | None = None
    cure: str = ""
    in_thread: bool = False
    is_called: bool = False
    is_end: bool = False

    def sentence(self) -> str:
        """Return who, how long, where, and what to do, in one or two sentences."""
        return f"{self.diagnosis()} {self.cure}".rstrip()

    def diagnosis(self) -> str:
        """Return the sentence without what ends it."""
        seconds = f"{int(self.seconds)} s" if self.seconds >= 1 else f"{self.seconds:.1f} s"
        if self.component is None:
            who = f"A call between two slices has lasted {seconds}"
        elif self.is_called:
            who = f"A call that the lab makes in a slice of {name_of(self.component)} has lasted {seconds}"
        elif self.is_end:
            who = f"{name_of(self.component)} has been closing for {seconds}"
        else:
            who = f"{name_of(self.component)} has been in one slice for {seconds}"
        at = f" at {self.place}" if self.place else ""
        if self.in_thread:
            where = f", it is{at}" if at else ""
            return f"{who}: its thread has not come to its next send, recv or pause{where}."
        if self.blocks_in is not None:
            return f"{who} and blocks in {self.blocks_in}{at}: nothing else in the lab can run meanwhile."
        is_slice = self.component is not None and not (self.is_called or self.is_end)
        question = "is a yield or await missing in this loop?" if is_slice else "does this loop end?"
        return f"{who}{',' if at else ''}{at}: {question}"


def is_called_within(stack: Sequence[FrameType], at: int) -> bool:
    """Return whether the lab has called the code at a place of a stack in the middle of other code that it called."""
    engine = [number for number, frame in enumerate(stack[:at]) if of_the_engine(frame)]
    return bool(engine) and len(engine) <= engine[-1]
