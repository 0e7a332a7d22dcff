"""Building a system, and building it again: the cell or the function that a lab goes back by.

While the system is built nothing is recorded in the journal, since the builder repeats it. The building
ends with the builder or, in a cell, where the lab is driven for the first time.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from kamlab.core import context, origins
from kamlab.core.chance import builder_uses_chance
from kamlab.core.clock import HeldClock, RealClock
from kamlab.core.describe import name_of
from kamlab.core.drive import Phase
from kamlab.core.microprocess import Microprocess
from kamlab.core.safe_repr import safe_repr

from .errors import BuilderDrives, CannotRewind, RunDiffers
from .journal import Journal, Path
from .unrecorded_inputs import cell_of, named_classes, redefined

if TYPE_CHECKING:
    from kamlab.lab import Lab


class Builder:
    """How the system of a lab is built.

    Attributes:
        function: builds the system again; ``None`` if the lab does not know how.
        is_cell: whether the building ends where the lab is first driven; a function must not drive it.
        run_drives: whether ``run()`` in the cell did more than activate when the system was built first.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.function: Callable[..., Any] | None = None
        self.is_cell = False
        self.run_drives = False
        self._classes: tuple[type, ...] = ()
        #: Where the system was built first; what is built again is of that origin as well.
        self._origin: origins.Origin | None = None

    def copy_from(self, other: Builder) -> None:
        """Build as another lab does."""
        self.function, self.is_cell, self.run_drives = other.function, other.is_cell, other.run_drives
        self._origin = other._origin

    @contextlib.contextmanager
    def first(self, again: Callable[..., Any]) -> Iterator[None]:
        """Build the system in a ``with`` on this; ``again`` is the function that builds it again.

        Raises:
            CannotRewind: something is in this lab already.
        """
        lab = self._lab
        lab.runtime.check_open()
        if lab.scheduler.members or lab.scheduler.step:
            raise CannotRewind("there is something in this lab already; build in a fresh one: Lab(build=function)")
        self.function = again
        self.is_cell, self.run_drives = True, False
        self._origin = origins.here()
        with self._building(self.make_journal(None)):
            yield

    def build(self) -> None:
        """Call the builder, with this lab as the current one."""
        lab = self._lab
        assert self.function is not None
        runtime = lab.runtime
        journal = runtime.scheduler.journal
        assert isinstance(journal, Journal)
        phase, runtime.phase = runtime.phase, Phase.BUILDING
        before = context.in_slice.world
        context.in_slice.world = None  # the current lab is this one, even inside a slice of another
        context.enter(lab)
        try:
            with self._building(journal):
                self.function(*(() if _takes(self.function) else (lab,)))
        except BuilderDrives:
            if not self.is_cell:
                raise
        finally:
            context.leave(lab)
            context.in_slice.world = before
            if runtime.phase is Phase.BUILDING:  # a builder may stop the lab
                runtime.phase = phase

    @contextlib.contextmanager
    def _building(self, journal: Journal) -> Iterator[None]:
        """Record nothing and use the run's random numbers while the system is built; remember its classes then."""
        chance = self._lab.chance
        journal.building = True
        if chance is not None:
            chance.enter(always=builder_uses_chance(self.function))
        try:
            with origins.within(self._origin):
                yield
        finally:
            if chance is not None:
                chance.leave()
            journal.building = False
            self._note_classes()

    def make_journal(self, path: Path | None) -> Journal:
        """Give the lab a journal, which first replays ``path`` if given, and a clock that can be recorded."""
        lab = self._lab
        if type(lab.clock) is RealClock:
            lab.set_clock(HeldClock())
        journal = Journal(lab.scheduler, path, over=lab.record_is_over if lab.recorded else None)
        lab.scheduler.journal = journal
        return journal

    def _note_classes(self) -> None:
        """Remember the classes of the components; redefining one of them makes another system."""
        self._classes = named_classes(self._lab.scheduler.members.values())

    def check_classes(self) -> None:
        """Refuse to go back if a class that the builder uses was redefined: that would be another system.

        Raises:
            RunDiffers: one was.
        """
        cls = redefined(self._classes, self.function)
        if cls is not None:
            raise RunDiffers(
                f"the class {cls.__name__} was redefined{cell_of(cls)} since this system was built, so going back "
                "would play another system. lab.reset() builds it with the new class, from step 0; lab.snapshot(step) "
                "shows what was where in this run.",
                0,
            )


def check_builder(function: Any) -> None:
    """Check that a lab can build its system with ``function``, which it calls at once and again when it goes back.

    Raises:
        CannotRewind: it cannot be called without arguments or with the lab, or calling it builds nothing.
    """
    if isinstance(function, Microprocess):
        raise _not_a_builder(name_of(function), "is a component, made already")
    if isinstance(function, type) and issubclass(function, Microprocess):
        name = function.__name__
        raise CannotRewind(
            f"build={name}: {name} is a class of components, and making one does not activate it; "
            f"write Lab(build=lambda: {name}(...).activate())"
        )
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        what = "is an 'async def'" if inspect.iscoroutinefunction(function) else "has a 'yield' in it"
        raise CannotRewind(
            f"build={function.__name__}: {function.__name__}() {what}, so calling it runs none of its code; take that "
            "out. A builder is an ordinary function that makes components and activates them."
        )
    if inspect.isgenerator(function) or inspect.iscoroutine(function):
        function.close()  # else Python warns of a coroutine that was never awaited
        raise _not_a_builder(type(function).__name__, f"is what {function.__name__}() returned")
    if not callable(function):
        raise _not_a_builder(safe_repr(function), "cannot be called; it may be what a function returned")
    if not _takes(function) and not _takes(function, None):
        name = getattr(function, "__name__", safe_repr(function))
        raise CannotRewind(
            f"build={name}: {name} needs arguments that a lab does not give; write Lab(build=lambda: {name}(...))"
        )


def _not_a_builder(what: str, why: str) -> CannotRewind:
    return CannotRewind(
        f"build={what} {why}. Give the function itself, without brackets after its name: Lab(build=system). "
        "The lab calls it, and calls it again when it goes back."
    )


def _takes(function: Callable[..., Any], *arguments: Any) -> bool:
    """Return whether a function takes these arguments, as far as its signature is known."""
    if type(function) is FunctionType and not vars(function):  # a plain one, as nearly all are: without a signature
        code, most = function.__code__, function.__code__.co_argcount
        if not code.co_kwonlyargcount and not code.co_flags & inspect.CO_VARARGS:
            return most - len(function.__defaults__ or ()) <= len(arguments) <= most
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:
        return True
    return True
