"""The base of all chassis.

A chassis wires components together and then gets out of the way: its links are passthroughs, so a message from outside
reaches the part that takes it without a slice of the chassis. The parts become children, are linked and activated when
the chassis first runs, as in Axon. Mistakes that can be detected earlier are reported when the chassis is made, in the
line that makes it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from functools import partial
from itertools import starmap
from typing import Any

from ..core.awaitables import CHILDREN
from ..core.component import Component, check_component, children_in
from ..core.errors import BelongsElsewhere, NoSpaceInBox
from ..core.link import SIDES, Link, find_box
from ..core.microprocess import is_over, method_of
from ..core.states import FAILED, STOPPED
from .flow_control import send_when_room

#: A link to make: source component and box, sink component and box, passthrough.
Route = tuple[Component, str, Component, str, int]


class Chassis(Component):
    """The base of components that consist of others.

    >>> from kamlab import Lab
    >>> from kamlab.chassis import Chassis
    >>> from kamlab.parts import ConsoleEchoer, DataSource
    >>> class Both(Chassis):
    ...     def main(self):
    ...         source, sink = DataSource(["hello\\n"]), ConsoleEchoer()
    ...         self.add_children(source, sink)
    ...         self.wire([(source, "outbox", sink, "inbox", 0), (source, "signal", sink, "control", 0)])
    ...         self.activate_children()
    ...         yield from self.until_children_done()
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Both().activate()
    ...     print(lab.run().reason)
    hello
    finished
    """

    woken_by_collection = False

    def wire(self, routes: Iterable[Route]) -> None:
        """Make a link for each route."""
        self.switchboard.make(starmap(Link, routes))

    def activate_children(self) -> None:
        """Activate the children, in the lab that runs this chassis."""
        for child in list(children_in(self)):
            method_of(child, "activate")(self._task.scheduler)

    def until_children_done(self) -> Generator[None, None, None]:
        """Sleep until the last child has ended."""
        while not self.children_done():
            self._task.awaits = (CHILDREN,)
            self.pause()
            yield
            self._task.awaits = None

    def children_done(self) -> bool:
        """Release the children that have ended, and return whether none is left.

        A component that waits for room in an inbox of such a child is woken, because the child takes no more messages.
        """
        children = children_in(self)
        for child in list(children):
            if is_over(child):
                for box in child.inboxes.values():
                    if box.is_full():
                        for sender in box.feeders:
                            sender.wake(child)
                self.remove_child(child)
        return not children

    def tell(self, children: Iterable[Component], message: Any, boxname: str) -> Generator[None, None, None]:
        """Copy a message to the control inboxes of some children, as if it were sent from the outbox ``boxname``."""
        for child in children:
            if is_over(child):
                continue
            try:
                child.inboxes["control"].target.deliver(message, self.outboxes[boxname])
            except NoSpaceInBox:
                link = self.link((self, boxname), (child, "control"))
                yield from send_when_room(self, message, boxname, give_up=partial(is_over, child))
                self.unlink(linkage=link)

    def close_down(self) -> Any:
        """Stop the children if this chassis was stopped or failed; if it finished, leave them running."""
        if self._task.life in (STOPPED, FAILED):
            for child in list(children_in(self)):
                method_of(child, "stop")()
        return super().close_down()


def check_parts(chassis: str, parts: Iterable[Any]) -> list[Component]:
    """Return the parts of a chassis as a list, after checking that they are different components.

    Raises:
        BadComponent: one of them is not a component; often it is a class without its brackets.
        BelongsElsewhere: one of them is given twice.
    """
    checked: dict[int, Component] = {}
    for part in parts:
        check_component(part, f"part of a {chassis}")
        if id(part) in checked:
            raise BelongsElsewhere(
                f"{part.short_name} is given to a {chassis} twice; a component has one place. "
                f"Make a second {type(part).__name__}."
            )
        checked[id(part)] = part
    return list(checked.values())


def check_routes(routes: Iterable[Route]) -> None:
    """Check that the boxes of all routes exist.

    Raises:
        NoSuchBox: a route begins or ends at a box that does not exist.
    """
    for source, sourcebox, sink, sinkbox, passthrough in routes:
        from_side, to_side = SIDES[passthrough]
        find_box(source, sourcebox, from_side)
        find_box(sink, sinkbox, to_side)
