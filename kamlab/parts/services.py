"""Parts that use services of their lab by name.

A service is an inbox of a component, registered under a name. A service that has subscribers takes requests of the form
``("ADD", request, (component, inbox))`` and ``("REMOVE", request, (component, inbox))``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, ClassVar

from ..chassis.flow_control import send_when_room
from ..core import context
from ..core.component import Component
from ..core.services import Services
from .worker import Worker


def register_service(component: Component, services: Mapping[str, str]) -> Component:
    """Register inboxes of a component as services of the current lab, and return the component.

    Args:
        component: the component.
        services: maps names of services to names of inboxes.

    Raises:
        ServiceAlreadyExists: a name is taken.
        BadComponent: ``component`` is not a component.
        BadInbox: it has no such inbox.

    >>> from kamlab import Lab
    >>> from kamlab.parts import NullSink
    >>> with Lab() as lab:
    ...     _ = register_service(NullSink(), {"bin": "inbox"})
    ...     lab.services.services_registered()
    ['bin']
    """
    for name, inbox in services.items():
        _services_near().register_service(name, component, inbox)
    return component


class Subscribe(Worker):
    """Subscribes to a service, and passes on what the service sends.

    In its first slice it sends the service ``("ADD", request, (self, "inbox"))`` for each request, and at its end
    ``("REMOVE", ...)`` for each, the last first.

    Inboxes: inbox, what the service sends; control, messages that end this. Outboxes: outbox, what came to inbox;
    signal, messages to control; _service, requests.

    Args:
        servicename: the name of the service.
        requests: what to ask for.

    Raises:
        NoSuchService: as a failure of the component; no component offers the service when this first runs.

    >>> from kamlab import Lab
    >>> from kamlab.parts import Collate
    >>> with Lab(clock="virtual") as lab:
    ...     asked = register_service(Collate(), {"news": "inbox"}).activate()
    ...     _ = Subscribe("news", "sports").activate()
    ...     _ = lab.run()
    ...     asked.collated[0][:2]
    ('ADD', 'sports')
    """

    Outboxes: ClassVar[Any] = {
        "outbox": "What the service sends.",
        "signal": "Messages that ended this.",
        "_service": "Requests to the service.",
    }

    def __init__(self, servicename: str, *requests: Any) -> None:
        super().__init__()
        self.servicename = servicename
        self.requests = requests

    def main(self) -> Generator[None, None, None]:
        """Subscribe, pass messages on until told to end, and unsubscribe."""
        self.link((self, "_service"), _services_near().retrieve_service(self.servicename))
        for request in self.requests:
            yield from send_when_room(self, ("ADD", request, (self, "inbox")), "_service")
        yield from super().main()
        for request in reversed(self.requests):
            yield from send_when_room(self, ("REMOVE", request, (self, "inbox")), "_service")

    def work(self, message: Any) -> Iterable[Any]:
        """Pass a message on."""
        return (message,)


class ToService(Component):
    """Links its inbox straight through to a service.

    Inboxes: inbox, messages for the service; control, messages that end this. Outboxes: outbox is not used; signal,
    messages to control.

    Args:
        servicename: the name of the service.

    Raises:
        NoSuchService: as a failure of the component; no component offers the service when this first runs.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     kept = register_service(Collate(), {"archive": "inbox"}).activate()
    ...     _ = Pipeline(DataSource([1, 2]), ToService("archive")).activate()
    ...     _ = lab.run()
    ...     kept.collated
    [1, 2]
    """

    woken_by_collection = False

    def __init__(self, servicename: str) -> None:
        super().__init__()
        self.servicename = servicename

    def main(self) -> Generator[None, None, None]:
        """Link, and wait for the end."""
        self.link((self, "inbox"), _services_near().retrieve_service(self.servicename), passthrough=1)
        while True:
            for message in self.messages("control"):
                yield from send_when_room(self, message, "signal")
                if isinstance(message, Worker.ends_on):
                    return
            self.pause()
            yield


def _services_near() -> Services:
    """Return the services of the lab whose slice this is, or else of the current one."""
    services: Services = context.current().services
    return services
