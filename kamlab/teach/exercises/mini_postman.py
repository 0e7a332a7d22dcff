"""Step 4 of "build your own": a postman."""

from __future__ import annotations

from typing import Any

from ..exercise import exercise
from ..runs import Wrong
from .mini_component import judge as judge_component
from .mini_microprocess import judge as judge_microprocess
from .mini_steps import ODD, are_same, held, need, said, watched


@exercise("mini-postman", takes="your classes Microprocess, Component and Postman")
def check(microprocess: Any, component: Any, postman: Any) -> str:
    """In every slice, forever, all messages that wait go from one box to the other, in order, each once."""
    need(1, "Microprocess", judge_microprocess, microprocess)
    need(3, "Component", judge_component, microprocess, component)
    judge(component, postman)
    return "Every message is carried, once, in order, for as long as there are messages."


def judge(component: Any, postman: Any) -> None:
    """Raise Wrong if this is not a postman."""
    source, sink = component(), component()
    sink.send("earlier", "inbox")
    for number in (1, 2, 3):
        source.send(number)
    carrier = postman(source, "outbox", sink, "inbox")
    if len(sink.boxes["inbox"]) != 1:
        raise Wrong("The postman carried messages when it was made. It must do so in its slices, in main().")
    for name in ("source", "source_box", "sink", "sink_box"):
        if not hasattr(carrier, name):
            raise Wrong(f"The postman has no attribute {name}, by which others see between which boxes it goes.")
    _first_slice(carrier, source, sink)
    _later_slices(carrier, source, sink)
    _other_boxes(component, postman)
    _any_message(component, postman)
    _by_methods(component, postman)


def _first_slice(carrier: Any, source: Any, sink: Any) -> None:
    _slice(carrier, "three messages waited")
    came, left = held(sink, "inbox")[1:], held(source, "outbox")
    if source.boxes["outbox"] is sink.boxes["inbox"]:
        raise Wrong(
            "After a slice of the postman the two boxes are one and the same list: what is sent from now on is in the "
            "inbox at once. Move the messages, not the list."
        )
    if held(sink, "inbox")[:1] != ["earlier"]:
        raise Wrong(f"A message waited in the sink's box before, and now there is {said(sink.boxes['inbox'])}.")
    if came == [1, 2, 3] and left:
        raise Wrong(
            f"The messages 1, 2, 3 came, and they are still in the source's outbox: {said(left)}. The postman copies "
            "them, and will bring them again."
        )
    if came == [3, 2, 1]:
        raise Wrong("1, 2, 3 were sent, and they came as 3, 2, 1: the postman takes the newest first.")
    if not came:
        raise Wrong("1, 2 and 3 waited in the source's outbox, and after a slice of the postman none has come.")
    if came != [1, 2, 3]:
        raise Wrong(
            f"1, 2 and 3 waited in the source's outbox; after one slice of the postman {said(came)} came, and "
            f"{said(left)} still waits. In a slice it must carry all that waits."
        )


def _later_slices(carrier: Any, source: Any, sink: Any) -> None:
    _slice(carrier, "nothing waited")
    for number in (4, 5):
        source.send(number)
        _slice(carrier, "one message waited")
    came = held(sink, "inbox")[1:]
    if came != [1, 2, 3, 4, 5]:
        raise Wrong(f"1 to 5 were sent, two of them later, and {said(came)} came.")


def _slice(carrier: Any, when: str) -> None:
    try:
        next(carrier)
    except StopIteration:
        raise Wrong(
            f"The postman's main() came to its end in a slice in which {when}. Later messages would not be carried: "
            "it must go on forever."
        ) from None
    except IndexError:
        raise Wrong(f"The postman raised IndexError in a slice in which {when}: it took from an empty box.") from None


def _other_boxes(component: Any, postman: Any) -> None:
    source, sink = component(), component()
    source.send("through", "inbox")
    waited = held(source, "inbox")
    _slice(postman(source, "inbox", sink, "outbox"), "one message waited")
    if not are_same(held(sink, "outbox"), waited):
        raise Wrong(
            "Postman(a, 'inbox', b, 'outbox') must carry from a's inbox to b's outbox, and it did not. "
            "Use the names of the boxes that it was made with."
        )


def _any_message(component: Any, postman: Any) -> None:
    source, sink = component(), component()
    many = [*ODD, *range(100, 120)]
    for message in many:
        source.send(message)
    _slice(postman(source, "outbox", sink, "inbox"), f"{len(many)} messages waited")
    came = held(sink, "inbox")
    if len(came) < len(many) and held(source, "outbox"):
        raise Wrong(
            f"{len(many)} messages waited in the source's outbox, and after one slice only {len(came)} had come. In a "
            "slice the postman must carry all that waits."
        )
    if not are_same(came, many):
        raise Wrong(
            f"{said(many)} waited in the source's outbox, and {said(came)} came. Anything can be a message, also 0, "
            "None and an empty text, and so can two that are equal."
        )


def _by_methods(component: Any, postman: Any) -> None:
    """See that nobody's boxes are reached into: what is carried is received here, and sent there."""
    made = watched(component)
    source, sink = made(), made()
    for number in range(3):
        source.send(number)
    source.sent.clear()
    _slice(postman(source, "outbox", sink, "inbox"), "three messages waited")
    if source.taken["outbox"] < 3 or sink.sent["inbox"] < 3:
        missing = "recv() of the source" if source.taken["outbox"] < 3 else "send() of the sink"
        raise Wrong(
            f"The messages came, and {missing} was not called for each: the postman reaches into the boxes of a "
            "component. Only the component knows how its boxes are made."
        )
