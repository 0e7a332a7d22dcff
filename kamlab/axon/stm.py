"""``Axon.STM``: software transactional memory, for values that several threads change.

A reader gets a copy with a version number. Writing succeeds if the version is still the one that was read; otherwise
it raises an error, and the writer reads again and tries again. The idea and the interface are Axon's. Like Axon's, it
never waits: a store in use raises BusyRetry.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class ConcurrentUpdate(Exception):
    """The value has changed since it was read."""

    __module__ = "Axon.STM"


class BusyRetry(Exception):
    """Another thread is using the store; try again."""

    __module__ = "Axon.STM"


class Value:
    """A copy of a value in a store; ``set`` it, then ``commit``."""

    __module__ = "Axon.STM"

    def __init__(self, version: int, value: Any, store: Store, key: Any) -> None:
        self.version = version
        self.value: Any = value
        self.store = store
        self.key = key

    def __repr__(self) -> str:
        return f"Value({self.version!r}, {self.value!r})"

    def set(self, value: Any) -> None:
        """Change this copy."""
        self.value = value

    def commit(self) -> None:
        """Write this copy back.

        Raises:
            ConcurrentUpdate: the stored value has changed since. Nothing was written.
            BusyRetry: the store is in use.
        """
        self.store.set(self.key, self)

    def clone(self) -> Value:
        """Return another copy."""
        return Value(self.version, copy.deepcopy(self.value), self.store, self.key)


class Collection(dict[Any, Value]):
    """Copies of several values, which are written back together or not at all."""

    __module__ = "Axon.STM"
    store: Store

    def set_store(self, store: Store) -> None:
        """Set the store to which the values are written back."""
        self.store = store

    def commit(self) -> None:
        """Write all copies back; see :meth:`Value.commit`."""
        self.store.set_values(self)


class Store:
    """Stores the values.

    >>> store = Store()
    >>> mine, yours = store.usevar("account"), store.usevar("account")
    >>> mine.set(100)
    >>> mine.commit()
    >>> yours.set(0)
    >>> yours.commit()
    Traceback (most recent call last):
    ...
    Axon.STM.ConcurrentUpdate: 'account' has changed since it was read; read it again
    >>> store.usevar("account")
    Value(1, 100)
    """

    __module__ = "Axon.STM"

    def __init__(self) -> None:
        self.store: dict[Any, Value] = {}
        self.lock: Any = threading.Lock()

    def usevar(self, key: Any, islocked: bool = False) -> Value:
        """Return a copy of a value; a new one is ``None``, version 0."""
        if islocked:
            return self._copy(key)
        with self._in_use():
            return self._copy(key)

    def using(self, *keys: Any) -> Collection:
        """Return copies of several values at one moment."""
        with self._in_use():
            values = Collection((key, self._copy(key)) for key in keys)
        values.set_store(self)
        return values

    def set(self, key: Any, value: Value) -> None:
        """Write one value back; see :meth:`Value.commit`."""
        self._write({key: value})

    def set_values(self, values: dict[Any, Value]) -> None:
        """Write several values back, all or none; see :meth:`Value.commit`."""
        self._write(values)

    def dump(self) -> None:
        """Print everything that is stored, under a heading, in Axon's format."""
        print("DEBUG: Store dump", "-" * 30)
        for key, value in self.store.items():
            print("     ", key, ":", value)
        print()

    def _copy(self, key: Any) -> Value:
        return self.store.setdefault(key, Value(0, None, self, key)).clone()

    def _write(self, values: dict[Any, Value]) -> None:
        with self._in_use():
            for key, value in values.items():
                if key in self.store and self.store[key].version > value.version:
                    raise ConcurrentUpdate(f"{key!r} has changed since it was read; read it again")
            for key, value in values.items():
                self.store[key] = Value(value.version + 1, copy.deepcopy(value.value), self, key)
                value.version += 1

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        if not self.lock.acquire(blocking=False):
            raise BusyRetry("the store is in use at this moment; try again")
        try:
            yield
        finally:
            self.lock.release()
