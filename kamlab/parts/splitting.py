"""A splitter: one source, and sinks that are added and removed while it runs.

A system with subscribers spends most of its time in :meth:`Splitter.fan_out`. A slice takes all messages that wait and
gives the whole batch to one sink after the other. Each sink still gets every message in order, and a sink whose inbox
is quiet (see :mod:`kamlab.core.box`) costs one ``extend``, however many messages there are. Links are resolved to the
final inbox when they are made, so a sink inside three chassis costs no more than any other.
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
from ..core.microprocess import is_over
from .outlets import WAIT, AddSink, Outlet, RemoveSink


class Splitter(Chassis):
    """Sends each message to all sinks.

    Sinks are added and removed by AddSink and RemoveSink messages in the box ``configuration``, which is read before
    the data. A full sink does not hold up the others; see :mod:`kamlab.parts.outlets`. While there is no sink,
    messages are discarded, and counted at outbox.

    Messages to control go to the control box of every sink that has named one, and to signal. Shutdown messages also
    end the splitter: ProducerFinished when everything is delivered, ShutdownMicroprocess at once. All sinks get the
    same message object.

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

    #: The inboxes from which data and control messages are taken.
    data_box: str = "inbox"
    control_box: str = "control"
    #: Whether data and control messages are also sent to outbox and signal.
    copies_to_self = False

    def __init__(self) -> None:
        super().__init__()
        self._outlets: dict[tuple[Component, str], Outlet] = {}
        self._controls: dict[tuple[Component, str], None] = {}
        self._own = Outlet(self, self.outboxes["outbox"])
        self._by_box: dict[Outbox, Outlet] = {self._own.box: self._own}
        self._behind: list[Outlet] = []
        self._targets: tuple[list[Outbox], list[Outlet]] | None = None
        self._is_ending = False

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
        """Ask to be woken when there is room again, if messages wait for that."""
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

    def _add(self, request: AddSink) -> None:
        sink = request.sink
        check_component(sink, f"a sink of {self.short_name}")
        if is_over(sink):
            return
        if request.sinkcontrol is not None:
            find_box(sink, request.sinkcontrol, "inboxes")
        if request.sinkbox is not None and (sink, request.sinkbox) not in self._outlets:
            box = Outbox(self, self._free_name(f"to {sink.short_name}.{request.sinkbox}"))
            self.outboxes[box.name] = box
            outlet = Outlet(self, box, sink, request.policy)
            try:
                outlet.link = self.link((self, box.name), (sink, request.sinkbox), request.passthrough)
            except KamlabError:
                del self.outboxes[box.name]
                raise
            self._outlets[sink, request.sinkbox] = self._by_box[box] = outlet
            self._targets = None
        if request.sinkcontrol is not None:
            self._controls[sink, request.sinkcontrol] = None

    def _remove(self, request: RemoveSink) -> None:
        if request.sinkbox is not None:
            outlet = self._outlets.pop((request.sink, request.sinkbox), None)
            if outlet is not None:
                outlet.give_up()
                self.unlink(linkage=outlet.link)
                del self.outboxes[outlet.box.name], self._by_box[outlet.box]
                self._behind = [other for other in self._behind if other is not outlet]
                self._targets = None
        if request.sinkcontrol is not None:
            self._controls.pop((request.sink, request.sinkcontrol), None)

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
        """Give the waiting messages to all sinks."""
        if self._behind:
            self._catch_up()
        source = self.inboxes[self.data_box]
        if not source.items:
            return
        boxes, waiters = self._find_targets()
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
        """Send the held messages, as far as there is room."""
        for outlet in self._behind:
            outlet.try_again()
        self._behind = [outlet for outlet in self._behind if outlet.held is not None]

    def _find_targets(self) -> tuple[list[Outbox], list[Outlet]]:
        """Return the outboxes to the sinks, and the outlets that must not overflow."""
        if self._targets is None:
            outlets = self._outlets.values()
            waiters = [outlet for outlet in outlets if outlet.policy == WAIT]
            self._targets = [outlet.box for outlet in outlets], waiters
        return self._targets

    def _take(self, source: Inbox, waiters: list[Outlet]) -> list[Any]:
        """Take the waiting messages, or as many as fit into the sinks that must not overflow."""
        most = None
        if waiters and not self._is_ending:
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
        """Deliver the remaining messages, then tell the sinks; on ShutdownMicroprocess, tell them at once."""
        untold = list(self._controls)
        self._is_ending = True
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
        """Put a message into the control boxes of some sinks, or of all."""
        for sink, boxname in list(self._controls) if sinks is None else sinks:
            try:
                sink.inboxes[boxname].target.deliver(message, self.outboxes["signal"])
            except NoSpaceInBox:
                self._report(f"{sink.short_name} misses {message!r}: its inbox {boxname!r} is full")
