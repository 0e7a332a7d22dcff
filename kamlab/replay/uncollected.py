"""No looking for garbage while a short run is played again.

A replay makes tens of thousands of records that all stay, and each of them brings the next look at
everything there is nearer: it takes as long as the replay itself, or longer in a notebook that holds
much. What a replay drops is freed without it, but for components and the frames of their code.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

#: How many slices a run may have, so that what its components drop meanwhile does not fill the memory.
SHORT = 100_000


@contextlib.contextmanager
def uncollected(slices: int) -> Iterator[None]:
    """Let Python collect no garbage meanwhile, if it is about so few slices."""
    if slices > SHORT or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
