"""What is wrong in runs that are played one after the other: for each name the shortest order in which it is seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .judge import ALWAYS, Phenomenon, judge_stage
from .predicates import Predicate, asked
from .stage import Stage
from .telling import Wrong


class RunVerdicts:
    """Judges the runs of a stateless exploration.

    Args:
        invariant: asked at the end of each run.
        always: asked in each state of each run.
        look_for: what else is wrong.

    Attributes:
        found: for each name what is wrong, with the shortest order in which that was seen.
        wrong: how many runs there were, played to their end, in which something is wrong.
    """

    def __init__(self, invariant: Predicate | None, always: Predicate | None, look_for: Iterable[Phenomenon]) -> None:
        self._invariant = invariant
        self._always = always
        self._look_for = tuple(look_for)
        self._is_wrong = False  # whether that was seen in the present run
        self.found: dict[str, Wrong] = {}
        self.wrong = 0

    def judge(self, stage: Stage) -> None:
        """Judge a run at its end."""
        order = _order_of(stage)  # it is of no further use once it was judged
        names = judge_stage(stage, self._invariant, self._look_for)
        self._note(names, order)
        self.wrong += bool(names) or self._is_wrong
        self._is_wrong = False

    def watch(self, stage: Stage) -> None:
        """Ask whether a state is right; what is wrong is noted at once, since the run may be given up."""
        assert self._always is not None
        sentence = asked(self._always, stage.made, "there")
        if sentence:
            self._is_wrong = True
            self._note({ALWAYS: sentence}, _order_of(stage))

    def give_up(self, _stage: Stage) -> None:
        """End a run before its end; it is not counted."""
        self._is_wrong = False

    def _note(self, names: dict[str, str], order: Any) -> None:
        for name, sentence in names.items():
            known = self.found.get(name)
            if known is None or (len(order[0]), len(order[2])) < (len(known.picks), len(known.entries)):
                self.found[name] = Wrong(sentence, *order)


def _order_of(stage: Stage) -> Any:
    """Return the order of a run as far as it has come."""
    return tuple(stage.picks), stage.scheduler.rounds, tuple(stage.entries), tuple(stage.told)
