"""The questions of this room as methods of a lab.

Who answers them is imported once somebody asks: every lab has these methods, and most are never asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..core.calling import called, one_called
from ..core.errors import LabIsRunning, UnknownComponent
from ..core.events import Event, name_of
from ..core.microprocess import Microprocess
from ..core.register import Ended
from ..core.states import ALIVE
from ..core.world import World
from .errors import CannotExplain
from .history import history_of

if TYPE_CHECKING:
    from .deadlock import Waiting
    from .leaks import Leaks, Survivors
    from .location import Standing, Standings
    from .losses import Losses
    from .moment import Moment, Party
    from .snapshot import Snapshot
    from .words import Explanation


class Explaining:
    """What a lab can be asked about itself; to be mixed into a :class:`~kamlab.core.world.World`.

    Every answer is a plain value that prints itself as text.

    >>> from kamlab import Lab
    >>> from kamlab.analysis import Explaining
    >>> from kamlab.parts import OneShot
    >>> with Lab(clock="virtual") as lab:
    ...     _ = OneShot("hello").activate()
    ...     _ = lab.run()
    ...     print(isinstance(lab, Explaining), lab.lost())
    True step 2: 2 messages were lost
      OneShot_1.outbox leads nowhere: 1 message discarded, the last was 'hello' in step 1.
      OneShot_1.signal leads nowhere: 1 message discarded, the last was
        producerFinished(caller=OneShot_1) in step 2.
    """

    def why(self, of: Any = None) -> Explanation | Waiting:
        """Return why something is as it is.

        Args:
            of: a component or its name; a message, as an event of the trace or as
                (component or name, inbox, index); nothing for the lab as a whole.

        Raises:
            UnknownComponent: no component, or more than one, answers to the name.
            CannotExplain: it is no component and no message.
            NoSuchBox, NoSuchMessage: nothing waits at the place named.

        >>> from kamlab import Component, Lab
        >>> class SomeLab(Lab):
        ...     pass
        >>> class Quiet(Component):
        ...     async def main(self):
        ...         await self.receive()
        >>> with SomeLab() as lab:
        ...     _ = Quiet(name="quiet").activate()
        ...     _ = lab.run()
        ...     print(lab.why())
        step 1: at rest: all sleep, and nothing waits to be read
          A message from outside would set it going again.
          Waiting: quiet.
        """
        if of is None:
            return self.waiting()
        from .why import why, why_ended
        from .why_message import why_message

        if isinstance(of, Event):
            return why_message(of)
        if isinstance(of, tuple):
            return why_message((self._component_called(of[0]), *of[1:])) if of else why_message(of)
        found = self._party_called(of)
        return why_ended(found) if isinstance(found, Ended) else why(found)

    def waiting(self) -> Waiting:
        """Return who waits for whom."""
        from .deadlock import waiting

        return waiting(cast(World, self))

    def where(self, of: Any = None) -> Standing | Standings:
        """Return the line that a component stands at, with its variables; of every living one if none is named.

        Raises:
            UnknownComponent: no component, or more than one, answers to the name.
            CannotExplain: it is no component.
        """
        from .location import standing, standings

        if of is None:
            return standings(cast(World, self))
        return standing(self._component_called(of))

    def snapshot(self, step: int | None = None) -> Snapshot:
        """Return how the lab stands, or how it stood after a step, as a value.

        Step k is the moment after slice k, before the next one; 0 is before the first.

        Raises:
            StepOutOfRange: it lies ahead, is negative or no whole number, or a free run has forgotten it.

        >>> from kamlab import Lab, Pipeline
        >>> from kamlab.parts import DataSource, PassThrough
        >>> with Lab(clock="virtual") as lab:
        ...     _ = Pipeline(DataSource([1, 2]), PassThrough()).activate()
        ...     _ = lab.step(10)
        ...     lab.snapshot(4).contents("PassThrough_3.inbox")
        (1,)
        """
        from .snapshot import snapshot_of

        lab = cast(World, self)
        with lab.lock:
            return snapshot_of(lab, step)

    def at(self, step: int) -> Snapshot:
        """Return the same as :meth:`snapshot`, of a step."""
        lab = cast(World, self)
        with lab.lock:
            return self.snapshot(history_of(lab).check(step))

    def lost(self) -> Losses:
        """Return the messages that no component will ever take."""
        from .losses import losses

        return losses(cast(World, self))

    def leaks(self) -> Leaks:
        """Return the components that live on with nothing left to do, and those that were never activated."""
        from .leaks import leaks

        return leaks(cast(World, self))

    def still_running(self) -> Survivors:
        """Return the components that are alive, what they wait for, and whether they were told to end."""
        from .leaks import who_still_runs

        return who_still_runs(cast(World, self))

    def _component_called(self, name: Any) -> Microprocess:
        """Return a component by itself or by its name; those that have ended answer, too."""
        found = self._party_called(name)
        if isinstance(found, Ended):
            raise UnknownComponent(f"{found.name} has ended and is gone; lab.why({name!r}) tells what is known of it")
        return found

    def _party_called(self, name: Any) -> Party:
        """Return the same, or the record of a component that has ended and that nothing leads to any more."""
        from .moment import standing_still
        from .words import shown

        lab = cast(World, self)
        if isinstance(name, Microprocess):
            if name._scheduler is not None and name._scheduler.world is not lab:
                raise CannotExplain(f"{name_of(name)} runs in another lab; ask that one")
            return name
        if not isinstance(name, str):
            raise CannotExplain(
                f"{shown(name)} cannot be explained: give a component or its name, an event of the trace, "
                "or (component, inbox, index)"
            )
        running = lab.scheduler.running
        try:
            with standing_still(lab) as moment:
                return _called(name, lab, moment)
        except LabIsRunning:
            if running is not None and name in (name_of(running), running.name):
                return running
            raise


def _called(name: str, lab: World, moment: Moment) -> Party:
    """Return the component that answers to a name: a living one, or one that has ended or was never activated."""
    try:
        return lab[name]
    except UnknownComponent:
        known = moment.everybody
        living = [each for each in known if each._life in ALIVE]
        if called(name, living):
            raise  # several answer
    there = {each.id for each in known}
    others: list[Party] = [*known, *(each for each in moment.ended if each.id not in there)]
    return one_called(name, others, " that are not alive" if called(name, others) else "")
