"""What is switched off during a replay: output that was shown before, and the garbage collector.

A replay makes tens of thousands of records that are all kept, and allocations trigger full collections, which take as
long as the replay itself, or longer in a notebook with much data. Without the collector everything that a replay drops
is freed, except components and the frames of their code.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from typing import Any

from kamlab.core import context

#: The most slices of a replay without garbage collection, so that dropped objects do not fill the memory.
SHORT = 100_000


class Muted:
    """A text stream that discards what a lab and its components write, and passes on everything else.

    If the stream has a method ``note`` it gets the discarded text, so that its transcripts are complete.
    """

    def __init__(self, stream: Any, lab: Any) -> None:
        self._stream = stream
        self._lab = lab
        self._note = getattr(stream, "note", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> Any:
        """Write text that is not of the lab."""
        if context.in_slice.world is not self._lab:
            return self._stream.write(text)
        if self._note is not None:
            self._note(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)


@contextlib.contextmanager
def unheard(lab: Any) -> Iterator[None]:
    """Suppress the output of a lab within the ``with``, but no other output."""
    before = sys.stdout, sys.stderr
    muted = Muted(before[0], lab), Muted(before[1], lab)
    sys.stdout, sys.stderr = muted
    try:
        yield
    finally:
        for name, old, mine in zip(("stdout", "stderr"), before, muted, strict=True):
            if getattr(sys, name) is mine:  # otherwise it was replaced meanwhile
                setattr(sys, name, old)


@contextlib.contextmanager
def uncollected(slices: int) -> Iterator[None]:
    """Disable the garbage collector within the ``with``, for a replay of few enough slices."""
    if slices > SHORT or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
