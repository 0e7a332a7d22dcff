"""Whose code a frame runs: the engine's, kamlab's, a library's or the user's; and the innermost code of the user."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from types import CodeType, FrameType

#: Whose code a file may be.
ENGINE, KAMLAB, LIBRARY, USER = "engine", "kamlab", "library", "user"

_ENGINE = os.path.dirname(__file__)
_PACKAGE = os.path.dirname(_ENGINE)
#: The folders of code that is not the user's own: Python's, and that of installed packages.
_LIBRARIES = tuple(
    _path + os.sep
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
    if (_path := sysconfig.get_paths().get(name))
)


@functools.lru_cache(1000)
def whose_code(file: str) -> str:
    """Return whose code is in a file: the engine's, kamlab's, a library's, or the user's."""
    if os.path.dirname(file) == _ENGINE:
        return ENGINE
    if file.startswith(_PACKAGE + os.sep):
        return KAMLAB
    return LIBRARY if file.startswith((*_LIBRARIES, "<frozen")) else USER


@functools.lru_cache(1000)
def is_kamlabs(file: str) -> bool:
    """Return whether the code in a file came with kamlab."""
    return whose_code(file) in (ENGINE, KAMLAB)


def module_of(frame: FrameType) -> str:
    """Return the name of the module whose code a frame runs; "" if it has none."""
    return str(frame.f_globals.get("__name__", ""))


def users_place(codes: tuple[CodeType, ...]) -> int:
    """Return the index of the innermost code that is the user's own; of the component's, if all is kamlab's.

    ``codes`` are those of a stack, the outermost first.
    """
    found = innermost_of_user(codes)
    return 0 if found is None else found


@functools.lru_cache(1000)
def innermost_of_user(codes: tuple[CodeType, ...]) -> int | None:
    """Return the index of the innermost code of the user's own, or else of a part of kamlab; ``None`` without either.

    The outermost code comes first.
    """
    owners = [whose_code(code.co_filename) for code in codes]
    for owner in (USER, KAMLAB):
        if owner in owners:
            return len(owners) - 1 - owners[::-1].index(owner)
    return None


def place_of(frame: FrameType, line: int | None = None) -> str:
    """Return the position of a frame, now or at a given line: "line 4 of main()"."""
    return f"line {frame.f_lineno if line is None else line} of {frame.f_code.co_name}()"


def frames_above(ident: int | None, below: FrameType | None) -> list[FrameType]:
    """Return the frames of a thread above a frame of it, the outermost first; none if that is not in its stack."""
    frame = sys._current_frames().get(ident or 0) if below is not None else None
    stack: list[FrameType] = []
    while frame is not None and frame != below:  # not "is not": in a browser other objects stand for frames
        stack.append(frame)
        frame = frame.f_back
    stack.reverse()
    return stack if frame is not None else []
