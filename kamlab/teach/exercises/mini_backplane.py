"""Step 6 of "build your own": a backplane."""

from __future__ import annotations

from typing import Any

from ...core.describe import shorten
from ..exercise import exercise
from ..runs import Wrong
from .mini_chassis import judge as judge_pipeline
from .mini_chassis import need_parts
from .mini_steps import ODD, are_same, drive, held, need, said, watched

_TAKES = "your classes Microprocess, Scheduler, Component, Postman, Pipeline and Backplane"


@exercise("mini-backplane", takes=_TAKES, points=2, seconds=20)
def check(microprocess: Any, scheduler: Any, component: Any, postman: Any, pipeline: Any, backplane: Any) -> str:
    """Every subscriber gets each message that is published after it has subscribed, once and in order."""
    need_parts(microprocess, scheduler, component, postman)
    need(5, "Pipeline", judge_pipeline, scheduler, component, pipeline)
    judge(scheduler, component, backplane)
    return "Every subscriber gets every message that is published after it has subscribed."


def judge(scheduler: Any, component: Any, backplane: Any) -> None:
    """Raise Wrong if this is not a backplane."""
    mine = scheduler()
    plane = backplane("NEWS", mine)
    named: Any = getattr(mine, "names", {})
    if named.get("NEWS") is not plane:
        raise Wrong("Backplane('NEWS', scheduler) cannot be found as scheduler.names['NEWS'].")
    mine.activate(plane)
    anna, ben, carl = component(), component(), component()
    plane.subscribe(anna)
    plane.subscribe(ben)
    _both_get_all(mine, plane, anna, ben)
    _late(mine, plane, anna, carl)
    _boxes(scheduler, component, backplane)
    _in_one_slice(scheduler, component, backplane)


def _both_get_all(mine: Any, plane: Any, anna: Any, ben: Any) -> None:
    published = [["rain"], ["snow"]]
    for message in published:
        plane.send(message, "inbox")
    drive(mine, 10)
    if not any(active is plane for active in mine.active):
        raise Wrong("The main() of the backplane came to its end. It must go on forever.")
    got = held(anna, "inbox"), held(ben, "inbox")
    if anna.boxes["inbox"] is ben.boxes["inbox"]:
        raise Wrong("Two subscribers have one and the same list as their inbox: what one takes is gone for the other.")
    _all_taken(plane)
    anna_got, ben_got = said(got[0]), said(got[1])
    total = sorted(map(id, [*got[0], *got[1]]))
    if total == sorted(map(id, published)):
        raise Wrong(
            f"['rain'] and ['snow'] were published for two subscribers; one got {anna_got}, the other {ben_got}: "
            "a message that one of them gets the other misses."
        )
    for name, inbox in (("first", got[0]), ("second", got[1])):
        if not are_same(inbox, published):
            raise Wrong(
                f"['rain'] and ['snow'] were published in this order; the {name} of two subscribers got {said(inbox)}."
            )


def _all_taken(plane: Any) -> None:
    left = plane.boxes["inbox"]
    if left:
        raise Wrong(
            f"The backplane had {said(left)} in its inbox, and they are still there after its slices; messages that "
            "stay are handed out again, or never."
        )


def _late(mine: Any, plane: Any, anna: Any, carl: Any) -> None:
    plane.subscribe(carl)
    drive(mine, 3)
    if carl.boxes["inbox"]:
        raise Wrong(
            f"A component subscribed after two messages had been published, and got {said(carl.boxes['inbox'])}: "
            "old ones. A late subscriber gets later messages only."
        )
    plane.send("wind", "inbox")
    drive(mine, 3)
    if held(carl, "inbox") != ["wind"]:
        raise Wrong(f"After a late subscriber 'wind' was published, and it got {shorten(carl.boxes['inbox'])}.")
    if held(anna, "inbox") != [["rain"], ["snow"], "wind"]:
        raise Wrong(
            f"'wind' was published as the third message, and now there is {said(anna.boxes['inbox'])} in the inbox of "
            "a component that subscribed before all of them."
        )


def _boxes(scheduler: Any, component: Any, backplane: Any) -> None:
    mine, anna = scheduler(), component()
    first, second = backplane("ONE", mine), backplane("OTHER", mine)
    for name, plane in (("ONE", first), ("OTHER", second)):
        mine.activate(plane)
        if mine.names.get(name) is not plane:
            raise Wrong(
                f"Backplane('ONE', scheduler) and Backplane('OTHER', scheduler) were made, and scheduler.names has "
                f"{said(mine.names)}: {name!r} is missing, or leads elsewhere."
            )
    first.subscribe(anna, "outbox")
    first.send(1, "inbox")
    second.send(2, "inbox")
    drive(mine, 6)
    if held(anna, "outbox") != [1] or anna.boxes["inbox"]:
        raise Wrong(
            "There are two backplanes, 1 was published in one and 2 in the other. A component that subscribed to the "
            f"first, with its outbox, has {said(anna.boxes['outbox'])} there and {said(anna.boxes['inbox'])} in its "
            "inbox."
        )


def _in_one_slice(scheduler: Any, component: Any, backplane: Any) -> None:
    made = watched(component)
    mine, anna, ben = scheduler(), made(), made()
    plane = backplane("WEATHER", mine)
    mine.activate(plane)
    plane.subscribe(anna)
    plane.subscribe(ben, "outbox")
    for message in ODD:
        plane.send(message, "inbox")
    drive(mine, 1)
    for name, inbox in (("inbox", held(anna, "inbox")), ("outbox", held(ben, "outbox"))):
        if len(inbox) < len(ODD) and plane.boxes["inbox"]:
            raise Wrong(
                f"{len(ODD)} messages waited in the inbox of the backplane, and after one slice a subscriber has "
                f"{said(inbox)}. In every slice it must take all that waits, and send it."
            )
        if not inbox:
            raise Wrong(
                f"{len(ODD)} messages waited in the inbox of the backplane; it took them in a slice, and no subscriber "
                "has got them in that slice. It must send what it takes at once."
            )
        if not are_same(inbox, ODD):
            raise Wrong(
                f"{said(ODD)} were published, and a subscriber got {said(inbox)} in its {name}. Anything can be a "
                "message, also 0, None and an empty text, and so can two that are equal."
            )
    if anna.sent["inbox"] < len(ODD) or ben.sent["outbox"] < len(ODD):
        raise Wrong(
            "The messages came, and send() of the subscribers was not called for each: the backplane reaches into "
            "their boxes. Only a component knows how its boxes are made."
        )
