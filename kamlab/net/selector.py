"""The Selector: a component that other components ask, by message, to wait for a socket.

The components of this package use :meth:`Network.watch` themselves. The Selector is for user code that was written for
Kamaelia's. It is one-shot: each request brings one message, the descriptor itself, and has to be made again after that.
"""

from __future__ import annotations

from typing import Any, ClassVar

from kamlab.core import context
from kamlab.core.component import Component
from kamlab.core.ipc import Shutdown, ShutdownMicroprocess
from kamlab.core.link import find_box
from kamlab.core.services import Services

from .interface import READ, WRITE, Network, network_of
from .ipc import (
    NewExceptional,
    NewReader,
    NewWriter,
    RemoveExceptional,
    RemoveReader,
    RemoveWriter,
)

SERVICE = "selector"
SHUTDOWN_SERVICE = "selectorshutdown"

_REQUESTS = {NewReader: READ, NewWriter: WRITE}
_WITHDRAWALS = {RemoveReader: READ, RemoveWriter: WRITE}


class Selector(Component):
    """Tells components when a descriptor is ready.

    ``NewReader(caller, ((component, inbox), descriptor))`` sent to ``notify`` brings the descriptor itself to that
    inbox, once, when it can be read; ``NewWriter`` when it can be written; ``RemoveReader(caller, descriptor)`` and
    ``RemoveWriter`` cancel the request. A descriptor is a socket or a number.

    It ends on Shutdown once nothing is left to watch, on ShutdownMicroprocess at once, and by itself after
    ``idle_time`` seconds with nothing to watch.

    >>> from kamlab import Component, Lab
    >>> from kamlab.net import NewReader, Selector
    >>> with Lab(clock="virtual") as lab:
    ...     listener, asker = lab.network.listen(None, 1500), Component()
    ...     selector = Selector().activate()
    ...     selector.deliver(NewReader(asker, ((asker, "inbox"), listener)), "notify")
    ...     peer = lab.network.dial(1500)
    ...     _ = lab.run()
    ...     asker.recv() is listener
    True
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Not used.",
        "notify": "Requests: NewReader, NewWriter, RemoveReader, RemoveWriter.",
        "control": "Shutdown: end once nothing is watched. ShutdownMicroprocess: end now.",
    }

    woken_by_collection = False
    #: After how many seconds with nothing to watch it ends.
    idle_time: float = 3.0

    def __init__(self, **argd: Any) -> None:
        super().__init__(**argd)
        self._network: Network | None = None
        #: descriptor -> event -> where to send it
        self._wanted: dict[Any, dict[int, tuple[Any, str]]] = {}
        self._fired: list[tuple[Any, tuple[Any, str]]] = []
        self._shutting_down = False
        self._exceptional_reported = False

    @staticmethod
    def get_selector_services(tracker: Services | None = None) -> tuple[Any, Any, Selector | None]:
        """Return where to send requests, where to send Shutdown, and a new Selector or ``None``.

        The first two are (component, inbox). The caller activates a new one.
        """
        services: Services = context.current().services if tracker is None else tracker
        try:
            return services.retrieve_service(SERVICE), services.retrieve_service(SHUTDOWN_SERVICE), None
        except KeyError:
            selector = Selector()
            Selector.set_selector_services(selector, services)
            return (selector, "notify"), (selector, "control"), selector

    @staticmethod
    def set_selector_services(selector: Selector, tracker: Services | None = None) -> None:
        """Register a Selector as the one of a lab, by default the current lab.

        Raises:
            ServiceAlreadyExists: the lab has one.
        """
        services: Services = context.current().services if tracker is None else tracker
        services.register_service(SERVICE, selector, "notify")
        services.register_service(SHUTDOWN_SERVICE, selector, "control")

    def main(self) -> Any:
        """Take requests, and deliver the descriptors that are ready."""
        self._network = network_of(self)
        while not self._told_to_end():
            for message in self.messages("notify"):
                self._take_request(message)
            fired, self._fired = self._fired, []
            for descriptor, (component, inbox) in fired:
                find_box(component, inbox, "inboxes").target.deliver(descriptor)
            if not self._wanted and self._shutting_down:
                return
            self.pause(None if self._wanted else self.idle_time)
            yield
            if not (self._wanted or self._fired or self.any_ready() or self._shutting_down):
                return

    def stop(self) -> None:
        """Stop watching; called however the component ends."""
        wanted, self._wanted = self._wanted, {}
        for descriptor in wanted:
            if self._network is not None:
                self._network.unwatch(descriptor)
        super().stop()

    def _told_to_end(self) -> bool:
        for message in self.messages("control"):
            if isinstance(message, ShutdownMicroprocess):
                return True
            if isinstance(message, Shutdown):
                self._shutting_down = True
                scheduler = self.scheduler_in_charge
                assert scheduler is not None
                scheduler.world.services.drop_services_of(self)
        return False

    def _take_request(self, message: Any) -> None:
        if isinstance(message, (NewExceptional, RemoveExceptional)):
            self._refuse_exceptional()
            return
        for kind, event in _REQUESTS.items():
            if isinstance(message, kind):
                where, descriptor = message.object
                self._wanted.setdefault(descriptor, {})[event] = where
                self._watch(descriptor)
        for kind, event in _WITHDRAWALS.items():
            if isinstance(message, kind):
                self._drop(message.object, event)
                self._watch(message.object)

    def _watch(self, descriptor: Any) -> None:
        """Tell the network which events of a descriptor are requested now."""
        assert self._network is not None
        events = sum(self._wanted.get(descriptor, ()))
        if not events:
            self._network.unwatch(descriptor)
            return
        try:
            self._network.watch(descriptor, events, lambda ready: self._fire(descriptor, ready))
        except (OSError, ValueError) as error:
            del self._wanted[descriptor]
            self._report(f"{self.short_name} cannot watch {descriptor!r}: {error}. The request is dropped.")

    def _fire(self, descriptor: Any, events: int) -> None:
        for event in (READ, WRITE):
            where = self._drop(descriptor, event) if events & event else None
            if where is not None:
                self._fired.append((descriptor, where))
        self._watch(descriptor)
        self.wake("a descriptor")

    def _drop(self, descriptor: Any, event: int) -> tuple[Any, str] | None:
        wanted = self._wanted.get(descriptor, {})
        where = wanted.pop(event, None)
        if not wanted:
            self._wanted.pop(descriptor, None)
        return where

    def _refuse_exceptional(self) -> None:
        if not self._exceptional_reported:
            self._exceptional_reported = True
            self._report(f"{self.short_name} watches for reading and writing only, not for exceptional conditions.")

    def _report(self, text: str) -> None:
        scheduler = self.scheduler_in_charge
        assert scheduler is not None
        scheduler.world.report(text)
