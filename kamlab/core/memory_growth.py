"""How much memory the process uses, and by how much it grows within one slice.

A loop that fills the memory makes the process grow again and again; a call that allocates a lot, once. So growth is
counted in steps, which begin again whenever it has stopped for a while.
"""

from __future__ import annotations

import os
import sys

from .lab_time import real_monotonic

#: By how many bytes the process grows in a step, and from how many steps in a row on it grows on and on.
GROWN, STEADY = 1 << 20, 4
#: For how many seconds it may grow by less than that before the steps are counted from zero again.
STOPPED = 0.09

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident() -> int:
    """Return how many bytes of memory the process uses, or has used at most; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as statm:
            return int(statm.read(100).split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource

        resource.getrusage  # noqa: B018  # Python in a browser has the module, and not the function
    except (ImportError, AttributeError):
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Growth:
    """By how much the process grows from a given size on, and in how many steps.

    Args:
        base: how many bytes it used at the beginning.

    >>> growth = Growth(1_000_000)
    >>> growth.note(301_000_000), growth.is_steady()
    (300000000, False)
    """

    def __init__(self, base: int) -> None:
        self.base = self._used = base
        self._noted = real_monotonic()
        self._steps = 0

    def note(self, used: int, counts: bool = True) -> int:
        """Take note of how many bytes are used now, and return by how many the process has grown.

        ``counts``: whether it counts as a step if the process has grown since the last time.
        """
        now = real_monotonic()
        if used >= self._used + GROWN:
            self._steps += counts
        elif now < self._noted + STOPPED:
            return used - self.base
        else:
            self._steps = 0
        self._used, self._noted = used, now
        return used - self.base

    def is_steady(self) -> bool:
        """Return whether the process grows on and on."""
        return self._steps >= STEADY
