"""Reading the state of one execution: the value of each cell between two slices."""

from __future__ import annotations

import io
import random
import socket
import sys
from typing import TYPE_CHECKING, Any

from ..core.box import made_inboxes_of, made_outboxes_of
from ..core.chance import uses_chance
from ..core.component import Component
from ..core.microprocess import Microprocess, name_in_task
from ..core.states import ASLEEP, ENDED
from ..core.task import task_of
from . import cells
from .cells import Cell
from .contents import digest_of
from .errors import CannotStage
from .fingerprint import Prints
from .kinds import Opaque
from .network_state import leave_network_apart, poller_of, read_network
from .outer import outer_of, read_place

if TYPE_CHECKING:
    from ..net.simulated.network import SimulatedNetwork
    from .stage import Stage

#: What stands for a value that cannot be seen.
UNSEEN = ("unseen",)


class _Discarded(io.TextIOBase):
    """Where components write while they are explored."""

    def write(self, text: str) -> int:
        """Discard a text."""
        return len(text)


DISCARDED = _Discarded()


class Capture:
    """Reads the state of one execution.

    Args:
        stage: the execution, which stands between two slices.

    Attributes:
        hidden: the objects that cannot be seen into and that several cells share, with these cells, as last read.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._setting = stage.setting
        self._members = stage.members
        self.hidden: dict[tuple[Cell, int], set[Cell]] = {}

    def read(self) -> dict[Cell, Any]:
        """Return the value of every cell.

        Raises:
            CannotStage: a timer is pending that is not that of a pause.
            Opaque: a local state cannot be seen.
        """
        scheduler, setting, members = self._stage.scheduler, self._setting, self._members
        scheduler.contexts.leave()
        prints = Prints(members.get, scheduler, setting.ignore, self._refuse)
        setting.networked = setting.networked or poller_of(scheduler) is not None
        if setting.networked:
            leave_network_apart(self._network, prints)
        if setting.ignore:
            for component in members.components:
                prints.leave_out(component)
        values: dict[Cell, Any] = {cells.TIME: scheduler.time()}
        present = sorted(members.present.items())
        timers = len(scheduler.timers.waiting())
        for number, component in present:
            timers -= self._read_life(values, number, component)
            if number not in setting.outer:
                self._meet(number, component)
            cell = (cells.LOCAL, number)
            prints.begin(cell, component)
            values[cell] = prints.local(component)
        if setting.networked:
            values[cells.NETWORK] = read_network(self._network, scheduler, prints)
        elif timers:
            raise CannotStage("it has timers that are not those of a pause")
        for number, component in present:
            if isinstance(component, Component):
                self._read_boxes(values, prints, number, component)
        for name, variable in sorted(members.variables.items()):
            prints.begin((cells.VARIABLE, name))
            values[cells.VARIABLE, name] = prints.of(variable._value)
        values[cells.ACTIVATIONS] = max([task_of(component).number for component in members.components], default=0)
        values[cells.SERVICES] = tuple(map(self._service, sorted(self._stage.lab.services.services_registered())))
        if setting.chancy:
            values[cells.CHANCE] = self._chance_now()
        self._read_outer(values, prints)
        self._read_made(values, prints)
        self.hidden = {place: found for place, found in prints.hidden.items() if len(found) > 1}
        for cell, places in prints.shared.items():
            values[cell] = ("shared", values[cell], *sorted(places, key=repr))
        return values

    @property
    def _network(self) -> SimulatedNetwork:
        network: Any = self._stage.lab.network
        simulated: SimulatedNetwork = network
        return simulated

    def _refuse(self, error: Opaque, value: Any) -> None:
        if isinstance(value, _Discarded):
            return  # what components print is no state
        if not self._setting.lenient:
            raise error
        if isinstance(value, (io.IOBase, socket.socket)):
            raise CannotStage(f"it holds {error}, and what others do with the same one is not seen")
        self._setting.unseen[f"the state of {error} cannot be seen"] = None

    # -- components -------------------------------------------------------------------------------

    def _read_life(self, values: dict[Cell, Any], number: int, component: Microprocess) -> bool:
        """Add what the scheduler knows of a component; return whether it has a timer."""
        task = task_of(component)
        when = task.pause_timer.when if task.life is ASLEEP and task.pause_timer is not None else None
        delegate = None if task.delegate is None else self._members.number_of(task.delegate)
        values[cells.LIFE, number] = (task.life, when, delegate)
        values[cells.NUMBER, number] = task.number
        values[cells.ENDED, number] = task.life in ENDED
        values[cells.ATTENDS, number] = component.woken_by_collection
        return when is not None

    def _read_boxes(self, values: dict[Cell, Any], prints: Prints, number: int, component: Component) -> None:
        for name, box in made_inboxes_of(component).items():
            cell = (cells.BOX, number, name)
            values[cell] = tuple([self._message(prints, cell, message) for message in box.items])
            values[cells.LIMIT, number, name] = box.limit
            values[cells.LEADS, number, box.kind, name] = self._onward(box)
        for name, outbox in made_outboxes_of(component).items():
            values[cells.LEADS, number, outbox.kind, name] = self._onward(outbox)

    def _message(self, prints: Prints, cell: Cell, message: Any) -> Any:
        prints.begin(cell)
        return prints.of(message)

    def _onward(self, box: Any) -> Any:
        onward = box.onward
        return None if onward is None else (self._members.number_of(onward.owner), onward.kind, onward.name)

    def _meet(self, number: int, component: Microprocess) -> None:
        """Note the name of a component, and which globals and classes its code names."""
        setting = self._setting
        found = outer_of(component)
        setting.names[number] = name_in_task(component)
        setting.outer[number] = tuple(found)
        setting.places.update(found)
        awaited_by = task_of(component).awaited_by
        if awaited_by is not None:
            setting.helped[number] = self._members.number_of(awaited_by)
        if uses_chance(component):
            setting.chancy.add(number)

    # -- what is outside of components --------------------------------------------------------------

    def _service(self, name: str) -> Any:
        component, box = self._stage.lab.services.retrieve_service(name)
        return (name, self._members.get(component), box)

    def _chance_now(self) -> Any:
        with self._stage.active():
            numpy = sys.modules.get("numpy.random")
            state = None if numpy is None else numpy.get_state()
            return digest_of(random.getstate()), None if state is None else (state[1].tobytes(), state[2:])

    def _read_outer(self, values: dict[Cell, Any], prints: Prints) -> None:
        """Add the values of globals and classes; one that cannot be seen into is noted, and stands for itself."""
        for cell, place in sorted(self._setting.places.items()):
            prints.begin(cell)
            try:
                values[cell] = read_place(place, prints)
            except Opaque as error:
                values[cell] = UNSEEN
                self._setting.unseen[f"{place.words} is {error}, which cannot be seen into"] = None

    def _read_made(self, values: dict[Cell, Any], prints: Prints) -> None:
        """Add what the builder returned, of which a predicate is asked; it need not be a part of the system."""
        prints.begin(cells.MADE)
        try:
            values[cells.MADE] = prints.of(self._stage.made)
        except Opaque:
            values[cells.MADE] = UNSEEN
            self._setting.made_is_seen = False
