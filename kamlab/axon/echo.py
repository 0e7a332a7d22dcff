"""``Kamaelia.Protocol.EchoProtocol.EchoProtocol``: sends everything back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kamlab.parts.worker import Worker


class EchoProtocol(Worker):
    """Sends every message back where it came from, and ends on either shutdown message."""

    def work(self, message: Any) -> Iterable[Any]:
        """Return the message."""
        return (message,)
