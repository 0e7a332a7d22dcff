"""The past of a lab, worked out from its trace: what was where at any step, and who was in what state.

The trace is gone through once, and from then on only what is new in it (see :mod:`.trace_reader`); a question
about a step is then a few binary searches, however long the trace. (Copies of the whole at every so many
records were considered: they cost memory in proportion to what waits, and every question a replay.)

*Step k* is the moment after slice k and after whatever followed it, up to the next slice.

Callers hold the lab's lock where another thread may drive the lab.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from ..core.box import Inbox, made_outboxes_of
from ..core.events import ACTIVATED, INSERTED, PAUSED, REMOVED, SENT, WOKEN, Event, said_in, words_of
from ..core.trace import Trace, make_event
from .errors import NotInTrace, StepOutOfRange
from .inbox_history import in_order
from .link_counts import Crossings, Hop, follow
from .trace_reader import Reading


class History(Reading):
    """What a trace tells about the past.

    Args:
        trace: the trace of a lab.
        scheduler: the lab's scheduler, if there is one at hand: it knows components that no record
            names, and which step it is now.

    >>> from kamlab import Lab
    >>> from kamlab.analysis import history_of
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     echo = PassThrough().activate()
    ...     echo.deliver("hello")
    ...     _ = lab.step()
    ...     history = history_of(lab)
    ...     inbox = echo.inboxes["inbox"]
    ...     [list(map(history.message, history.arrivals_in(inbox, history.end_of(step)))) for step in (0, 1)]
    [['hello'], []]
    """

    # -- events -----------------------------------------------------------------------------------

    def event(self, number: int) -> Event:
        """Return the event of a number."""
        place = bisect_right(self.starts, number) - 1
        if place >= 0:
            _, step, time, running = self.record(self.starts[place])
        else:
            (step, time), running = self._beginning(), None
        return make_event(self.record(number), step, time, running, number)

    def events(self, numbers: Iterable[int]) -> tuple[Event, ...]:
        """Return the events of these numbers."""
        return tuple(map(self.event, numbers))

    def knows(self, number: int) -> bool:
        """Return whether the event of a number is on record."""
        return self.first <= number < self.next_number

    def number_of(self, event: Event) -> int:
        """Return the number of an event of this trace.

        Raises:
            NotInTrace: it is of another lab, or forgotten.
        """
        number = event.number
        if self.knows(number):
            own = self.event(number)
            if own.kind == event.kind and own.component is event.component and own.message is event.message:
                return number
        raise NotInTrace(
            f"the event {str(event).strip()!r} is not in this trace, which holds the events number {self.first} to "
            f"{self.next_number - 1}. Take one from lab.trace.events(); a free run keeps only the newest."
        )

    def _beginning(self) -> tuple[int, float]:
        """Return step and time before the first slice that is known."""
        if self.starts:
            _, step, time, _ = self.record(self.starts[0])
            return step - 1, time
        if self.scheduler is not None:
            return self.scheduler.step, self.scheduler.now
        return self.trace.before

    # -- steps ------------------------------------------------------------------------------------

    @property
    def earliest(self) -> int:
        """The first step that can be asked for."""
        return self._beginning()[0]

    @property
    def latest(self) -> int:
        """The last step that can be asked for: the present."""
        return self.steps[-1] if self.steps else self.earliest

    def check(self, step: Any) -> int:
        """Return a step, if it is one that can be asked for.

        Raises:
            StepOutOfRange: it is not.
        """
        earliest, latest = self.earliest, self.latest
        known = f"step {earliest}" if earliest == latest else f"steps {earliest} to {latest}"
        if isinstance(step, bool) or not isinstance(step, int):
            raise StepOutOfRange(f"{words_of(step, 60)} is no step; give a whole number: {known}", earliest, latest)
        if step < 0:
            raise StepOutOfRange(f"there is no step {step}: they are counted from 0, which is before the first slice; "
                                 f"known are {known}", earliest, latest)  # fmt: skip
        if step > latest:
            raise StepOutOfRange(
                f"step {step} lies ahead: the present is step {latest}. Known: {known}", earliest, latest
            )
        if step < earliest:
            raise StepOutOfRange(
                f"step {step} is forgotten: a free run keeps only its newest events, of large messages 64 MB. "
                f"The earliest step known is {earliest}. Step the lab instead of running it, or make it with a larger "
                "trace_limit.",
                earliest,
                latest,
            )
        return step

    def end_of(self, step: int) -> int:
        """Return the number of the last event that belongs to a step: what was shown when the lab stood there.

        Where the lab was driven on from there, that is the last event before; else the last one before the clock
        jumped, and without a jump before the next slice.
        """
        place = bisect_right(self.steps, self.check(step))
        if place == len(self.starts):
            return self.next_number - 1
        begin, end = self.starts[place - 1] if place else self.first, self.starts[place]
        driven = self.trace.driven_before(end)
        if driven is not None and driven > begin:
            return driven - 1
        jump = bisect_right(self.jumps, begin)
        return min([end, *self.jumps[jump : jump + 1]]) - 1

    def step_of(self, number: int) -> int:
        """Return the step that an event belongs to."""
        place = bisect_right(self.starts, number) - 1
        return self.steps[place] if place >= 0 else self._beginning()[0]

    def time_of(self, number: int) -> float:
        """Return the lab's time of an event, in seconds."""
        place = bisect_right(self.starts, number) - 1
        return float(self.record(self.starts[place])[2]) if place >= 0 else self._beginning()[1]

    @property
    def is_complete(self) -> bool:
        """Whether everything is on record since the lab began."""
        return self.first == 0

    # -- questions --------------------------------------------------------------------------------

    def arrivals_in(self, box: Any, number: int) -> list[int]:
        """Return the arrivals that waited in an inbox after an event."""
        line = self.lines.get(box)
        return line.waiting(number) if line is not None else []

    def said(self, arrival: int) -> str | None:
        """Return the text of a message when it came, where it is kept: of one that may have changed since."""
        return said_in(self.record(arrival)) if arrival >= 0 else None

    def held(self, box: Any, number: int) -> list[int]:
        """Return the arrivals that had left an inbox for its owner's thread, not taken by it after an event."""
        line = self.held_lines.get(box)
        return [self.arrival_of[received] for received in line.waiting(number)] if line is not None else []

    def taken_from(self, box: Any) -> dict[int, int]:
        """Return when the owner's thread took what had left an inbox for it, by the numbers of the departures.

        What it has not taken yet is said to be taken after the last event.
        """
        line = self.held_lines.get(box)
        return {} if line is None else line.departures(self.next_number)

    def lengths(self, box: Any, first: int, last: int) -> tuple[list[int], list[int], int]:
        """Return how many messages waited in an inbox, those that its owner's thread has not taken included.

        That is: the step ``first`` and each later one in which the number changed, up to ``last``; how many there were
        from the end of each on; and the most that ever waited, even in the middle of a slice.
        """
        start, end = self.end_of(first), self.end_of(last)
        length = longest = len(self.held(box, start)) + len(self.arrivals_in(box, start))
        steps, lengths = [first], [length]
        for number, change in self._length_changes(box, start, end):
            length += change
            longest = max(longest, length)
            step = max(first, self.step_of(number))
            if steps[-1] == step:
                lengths[-1] = length
            else:
                steps.append(step)
                lengths.append(length)
        return steps, lengths, longest

    def _length_changes(self, box: Any, start: int, end: int) -> list[tuple[int, int]]:
        """Return at which events after ``start``, up to ``end``, the number of messages changed, and by how much."""
        line = self.lines.get(box)
        if line is None:
            return []
        changes = []
        there = {*self.held(box, start), *line.waiting(start)}
        taken = self.taken_from(box)
        about = self.about.get(box.owner, ())
        activation = next((number for number in about if self.record(number)[0] is ACTIVATED), -1)
        for arrival in line.arrivals():
            departure = self.departure_of.get(arrival, end + 1)
            departure = taken.get(departure, departure)
            # One that was sent before its owner was activated is told of from then on.
            came = activation if arrival < 0 and arrival not in there else arrival
            if departure <= start:
                continue
            if came > start:
                changes.append((came, 1))
            changes.append((departure, -1))
        return sorted(change for change in changes if change[0] <= end)

    def states(self, step: int) -> dict[Any, str]:
        """Return the state of each component that had been activated by a step: a word of core.states."""
        number = self.end_of(step)
        found = ((component, life.at(number)) for component, life in self.lives.items())
        return {component: state for component, state in found if state is not None}

    def last_slice(self, component: Any, step: int) -> int | None:
        """Return the number of a component's last slice until a step; 0: it had none, ``None``: that is forgotten."""
        places = self.slices.get(component, [])
        found = bisect_right(places, bisect_right(self.steps, step) - 1)
        if found:
            return self.steps[places[found - 1]]
        return 0 if self.trace.whole else None

    def stays(self, arrival: int) -> list[int]:
        """Return every arrival of one message, in order: each move, by hand or by a link, is a stay of its own.

        This is what makes a message one message: whatever follows it goes by these numbers.
        """
        stays = [arrival]
        while (number := stays[0]) >= 0 and (removal := self.removal_before(number)) is not None:
            stays.insert(0, self.arrival_of[removal])
        while (gone := self.departure_of.get(stays[-1])) is not None and (again := self.goes_on(gone)) is not None:
            stays.append(again)
        return stays

    def removal_before(self, number: int) -> int | None:
        """Return the removal with which an insertion belongs together, as the two halves of a move."""
        before = number - 1
        while before >= self.first and self.record(before)[0] is WOKEN:  # who waited for the room that became free
            before -= 1
        return before if before >= self.first and self._are_one_move(before, number) else None

    def goes_on(self, number: int) -> int | None:
        """Return the insertion with which a removal belongs together, as the two halves of a move."""
        after = number + 1
        while after < self.next_number and self.record(after)[0] is WOKEN:
            after += 1
        return after if after < self.next_number and self._are_one_move(number, after) else None

    def _are_one_move(self, removal: int, insertion: int) -> bool:
        removed, inserted = self.record(removal), self.record(insertion)
        return removed[0] is REMOVED and inserted[0] is INSERTED and removed[3][1] == inserted[3][1]

    def box_of(self, arrival: int) -> Any:
        """Return the inbox that a message came to."""
        if arrival >= 0:
            record = self.record(arrival)
            return record[2] if record[0] is SENT else record[1]
        departure = self.departure_of.get(arrival)
        if departure is not None:
            return self.record(departure)[1]
        return next(box for box, line in self.lines.items() if arrival in line.latest())

    def place_now(self, arrival: int) -> tuple[Any, int] | None:
        """Return (inbox, index) where a message waits now, however it was moved; ``None`` if it waits nowhere."""
        last = self.stays(arrival)[-1]
        if last in self.departure_of:
            return None
        box = self.box_of(last)
        return box, self.lines[box].latest().index(last)

    def pause(self, component: Any, number: int) -> Any:
        """Return the last pause of a component up to an event: (when its timer is due, what it awaits), or ``None``."""
        about = self.about.get(component, [])
        for place in range(bisect_right(about, number) - 1, -1, -1):
            record = self.record(about[place])
            if record[0] is PAUSED:
                return record[2]
        return None

    def full_target(self, component: Any, number: int) -> Any:
        """Return a full inbox to which an outbox of a component led after an event; ``None`` if there was none."""
        for box in made_outboxes_of(component).values():
            target = self._target(box, number)
            limit = self.was(target, "limit", number) if isinstance(target, Inbox) else None
            line = self.lines.get(target)
            if limit is not None and (line.count(number) if line is not None else len(target.items)) >= limit:
                return target
        return None

    def _target(self, box: Any, number: int) -> Any:
        """Return the box at the end of the links that led away from a box after an event."""
        seen = {box}
        while True:
            onward = self.onward.get(box)
            link = onward.at(number) if onward is not None else None
            following = link.sink_box if link is not None else None
            if following is None or following in seen:
                return box
            seen.add(following)
            box = following

    def links_at(self, step: int) -> list[Any]:
        """Return the links that there were at a step."""
        number = self.end_of(step)
        return [link for link, there in self.links.items() if there.at(number)]

    def path(self, source: Any, inbox: Any, number: int) -> list[Any]:
        """Return the boxes that a message went through when it was sent, from outbox to inbox.

        Only these two, if it was delivered past the links, or they are gone and were never recorded.
        """
        way = self.way(source, inbox, number)
        return [source, *(sink for _, sink in way)] if way else [source, inbox]

    def way(self, source: Any, target: Any, number: int) -> tuple[Hop, ...]:
        """Return the links that led from an outbox to an inbox after an event, or to where it led (``None``)."""

        def onward(box: Any) -> Any:
            known = self.onward.get(box)
            link = known.at(number) if known is not None else None
            if link is not None:
                return link.sink_box
            return box.onward if known is None else None

        return follow(source, target, onward)

    def lost_at(self, number: int) -> Any:
        """Return the box at which the way of a discarded message ended, by the number of its event.

        That is an inbox where there was no room, else the last outbox of the chain: an outbox counts both alike.
        ``None`` if the event is forgotten.
        """
        if not self.knows(number):
            return None
        source = self.record(number)[1]
        way = self.way(source, None, number)
        return way[-1][1] if way else source

    def count(self, source: Any, sink: Any, number: int) -> int:
        """Return how many messages had gone over the link between two boxes after an event."""
        return self.crossings_up_to_now().count(source, sink, number)

    def lost(self, number: int) -> dict[Any, int]:
        """Return how many messages each outbox had lost after an event, those that lost none left out."""
        return self.crossings_up_to_now().lost(number)

    def crossings_up_to_now(self) -> Crossings:
        """Return the crossings of the links, up to now; they are computed on first use."""
        if self.crossings is None:
            self.crossings = Crossings(self.way, self.first)
        if self.crossings.next < self.next_number:
            self.crossings.take_in(self.records[self.crossings.next - self.first :])
        return self.crossings


