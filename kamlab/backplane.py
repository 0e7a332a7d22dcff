"""Backplanes: publish and subscribe by name.

How it is built
---------------
In the middle is one component, the *carrier*: it takes messages from its inbox and gives each to every sink that it
knows. A publisher's inbox is linked straight through to the carrier, and the carrier straight to a subscriber's outbox.
So a message costs one slice, the carrier's, however many components publish or subscribe. Publishers and subscribers
find the carrier by two services of their lab, ``Backplane_I_<name>`` and ``Backplane_O_<name>``, which exist as soon as
the Backplane is made.

The carrier is replaceable: ``Backplane(name, carrier=...)`` takes any function that makes, for a name, a component with
the boxes of :class:`Exchange`, the carrier that stays in the process.

When the carrier ends, its subscribers are told to end, too. Its publishers stay: they detach from it, discard and count
the messages that they receive, and join the next Backplane of that name.

A notebook replaces a Backplane where its cell is run again, and the subscribers that other cells made are to outlive
that. So they are released from the old carrier before it ends (:func:`release`), and join the next Backplane of that
name. Rejected: to keep the old Backplane, since the cell may have changed what it says about it; to hand its sinks over
to the new one, since the code of a subscriber must know whom it leaves at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, ClassVar, Self
from weakref import WeakSet

from .chassis.base import Chassis
from .chassis.flow_control import discard, send_when_room, told_to_stop
from .core import context
from .core.component import Component
from .core.errors import NoSpaceInBox, NoSuchBackplane, NoSuchService, ServiceAlreadyExists, listed
from .core.ipc import SHUTDOWN_MESSAGES, ShutdownMicroprocess
from .core.link import Link
from .core.microprocess import add_end_callback, is_over, remove_end_callback
from .core.services import Services
from .core.states import FAILED, NEW, STOPPED
from .parts.outlets import HOLD, AddSink, RemoveSink, check_policy
from .parts.plug_splitter import PlugSplitter

PUBLISHING, SUBSCRIBING = "Backplane_I_", "Backplane_O_"

Carrier = Callable[[str], Component]


class Exchange(PlugSplitter):
    """The carrier within one process: a splitter whose end, of whatever kind, reaches all subscribers."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = f"{name} exchange"

    def close_down(self) -> Any:
        """Tell the subscribers to end if it was stopped or failed, and count the messages that are left."""
        if self._task.life in (STOPPED, FAILED):
            self.tell_sinks_now(ShutdownMicroprocess(self))
        for message in self.messages("inbox"):
            discard(self.outboxes["outbox"], message)
        return super().close_down()

    def forget(self, subscriber: SubscribeTo) -> None:
        """Send nothing to a subscriber any more, and do not end it with this."""
        self._remove(RemoveSink(subscriber, "outbox", "control"))


