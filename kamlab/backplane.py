"""Backplanes: many publishers, many subscribers, and a name between them.

How it is built
---------------
In the middle is one component, the *carrier*: it takes messages in its inbox and hands each to every
sink it has been told of. A publisher's inbox is linked straight through to it and a subscriber's
outbox straight from it, so a message costs one slice, the carrier's, however many publish or
subscribe. Publishers and subscribers find the carrier as two services of their lab,
``Backplane_I_<name>`` and ``Backplane_O_<name>``, which exist as soon as the Backplane is made.

The carrier is a door: ``Backplane(name, carrier=...)`` takes any function that makes, for a name, a
component with the boxes of :class:`Exchange`, the way that stays in the process.

When the carrier ends, its subscribers are told to end too. Its publishers stay: they let go of it,
discard and count what they are sent, and join the next Backplane of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, ClassVar, Self

from .chassis.base import Chassis
from .chassis.flow_control import discard, send_when_room, told_to_stop
from .core import worlds
from .core.component import Component
from .core.errors import NoSpaceInBox, NoSuchBackplane, NoSuchService, ServiceAlreadyExists, listed
from .core.ipc import SHUTDOWN_MESSAGES, ShutdownMicroprocess
from .core.link import Link
from .core.microprocess import add_end_callback, remove_end_callback
from .core.services import Services
from .core.states import FAILED, NEW, STOPPED
from .parts.outlets import HOLD, AddSink, RemoveSink, check_policy
from .parts.plug_splitter import PlugSplitter

PUBLISHING, SUBSCRIBING = "Backplane_I_", "Backplane_O_"

Carrier = Callable[[str], Component]


class Exchange(PlugSplitter):
    """The carrier that stays in the process: a splitter whose end, however it comes, reaches everybody."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = f"{name} exchange"

    def close_down(self) -> Any:
        """Tell the subscribers to end, if nobody has, and count what nobody got."""
        if self._life in (STOPPED, FAILED):
            self.tell_sinks_now(ShutdownMicroprocess(self))
        for message in self.messages("inbox"):
            discard(self.outboxes["outbox"], message)
        return super().close_down()


class Backplane(Chassis):
    """Hands every message of its publishers to all of its subscribers.

    Its services are registered when it is made, in the lab that is current then; activated in
    another lab it moves there. Publishers and subscribers must find them when they first run; the
    Backplane itself may be activated later, and what is published meanwhile waits.

    A shutdown message to ``control`` reaches every subscriber and ends it, then the Backplane: with
    ProducerFinished after everything is delivered.

    Args:
        name: what publishers and subscribers call it.
        size: how many messages may wait in it; a publisher then gets NoSpaceInBox. None for no limit.
        carrier: makes the component that carries the messages.

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
        self._offer_in(worlds.current().services)

    def activate(self, scheduler: Any = None, tracker: Any = None, mainmethod: str = "main") -> Self:
        """Hand this to a lab, as :meth:`Component.activate` does, and offer its services there.

        Raises:
            ServiceAlreadyExists: that lab has a Backplane of this name.
        """
        if self._life is NEW:
            lab = worlds.current() if scheduler is None else getattr(scheduler, "world", scheduler)
            self._offer_in(lab.services)
        return super().activate(scheduler, tracker, mainmethod)

    def _offer_in(self, services: Services) -> None:
        if services is self._services:
            return
        if PUBLISHING + self.name in services.services_registered():
            raise ServiceAlreadyExists(
                f"there is a Backplane {self.name!r} in this lab already"
                f" ({services.retrieve_service(PUBLISHING + self.name)[0].state}). Use another name, end that one "
                "(its stop(), or a ShutdownMicroprocess to its control), or begin anew with lab.reset()."
            )
        self._withdraw()
        services.register_service(PUBLISHING + self.name, self.splitter, "inbox")
        services.register_service(SUBSCRIBING + self.name, self.splitter, "configuration")
        self._services = services

    def _withdraw(self) -> None:
        if self._services is not None:
            self._services.drop_services_of(self.splitter)
            self._services = None

    def main(self) -> Generator[None, None, None]:
        """Activate the carrier and wait for its end."""
        self.add_children(self.splitter)
        self.link((self, "control"), (self.splitter, "control"), passthrough=1)
        self.link((self.splitter, "signal"), (self, "signal"), passthrough=2)
        self.activate_children()
        yield from self.until_children_done()

    def stop(self) -> None:
        """End this and its carrier; publishers let go and subscribers end. Called at every end."""
        super().stop()
        self._withdraw()


def find(component: Component, prefix: str, name: str, role: str) -> tuple[Component, str]:
    """Return the carrier of a Backplane and the name of one of its inboxes, in a component's lab.

    Raises:
        NoSuchBackplane: there is none of that name; the text lists those there are.
    """
    scheduler = component.scheduler_in_charge
    services: Services = scheduler.world.services if scheduler is not None else worlds.current().services
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
    """Publishes what comes to its inbox on a Backplane.

    Messages to control go to signal, shutdown messages end it; neither reaches the Backplane. When the
    Backplane ends this stays: until there is another of the same name, what it is sent is discarded,
    and counted at the outbox ``_outbox``.

    Args:
        destination: the name of the Backplane.
        forwarder: whether a copy goes to outbox as well.

    Raises:
        NoSuchBackplane: as a failure of the component; there was none of that name when it first ran.

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
        """Join the Backplane, then wait for the end, for another Backplane, or for messages to forward."""
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
        """Link the inbox straight through; what it held moves along."""
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
        """Publish what did not go by itself; without a Backplane, count it as discarded."""
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

    What is linked to outbox gets the messages from the Backplane itself. Messages to this component's
    own inbox come out of outbox as well. Messages to control go to signal, shutdown messages end it;
    so does the end of the Backplane.

    ``policy`` says what happens when the inbox at the end of the chain is limited and full:

    - ``"hold"``: messages for this subscriber wait in the Backplane, in an inbox made for them; nobody
      else is affected and nothing is lost.
    - ``"drop"``: they are dropped for this subscriber; ``dropped`` counts them.
    - ``"wait"``: the Backplane takes no message until there is room, so its own inbox fills. With a
      Backplane of limited ``size`` that reaches the publishers. All subscribers wait meanwhile.

    Args:
        source: the name of the Backplane.
        policy: as above.

    Raises:
        UnknownPolicy: there is no such policy.
        NoSuchBackplane: as a failure of the component; there was none of that name when it first ran.

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

    @property
    def dropped(self) -> int:
        """How many messages were lost at the outbox: for want of room, or because nothing is linked to it."""
        return self.outboxes["outbox"].discarded

    def main(self) -> Generator[None, None, None]:
        """Subscribe, wait for the end, unsubscribe."""
        carrier, box = find(self, SUBSCRIBING, self.source, "subscribes to")
        self.link((self, "_config"), (carrier, box))
        self.send(AddSink(self, "outbox", "control", passthrough=2, policy=self.policy), "_config")
        try:
            yield from self._serve()
        finally:
            if not carrier.is_stopped():
                self.send(RemoveSink(self, "outbox", "control"), "_config")

    def _serve(self) -> Generator[None, None, None]:
        while True:
            for message in self.messages("inbox"):
                if not (yield from send_when_room(self, message, "outbox", give_up=lambda: told_to_stop(self))):
                    break
            for message in self.messages("control"):
                yield from send_when_room(self, message, "signal")
                if isinstance(message, SHUTDOWN_MESSAGES):
                    return
            self.pause()
            yield