def history_of(lab_or_trace: Any) -> History:
    """Return the history of a lab, or of a trace, up to now; it is kept, so that the next one costs little.

    >>> from kamlab import Lab
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     _ = OneShot("hello").activate()
    ...     _ = lab.run()
    ...     history_of(lab).event(0), history_of(lab) is history_of(lab.trace)
    (    0  OneShot_1 activated, True)
    """
    if isinstance(lab_or_trace, History):
        return lab_or_trace.look()
    trace = lab_or_trace if isinstance(lab_or_trace, Trace) else lab_or_trace.trace
    scheduler = getattr(lab_or_trace, "scheduler", None)
    history = trace.memo
    if not isinstance(history, History) or (history.scheduler is None and scheduler is not None):
        history = trace.memo = History(trace, scheduler)
    return history.look()


def histories(trace: Any) -> dict[str, tuple[str, ...]]:
    """Return every message that was put into each inbox, in order, as words, by names such as ``Sink_3.inbox``.

    Two runs did the same where these are equal. Inboxes to which nothing came are not in it. Where the
    oldest events are forgotten it tells of the rest.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource([1, "two"]), NullSink()).activate()
    ...     _ = lab.run()
    ...     histories(lab)["NullSink_3.inbox"]
    ('1', "'two'")
    """
    history = history_of(trace)
    came: dict[str, list[int]] = {}
    for box, line in history.lines.items():
        came.setdefault(history.names.of_box(box), []).extend(line.arrivals())
    return {
        name: tuple(words_of(history.message(arrival)) for arrival in sorted(arrivals, key=in_order))
        for name, arrivals in sorted(came.items())
        if arrivals
    }
