"""How much of a test is run: a sample of it in ``.ci/run``, all of it in ``.ci/full``, which sets KAMLAB_FULL=1."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

FULL = os.environ.get("KAMLAB_FULL") == "1"

T = TypeVar("T")


def sampled(few: T, everything: T) -> T:
    """Return the sample, or in a full run everything."""
    return everything if FULL else few


#: For a test, or a parameter of one, that only the full run has.
only_in_full = pytest.mark.skipif(not FULL, reason="only in .ci/full")
