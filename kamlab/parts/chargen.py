"""A part that never stops sending."""

from __future__ import annotations

from itertools import repeat
from typing import Any

from .sources import DataSource


class Chargen(DataSource):
    """Sends the same message for ever, once in each slice; if there is no room, it waits.

    ShutdownMicroprocess ends it.

    Args:
        message: the message.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import Chargen
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(Chargen()).activate()
    ...     _ = lab.step(9)
    ...     handle.get()
    'Hello World'
    """

    def __init__(self, message: Any = "Hello World") -> None:
        super().__init__(repeat(message))
