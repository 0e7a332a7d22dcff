"""Parts that send items of a series on request."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Any

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.ipc import ProducerFinished, ShutdownMicroprocess


class _Chooser(Component):
    """The loop of both choosers: send the first item at once, then one for each request that has an item."""

    woken_by_collection = False

    def choose(self, request: Any) -> tuple[Any, ...]:
        """Return the item that a request asks for as a tuple, which is empty if there is none."""
        raise NotImplementedError

    def exhausted(self) -> bool:
        """Return whether no further request can find an item."""
        return False

    def main(self) -> Generator[None, None, None]:
        """Answer requests until a ShutdownMicroprocess comes."""
        yield from self._answer("FIRST")
        while not self.exhausted():
            for request in self.messages("inbox"):
                yield from self._answer(request)
                if self.exhausted():
                    break
            for message in self.messages("control"):
                if isinstance(message, ShutdownMicroprocess):
                    yield from send_when_room(self, message, "signal")
                    return
            if self.exhausted():
                break
            self.pause()
            yield
        yield from send_when_room(self, ProducerFinished(self), "signal")

    def _answer(self, request: Any) -> Generator[None, None, None]:
        for item in self.choose(request):
            yield from send_when_room(self, item, "outbox", give_up=lambda: told_to_stop(self))


class Chooser(_Chooser):
    """Sends the first item of a list at once, and then one for each request in its inbox.

    ``"NEXT"`` and ``"PREV"`` go one item forward or back, ``"FIRST"`` and ``"LAST"`` go to an end, and ``"SAME"``
    stays. If there is no next or previous item, nothing is sent, unless ``loop`` is true. Other messages are ignored.
    Only ShutdownMicroprocess ends it: the list has not ended when the component that sends requests has.

    Args:
        items: the items.
        loop: whether NEXT goes from the last item to the first, and PREV from the first to the last.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import Chooser
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(Chooser(["one", "two", "three"])).activate()
    ...     for request in ("NEXT", "LAST", "NEXT", "PREV"):
    ...         handle.put(request)
    ...     _ = lab.run()
    ...     [handle.get() for _ in range(4)]
    ['one', 'two', 'three', 'two']
    """

    def __init__(self, items: Iterable[Any] = (), loop: bool = False) -> None:
        super().__init__()
        self.items: list[Any] = list(items)
        self.loop = loop
        self.index: int = 0

    def choose(self, request: Any) -> tuple[Any, ...]:
        """Move as requested, and return the item there."""
        count = len(self.items)
        if not count:
            return ()
        wanted = {
            "SAME": self.index,
            "NEXT": self.index + 1,
            "PREV": self.index - 1,
            "FIRST": 0,
            "LAST": count - 1,
        }.get(request if isinstance(request, str) else "")
        if wanted is None or not (self.loop or 0 <= wanted < count):
            return ()
        self.index = wanted % count
        return (self.items[self.index],)


class ForwardIteratingChooser(_Chooser):
    """Sends the first item of an iterable, which may be endless, at once, and then one for each ``"NEXT"``.

    ``"SAME"`` sends the current item again; other messages are ignored. NEXT after the last item ends it with
    ProducerFinished; ShutdownMicroprocess ends it at once.

    Args:
        items: an iterable, or a function without arguments that returns one.

    >>> from itertools import count
    >>> from kamlab import Handle, Lab
    >>> from kamlab.parts import ForwardIteratingChooser
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(ForwardIteratingChooser(count(1))).activate()
    ...     for request in ("NEXT", "SAME", "NEXT"):
    ...         handle.put(request)
    ...     _ = lab.run()
    ...     [handle.get() for _ in range(4)]
    [1, 2, 2, 3]
    """

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__()
        self.items = items
        self._iterator: Iterator[Any] | None = None
        self._current: tuple[Any, ...] = ()
        self._at_end = False

    def choose(self, request: Any) -> tuple[Any, ...]:
        """Return the current item or the next."""
        if self._iterator is None:
            self._iterator = iter(self.items() if callable(self.items) else self.items)
        if request == "SAME":
            return self._current
        if request == "NEXT" or (request == "FIRST" and not self._current):
            return self._advance(request)
        return ()

    def _advance(self, request: Any) -> tuple[Any, ...]:
        assert self._iterator is not None
        for item in self._iterator:
            self._current = (item,)
            return self._current
        self._at_end = request == "NEXT"
        return ()

    def exhausted(self) -> bool:
        """Return whether a request for the next item found none."""
        return self._at_end


#: Its name in the cookbook's text.
InfiniteChooser = ForwardIteratingChooser
