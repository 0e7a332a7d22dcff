"""How many descriptors this process has."""

from __future__ import annotations

import gc
import os

import pytest


def open_descriptors() -> int:
    """Count the descriptors, but for what is open in /proc for a moment: the watch reads the memory there."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not list its descriptors")
    gc.collect()
    return sum(not _is_in_proc(descriptor) for descriptor in os.listdir("/proc/self/fd"))


def _is_in_proc(descriptor: str) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}").startswith("/proc/")
    except FileNotFoundError:  # it is closed by now, as that of listdir() is
        return True
