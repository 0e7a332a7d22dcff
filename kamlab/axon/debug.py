"""``Axon.debug``: takes notes and drops them. What happened is in the lab's trace."""

from __future__ import annotations

from typing import Any


class debug:
    """Axon's filter for debugging output, without the output and without reading ``debug.conf``.

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
        """Drop a note; returns True, as it stands in ``assert`` statements."""
        return True

    debug = note

    def debugmessage(self, section: Any = None, *message: Any) -> None:
        """Drop a message."""

    def areDebugging(self, section: Any = None, level: Any = 0) -> bool:
        """Return False: nobody reads these notes."""
        return False

    def _ignore(self, *args: Any, **argd: Any) -> None:
        pass

    useConfig = readConfig = addDebugSection = addDebug = setDebugSections = increaseDebug = decreaseDebug = _ignore
