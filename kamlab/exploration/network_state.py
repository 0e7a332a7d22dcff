"""The state of a simulated network: connections, bytes and datagrams under way, timers, and what is watched.

All of it is one cell. A slice on a network is not looked up, but run for real in each state, since bytes arrive while
components run, and time moves with them. So a graph of such a system is as right as its captures are complete, and each
of its edges costs an execution.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..core.microprocess import name_in_task
from ..core.scheduler import Scheduler
from ..core.task import task_of
from . import cells
from .fingerprint import Prints

if TYPE_CHECKING:
    from ..net.simulated.network import SimulatedNetwork
    from ..net.simulated.poller import SimulatedPoller

#: Where the timers are in the fingerprint of a network.
TIMERS_OF_NETWORK = 2
#: What a network and its poller hold that is no state: references to the engine, and methods of each other.
_NETWORK = frozenset(("world", "_scheduler", "poller", "watch", "unwatch", "touch"))
_POLLER = frozenset(("_world", "_idle"))


def poller_of(scheduler: Scheduler) -> SimulatedPoller | None:
    """Return the poller of the simulated network that a lab waits for, if it has one by now."""
    module = sys.modules.get("kamlab.net.simulated.poller")  # where nobody has used it, there is none
    if module is None or not isinstance(scheduler.idle, module.SimulatedPoller):
        return None
    poller: SimulatedPoller = scheduler.idle
    return poller


def leave_network_apart(network: SimulatedNetwork, prints: Prints) -> None:
    """Have what refers to a network as a whole not contain its state, which is a cell of its own."""
    prints.apart.update({id(network): "the network", id(network.poller): "the poller", id(network.world): "the lab"})


def read_network(network: SimulatedNetwork, scheduler: Scheduler, prints: Prints) -> Any:
    """Return the fingerprint of the state of a network.

    Raises:
        Opaque: something in it cannot be seen.
    """
    prints.begin(cells.NETWORK)
    own = [(name, prints.of(value)) for name, value in sorted(vars(network).items()) if name not in _NETWORK]
    poller = vars(network.poller)
    polled = [(name, prints.of(value)) for name, value in sorted(poller.items()) if name not in _POLLER]
    timers = []
    for timer in scheduler.timers.waiting():
        owner = timer.owner
        if owner is not None and task_of(owner).pause_timer is timer:
            timers.append((timer.when, "pause", name_in_task(owner)))
        else:
            timers.append((timer.when, "call", prints.of(timer.callback)))
    posted = [prints.of(call) for call in scheduler.posted]
    return (tuple(own), tuple(polled), tuple(timers), tuple(posted))