class Backplane(Chassis):
    """Gives every message of its publishers to all of its subscribers.

    Its services are registered when it is made, in the lab that is current then. If it is activated in another lab,
    they move there. The services must exist when publishers and subscribers first run; the Backplane itself may be
    activated later, and messages published before that wait.

    A shutdown message to ``control`` ends every subscriber and then the Backplane; ProducerFinished does so after
    everything is delivered.

    Args:
        name: the name by which publishers and subscribers find it.
        size: how many messages may wait in it; beyond that a publisher gets NoSpaceInBox. ``None`` for no limit.
        carrier: a function that makes the component that carries the messages.

    Raises:
        ServiceAlreadyExists: the lab has a Backplane of this name.

    >>> from kamlab import Lab
    >>> with Lab() as lab:
    ...     _ = Backplane("TIME").activate()
    ...     lab.services.services_registered()
    ['Backplane_I_TIME', 'Backplane_O_TIME']
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Not used; messages are published by PublishTo.",
        "control": "Messages for all subscribers; shutdown messages end the Backplane.",
    }
    Outboxes: ClassVar[Any] = {"outbox": "Not used.", "signal": "What came to control."}

    def __init__(self, name: str, size: int | None = None, carrier: Carrier = Exchange) -> None:
        if not isinstance(name, str):
            raise TypeError(f"Backplane({name!r}): the name of a Backplane is a str")
        super().__init__()
        self.name = name
        self.splitter: Component = carrier(name)
        if size is not None:
            self.splitter.set_inbox_size("inbox", size)
        self._services: Services | None = None
        self._offer_in(context.current().services)

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Self:
        """Activate this in a lab, as :meth:`Component.activate` does, and offer its services there.

        Raises:
            ServiceAlreadyExists: that lab has a Backplane of this name.
        """
        if self._task.life is NEW:
            lab = context.current() if scheduler is None else getattr(scheduler, "world", scheduler)
            self._offer_in(lab.services)
        return super().activate(scheduler, tracker, mainmethod)

    def _offer_in(self, services: Services) -> None:
        if services is self._services:
            return
        if PUBLISHING + self.name in services.services_registered():
            raise ServiceAlreadyExists(
                f"there is a Backplane {self.name!r} in this lab already"
                f" ({services.retrieve_service(PUBLISHING + self.name)[0].state}). Use another name, end that one "
                "(its stop(), or a ShutdownMicroprocess to its control), or start over with lab.reset()."
            )
        self._withdraw()
        services.register_service(PUBLISHING + self.name, self.splitter, "inbox")
        services.register_service(SUBSCRIBING + self.name, self.splitter, "configuration")
        self._services = services
        for subscriber in [waiting for waiting in _released if waiting.source == self.name]:
            subscriber.wake(self)

    def _withdraw(self) -> None:
        if self._services is not None:
            self._services.drop_services_of(self.splitter)
            self._services = None

    def main(self) -> Generator[None, None, None]:
        """Activate the carrier and wait until it has ended."""
        self.add_children(self.splitter)
        self.link((self, "control"), (self.splitter, "control"), passthrough=1)
        self.link((self.splitter, "signal"), (self, "signal"), passthrough=2)
        self.activate_children()
        yield from self.until_children_done()

    def stop(self) -> None:
        """End this and its carrier: publishers detach, subscribers end. Called at every end."""
        super().stop()
        self._withdraw()


def _services_of(component: Component) -> Services:
    scheduler = component.scheduler_in_charge
    services: Services = scheduler.world.services if scheduler is not None else context.current().services
    return services


def has_backplane(component: Component, name: str) -> bool:
    """Return whether there is a Backplane of a name in a component's lab."""
    return SUBSCRIBING + name in _services_of(component).services_registered()


def find(component: Component, prefix: str, name: str, role: str) -> tuple[Component, str]:
    """Find a Backplane in a component's lab, and return its carrier and the name of one of the carrier's inboxes.

    Raises:
        NoSuchBackplane: there is none of that name; the message lists those that exist.
    """
    services = _services_of(component)
    try:
        return services.retrieve_service(prefix + name)
    except NoSuchService:
        names = services.services_registered()
        known = [service.removeprefix(prefix) for service in names if service.startswith(prefix)]
        raise NoSuchBackplane(
            f"{component.short_name} {role} the Backplane {name!r}, and there is none in this lab. There are: "
            f"{listed(known)}. Make it, Backplane({name!r}).activate(), before this runs."
        ) from None


