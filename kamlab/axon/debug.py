"""``Axon.debug``: accepts debugging notes and drops them. The lab's trace records what happens."""

from __future__ import annotations

from typing import Any


class debug:
    """Axon's filter for debugging output, which here neither prints nor reads ``debug.conf``.

    >>> debug().note("a section", 5, "a note")
    True
    >>> debug().areDebugging("a section", 5)
    False
    """

    __module__ = "Axon.debug"

    def __init__(self, assertBadDebug: Any = 1) -> None:
        self.assertBadDebug = assertBadDebug
        self.debugOn = False

    def note(self, section: Any = None, level: Any = 0, *message: Any) -> bool:
        """Drop a note. Returns True, because it is used in ``assert`` statements."""
        return True

    debug = note

    def debugmessage(self, section: Any = None, *message: Any) -> None:
        """Drop a message."""

    def areDebugging(self, section: Any = None, level: Any = 0) -> bool:
        """Return False."""
        return False

    def _ignore(self, *args: Any, **argd: Any) -> None:
        pass

    useConfig = readConfig = addDebugSection = addDebug = setDebugSections = increaseDebug = decreaseDebug = _ignore
