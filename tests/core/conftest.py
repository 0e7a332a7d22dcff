"""What the engine's tests share: a patient eye, and calls from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def eventually(eventually: Callable[..., Any]) -> Callable[..., Any]:
    """Wait until a condition holds and return its value; fail when it never does."""

    def wait(condition: Callable[[], Any], timeout: float = 10.0) -> Any:
        value = eventually(condition, timeout)
        assert value, f"it did not happen within {timeout} s"
        return value

    return wait


@pytest.fixture
def in_thread() -> Iterator[Callable[..., Any]]:
    """Call something in another thread; calling what comes back waits for its result or its error."""
    threads: list[threading.Thread] = []

    def begin(call: Callable[[], Any]) -> Callable[[], Any]:
        answer: list[Any] = []

        def body() -> None:
            try:
                answer.append((call(), None))
            except BaseException as error:
                answer.append((None, error))

        thread = threading.Thread(target=body, daemon=True)
        threads.append(thread)
        thread.start()

        def result(seconds: float = 10.0) -> Any:
            thread.join(seconds)
            assert answer, f"the other thread is still busy after {seconds} s"
            value, error = answer[0]
            if error is not None:
                raise error
            return value

        return result

    yield begin
    for thread in threads:
        thread.join(10)