class PublishTo(Component):
    """Publishes the messages in its inbox on a Backplane.

    Messages to control go to signal, and shutdown messages end this component; neither reaches the Backplane. When the
    Backplane ends, this component stays. Until there is another Backplane of the same name, its messages are discarded,
    and counted at the outbox ``_outbox``.

    Args:
        destination: the name of the Backplane.
        forwarder: whether to send a copy to outbox as well.

    Raises:
        NoSuchBackplane: as a failure of the component; there was no Backplane of that name when it first ran.

    >>> from kamlab import Backplane, Lab, Pipeline, PublishTo, SubscribeTo
    >>> from kamlab.parts import ConsoleEchoer, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Backplane("NEWS").activate()
    ...     _ = Pipeline(SubscribeTo("NEWS"), ConsoleEchoer()).activate()
    ...     _ = Pipeline(DataSource(["rain\\n", "sun\\n"]), PublishTo("NEWS")).activate()
    ...     _ = lab.run()
    rain
    sun
    """

    Inboxes: ClassVar[Any] = {"inbox": "Messages to publish.", "control": "Messages that ask this to end."}
    Outboxes: ClassVar[Any] = {
        "outbox": "A copy of each message, if this is a forwarder.",
        "signal": "What came to control.",
        "_outbox": "To the Backplane, where messages do not go there by themselves.",
    }

    woken_by_collection = False
    forwarder = False

    def __init__(self, destination: str, **argd: Any) -> None:
        super().__init__(**argd)
        self.destination = destination
        self._carrier: Component | None = None
        self._way: Link | None = None

    def main(self) -> Generator[None, None, None]:
        """Join the Backplane, then wait for the end, for another Backplane, and for messages to forward."""
        self._join()
        while True:
            if self.data_ready("inbox"):
                yield from self._hand_over()
            for message in self.messages("control"):
                yield from send_when_room(self, message, "signal")
                if isinstance(message, SHUTDOWN_MESSAGES):
                    return
            self.pause()
            yield

    def _join(self) -> None:
        """Link the inbox straight through to the carrier, with the messages in it."""
        carrier, box = find(self, PUBLISHING, self.destination, "publishes to")
        if not self.forwarder:
            try:
                self._way = self.link((self, "inbox"), (carrier, box), passthrough=1)
            except NoSpaceInBox:
                pass
        if self._way is None:
            self._way = self.link((self, "_outbox"), (carrier, box))
        self._carrier = carrier
        add_end_callback(carrier, self._let_go)

    def _hand_over(self) -> Generator[None, None, None]:
        """Publish the messages that are not passed through; without a Backplane, they count as discarded."""
        if self._carrier is None:
            try:
                self._join()
            except NoSuchBackplane:
                pass
        while self.data_ready("inbox"):
            message = self.recv("inbox")
            boxes = ("outbox", "_outbox") if self.forwarder else ("_outbox",)
            if not (yield from send_when_room(self, message, *boxes, give_up=lambda: told_to_stop(self))):
                return
        if self._carrier is not None and not self.forwarder and self._way is not None and not self._way.passthrough:
            carrier, box = self._way.sink_pair()
            self.unlink(linkage=self._way)
            self._way = self.link((self, "inbox"), (carrier, box), passthrough=1)

    def _let_go(self) -> None:
        """Detach from a carrier that has ended."""
        carrier, self._carrier = self._carrier, None
        self.unlink(linkage=self._way)
        self._way = None
        self.wake(carrier)

    def close_down(self) -> Any:
        """Leave the carrier."""
        if self._carrier is not None:
            remove_end_callback(self._carrier, self._let_go)
            self._carrier = None
        return super().close_down()


