"""Silence: what components print and the lab reports while a run is played again has been seen before."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from kamlab.core import worlds


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
    """Let nothing be heard of a lab meanwhile; everybody else is."""
    before = sys.stdout, sys.stderr
    muted = Muted(before[0], lab), Muted(before[1], lab)
    sys.stdout, sys.stderr = muted
    try:
        yield
    finally:
        for name, old, mine in zip(("stdout", "stderr"), before, muted, strict=True):
            if getattr(sys, name) is mine:  # else somebody has put another there meanwhile
                setattr(sys, name, old)
