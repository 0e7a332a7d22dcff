"""Shared by the six checks of "build your own": earlier steps, and running a student's scheduler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from ...core.describe import error_in_words, shorten
from ...core.errors import listed
from ..runs import Wrong
from ..student_code import location_of

#: How many slices a system in a check may have.
MANY = 200
#: Messages that a check ``if message:`` would lose, and two that are equal: each of them is one message.
ODD: tuple[Any, ...] = (0, "", None, [], [], 0)


def need(step: int, name: str, judge: Callable[..., Any], *classes: Any) -> None:
    """Check that an earlier step is done.

    Raises:
        Wrong: it is not; the sentence says which step it is.
    """
    try:
        judge(*classes)
    except Wrong as wrong:
        raise Wrong(f"Step {step} first: {wrong}") from None
    except NotImplementedError:
        raise Wrong(f"Step {step} first: {name} is still to do.") from None
    except Exception as error:
        raise Wrong(f"Step {step} first: your {name} raised {error_in_words(error)}{location_of(error)}") from error


def drive(scheduler: Any, slices: int = MANY) -> list[Any]:
    """Run a number of slices, or fewer if the scheduler chooses none; return the processes that ran.

    Raises:
        Wrong: ``choose`` returned something that is not active.
    """
    ran = []
    for _ in range(slices):
        chosen = choose(scheduler)
        if chosen is None:
            break
        ran.append(chosen)
        scheduler.run(chosen)
    return ran


def choose(scheduler: Any) -> Any:
    """Ask a scheduler which process runs next.

    Raises:
        Wrong: it returned a process that is not active.
    """
    chosen = scheduler.choose()
    if chosen is not None and not any(chosen is process for process in scheduler.active):
        raise Wrong(
            f"choose() returned {shorten(chosen)}, which is not in the list active: "
            f"{listed(type(process).__name__ for process in scheduler.active)}."
        )
    return chosen


def held(component: Any, box: str) -> list[Any]:
    """Return the messages in a box, which may be any sequence: a list, or a deque."""
    return list(component.boxes[box])


def are_same(got: Any, wanted: Any) -> bool:
    """Return whether messages are the very ones that are wanted, in order; equal ones are not enough."""
    return list(map(id, got)) == list(map(id, wanted))


def watched(component: Any) -> Any:
    """Return a subclass of a student's component that counts what is done by send() and recv(), box by box."""

    class Watched(component):  # type: ignore[misc]
        """A component that knows how often its methods were called."""

        def __init__(self) -> None:
            super().__init__()
            self.sent, self.taken = Counter[str](), Counter[str]()

        def send(self, message: Any, box: str = "outbox") -> Any:
            self.sent[box] += 1
            return super().send(message, box)

        def recv(self, box: str = "inbox") -> Any:
            self.taken[box] += 1
            return super().recv(box)

    return Watched


def said(messages: Any) -> str:
    """Return messages as text."""
    return shorten(list(messages), 120)
