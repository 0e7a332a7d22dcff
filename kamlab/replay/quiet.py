"""What is switched off while a run is played again: output that was seen before, and the garbage collector.

A replay makes tens of thousands of records that all stay, and each of them brings the next look at
everything there is nearer: it takes as long as the replay itself, or longer in a notebook that holds
much. What a replay drops is freed without it, but for components and the frames of their code.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator
from typing import Any

from kamlab.core import worlds

#: How many slices a run may have, so that what its components drop meanwhile does not fill the memory.
SHORT = 100_000


class Muted:
    """Stands in for a text stream, and lets nothing through that a lab and its components write.

    A stream with a method ``note`` is told, so that what it keeps of each component is complete.
    """

    def __init__(self, stream: Any, lab: Any) -> None:
        self._stream = stream
        self._lab = lab
        self._note = getattr(stream, "note", None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> Any:
        """Write what is not the lab's."""
        if worlds.in_slice.world is not self._lab:
            return self._stream.write(text)
        if self._note is not None:
            self._note(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write pieces of text."""
        for line in lines:
            self.write(line)


@contextlib.contextmanager
def unheard(lab: Any) -> Iterator[None]:
    """Let nothing be heard of a lab meanwhile; all other output is."""
    before = sys.stdout, sys.stderr
    muted = Muted(before[0], lab), Muted(before[1], lab)
    sys.stdout, sys.stderr = muted
    try:
        yield
    finally:
        for name, old, mine in zip(("stdout", "stderr"), before, muted, strict=True):
            if getattr(sys, name) is mine:  # else it was replaced meanwhile
                setattr(sys, name, old)


@contextlib.contextmanager
def uncollected(slices: int) -> Iterator[None]:
    """Let Python collect no garbage meanwhile, if it is about so few slices."""
    if slices > SHORT or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
