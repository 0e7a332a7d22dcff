"""A part that transforms messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..core.ipc import ProducerFinished, Shutdown, ShutdownMicroprocess
from .worker import Worker


class PureTransformer(Worker):
    """Sends what a function returns for each message, unless that is ``None``.

    Pass the function, or derive a class and override :meth:`process_message`. ProducerFinished and Shutdown end it
    after the messages that wait, and it sends a ProducerFinished of its own. ShutdownMicroprocess ends it, too, and is
    passed on; Kamaelia's PureTransformer ignores it and never ends.

    Args:
        function: called with each message.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource, PureTransformer
    >>> with Lab(clock="virtual") as lab:
    ...     results = Collate()
    ...     _ = Pipeline(DataSource([1, 2, 3]), PureTransformer(lambda n: n * n), results).activate()
    ...     _ = lab.run()
    ...     results.collated
    [1, 4, 9]
    """

    ends_on: tuple[type[ProducerFinished], type[Shutdown], type[ShutdownMicroprocess]] = (
        ProducerFinished,
        Shutdown,
        ShutdownMicroprocess,
    )

    def __init__(self, function: Callable[[Any], Any] | None = None) -> None:
        super().__init__()
        self._function = function

    def process_message(self, message: Any) -> Any:
        """Override: return what to send, or ``None``."""
        return None if self._function is None else self._function(message)

    def work(self, message: Any) -> Iterable[Any]:
        """Return what ``process_message`` returns, unless that is ``None``."""
        result = self.process_message(message)
        return () if result is None else (result,)

    def goodbye(self, message: Any) -> Any:
        """Return the ShutdownMicroprocess that came, or else a new ProducerFinished."""
        return message if isinstance(message, ShutdownMicroprocess) else ProducerFinished(self)
