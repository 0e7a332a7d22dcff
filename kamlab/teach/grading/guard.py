"""Refuses what code could use to reach the check that judges it, by Python's audit events.

The frames in which a check runs hold what makes an answer count; so code may not ask for frames, tracebacks' frames or
the garbage collector's lists, may not trace, and may start no thread that goes on beside the check. The same questions
are Python's own and kamlab's daily work, so what matters is who asks: the innermost frame that is not a helper's.

The time of the student's cells begins when the guard is made; files that exist then are trusted.
"""

from __future__ import annotations

import _thread
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from .. import sandbox

#: The attributes through which an object gives away a frame.
_FRAMES = frozenset({"tb_frame", "gi_frame", "cr_frame", "ag_frame", "gi_code", "cr_code", "ag_code"})
#: What looks at frames, or at all objects.
_LOOKS = frozenset(
    {
        *("sys._getframe", "sys._getframemodulename", "sys._current_frames", "sys._current_exceptions"),
        *("gc.get_objects", "gc.get_referrers", "gc.get_referents"),
    }
)
_TRACES = frozenset({"sys.settrace", "sys.setprofile", "sys.monitoring.register_callback", "sys.addaudithook"})
#: The attributes of functions and classes that nobody but their own module may set.
_CHANGES = frozenset({"__code__", "__defaults__", "__kwdefaults__", "__bases__", "__globals__"})
_IMPORTS = frozenset(
    {"_ctypes", "ctypes", "_testcapi", "_testinternalcapi", "_posixsubprocess", "_interpreters", "_xxsubinterpreters"}
)
#: Modules that hand on the frames they ask for.
_HELPERS = frozenset(
    {"inspect", "traceback", "logging", "threading", "contextlib", "functools", "asyncio", "bdb", "pdb"}
)
#: What may be read of the system's own files.
_STATUS = ("/stat", "/statm", "/schedstat", "/status")


def guard(secret: Path) -> Callable[[str, tuple[Any, ...]], str | None]:
    """Return a function that says of an audit event what is wrong with it, or ``None``.

    Args:
        secret: a folder that the code may not read.
    """
    own = {id(vars(module)): name for name, module in list(sys.modules.items()) if isinstance(module, types.ModuleType)}
    own.pop(id(vars(sys.modules["__main__"])), None)
    files = {getattr(module, "__file__", None) or name for name, module in list(sys.modules.items())}
    closed = f"{secret}/"
    hooks = (globals(), vars(sandbox))
    busy: list[bool] = []

    def asker(skipped: Callable[[str], bool]) -> str:
        """Return the module whose code asks; "" for the student's."""
        frame: FrameType | None = sys._getframe()
        while frame is not None and any(frame.f_globals is known for known in hooks):
            frame = frame.f_back
        while frame is not None:
            name = own.get(id(frame.f_globals), "")
            file = frame.f_code.co_filename
            if not name or not (file in files or file.startswith(("<frozen ", "<string>"))):
                return ""
            if not skipped(name):
                return name
            frame = frame.f_back
        return "kamlab"

    def judged(event: str, args: tuple[Any, ...]) -> str | None:
        if event in _LOOKS or (event == "object.__getattr__" and args[1] in _FRAMES):
            return "looks into the frames of other code" if not asker(_is_helper) else None
        if event in _TRACES:
            return "traces other code" if not asker(_is_helper) else None
        if event == "_thread.start_new_thread":
            return "starts a thread" if not asker(_is_pythons) else None
        if event == "object.__setattr__" and args[1] in _CHANGES:
            return _changes(args[0])
        if event in ("compile", "code.__new__"):
            name = args[1]
            return "pretends to be other code" if name in files and not asker(_is_pythons) else None
        if event.startswith("ctypes.") or (event == "import" and args[0] in _IMPORTS):
            return "uses the memory of Python" if not asker(_is_pythons) else None
        return _opens(args[0]) if event == "open" else None

    def _changes(thing: Any) -> str | None:
        there = getattr(thing, "__globals__", None)
        if there is None:
            there = vars(sys.modules.get(getattr(thing, "__module__", ""), types))
        return "changes a function or a class of kamlab's or Python's" if id(there) in own else None

    def _opens(file: Any) -> str | None:
        if isinstance(file, int):
            return "opens a file by its number" if not asker(_is_pythons) else None
        path = str(file)
        if path.startswith("/proc/") and not path.endswith(_STATUS):
            return "reads the memory of a process"
        return "reads the solution" if path.startswith(closed) else None

    def refused(event: str, args: tuple[Any, ...]) -> str | None:
        if busy:
            return None
        busy.append(True)
        try:
            return judged(event, args)
        finally:
            busy.pop()

    return refused


def announce_threads() -> None:
    """Raise the audit event for a thread that starts, which Python has since 3.12."""
    start = _thread.start_new_thread

    def announced(*args: Any, **kwargs: Any) -> int:
        sys.audit("_thread.start_new_thread", *args)
        return start(*args, **kwargs)

    if sys.version_info < (3, 12):
        _thread.start_new_thread = threading._start_new_thread = announced  # type: ignore[attr-defined]


def _is_helper(name: str) -> bool:
    return name.partition(".")[0] in _HELPERS


def _is_pythons(name: str) -> bool:
    return name.partition(".")[0] != "kamlab"
