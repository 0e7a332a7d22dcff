"""Step 1 of "build your own": a microprocess."""

from __future__ import annotations

from typing import Any

from ..exercise import exercise
from ..runs import Wrong
from .mini_steps import said

#: The sentence for two objects that share a generator.
SHARED = (
    "An object that ran for the first time continued the main() of another object of its class. "
    "Each object needs a generator of its own."
)


@exercise("mini-microprocess", takes="your class Microprocess")
def check(microprocess: Any) -> str:
    """next(process) runs main() to its next yield, and StopIteration comes out at its end."""
    judge(microprocess)
    return "next(process) runs main() from yield to yield, and tells when it has come to its end."


def judge(microprocess: Any) -> None:
    """Raise Wrong if this is not a microprocess."""

    class Saying(microprocess):  # type: ignore[misc]
        """Says three words, one in each slice."""

        def __init__(self) -> None:
            super().__init__()
            self.words: list[str] = []

        def main(self) -> Any:
            for word in ("one", "two", "three"):
                self.words.append(word)
                yield

    process = Saying()
    if process.words:
        raise Wrong("main() ran already when the object was made. It must begin with the first next(process).")
    if not hasattr(microprocess, "__next__"):
        raise Wrong("next(process) cannot work: your class has no method __next__.")
    first = _slice(process)
    if not process.words:
        got = f" It returned a {type(first).__name__}." if first is not None else ""
        raise Wrong(
            f"next(process) was called, and not a line of main() has run.{got} Calling main() makes a generator; "
            "its lines run when next() is called on that."
        )
    if len(process.words) > 1:
        raise Wrong(
            f"A single next(process) ran all of main(), which said {said(process.words)}. It must run to the next "
            "yield, and no further."
        )
    other = Saying()
    _slice(other)
    if not other.words:
        raise Wrong(SHARED)
    _slice(process)
    if process.words == ["one", "one"]:
        raise Wrong(
            "The second next(process) began main() again: it said 'one' a second time. It must continue where "
            "main() stands, so the generator has to be kept."
        )
    _slice(process)
    if process.words != ["one", "two", "three"]:
        raise Wrong(f"In three slices main() must say ['one', 'two', 'three']. It said {said(process.words)}.")
    _see_the_end(process)
    _see_an_error(microprocess)


def _see_an_error(microprocess: Any) -> None:
    class Failing(microprocess):  # type: ignore[misc]
        """Raises an error in its second slice."""

        def main(self) -> Any:
            yield
            raise LookupError("the drawer is empty")

    process = Failing()
    next(process)
    try:
        next(process)
    except LookupError:
        return
    except BaseException as error:
        came = f"{type(error).__name__} came out of next(process)"
    else:
        came = "next(process) returned as if nothing had happened"
    raise Wrong(f"main() raised a LookupError, and {came}. An error must come out as it is, or nobody will find it.")


def _slice(process: Any) -> Any:
    try:
        return next(process)
    except StopIteration:
        if not process.words:
            raise Wrong(SHARED) from None
        raise Wrong(
            f"next(process) raised StopIteration when main() had said {said(process.words)} of three words: "
            "it has not come to its end yet."
        ) from None


def _see_the_end(process: Any) -> None:
    try:
        next(process)
    except StopIteration:
        pass
    else:
        raise Wrong(
            "main() has come to its end, and next(process) hides it: it returned as if there had been one more "
            "slice. A scheduler must see the StopIteration."
        )
    if len(process.words) != 3:
        raise Wrong(f"main() has come to its end, and another next(process) began it again: {said(process.words)}.")
