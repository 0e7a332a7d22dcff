"""Step 6 of "build your own": a backplane."""

from __future__ import annotations

from typing import Any

from ...core.describe import shorten
from ..exercise import exercise
from ..runs import Wrong
from .mini_chassis import judge as judge_pipeline
from .mini_chassis import need_parts
from .mini_steps import drive, need, said

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


def _both_get_all(mine: Any, plane: Any, anna: Any, ben: Any) -> None:
    published = [["rain"], ["snow"]]
    for message in published:
        plane.send(message, "inbox")
    drive(mine, 10)
    if not any(active is plane for active in mine.active):
        raise Wrong("The main() of the backplane came to its end. It must go on forever.")
    got = anna.boxes["inbox"], ben.boxes["inbox"]
    if got[0] is got[1]:
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
        if [id(message) for message in inbox] != [id(message) for message in published]:
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
    if carl.boxes["inbox"] != ["wind"]:
        raise Wrong(f"After a late subscriber 'wind' was published, and it got {shorten(carl.boxes['inbox'])}.")
    if anna.boxes["inbox"] != [["rain"], ["snow"], "wind"]:
        raise Wrong(
            f"'wind' was published as the third message, and now there is {said(anna.boxes['inbox'])} in the inbox of "
            "a component that subscribed before all of them."
        )


def _boxes(scheduler: Any, component: Any, backplane: Any) -> None:
    mine, anna = scheduler(), component()
    first, second = backplane("ONE", mine), backplane("OTHER", mine)
    for plane in (first, second):
        mine.activate(plane)
    first.subscribe(anna, "outbox")
    first.send(1, "inbox")
    second.send(2, "inbox")
    drive(mine, 6)
    if anna.boxes["outbox"] != [1] or anna.boxes["inbox"]:
        raise Wrong(
            "There are two backplanes, 1 was published in one and 2 in the other. A component that subscribed to the "
            f"first, with its outbox, has {said(anna.boxes['outbox'])} there and {said(anna.boxes['inbox'])} in its "
            "inbox."
        )
