"""The questions of this room as methods of a lab.

Who answers them is imported once somebody asks: every lab has these methods, and most are never asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..core.errors import LabIsRunning, UnknownComponent, listed
from ..core.events import Event, name_of
from ..core.microprocess import Microprocess
from ..core.world import World
from .errors import CannotExplain

if TYPE_CHECKING:
    from .explanation import Explanation
    from .facts import Moment
    from .leaks import Leaks, Survivors
    from .losses import Losses
    from .standing import Standing, Standings
    from .waiting import Waiting


class Explaining:
    """What a lab can be asked about itself; to be mixed into a :class:`~kamlab.core.world.World`.

    Every answer is a plain value that prints itself as text.

    >>> from kamlab import Lab
    >>> from kamlab.explain import Explaining
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
          Asleep: quiet.
        """
        if of is None:
            return self.waiting()
        from .messages import why_message
        from .why import why

        if isinstance(of, Event):
            return why_message(of)
        if isinstance(of, tuple):
            return why_message((self._component_called(of[0]), *of[1:])) if of else why_message(of)
        return why(self._component_called(of))

    def waiting(self) -> Waiting:
        """Return who waits for whom."""
        from .waiting import waiting

        return waiting(cast(World, self))

    def where(self, of: Any = None) -> Standing | Standings:
        """Return the line that a component stands at, with its variables; of everybody if none is named.

        Raises:
            UnknownComponent: no component, or more than one, answers to the name.
            CannotExplain: it is no component.
        """
        from .standing import standing, standings

        if of is None:
            return standings(cast(World, self))
        return standing(self._component_called(of))

    def lost(self) -> Losses:
        """Return the messages that nobody will ever take."""
        from .losses import losses

        return losses(cast(World, self))

    def leaks(self) -> Leaks:
        """Return the components that live on with nothing left to do."""
        from .leaks import leaks

        return leaks(cast(World, self))

    def still_running(self) -> Survivors:
        """Return everybody who is alive, what they wait for, and whether they were told to end."""
        from .leaks import who_still_runs

        return who_still_runs(cast(World, self))

    def _component_called(self, name: Any) -> Microprocess:
        """Return a component by itself or by its name; those that have ended answer, too."""
        from .facts import standing_still
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


def _called(name: str, lab: World, moment: Moment) -> Microprocess:
    """Return the component that answers to a name: a living one, or one that has ended."""
    try:
        return lab[name]
    except UnknownComponent:
        known = moment.everybody
        if any(name in (name_of(each), each.name, type(each).__name__) for each in known if not each.is_stopped()):
            raise  # several answer
    ended = [each for each in known if name in (name_of(each), each.name)]
    if len(ended) == 1:
        return ended[0]
    if ended:
        raise UnknownComponent(f"{len(ended)} components that have ended are called {name!r}; give one itself")
    raise UnknownComponent(f"no component is called {name!r}; there are: {listed(map(name_of, known))}")
