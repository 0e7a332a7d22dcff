"""Testing a component on its own: which messages come out when certain messages go in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core.component import Component
from ..core.errors import ComponentFailed
from ..core.microprocess import method_of
from ..lab import Lab


class _Collector(Component):
    """Collects what another component sends to its outboxes."""

    def __init__(self, component: Component) -> None:
        super().__init__()
        self.Inboxes = list(component.outboxes)  # type: ignore[misc]
        self.Outboxes = []  # type: ignore[misc]
        self.collected: dict[str, list[Any]] = {name: [] for name in component.outboxes}
        for name in component.outboxes:
            self.link((component, name), (self, name))

    def main(self) -> Any:
        while True:
            for name, messages in self.collected.items():
                messages.extend(self.messages(name))
            self.pause()
            yield


def outputs(
    component: Component,
    *messages: Any,
    control: Iterable[Any] = (),
    max_steps: int = 10_000,
    timeout: float = 10.0,
) -> dict[str, list[Any]]:
    """Run a component in a lab of its own and return what it sent.

    It runs until it has ended, until nothing more can run, or up to a limit.

    Args:
        component: a component that has not been activated.
        messages: the messages in its inbox when it begins.
        control: the messages in its control box when it begins.
        max_steps: the most slices to run.
        timeout: the most seconds to run.

    Returns:
        The messages it sent, as a list for each outbox.

    Raises:
        ComponentFailed: the component, or one inside it, failed; the error's cause is what it raised.

    >>> from kamlab import Component, ProducerFinished
    >>> class Double(Component):
    ...     async def main(self):
    ...         while await self.ready("inbox", "control") == "inbox":
    ...             self.send(2 * self.recv())
    >>> outputs(Double(), 1, 2, control=[ProducerFinished()])["outbox"]
    [2, 4]
    """
    with Lab(on_error="raise") as lab:
        failures: list[str] = []
        lab.report = failures.append  # type: ignore[method-assign, assignment]
        collector = _Collector(component)
        for message in messages:
            component.deliver(message)
        for message in control:
            component.deliver(message, "control")
        method_of(component, "activate")(lab)
        collector.activate(lab)
        lab.run(until=component, max_steps=max_steps, timeout=timeout)
        if lab.failures:
            raise ComponentFailed(failures[0]) from lab.failures[0].error
        lab.step_round(timeout=0)
        return collector.collected
