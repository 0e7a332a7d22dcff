"""Parts that pass messages on: all of them, some, all at the end, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..core.ipc import SHUTDOWN_MESSAGES
from .worker import Worker


class PassThrough(Worker):
    """Passes inbox to outbox and control to signal.

    Args:
        shutdown_on: the types of control messages that end it; ``[]`` for none.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(PassThrough()).activate()
    ...     handle.put("hello")
    ...     handle.put("news", "control")
    ...     _ = lab.run()
    ...     handle.get("outbox"), handle.get("signal")
    ('hello', 'news')
    """

    def __init__(self, shutdown_on: Iterable[type] = SHUTDOWN_MESSAGES) -> None:
        super().__init__()
        self.ends_on: tuple[type, ...] = tuple(shutdown_on)

    def work(self, message: Any) -> Iterable[Any]:
        """Return the message."""
        return (message,)


class Collate(Worker):
    """Keeps every message, and sends all of them as one list when it is told to end.

    >>> from kamlab import Handle, Lab, Pipeline
    >>> from kamlab.parts import Collate, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(Pipeline(DataSource("abc"), Collate())).activate()
    ...     _ = lab.run()
    ...     handle.get()
    ['a', 'b', 'c']
    """

    def __init__(self) -> None:
        super().__init__()
        self.collated: list[Any] = []

    def work(self, message: Any) -> Iterable[Any]:
        """Keep the message."""
        self.collated.append(message)
        return ()

    def finish(self, message: Any) -> Iterable[Any]:
        """Return the list as one result."""
        return (self.collated,)


class Filter(Worker):
    """Passes on what a filter returns for each message, unless that is ``None``.

    Args:
        filter: a function, or an object with a method ``filter(message)``. Such an object may hold messages back:
            at the end it is called with ``""`` repeatedly, until it returns ``None`` or something empty. Without a
            filter everything passes.

    >>> Filter(lambda number: number if number > 0 else None).state
    'new'
    """

    def __init__(self, filter: Any = None) -> None:
        super().__init__()
        self.filter = filter
        method = getattr(filter, "filter", None)
        self._holds_back = method is not None
        self._judge: Callable[[Any], Any] = method or filter or (lambda message: message)

    def work(self, message: Any) -> Iterable[Any]:
        """Return what the filter returns, unless that is ``None``."""
        result = self._judge(message)
        return () if result is None else (result,)

    def finish(self, message: Any) -> Iterable[Any]:
        """Return the messages that the filter has held back."""
        while self._holds_back and (result := self._judge("")):
            yield result


class NullSink(Worker):
    """Takes every message and does nothing with it.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource("abc"), NullSink()).activate()
    ...     print(lab.run().reason, lab.lost().of("DataSource_2"))
    finished ()
    """

    def work(self, message: Any) -> Iterable[Any]:
        """Return nothing."""
        return ()
