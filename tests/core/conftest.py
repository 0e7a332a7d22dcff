"""What the engine's tests share: a lab that keeps its reports, and a patient eye."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamlab import Lab


class QuietLab(Lab):
    """A lab that keeps what it reports instead of writing it to stderr."""

    def __init__(self, **how: Any) -> None:
        self.reports: list[str] = []
        super().__init__(**how)

    def report(self, text: str) -> None:
        self.reports.append(text)


@pytest.fixture
def make_lab() -> Iterator[Callable[..., QuietLab]]:
    """Make labs that are stopped at the end; the last one made is the current one."""
    labs: list[QuietLab] = []

    def make(**how: Any) -> QuietLab:
        lab = QuietLab(**how)
        labs.append(lab)
        lab.__enter__()
        return lab

    yield make
    for lab in reversed(labs):
        lab.__exit__(None, None, None)


@pytest.fixture
def lab(make_lab: Callable[..., QuietLab]) -> QuietLab:
    """A current lab with the ordinary doors."""
    return make_lab()


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Wait until a condition holds and return its value; fail when it never does."""

    def wait(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
            time.sleep(0.002)
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
