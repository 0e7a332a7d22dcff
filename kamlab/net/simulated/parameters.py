"""The conditions of a simulated network, as a value.

What each of them does to a connection is told in :mod:`kamlab.net.simulated.wire`.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..errors import BadConditions

if TYPE_CHECKING:
    from .network import SimulatedNetwork


@dataclass(frozen=True)
class Simulated:
    """What a simulated network is like; called with a lab it makes one: ``Lab(network=Simulated(...))``.

    Args:
        latency: how many seconds everything is under way, in one direction.
        jitter: up to how many seconds more, drawn for each segment. Nothing overtakes.
        bandwidth: bytes a second, for each direction of a connection; ``None`` is any number.
        loss: how likely a segment is lost each time it is sent, 0 to 1. It is sent again, so what
            one sees of it is a delay.
        reset: how likely a segment of data breaks its connection, 0 to 1.
        fragment: what is sent arrives in pieces of 1 to this many bytes, drawn for each, and each
            piece is read by itself; ``None`` leaves it as TCP does.
        seed: where the draws begin; the same seed gives the same run under a virtual clock.
        buffer: how many bytes the sending and the receiving side of a direction can each hold.
        retransmit: after how many seconds a segment is sent again, twice as long each further time.
        retries: how often, before the connection is given up.

    Raises:
        BadConditions: one of them cannot be.

    >>> Simulated(latency=0.05, fragment=3)
    Simulated(latency=0.05, fragment=3)
    """

    latency: float = 0.01
    jitter: float = 0.0
    bandwidth: float | None = None
    loss: float = 0.0
    reset: float = 0.0
    fragment: int | None = None
    seed: int = 0
    buffer: int = 65536
    retransmit: float = 0.2
    retries: int = 8

    def __post_init__(self) -> None:
        for name in ("latency", "jitter"):
            self._check(name, _is_number(getattr(self, name)), "a number of seconds, 0 or more")
        for name in ("loss", "reset"):
            value = getattr(self, name)
            self._check(name, _is_number(value) and value <= 1, "a probability, 0 to 1")
        self._check("retransmit", _is_number(self.retransmit, above=0), "a number of seconds above 0")
        self._check(
            "bandwidth",
            self.bandwidth is None or _is_number(self.bandwidth, above=0),
            "bytes a second, above 0, or None",
        )
        self._check("fragment", self.fragment is None or _is_whole(self.fragment, 1), "1 or more bytes, or None")
        self._check("buffer", _is_whole(self.buffer, 1), "1 or more bytes")
        self._check("retries", _is_whole(self.retries, 0), "0 or more")
        self._check("seed", _is_whole(self.seed), "a whole number")

    def _check(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise BadConditions(f"Simulated({name}={getattr(self, name)!r}): {name} is {expected}")

    def __call__(self, lab: Any) -> SimulatedNetwork:
        """Return a network that is like this, for a lab."""
        from .network import SimulatedNetwork

        return SimulatedNetwork(lab, self)

    def as_literal(self) -> dict[str, Any]:
        """Return the conditions by name, as plain values.

        >>> Simulated(**Simulated(loss=0.1).as_literal()) == Simulated(loss=0.1)
        True
        """
        return asdict(self)

    def __repr__(self) -> str:
        plain = type(self)
        said = [f"{name}={value!r}" for name, value in asdict(self).items() if value != getattr(plain, name)]
        return f"Simulated({', '.join(said)})"


def _is_number(value: Any, above: float | None = None) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    return value >= 0 if above is None else value > above


def _is_whole(value: Any, least: int | None = None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least)
