"""``selectors`` and ``select`` for sockets in memory."""

from __future__ import annotations

import errno
import select
import selectors
import socketserver
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .endpoints import Endpoint, fail, find
from .stacks import new_future, resolve, suspend

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_Ready = list[tuple[selectors.SelectorKey, int]]


class MemorySelector(selectors.BaseSelector):
    """A selector of sockets in memory.

    >>> from kamlab.browser.sockets import get_socket_pair
    >>> one, other = get_socket_pair()
    >>> with MemorySelector() as selector:
    ...     key = selector.register(one, selectors.EVENT_READ)
    ...     before = selector.select(0)
    ...     other.sendall(b"x")
    ...     before, selector.select(0) == [(key, selectors.EVENT_READ)]
    ([], True)
    >>> one.close(), other.close()
    (None, None)
    """

    def __init__(self) -> None:
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Watch a socket."""
        number = _number_of(fileobj)
        if not events or events & ~(READ | WRITE):
            raise ValueError(f"Invalid events: {events!r}")
        if number in self._keys:
            raise KeyError(f"{fileobj!r} (FD {number}) is already registered")
        if find(number) is None:
            fail(errno.EPERM)
        key = self._keys[number] = selectors.SelectorKey(fileobj, number, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Watch a socket no longer."""
        for number, key in self._keys.items():
            if key.fileobj is fileobj or number == fileobj:
                return self._keys.pop(number)
        number = _number_of(fileobj)
        if number not in self._keys:
            raise KeyError(f"{fileobj!r} is not registered")
        return self._keys.pop(number)

    def select(self, timeout: float | None = None) -> _Ready:
        """Return what is ready; wait for it, at most ``timeout`` seconds."""
        endpoints = [endpoint for number in self._keys if (endpoint := find(number)) is not None]
        found: _Ready = _wait(self._ready, endpoints, timeout)
        return found

    def close(self) -> None:
        """Watch nothing any more."""
        self._keys.clear()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return what is watched, by descriptor."""
        return self._keys

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        """Return the key of a socket."""
        number = _number_of(fileobj)
        if number not in self._keys:
            raise KeyError(f"{fileobj!r} is not registered")
        return self._keys[number]

    def _ready(self) -> _Ready:
        return [(key, events) for key in self._keys.values() if (events := _events(find(key.fd)) & key.events)]


def _number_of(fileobj: Any) -> int:
    number = fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
    if number < 0:
        raise ValueError(f"Invalid file descriptor: {number}")
    return number


def _events(endpoint: Endpoint | None) -> int:
    if endpoint is None:
        return 0
    return (READ if endpoint.is_readable() else 0) | (WRITE if endpoint.is_writable() else 0)


def _wait(ready: Callable[[], Any], endpoints: Iterable[Endpoint], timeout: float | None) -> Any:
    """Return what is ready, or what there is when the time is over."""
    found = ready()
    deadline = None if timeout is None else time.monotonic() + timeout
    while not any(found) and (deadline is None or time.monotonic() < deadline):
        future = new_future()

        def watcher(future: Any = future) -> None:
            resolve(future)

        for endpoint in endpoints:
            endpoint.watchers.add(watcher)
        try:
            suspend(future, None if deadline is None else deadline - time.monotonic())
        finally:
            for endpoint in endpoints:
                endpoint.watchers.discard(watcher)
        found = ready()
    return found


def select_sockets(
    readers: Iterable[Any], writers: Iterable[Any], exceptional: Iterable[Any], timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the sockets that can be read and written, as ``select.select`` does; none is ever exceptional."""
    del exceptional
    readers, writers = list(readers), list(writers)
    found = {id(file): find(_number_of(file)) for file in (*readers, *writers)}
    if None in found.values():
        fail(errno.EBADF)

    def ready() -> tuple[list[Any], list[Any], list[Any]]:
        can_read = [file for file in readers if _events(find(_number_of(file))) & READ]
        return can_read, [file for file in writers if _events(find(_number_of(file))) & WRITE], []

    result: tuple[list[Any], list[Any], list[Any]] = _wait(
        ready, [endpoint for endpoint in found.values() if endpoint is not None], timeout
    )
    return result


def install() -> None:
    """Let ``selectors`` and ``select`` watch sockets in memory."""
    replacements = (
        (selectors, "DefaultSelector", MemorySelector),
        (selectors, "SelectSelector", MemorySelector),
        (selectors, "PollSelector", MemorySelector),
        (select, "select", select_sockets),
        (socketserver, "_ServerSelector", MemorySelector),
    )
    for module, name, value in replacements:
        setattr(module, name, value)
