"""Playing a case: the players take turns, round by round, and the ratios are taken within a round.

Two numbers that are compared are measured seconds apart, so that a machine that slows down slows
both. Every other round runs backwards, so that nobody always plays first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from .cases import Case, Comparison, Limit
from .players import Broken, Interpreters, Numbers


@dataclass(frozen=True)
class Spread:
    """The median of some values, and how far they reach."""

    median: float
    least: float
    most: float


@dataclass
class Played:
    """What a case has come to: each player's numbers by round (``None``: it broke), and what broke."""

    case: Case
    numbers: dict[str, list[Numbers | None]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def values(self, player: str, key: str = "value") -> list[float]:
        """Return one of a player's numbers, of every round in which it gave any."""
        return [each[key] for each in self.numbers.get(player, []) if each is not None]

    def spread(self, player: str, key: str = "value") -> Spread | None:
        """Return the median, least and most of one of a player's numbers."""
        return spread(self.values(player, key))

    def ratio(self, comparison: Comparison) -> Spread | None:
        """Return ours divided by the peer's, round by round."""
        pairs = zip(self.numbers.get(comparison.ours, []), self.numbers.get(comparison.peer, []), strict=False)
        return spread([ours[comparison.key] / peer[comparison.key] for ours, peer in pairs if ours and peer])

    def meets(self, bar: Comparison | Limit) -> bool | None:
        """Return whether the median meets the bar; ``None`` where nothing was measured, or no bar is set."""
        if isinstance(bar, Limit):
            found = self.spread(bar.ours, bar.key)
            return None if found is None else found.median <= bar.bar
        found = self.ratio(bar)
        return None if found is None or bar.bar is None else found.median >= bar.bar


def spread(values: list[float]) -> Spread | None:
    """Return the median, the least and the most of some values, if there are any."""
    return Spread(median(values), min(values), max(values)) if values else None


def play(case: Case, interpreters: Interpreters, say: Callable[[str], object]) -> Played:
    """Let the players of a case take turns. One that breaks sits out the rest."""
    played = Played(case, {name: [] for name in case.players})
    for number in range(case.rounds):
        say(f"{case.name}: round {number + 1} of {case.rounds}")
        names = list(case.players)
        for name in reversed(names) if number % 2 else names:
            takes_part = (
                name not in played.broken
                and number < case.fewer_rounds.get(name, case.rounds)
                and not (case.players[name].needs_peer and interpreters.peer is None)
            )
            played.numbers[name].append(_measure(played, name, interpreters) if takes_part else None)
    return played


def _measure(played: Played, name: str, interpreters: Interpreters) -> Numbers | None:
    try:
        return played.case.players[name].measure(interpreters)
    except Broken as error:
        played.broken[name] = str(error)
        return None
