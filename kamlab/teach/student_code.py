"""Finds the line of a student's own code where something happened: the innermost frame that is theirs."""

from __future__ import annotations

import linecache
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

_KAMLAB = str(Path(__file__).resolve().parent.parent)
_PYTHON = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
_PACKAGES = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib"))


def location_of(error: BaseException) -> str:
    """Return which of the student's lines raised an error, as a line of text; "" if none of theirs is involved.

    >>> def halve(number):
    ...     return number / 0
    >>> try:
    ...     halve(1)
    ... except ZeroDivisionError as error:
    ...     print(location_of(error))
    <BLANKLINE>
    In halve(), line 2: return number / 0
    """
    return _location(reversed(list(traceback.walk_tb(error.__traceback__))))


def current_location(frame: FrameType | None) -> str:
    """Return which of the student's lines is running now, in a frame or in those that called it."""
    return _location(_outward(frame))


def _outward(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    while frame is not None:
        yield frame, frame.f_lineno or 0
        frame = frame.f_back


def _location(frames: Iterable[tuple[FrameType, int]]) -> str:
    for frame, number in frames:
        code = frame.f_code
        if _is_own(code.co_filename):
            line = linecache.getline(code.co_filename, number, frame.f_globals).strip()
            where = f"{code.co_name}()" if code.co_name.isidentifier() else "the cell"
            return f"\nIn {where}, line {number}: {line}" if line else f"\nIn {where}, line {number}"
    return ""


def _is_own(file: str) -> bool:
    """Return whether a file is a student's: a cell, or a file outside of Python and the installed packages."""
    if file.startswith("<"):
        return not file.startswith(("<frozen", "<string"))
    if file.startswith((_KAMLAB, *_PACKAGES)):
        return False
    return not file.startswith(_PYTHON) and not file.startswith(sys.prefix)
