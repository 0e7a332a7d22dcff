"""Parts that send items of a series on request."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from ..chassis.flow_control import send_when_room, told_to_stop
from ..core.component import Component
from ..core.ipc import ProducerFinished, ShutdownMicroprocess


class _Chooser(Component):
    """The loop of both choosers: send the first item at once, then one for each request that has an item."""

    woken_by_collection = False

    def current_choice(self) -> Any:
        """Return the current item.

        Raises:
            IndexError: there is no item.
        """
        raise NotImplementedError

    def move(self, request: Any) -> bool:
        """Go where a request asks to go; return whether there is an item to send."""
        raise NotImplementedError

    def exhausted(self) -> bool:
        """Return whether no further request can find an item."""
        return False

    def main(self) -> Generator[None, None, None]:
        """Answer requests until a ShutdownMicroprocess comes."""
        yield from self._send_current()
        while not self.exhausted():
            for request in self.messages("inbox"):
                if self.move(request):
                    yield from self._send_current()
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

    def _send_current(self) -> Generator[None, None, None]:
        try:
            item = self.current_choice()
        except IndexError:
            return
        yield from send_when_room(self, item, "outbox", give_up=lambda: told_to_stop(self))


class Chooser(_Chooser):
    """Sends the first item of a list at once, and then one for each request in its inbox.

    ``"NEXT"`` and ``"PREV"`` go one item forward or back, ``"FIRST"`` and ``"LAST"`` go to an end, and ``"SAME"``
    stays. If there is no next or previous item, nothing is sent, unless ``loop`` is true. Other messages are ignored.
    The methods ``goto_next`` and so on move it from outside, without sending anything.
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

    def current_choice(self) -> Any:
        """Return the current item.

        Raises:
            IndexError: there is no item.
        """
        return self.items[self.index]

    def goto_next(self) -> bool:
        """Go one item forward; return False if there is none, and stay."""
        return self._goto(self.index + 1)

    def goto_previous(self) -> bool:
        """Go one item back; return False if there is none, and stay."""
        return self._goto(self.index - 1)

    def goto_first(self) -> bool:
        """Go to the first item; return whether there is one."""
        return self._goto(0)

    def goto_last(self) -> bool:
        """Go to the last item; return whether there is one."""
        return self._goto(len(self.items) - 1)

    def _goto(self, index: int) -> bool:
        count = len(self.items)
        if not count or not (self.loop or 0 <= index < count):
            return False
        self.index = index % count
        return True

    def move(self, request: Any) -> bool:
        """Go where a request asks to go; return whether there is an item to send."""
        moves: dict[Any, Callable[[], bool]] = {
            "NEXT": self.goto_next,
            "PREV": self.goto_previous,
            "FIRST": self.goto_first,
            "LAST": self.goto_last,
            "SAME": lambda: bool(self.items),
        }
        return isinstance(request, str) and request in moves and moves[request]()


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

    def current_choice(self) -> Any:
        """Return the current item, at first the first.

        Raises:
            IndexError: there is no item.
        """
        self._iterating()
        return self._current[0]

    def goto_next(self) -> bool:
        """Go one item forward; return False if there is none, and stay."""
        return self._advance(self._iterating())

    def move(self, request: Any) -> bool:
        """Go where a request asks to go; return whether there is an item to send."""
        if request == "NEXT":
            self._at_end = not self.goto_next()
            return not self._at_end
        return bool(request == "SAME")

    def _iterating(self) -> Iterator[Any]:
        """Return the iterator, which stands at the first item when it is made."""
        if self._iterator is None:
            self._iterator = iter(self.items() if callable(self.items) else self.items)
            self._advance(self._iterator)
        return self._iterator

    def _advance(self, iterator: Iterator[Any]) -> bool:
        for item in iterator:
            self._current = (item,)
            return True
        return False

    def exhausted(self) -> bool:
        """Return whether a request for the next item found none."""
        return self._at_end


#: Its name in the cookbook's text.
InfiniteChooser = ForwardIteratingChooser
