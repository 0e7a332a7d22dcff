"""One source, many sinks that come and go.

The fan-out in :meth:`Splitter.fan_out` is the loop that everything with subscribers spends its time
in. A slice takes all the messages that wait and hands the whole batch to one sink after the other:
each sink still gets every message in order, and a sink whose inbox is quiet (see
:mod:`kamlab.core.box`) costs one ``extend`` however many messages there are. Links are resolved to
the final inbox when they are made, so a sink behind three chassis costs no more than a bare one.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, ClassVar

from ..chassis.base import Chassis
from ..chassis.flow_control import send_when_room
from ..core.box import Inbox, Outbox
from ..core.component import Component, check_component
from ..core.errors import KamlabError, NoSpaceInBox
from ..core.ipc import SHUTDOWN_MESSAGES, ProducerFinished, ShutdownMicroprocess
from ..core.link import find_box
from .outlets import WAIT, AddSink, Outlet, RemoveSink


class Splitter(Chassis):
    """Sends each message to every sink there is.

    Sinks are added and removed by AddSink and RemoveSink messages in the box ``configuration``, which
    is looked at before the data. A full sink does not hold up the others; see
    :mod:`kamlab.parts.outlets`. While there is no sink, messages are discarded and counted at outbox.

    Messages to control go to the control box of every sink that named one, and to signal. Shutdown
    messages also end the splitter: ProducerFinished when everything is delivered, ShutdownMicroprocess
    at once. One and the same message object goes to all sinks.

    >>> from kamlab import Lab
    >>> from kamlab.parts import AddSink, Collate, Splitter
    >>> with Lab(clock="virtual") as lab:
    ...     splitter, early, late = Splitter().activate(), Collate().activate(), Collate().activate()
    ...     for sink, message in ((early, "first"), (late, "second")):
    ...         splitter.deliver(AddSink(sink), "configuration")
    ...         splitter.deliver(message)
    ...         _ = lab.run()
    >>> early.collated, late.collated
    (['first', 'second'], ['second'])
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Messages to copy.",
        "control": "Messages for the sinks' control boxes; shutdown messages end this too.",
        "configuration": "AddSink and RemoveSink.",
    }

    #: The inboxes that data and control messages are taken from.
    data_box: str = "inbox"
    control_box: str = "control"
    #: Whether data and control messages also leave by outbox and signal.
    copies_to_self = False

    def __init__(self) -> None:
        super().__init__()
        self._outlets: dict[tuple[Component, str], Outlet] = {}
        self._controls: dict[tuple[Component, str], None] = {}
        self._own = Outlet(self, self.outboxes["outbox"])
        self._by_box: dict[Outbox, Outlet] = {self._own.box: self._own}
        self._behind: list[Outlet] = []
        self._ways: tuple[list[Outbox], list[Outlet]] | None = None
        self._told_to_end = False

    # -- the loop -------------------------------------------------------------------------------

    def main(self) -> Generator[None, None, None]:
        """Copy messages until a shutdown message comes."""
        self.activate_children()
        configuration, control = self.inboxes["configuration"], self.inboxes[self.control_box]
        while True:
            if configuration.items:
                self._configure()
            self.fan_out()
            while control.items:
                message = self.recv(self.control_box)
                if self._is_the_end(message):
                    yield from self._end(message)
                    return
                yield from self._tell_sinks(message, list(self._controls))
            if self._source_has_ended():
                return
            self._attend()
            self.pause()
            yield

    def _is_the_end(self, message: Any) -> bool:
        return isinstance(message, SHUTDOWN_MESSAGES)

    def _source_has_ended(self) -> bool:
        return False

    def _attend(self) -> None:
        """Ask to be woken when room appears, if something waits for that."""
        wanted = bool(self._behind or self.inboxes[self.data_box].items)
        if wanted is not self.woken_by_collection:
            self.attend_collection(wanted)

    # -- sinks ----------------------------------------------------------------------------------

    @property
    def sinks(self) -> list[tuple[Component, str]]:
        """The (component, box name) pairs that get the data."""
        return list(self._outlets)

    def _configure(self) -> None:
        for message in self.messages("configuration"):
            try:
                if isinstance(message, AddSink):
                    self._add(message)
                elif isinstance(message, RemoveSink):
                    self._remove(message)
                else:
                    raise KamlabError("only AddSink and RemoveSink messages are understood there")
            except KamlabError as error:
                self._report(f"{self.short_name} cannot act on {message!r} in its configuration: {error}")

    def _add(self, order: AddSink) -> None:
        sink = order.sink
        check_component(sink, f"a sink of {self.short_name}")
        if sink.is_stopped():
            return
        if order.sinkcontrol is not None:
            find_box(sink, order.sinkcontrol, "inboxes")
        if order.sinkbox is not None and (sink, order.sinkbox) not in self._outlets:
            box = Outbox(self, self._free_name(f"to {sink.short_name}.{order.sinkbox}"))
            self.outboxes[box.name] = box
            outlet = Outlet(self, box, sink, order.policy)
            try:
                outlet.link = self.link((self, box.name), (sink, order.sinkbox), order.passthrough)
            except KamlabError:
                del self.outboxes[box.name]
                raise
            self._outlets[sink, order.sinkbox] = self._by_box[box] = outlet
            self._ways = None
        if order.sinkcontrol is not None:
            self._controls[sink, order.sinkcontrol] = None

    def _remove(self, order: RemoveSink) -> None:
        if order.sinkbox is not None:
            outlet = self._outlets.pop((order.sink, order.sinkbox), None)
            if outlet is not None:
                outlet.give_up()
                self.unlink(linkage=outlet.link)
                del self.outboxes[outlet.box.name], self._by_box[outlet.box]
                self._behind = [other for other in self._behind if other is not outlet]
                self._ways = None
        if order.sinkcontrol is not None:
            self._controls.pop((order.sink, order.sinkcontrol), None)

    def _free_name(self, name: str) -> str:
        number = 1
        wanted = name
        while name in self.outboxes:
            number += 1
            name = f"{wanted} ({number})"
        return name

    def _report(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        if scheduler is not None:
            scheduler.world.report(text)

    # -- data -----------------------------------------------------------------------------------

    def fan_out(self) -> None:
        """Hand what waits to every sink."""
        if self._behind:
            self._catch_up()
        source = self.inboxes[self.data_box]
        if not source.items:
            return
        boxes, waiters = self._ways_out()
        batch = self._take(source, waiters)
        if not batch:
            return
        if not boxes or (self.copies_to_self and self._own.box.onward is not None):
            boxes = [self._own.box, *boxes]
        if self._behind:
            late = {outlet.box for outlet in self._behind}
            boxes = [box for box in boxes if box not in late]
            for outlet in self._behind:
                outlet.did_not_fit(batch)
        first, rest = batch[0], batch[1:]
        for box in boxes:
            target = box.target
            if target.quiet:
                target.items.extend(batch)
                continue
            try:
                target.deliver(first, box)
            except NoSpaceInBox:
                self._fall_behind(box, batch)
                continue
            if rest:
                if target.quiet:
                    target.items.extend(rest)
                else:
                    self._deliver_each(rest, box)

    def _deliver_each(self, messages: list[Any], box: Outbox) -> None:
        for index, message in enumerate(messages):
            try:
                box.append(message)
            except NoSpaceInBox:
                self._fall_behind(box, messages[index:])
                return

    def _fall_behind(self, box: Outbox, messages: list[Any]) -> None:
        outlet = self._by_box[box]
        outlet.did_not_fit(messages)
        if outlet.held is not None:
            self._behind.append(outlet)

    def _catch_up(self) -> None:
        """Send on what is held, as far as there is room."""
        for outlet in self._behind:
            outlet.try_again()
        self._behind = [outlet for outlet in self._behind if outlet.held is not None]

    def _ways_out(self) -> tuple[list[Outbox], list[Outlet]]:
        """Return the sinks' outboxes, and the outlets that must not overflow."""
        if self._ways is None:
            outlets = self._outlets.values()
            waiters = [outlet for outlet in outlets if outlet.policy == WAIT]
            self._ways = [outlet.box for outlet in outlets], waiters
        return self._ways

    def _take(self, source: Inbox, waiters: list[Outlet]) -> list[Any]:
        """Take what waits, or as much as fits where a sink must not overflow."""
        most = None
        if waiters and not self._told_to_end:
            most = min((room for outlet in waiters if (room := outlet.room) is not None), default=None)
        batch: list[Any] = []
        while source.items and (most is None or len(batch) < most):
            if source.settled and most is None:
                batch.extend(source.items)
                source.items.clear()
            else:
                batch.append(source.take())
        return batch

    # -- control and the end ----------------------------------------------------------------------

    def _end(self, message: Any) -> Generator[None, None, None]:
        """Deliver what is still to be delivered, then tell the sinks; at once on ShutdownMicroprocess."""
        untold = list(self._controls)
        self._told_to_end = True
        if isinstance(message, ProducerFinished):
            self.fan_out()
            while self._behind:
                behind = {outlet.sink for outlet in self._behind}
                ready = [pair for pair in untold if pair[0] not in behind]
                untold = [pair for pair in untold if pair[0] in behind]
                self.tell_sinks_now(message, ready)
                self._attend()
                self.pause()
                yield
                self._configure()
                untold = [pair for pair in untold if pair in self._controls]
                self._catch_up()
                harder = next((m for m in self.messages(self.control_box) if isinstance(m, ShutdownMicroprocess)), None)
                if harder is not None:
                    message = harder
                    break
        for outlet in self._behind:
            outlet.give_up()
        yield from self._tell_sinks(message, untold)

    def _tell_sinks(self, message: Any, sinks: list[tuple[Component, str]]) -> Generator[None, None, bool]:
        self.tell_sinks_now(message, sinks)
        return send_when_room(self, message, "signal")

    def tell_sinks_now(self, message: Any, sinks: list[tuple[Component, str]] | None = None) -> None:
        """Put a message into the control boxes of sinks, all of them unless told which."""
        for sink, boxname in list(self._controls) if sinks is None else sinks:
            try:
                sink.inboxes[boxname].target.deliver(message, self.outboxes["signal"])
            except NoSpaceInBox:
                self._report(f"{sink.short_name} misses {message!r}: its inbox {boxname!r} is full")
