"""The one function that one needs: a system with a scheduler of one's own, shown in a lab."""

from __future__ import annotations

from collections.abc import Callable

from ...lab import Lab
from .director import Director, Theirs
from .protocol import HookError, TheirScheduler


def show_mine(my_system: Callable[[], TheirScheduler]) -> Lab:
    """Return a lab that shows a system with a scheduler of one's own, and is driven by that scheduler.

    Everything a lab can do it does with such a system: it is stepped, turned back, looked into; messages are
    dropped and put in by hand; ``lab["Counter_1"].process`` is one's own object.

    Args:
        my_system: builds the system anew at each call, and returns its scheduler. What that has to offer is
            :class:`~kamlab.teach.student_scheduler.protocol.TheirScheduler`, what its processes may offer
            :class:`~kamlab.teach.student_scheduler.protocol.TheirProcess`.

    Raises:
        HookError: the scheduler does not offer what is needed.

    >>> class Counter:
    ...     def __init__(self):
    ...         self.boxes = {"outbox": []}
    ...         self.flow = self.main()
    ...     def main(self):
    ...         for number in range(2):
    ...             self.boxes["outbox"].append(number)
    ...             yield
    >>> class Scheduler:
    ...     def __init__(self, *processes):
    ...         self.active = list(processes)
    ...     def choose(self):
    ...         return self.active[0] if self.active else None
    ...     def run(self, process):
    ...         self.active.remove(process)
    ...         for _ in process.flow:
    ...             self.active.append(process)
    ...             break
    >>> lab = show_mine(lambda: Scheduler(Counter(), Counter()))
    >>> print(lab.step(2))
        1  Counter_1 resumed
        1  Counter_1.outbox -> nowhere: 0 is discarded
        2  Counter_2 resumed
        2  Counter_2.outbox -> nowhere: 0 is discarded
    >>> lab.stop()
    """
    if not callable(my_system):
        raise HookError(
            f"show_mine({my_system!r}): give the function that builds your system and returns its scheduler, "
            "so that the lab can build it again when it goes back."
        )
    made_by = getattr(my_system, "__name__", "my_system")
    made_by = "my_system" if made_by == "<lambda>" else made_by

    def build(lab: Lab) -> None:
        Director(lab, my_system(), made_by)

    return Lab(build=build, clock="virtual", chooser=Theirs())
