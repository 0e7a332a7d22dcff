"""The journal: everything that decided a run and did not come from the components themselves.

Why it is enough
----------------
Between two inputs from outside a lab is deterministic: the same components in the same queue with the
same messages do the same. So a run is its length and the few inputs that came from outside, each with
its place: after which slice, and after how many rounds. The order of the queue, and a virtual clock that
jumps to its next timer, are not recorded, since a replay does the same by itself; a run of ten thousand
slices without input from outside has an empty journal. A clock that is polled moves by itself as well
(:mod:`kamlab.core.polling`); that it has begun to is recorded, as older recordings are of runs in which it did not.

A place is ``(step, rounds)``. Both only grow, and rounds in which nothing was applied do not count, so
looking ahead does not change a place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from kamlab.core.clock import HeldClock
from kamlab.core.drive import Phase
from kamlab.core.microprocess import Microprocess

from .errors import BuilderDrives, RecordIsOver, RunDiffers

if TYPE_CHECKING:
    from kamlab.core.scheduler import Scheduler

#: The kinds of entries for the user's interventions; the other kinds are not caused by the user.
INTERVENTIONS = frozenset(
    (
        *("choose", "round", "hold", "release", "fire"),
        *(
            "drop",
            "lose",
            "overtake",
            "duplicate",
            "move",
            "edit",
            "delay",
            "inject",
            "deliver",
            "put",
            "stop",
            "wake",
            "net",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One input from outside: its place in the run, its kind, and its details."""

    step: int
    rounds: int
    kind: str
    what: tuple[Any, ...]

    @property
    def by_hand(self) -> bool:
        """Whether it is an intervention of the user, not an input of the clock, a thread or the network."""
        return self.kind in INTERVENTIONS

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(map(repr, self.what))}) after step {self.step}"


@dataclass(frozen=True)
class Path:
    """The path to a moment: how many slices, and what came from outside before it.

    ``picks`` are the components that the chooser picked, slice by slice; ``answers`` what the network answered to
    the calls of the components. ``ends`` says why nothing after slice ``ends_at`` can be replayed, if so.
    """

    steps: int = 0
    rounds: int = 0
    entries: tuple[Entry, ...] = ()
    picks: tuple[str, ...] = ()
    answers: tuple[tuple[str, Any], ...] = ()
    ends: str | None = None
    ends_at: int = 0

    def is_beginning_of(self, other: Path) -> bool:
        """Return whether this path is a prefix of ``other``."""
        if self.ends or self.steps > other.steps or self.answers != other.answers[: len(self.answers)]:
            return False
        if other.ends and self.steps > other.ends_at:  # what ended that record has not happened here
            return False
        count = len(self.entries)
        if self.entries != other.entries[:count] or self.picks != other.picks[: len(self.picks)]:
            return False
        if count < len(other.entries):  # the next entry of the other path did not happen here
            following = other.entries[count]
            return (following.step, following.rounds) >= (self.steps, self.rounds)
        return True

    def misses_intervention(self, other: Path) -> bool:
        """Return whether the other path, which continues this one, has a user's intervention at this very step."""
        following = other.entries[len(self.entries) : len(self.entries) + 1]
        return any(entry.by_hand and entry.step == self.steps for entry in following)

    def parting(self, other: Path) -> int:
        """Return the last step up to which both paths have the same entries and picks, as far as both go."""
        step = min(self.steps, other.steps)
        for own, theirs in zip_longest(self.entries, other.entries):
            if own != theirs:
                step = min([step, *(entry.step for entry in (own, theirs) if entry is not None)])
                break
        for number, (own_pick, other_pick) in enumerate(zip(self.picks, other.picks, strict=False)):
            if own_pick != other_pick:
                return min(step, number)
        return step


