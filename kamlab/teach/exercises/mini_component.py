"""Step 3 of "build your own": a component."""

from __future__ import annotations

from typing import Any

from ...core.describe import shorten
from ..exercise import exercise
from ..runs import Wrong
from .mini_microprocess import judge as judge_microprocess
from .mini_steps import ODD, are_same, held, need, said


@exercise("mini-component", takes="your classes Microprocess and Component")
def check(microprocess: Any, component: Any) -> str:
    """send() puts a message behind the others, recv() takes the oldest, data_ready() counts."""
    need(1, "Microprocess", judge_microprocess, microprocess)
    judge(microprocess, component)
    return "Each component has boxes of its own, and the oldest message comes out first."


def judge(microprocess: Any, component: Any) -> None:
    """Raise Wrong if this is not a component."""
    if not (isinstance(component, type) and issubclass(component, microprocess)):
        raise Wrong("A component is a microprocess, too: begin with 'class Component(Microprocess):'.")
    _boxes(component)
    _sending(component)
    _receiving(component)
    _any_message(component)
    _runs(component)


def _boxes(component: Any) -> None:
    sample, other = component(), component()
    boxes = getattr(sample, "boxes", None)
    if not isinstance(boxes, dict) or not {"inbox", "outbox"} <= set(boxes):
        raise Wrong(f"boxes must be a dictionary with an 'inbox' and an 'outbox'; it is {shorten(boxes)}.")
    if boxes["inbox"] is boxes["outbox"]:
        raise Wrong("The inbox and the outbox are one and the same list: a message that is sent comes in at once.")
    if sample.boxes is other.boxes or sample.boxes["inbox"] is other.boxes["inbox"]:
        raise Wrong(
            "Two components have the same boxes: what one of them is sent, the other receives. Each object needs boxes "
            "of its own, made when it is made."
        )


def _sending(component: Any) -> None:
    sample = component()
    sample.send("first")
    sample.send("second")
    if held(sample, "outbox") != ["first", "second"]:
        raise Wrong(
            f"After send('first') and send('second') there is {said(sample.boxes['outbox'])} in the outbox; "
            "['first', 'second'] is wanted, the oldest in front."
        )
    sample.send("third", "inbox")
    if held(sample, "inbox") != ["third"]:
        raise Wrong(f"After send('third', 'inbox') there is {said(sample.boxes['inbox'])} in the inbox.")


def _receiving(component: Any) -> None:
    sample = component()
    if sample.data_ready():
        raise Wrong("data_ready() of an empty inbox is not 0.")
    for message in ("first", "second", "third"):
        sample.send(message, "inbox")
    if sample.data_ready() != 3:
        raise Wrong(f"Three messages wait in the inbox, and data_ready() returned {sample.data_ready()!r}.")
    sample.send("fourth")
    counts = sample.data_ready(), sample.data_ready("outbox")
    if counts != (3, 1):
        raise Wrong(
            "Three messages wait in the inbox and one in the outbox; data_ready() and data_ready('outbox') returned "
            f"{counts[0]!r} and {counts[1]!r}."
        )
    got = sample.recv()
    if got == "third":
        raise Wrong(
            "'first', 'second' and 'third' came in, in this order, and recv() returned 'third': the newest. "
            "The oldest must come out first."
        )
    if got == "fourth":
        raise Wrong("recv() took 'fourth' out of the outbox. Without the name of a box it takes from the inbox.")
    if got != "first":
        raise Wrong(f"'first' is the oldest message in the inbox, and recv() returned {shorten(got)}.")
    if held(sample, "inbox") != ["second", "third"]:
        raise Wrong(
            f"recv() returned 'first', and now there is {said(sample.boxes['inbox'])} in the inbox; the received "
            "message must be gone from the box, and no other."
        )
    sample.recv(), sample.recv()
    try:
        nothing = sample.recv()
    except IndexError:
        return
    raise Wrong(
        f"recv() of an empty inbox returned {shorten(nothing)}, which could be a message. It must raise IndexError."
    )


def _any_message(component: Any) -> None:
    sample = component()
    for message in ODD:
        sample.send(message)
    waiting = held(sample, "outbox")
    if len(waiting) != len(ODD):
        raise Wrong(
            f"{len(ODD)} messages were sent, {said(ODD)}, and there is {said(waiting)} in the outbox. Anything can be "
            "a message, also 0, None and an empty text, and so can two that are equal."
        )
    got = [sample.recv("outbox") for _ in ODD]
    if not are_same(got, ODD):
        raise Wrong(
            f"{said(ODD)} were sent, and {said(got)} came out. A message must come out as it went in, the same object."
        )


def _runs(component: Any) -> None:
    class Working(component):  # type: ignore[misc]
        def main(self) -> Any:
            self.send("done")
            yield

    working = Working()
    try:
        next(working)
    except AttributeError as error:
        raise Wrong(
            f"A component with a main() cannot be run: next(component) raised AttributeError: {error}. Does __init__ "
            "of Component call super().__init__()?"
        ) from None
    if held(working, "outbox") != ["done"]:
        raise Wrong("next(component) did not run the main() of a component.")