class SubscribeTo(Component):
    """Sends to its outbox what is published on a Backplane from now on.

    The component linked to outbox gets the messages straight from the Backplane. Messages to this component's own inbox
    come out of outbox as well. Messages to control go to signal. Shutdown messages end this component, and so does the
    end of the Backplane.

    ``policy`` decides what happens when the inbox at the end of the chain is limited and full:

    - ``"hold"``: messages for this subscriber wait in the Backplane, in an inbox made for them; no other subscriber is
      affected, and nothing is lost.
    - ``"drop"``: messages for this subscriber are dropped; ``dropped`` counts them.
    - ``"wait"``: the Backplane takes no message until there is room, so its own inbox fills. If the ``size`` of the
      Backplane is limited, this reaches the publishers. All subscribers wait meanwhile.

    Args:
        source: the name of the Backplane.
        policy: one of the policies above.

    Raises:
        UnknownPolicy: there is no such policy.
        NoSuchBackplane: as a failure of the component; there was no Backplane of that name when it first ran.

    >>> from kamlab import Backplane, Lab, Pipeline, PublishTo, SubscribeTo
    >>> from kamlab.parts import ConsoleEchoer
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Backplane("NEWS").activate()
    ...     publisher = PublishTo("NEWS").activate()
    ...     for name in ("Ada", "Bob"):
    ...         _ = Pipeline(SubscribeTo("NEWS"), ConsoleEchoer(tag=f"{name} reads: ")).activate()
    ...     _ = lab.run()
    ...     publisher.deliver("rain\\n")
    ...     _ = lab.run()
    Ada reads: rain
    Bob reads: rain
    """

    Inboxes: ClassVar[Any] = {"inbox": "Messages to send on as well.", "control": "Messages that ask this to end."}
    Outboxes: ClassVar[Any] = {
        "outbox": "What is published on the Backplane.",
        "signal": "What came to control.",
        "_config": "To the Backplane, to subscribe and unsubscribe.",
    }

    woken_by_collection = False

    def __init__(self, source: str, policy: str = HOLD) -> None:
        super().__init__()
        self.source = source
        self.policy: str = check_policy(policy)
        self._carrier: Component | None = None
        self._way: Link | None = None

    @property
    def dropped(self) -> int:
        """How many messages were discarded at the outbox, because there was no room or nothing was linked to it."""
        return self.outboxes["outbox"].discarded

    def main(self) -> Generator[None, None, None]:
        """Subscribe, wait for the end, unsubscribe."""
        self._join()
        try:
            yield from self._serve()
        finally:
            if self._carrier is not None and not is_over(self._carrier):
                self.send(RemoveSink(self, "outbox", "control"), "_config")

    def _join(self) -> None:
        carrier, box = find(self, SUBSCRIBING, self.source, "subscribes to")
        self._way = self.link((self, "_config"), (carrier, box))
        self._carrier = carrier
        self.send(AddSink(self, "outbox", "control", passthrough=2, policy=self.policy), "_config")

    def let_go(self, carrier: Component) -> bool:
        """Leave a carrier, and wait for the next Backplane of this name; return whether this was subscribed there."""
        if self._carrier is not carrier or not isinstance(carrier, Exchange):
            return False
        carrier.forget(self)
        self.unlink(linkage=self._way)
        self._carrier = self._way = None
        _released.add(self)
        return True

    def _serve(self) -> Generator[None, None, None]:
        while True:
            if self._carrier is None and has_backplane(self, self.source):
                _released.discard(self)
                self._join()
            for message in self.messages("inbox"):
                if not (yield from send_when_room(self, message, "outbox", give_up=lambda: told_to_stop(self))):
                    break
            for message in self.messages("control"):
                yield from send_when_room(self, message, "signal")
                if isinstance(message, SHUTDOWN_MESSAGES):
                    return
            self.pause()
            yield


#: The subscribers that wait for the next Backplane of their name.
_released: WeakSet[SubscribeTo] = WeakSet()


def release(backplane: Backplane, components: Iterable[Any]) -> list[SubscribeTo]:
    """Have those of some components that subscribe to a Backplane outlive it, and join the next one of its name.

    Where there is none yet, they wait. :func:`end_released` ends them if there will be none. The caller holds the lock
    of the lab. A carrier other than :class:`Exchange` keeps its subscribers.

    Returns:
        Those that do not end with the Backplane.
    """
    subscribers = [component for component in components if isinstance(component, SubscribeTo)]
    return [subscriber for subscriber in subscribers if subscriber.let_go(backplane.splitter)]


def end_released(subscribers: Iterable[SubscribeTo]) -> list[SubscribeTo]:
    """Tell those of some released subscribers to end for which there is no Backplane; return them."""
    ended = [one for one in subscribers if not (is_over(one) or has_backplane(one, one.source))]
    for subscriber in ended:
        subscriber.deliver(ShutdownMicroprocess(), "control")
    return ended
