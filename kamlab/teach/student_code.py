"""Where in a student's own code something happened: the last line that is theirs."""

from __future__ import annotations

import linecache
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

_OURS = str(Path(__file__).resolve().parent.parent)
_PYTHON = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
_PACKAGES = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib"))


def place_of(error: BaseException) -> str:
    """Say in which of the student's lines an error arose; empty where it was none of theirs.

    >>> def halve(number):
    ...     return number / 0
    >>> try:
    ...     halve(1)
    ... except ZeroDivisionError as error:
    ...     print(place_of(error))
    <BLANKLINE>
    In halve(), line 2: return number / 0
    """
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return _place(reversed(frames))


def place_now(frame: FrameType | None) -> str:
    """Say which of the student's lines runs now, below a frame."""
    return _place(_outward(frame))


def _outward(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    while frame is not None:
        yield frame, frame.f_lineno or 0
        frame = frame.f_back


def _place(frames: Iterable[tuple[FrameType, int]]) -> str:
    for frame, number in frames:
        code = frame.f_code
        if _is_own(code.co_filename):
            line = linecache.getline(code.co_filename, number, frame.f_globals).strip()
            where = f"{code.co_name}()" if code.co_name.isidentifier() else "the cell"
            return f"\nIn {where}, line {number}: {line}" if line else f"\nIn {where}, line {number}"
    return ""


def _is_own(file: str) -> bool:
    """Return whether a file is a student's: a cell, or a file of neither Python nor what is installed."""
    if file.startswith("<"):
        return not file.startswith(("<frozen", "<string"))
    if file.startswith((_OURS, *_PACKAGES)):
        return False
    return not file.startswith(_PYTHON) and not file.startswith(sys.prefix)
