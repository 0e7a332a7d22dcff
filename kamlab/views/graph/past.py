"""What there was to be drawn at a step of the past, from the history of a lab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.calling import whose
from ...core.component import Component
from ...core.events import ACTIVATED, FAILED, RESUMED
from ...core.states import ENDED
from ...core.world import World
from ...history import history_of
from ..moments import standing
from .counts import ENDED as ENDED_KEPT
from .counts import ENDED_FOR, Ledger, Onward, last_moves, ledger_of, tally
from .situation import FAILURES, Situation, lost_by, next_of, parents_of


class Past:
    """A lab as it was after a step.

    Raises:
        StepOutOfRange: there is no such step, or it is forgotten.
    """

    def __init__(self, lab: World, step: int, since: int | None = None) -> None:
        self.lab = lab
        self.history = history_of(lab)
        self.step = step
        self.number = self.history.end_of(step)
        end = self.number + 1 - self.history.first
        records, later = self.history.records, self.history.records[end:]
        #: What counts as it goes; of the past it is counted here, from the record.
        self._ledger: Ledger | None = None if later else ledger_of(lab.trace)
        if later:
            records = records[:end]
            self._counts, self._lost = tally(records, _before(later))
        self.moves = last_moves(records, self.number + 1, _before(later), since)
        self.exact = self.history.first == 0

    def count(self, source: Any, sink: Any) -> int:
        """Return how many messages had gone over a link."""
        return self._ledger.count(source, sink) if self._ledger is not None else self._counts.get((source, sink), 0)

    @property
    def last(self) -> Any:
        """Who had the slice of that step."""
        return self._slice(self.step)

    def _slice(self, step: int) -> Any:
        """Return who had a slice, as far as that is known."""
        history = self.history
        place = step - history.steps[0] if history.steps else -1
        if not 0 <= place < len(history.starts):
            return None
        record = history.record(history.starts[place])
        return whose(record[3]) if record[0] is RESUMED and record[1] == step else None

    def situation(self) -> Situation:
        """Return what there was."""
        history = self.history
        lives = {each: life for each, life in history.states(self.step).items() if isinstance(each, Component)}
        ended = [each for each, life in lives.items() if life in ENDED]
        when = {each: self._ended_at(each) for each in ended}
        ended.sort(key=lambda each: when[each])
        failed = [each for each in ended if lives[each] == FAILED][-FAILURES:]
        alive = {each._number for each in lives if lives[each] not in ENDED}
        late = [
            each
            for each in ended
            if self.step - history.step_of(when[each]) <= ENDED_FOR and self._home(each._number) not in alive
        ][-ENDED_KEPT:]
        links = [(link.source_box, link.sink_box) for link in history.links_at(self.step)]
        shown = {each: None for each, life in lives.items() if life not in ENDED}
        shown.update(dict.fromkeys(end.owner for link in links for end in link))
        shown.update(dict.fromkeys(failed))
        shown.update(dict.fromkeys(late))
        who = {component: standing(history, self.number, component) for component in shown}
        waiting = {box: len(messages) for box, messages in history.contents(self.step).items() if box.owner in who}
        for box in history.held_lines:
            if held := len(history.held(box, self.number)):
                waiting[box] = waiting.get(box, 0) + held
        if self.step == history.latest:
            following = next_of(self.lab)
        else:  # with a chooser that cannot be foreseen, it was not known who would go next
            following = self._slice(self.step + 1) if self.lab.scheduler.foresees() else None
        if who.get(following, ("", ""))[0] != "runnable":  # it was woken later, when the clock had jumped
            following = None
        lost = self._lost if self._ledger is None else lost_by(who)
        return Situation(who, parents_of(who, self._home), links, waiting, lost, following)

    def _home(self, number: int) -> int:
        return self._ledger.home(number) if self._ledger is not None else self._homes().get(number, 0)

    def _homes(self) -> dict[int, int]:
        found: dict[int, int] = getattr(self, "_found_homes", None) or {}
        if not found:
            for record in self.history.records:
                if record[0] is ACTIVATED:
                    found[record[1]._number] = getattr(record[2], "_number", 0)
            self._found_homes = found
        return found

    def _ended_at(self, component: Any) -> int:
        """Return the number of the event of a component's end."""
        return max((number for number in self.history.about.get(component, ()) if number <= self.number), default=-1)


def _before(records: Sequence[Any]) -> Onward:
    """Return where each box led before some records, which are the last ones."""
    onward = Onward()
    for record in reversed(records):
        onward.undo(record)
    return onward
