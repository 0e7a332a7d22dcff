"""Every order of slices of a small system, and the shortest one in which it goes wrong.

Stepping shows one run of a system, and running it a thousand times proves nothing about the others. :func:`explore`
covers all orders, as a graph of states, in which each different slice runs in the engine once; what follows from that
is looked up. States that are equal are one, so a system with billions of orders may have a few thousand states.

What "all" means
----------------
*One slice is atomic*: a component runs from one ``yield`` or ``await`` to the next, and nothing comes between.
*Time is virtual*: a timer fires only when no component can run, as in ``Lab(clock="virtual")``; with
``faults="timers"`` it may fire sooner, and other faults concern messages (:mod:`.faults`).
*Seen are* variables, the value stacks of frames, iterators, boxes, links, the objects that they hold, the globals and
the classes that the code of the components names, and the random numbers of the one generator that a lab seeds. *Not
seen are* files, what objects of C extensions hold, and globals that are reached through a library. A system that holds
what cannot be seen into is run once for each truly different order instead; one with threads is run in orders that are
drawn. The result says so, and is not called proved. A simulated network is seen as a whole: connections, what is under
way, timers (:mod:`.network_state`); each slice is then run for real, so this takes longer.

*It is checked*: each slice that is not known yet runs in the real system, whose whole state is compared with the graph,
and so is a sample of those that were looked up. If they differ, the graph is given up.

Two orders are *truly different* if they are not the same but for independent slices that changed places
(:mod:`.footprint`). Deadlocks, lost wake-ups, livelocks and the like are decided on the full graph (:mod:`.judge`).
What is wrong only where it is meant otherwise is looked for on request (:mod:`.phenomena`). Two runs, such as an order
that ends well and one that does not, are compared with :func:`diverge`.
"""

from __future__ import annotations

from .comparing import diverge
from .divergence import Contrast, Divergence
from .errors import CannotCompare, CannotExplore, NotProved, WrongOrder
from .explore import explore
from .found import Exploration
from .inversion import PriorityInversion
from .phenomena import Backlog, Delivery, LostUpdate
from .progress import ExplorationProgress
from .schedule import Schedule

__all__ = [
    "Backlog",
    "CannotCompare",
    "CannotExplore",
    "Contrast",
    "Delivery",
    "Divergence",
    "Exploration",
    "ExplorationProgress",
    "LostUpdate",
    "NotProved",
    "PriorityInversion",
    "Schedule",
    "WrongOrder",
    "diverge",
    "explore",
]
