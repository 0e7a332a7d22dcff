"""Messages with a meaning of their own: shutdown, activation, waiting for another generator.

The set and the constructors are Axon's. Here they have their PEP 8 names; ``kamlab.axon`` offers
the same classes under the old ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Called for each request to the scheduler that is made, from when a class is known to drop one: :mod:`.dropped_calls`.
check_request: Callable[[], None] | None = None


class Ipc:
    """The base of all such messages."""

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={_short(value)}" for name, value in vars(self).items() if not _says_nothing(value))
        return f"{_axon_name(type(self))}({inside})"


def _says_nothing(value: object) -> bool:
    """Return whether a value is an empty default; no code of a user's class is run."""
    return value is None or (type(value) in (tuple, dict) and not value)


def _axon_name(cls: type) -> str:
    return str(cls.__dict__.get("axon_name", cls.__name__))


def _short(value: Any) -> str:
    name = getattr(value, "name", None)
    return name if isinstance(name, str) else repr(value)


class ProducerFinished(Ipc):
    """No more messages will come; take the waiting ones, then end.

    >>> ProducerFinished(message="timeout").message
    'timeout'
    """

    axon_name = "producerFinished"

    def __init__(self, caller: Any = None, message: Any = None) -> None:
        self.caller = caller
        self.message = message


class ShutdownMicroprocess(Ipc):
    """End now; messages still in the boxes may be dropped.

    >>> from kamlab import Handle, Lab, ShutdownMicroprocess
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(PassThrough()).activate()
    ...     handle.put(ShutdownMicroprocess(), "control")
    ...     _ = lab.run()
    ...     handle.component.state, handle.get("signal")
    ('finished', shutdownMicroprocess())
    """

    axon_name = "shutdownMicroprocess"

    def __init__(self, *microprocesses: Any) -> None:
        self._microprocesses = microprocesses

    def microprocesses(self) -> tuple[Any, ...]:
        """Return the components that this message names, often none."""
        return self._microprocesses


class Shutdown(Ipc):
    """End; neither of the two messages above.

    >>> from kamlab import Lab, Selector, Shutdown
    >>> with Lab(clock="virtual") as lab:
    ...     selector = Selector().activate()
    ...     selector.deliver(Shutdown(), "control")
    ...     lab.run().seconds, selector.state
    (0.0, 'finished')
    """

    axon_name = "shutdown"


class NewComponent(Ipc):
    """Yield it from ``main`` to activate these components.

    >>> from kamlab import Component, Lab, NewComponent
    >>> class Child(Component):
    ...     def main(self):
    ...         print("the child runs")
    ...         yield
    >>> class Parent(Component):
    ...     def main(self):
    ...         yield NewComponent(Child())
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Parent().activate()
    ...     _ = lab.run()
    the child runs
    """

    axon_name = "newComponent"

    def __init__(self, *components: Any) -> None:
        if check_request is not None:
            check_request()
        self._components = components

    def components(self) -> tuple[Any, ...]:
        """Return the components to activate."""
        return self._components


class WaitComplete(Ipc):
    """Yield it from ``main`` to wait until another generator has run to its end.

    ``args[0]`` is the generator; the keyword ``tag`` names it in the list of components.

    >>> from kamlab import Component, Lab, WaitComplete
    >>> class Meal(Component):
    ...     def cook(self):
    ...         print("cook")
    ...         yield
    ...     def main(self):
    ...         yield WaitComplete(self.cook())
    ...         print("eat")
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Meal().activate()
    ...     _ = lab.run()
    cook
    eat
    """

    def __init__(self, *args: Any, **argd: Any) -> None:
        if check_request is not None:
            check_request()
        self.args = args
        self.argd = argd


class Reactivate(Ipc):
    """Names the component that continues once another has ended."""

    axon_name = "reactivate"

    def __init__(self, original: Any) -> None:
        self.original = original


class Notify(Ipc):
    """Something happened to ``object``, and ``caller`` says so."""

    axon_name = "notify"

    def __init__(self, caller: Any, payload: Any) -> None:
        self.caller = caller
        self.object = payload


class Status(Ipc):
    """A status as a word or text."""

    axon_name = "status"

    def __init__(self, status: Any) -> None:
        self._status = status

    def status(self) -> Any:
        """Return the status."""
        return self._status


class WouldBlock(Ipc):
    """``caller`` cannot go on without waiting."""

    axon_name = "wouldblock"

    def __init__(self, caller: Any) -> None:
        self.caller = caller


class ErrorInformation(Ipc):
    """``caller`` reports an error that did not end it."""

    axon_name = "errorInformation"

    def __init__(self, caller: Any, exception: Any = None, message: Any = None) -> None:
        self.caller = caller
        self.exception = exception
        self.message = message


#: The two messages that end most components.
SHUTDOWN_MESSAGES = (ProducerFinished, ShutdownMicroprocess)