class Journal:
    """Records what comes from outside, and replays it.

    Args:
        scheduler: that of the lab.
        path: what to replay first, if anything.
        over: returns why the lab cannot continue from here, or ``None``.
    """

    def __init__(
        self, scheduler: Scheduler, path: Path | None = None, over: Callable[[], str | None] | None = None
    ) -> None:
        self.scheduler = scheduler
        self._over = over
        #: Whether the clock is read, and its time recorded, at the end of each round.
        self.watches_clock: bool = isinstance(scheduler.clock, HeldClock)
        self.replaying: bool = path is not None
        #: Whether the system is being built; what happens then is not part of the run.
        self.building: bool = False
        #: Whether a virtual clock that is polled has moved in this run.
        self.time_moves: bool = False
        self._path = path or Path()
        self.entries: list[Entry] = []
        self.picks: list[str] = []
        self._names: dict[str, str] = {}  # each name is stored once, since there is a pick for every slice
        self.answers: list[tuple[str, Any]] = []
        #: Why nothing after ``ends_at`` can be replayed, or ``None``.
        self.ends: str | None = None
        #: The step at which that was.
        self.ends_at: int = 0
        #: The first difference between the run and its record, once there is one.
        self.differs: RunDiffers | None = None

    # -- being driven ---------------------------------------------------------------------------

    def before_drive(self, what: str, free: bool) -> None:
        """End the recording if the lab is going to run in real time; refuse if it cannot continue from here.

        Raises:
            BuilderDrives: a function builds the system.
            RecordIsOver: the lab stands in the record of a run on the real network.
        """
        if self.building:
            self.end_building(what)
        over = self._over() if self._over is not None else None
        if over is not None:
            raise RecordIsOver(over)
        if free and self.ends is None:
            self.foreign("it ran freely, by the real time")
            if isinstance(self.scheduler.clock, HeldClock):
                self.scheduler.clock.held = False

    def end_building(self, what: str) -> None:
        """End the building of the system, since ``what`` drives the lab.

        Raises:
            BuilderDrives: a function builds the system, which must not do that.
        """
        if self.scheduler.runtime.phase is Phase.BUILDING:
            raise BuilderDrives(
                f"{what}() while the system is built: a builder makes and activates the components; drive the lab "
                "when it is done"
            )
        self.building = False

    # -- recording --------------------------------------------------------------------------------

    def outside(self, kind: str, *what: Any) -> None:
        """Record something that comes from outside here and now; does nothing during a replay."""
        if self.replaying and kind == "late" and not self.expects_late(what[0]):
            self.differ(
                f"in slice {self.scheduler.step} the thread of {what[0]} did not reach its next send, recv or pause "
                "in time; it did when the run was recorded"
            )
        if self.replaying or self.building or self.ends is not None:
            return
        scheduler = self.scheduler
        entries = self.entries
        entry = Entry(scheduler.step, scheduler.rounds, kind, what)
        last = entries[-1] if entries else None
        if kind == "time" and last is not None and last.kind == "time" and _place(last) == _place(entry):
            entries[-1] = entry
        else:
            entries.append(entry)

    def foreign(self, why: str, after: int | None = None) -> None:
        """Record that nothing after step ``after`` (by default now) can be replayed; ``why`` completes "because"."""
        if not self.replaying and not self.building and self.ends is None:
            self.ends, self.ends_at = why, self.scheduler.step if after is None else after

    def before_round(self) -> None:
        """Read a held clock, and record its time."""
        clock = self.scheduler.clock
        if not (self.replaying or self.building) and isinstance(clock, HeldClock) and clock.held:
            before = clock.now()
            if clock.look() != before:
                self.outside("time", clock.now())

    def lets_time_move(self) -> bool:
        """Record that a clock that is polled moves from here on; return False where that is not part of the run."""
        if self.building or (self.replaying and not self.time_moves):
            return False
        if not self.time_moves:
            self.time_moves = True
            self.outside("polled", self.scheduler.poll_window)
        return True

    def end_round(self) -> None:
        """End a round early, as an intervention of the user; the time at which it ends is part of it."""
        clock = self.scheduler.clock
        if isinstance(clock, HeldClock) and clock.held:
            clock.look()
        self.outside("round", clock.now())
        self.end_round_here()

    def end_round_here(self) -> None:
        """End a round early; what happens in that is not recorded, and a clock that is polled stays."""
        self.building = True
        try:
            self.scheduler.end_round()
        finally:
            self.building = False

    def picked(self, component: Microprocess) -> None:
        """Record the component that the chooser picked."""
        if self.ends is None:
            name = component.short_name
            self.picks.append(self._names.setdefault(name, name))

    def answer(self, call: str, value: Any) -> None:
        """Record what the network answered to a call of a component."""
        if not self.replaying and self.ends is None:
            self.answers.append((call, value))

    def path(self) -> Path:
        """Return the path to the present."""
        scheduler = self.scheduler
        return Path(
            scheduler.step,
            scheduler.rounds,
            tuple(self.entries),
            tuple(self.picks),
            tuple(self.answers),
            self.ends,
            self.ends_at,
        )

    # -- replaying --------------------------------------------------------------------------------

    def next_entry(self) -> Entry | None:
        """Return the next entry to replay."""
        count = len(self.entries)
        return self._path.entries[count] if self.replaying and count < len(self._path.entries) else None

    def played(self, entry: Entry) -> None:
        """Count an entry as replayed."""
        self.entries.append(entry)

    def rest(self) -> Sequence[Entry]:
        """Return the entries that have not been replayed."""
        return self._path.entries[len(self.entries) :]

    @property
    def rounds_at_tip(self) -> int:
        """How many rounds the run that is replayed had when it ended."""
        return self._path.rounds

    def at_tip(self) -> bool:
        """Return whether all slices of the run that is replayed have run."""
        return self.scheduler.step >= self._path.steps

    def next_pick(self) -> str | None:
        """Return the recorded pick for the next slice; ``None`` if there is none."""
        count = len(self.picks)
        return self._path.picks[count] if self.replaying and count < len(self._path.picks) else None

    def ask(self, call: str) -> Any:
        """Return what the network answered to this call.

        Raises:
            RunDiffers: another call was recorded here, or none.
        """
        count = len(self.answers)
        recorded, value = self._path.answers[count] if count < len(self._path.answers) else (None, None)
        if recorded != call:
            running = self.scheduler.running
            caller = running.short_name if running is not None else "a call between two slices"
            there = "is at its end there" if recorded is None else f"has {recorded!r} there"
            step = self.scheduler.step
            raise self.differ(f"at step {step} {caller} asks the network {call!r}; the record {there}")
        self.answers.append((recorded, value))
        return value

    def differ(self, text: str) -> RunDiffers:
        """Record the first difference, for the player to find, since a component may catch an error."""
        if self.differs is None:
            self.differs = RunDiffers(text, self.scheduler.step)
        self.scheduler.attention = True
        return self.differs

    def expects_late(self, name: str) -> bool:
        """Return whether a thread was late in this very slice when the run was recorded."""
        following = self.next_entry()
        return (
            following is not None
            and following.kind == "late"
            and following.what == (name,)
            and following.step == self.scheduler.step
        )

    def go_live(self) -> None:
        """End the replay; from here on what comes from outside is recorded."""
        self.replaying = False


def _place(entry: Entry) -> tuple[int, int]:
    return entry.step, entry.rounds
