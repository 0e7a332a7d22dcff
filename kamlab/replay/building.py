"""Building a system, and building it again: the cell or the function that a lab goes back by.

While the system is built nothing is written to the journal, since the builder does it all again. The
building ends with the builder, or, in a cell, where the lab is driven for the first time.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any, Self

from kamlab.core import worlds
from kamlab.core.chance import builder_uses_chance
from kamlab.core.clock import Clock, HeldClock, RealClock
from kamlab.core.microprocess import Microprocess

from .comparing import Kept
from .errors import BuilderDrives, CannotRewind
from .hands import Hands
from .journal import Journal, Path
from .tree import Branch


class Building(Hands):
    """What a lab knows of how its system is built."""

    _builder: Callable[..., Any] | None = None
    _rebuilding = False
    #: Whether ``run()`` did more than activate when the system was built first: the building ended there.
    _run_ends_building = False
    #: Whether the building ends where the builder first drives the lab; else it must not.
    _drives_end_building = False
    #: Whether the lab is being reset or taken to another moment just now: what one sees of it is in between.
    in_between: bool = False
    #: Whether the lab runs for the first time, rather than stands in a run that was played again.
    _live = True
    _moving = False
    _is_twin = False
    _classes: tuple[type, ...] = ()
    _past: Path | None = None
    _branches: tuple[Branch, ...] = ()
    _here = 0
    #: Where the lab stood when it had gone back; it may be on another branch once it went on.
    _arrived: tuple[int, int, int] = (0, 0, 0)

    def __init__(self, *arguments: Any, **how: Any) -> None:
        #: What was kept of each branch, by its number.
        self._kept: dict[int, Kept] = {}
        #: Whether the last replay did something else, and the branches that came of such replays.
        self._strayed = False
        self._strays: set[int] = set()
        super().__init__(*arguments, **how)

    def build(self, function: Callable[..., Any]) -> Self:
        """Build the system with a function, called with the lab if it takes an argument, and remember it.

        What it activates belongs to this lab. ``run()`` in it only activates. Returns the lab.

        Raises:
            CannotRewind: something is in this lab already.
        """
        if not callable(function):
            raise CannotRewind(f"build={function!r}: give a function that activates the components of the system")
        with self.building(function):
            self._drives_end_building = False
            self._build_now()
        return self

    @contextlib.contextmanager
    def building(self, again: Callable[..., Any]) -> Iterator[None]:
        """Build the system in a ``with`` on this; ``again`` is the function that builds it once more.

        The building ends where the lab is driven for the first time. What is done in the ``with`` after
        that is done from outside, and ``again`` is stopped there.
        """
        self._check_open()
        if self.scheduler.members or self.scheduler.step:
            raise CannotRewind("there is something in this lab already; build in a fresh one: Lab(build=function)")
        self._builder = again
        self._drives_end_building = True
        self._forget_branches()
        journal = self._make_journal(None)
        journal.building = True
        chance = self.chance
        if chance is not None:
            chance.enter(always=builder_uses_chance(again))
        try:
            yield
        finally:
            if chance is not None:
                chance.leave()
            journal.building = False
            self._note_classes()

    @property
    def can_build(self) -> bool:
        """Whether this lab knows how to build its system again."""
        return self._builder is not None

    @property
    def builder(self) -> Callable[..., Any] | None:
        """The function that builds the system of this lab, or ``None`` if the lab knows none."""
        return self._builder

    def _forget_branches(self) -> None:
        self._branches = (Branch(0, None, 0, Path()),)
        self._here = 0
        self._past = None
        self._kept = {}
        self._strayed, self._strays = False, set()

    def _make_journal(self, path: Path | None) -> Journal:
        if type(self.clock) is RealClock:
            held = HeldClock()
            self.clock: Clock = held
            self.scheduler.clock = held
        journal = Journal(self.scheduler, path)
        self.scheduler.journal = journal
        return journal

    def _build_now(self) -> None:
        """Call the builder, with this lab as the current one."""
        assert self._builder is not None
        self._rebuilding = True
        before = worlds.in_slice.world
        worlds.in_slice.world = None  # the lab that counts is this one, wherever it is built from
        worlds.enter(self)
        chance = self.chance
        if chance is not None:
            chance.enter(always=builder_uses_chance(self._builder))
        try:
            if _takes_lab(self._builder):
                self._builder(self)
            else:
                self._builder()
        except BuilderDrives:
            if not self._drives_end_building:
                raise
        finally:
            if chance is not None:
                chance.leave()
            worlds.leave(self)
            worlds.in_slice.world = before
            self._rebuilding = False
            self._note_classes()

    def _note_classes(self) -> None:
        """Take note of the classes that the system was built of; one that is defined anew makes another system."""
        from .causes import named_classes

        self._classes = named_classes(self.scheduler.members.values())

    def run_component(self, component: Microprocess) -> Any:
        """Do what ``component.run()`` means here; while the system is built, nothing more than to activate it."""
        if self._rebuilding:
            if self._run_ends_building:
                self._check_not_inside("run")
            return None
        journal = self._journal
        building = journal is not None and journal.building
        try:
            return super().run_component(component)
        finally:
            if journal is not None and building and not journal.building:
                self._run_ends_building = True

    def _check_not_inside(self, what: str) -> None:
        """Refuse to be driven from within a slice, and by a builder; otherwise the building is over."""
        super()._check_not_inside(what)
        if self._rebuilding:
            raise BuilderDrives(
                f"{what}() while the system is built: a builder makes and activates the components; drive the lab "
                "when it is done"
            )
        journal = self._journal
        if journal is not None:
            journal.building = False

    def reset(self) -> Self:
        """Stop everything and begin anew, at step 0; a lab that knows how to builds its system again."""
        before, self.in_between = self.in_between, True
        try:
            self._begin_anew()
        finally:
            self.in_between = before
        return self

    def _begin_anew(self) -> None:
        super().reset()
        self._past = None
        self._live = not self._moving
        if not self._moving:
            self._leave_way()
            self.written_from: dict[tuple[int, str], int | OSError] = {}
        if self._builder is not None and not self._moving:
            self._forget_branches()
            journal = self._make_journal(None)
            journal.building = True
            try:
                self._build_now()
            finally:
                journal.building = False

    def _leave_way(self) -> None:
        """Called where the lab leaves the way that it went, for another run or another branch."""

    @property
    def _journal(self) -> Journal | None:
        journal = self.scheduler.journal
        return journal if isinstance(journal, Journal) else None


def _takes_lab(function: Callable[..., Any]) -> bool:
    """Return whether a builder wants the lab as its argument."""
    try:
        inspect.signature(function).bind()
    except TypeError:
        return True
    except ValueError:
        return False
    return False
