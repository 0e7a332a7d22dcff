"""Step 5 of "build your own": a chassis."""

from __future__ import annotations

from typing import Any

from ...core.describe import shorten
from ..exercise import exercise
from ..runs import Wrong
from .mini_component import judge as judge_component
from .mini_microprocess import judge as judge_microprocess
from .mini_postman import judge as judge_postman
from .mini_scheduler import judge as judge_scheduler
from .mini_steps import ODD, are_same, drive, held, need, said


@exercise(
    "mini-chassis", takes="your classes Microprocess, Scheduler, Component, Postman and Pipeline", points=2, seconds=20
)
def check(microprocess: Any, scheduler: Any, component: Any, postman: Any, pipeline: Any) -> str:
    """What goes into the pipeline goes through all its components, in order, and comes out at its end."""
    need_parts(microprocess, scheduler, component, postman)
    judge(scheduler, component, pipeline)
    return "What goes in at the front comes out at the end, through all components, once and in order."


def need_parts(microprocess: Any, scheduler: Any, component: Any, postman: Any) -> None:
    """Check that the first four steps are done."""
    need(1, "Microprocess", judge_microprocess, microprocess)
    need(2, "Scheduler", judge_scheduler, microprocess, scheduler)
    need(3, "Component", judge_component, microprocess, component)
    need(4, "Postman", judge_postman, component, postman)


def judge(scheduler: Any, component: Any, pipeline: Any) -> None:
    """Raise Wrong if this is not a pipeline."""
    add = _add(component)
    _activation(scheduler, add, pipeline)
    _inside(scheduler, add, pipeline)
    _outer_boxes(scheduler, add, pipeline)
    _one(scheduler, add, pipeline)
    _nested(scheduler, add, pipeline)
    _first_slice(scheduler, add, pipeline)
    _any_message(scheduler, component, pipeline)


def _first_slice(scheduler: Any, add: Any, pipeline: Any) -> None:
    parts = [add("A"), add("B"), add("C")]
    mine, line = scheduler(), pipeline(*parts)
    mine.activate(line)
    drive(mine, 1)
    missing = [part.letter for part in parts if not any(active is part for active in mine.active)]
    if missing:
        raise Wrong(
            f"After the first slice of Pipeline(A, B, C) {' and '.join(missing)} {'are' if missing[1:] else 'is'} not "
            "active. All children must be activated in the first slice."
        )
    postmen = [process for process in mine.active if hasattr(process, "source_box")]
    if len(postmen) != 4:
        raise Wrong(
            f"After the first slice of Pipeline(A, B, C) {len(postmen)} postmen are active, and four are wanted: from "
            f"the inbox of the pipeline to A, two between neighbours, and from C to its outbox. {_ways(mine, line)}"
        )
    children = list(line.children)
    if [id(child) for child in children[:3]] != list(map(id, parts)):
        names = [getattr(child, "letter", type(child).__name__) for child in children]
        raise Wrong(f"The list children of Pipeline(A, B, C) must begin with A, B and C, in this order; it is {names}.")
    drive(mine, 60)
    active = len(mine.active)
    if active > 8:
        raise Wrong(
            f"Pipeline(A, B, C) has three components and four postmen, and after {60} slices {active} processes are "
            "active. It must make and activate them once, in its first slice."
        )


def _any_message(scheduler: Any, component: Any, pipeline: Any) -> None:
    class Same(component):  # type: ignore[misc]
        """Sends on what it receives."""

        def main(self) -> Any:
            while True:
                while self.data_ready("inbox"):
                    self.send(self.recv("inbox"), "outbox")
                yield

    mine, line = scheduler(), pipeline(Same(), Same())
    mine.activate(line)
    for message in ODD:
        line.send(message, "inbox")
    drive(mine)
    came = held(line, "outbox")
    if not are_same(came, ODD):
        raise Wrong(
            f"{said(ODD)} went into a pipeline whose parts send on what they receive, and {said(came)} came out."
        )


def _add(component: Any) -> Any:
    class Add(component):  # type: ignore[misc]
        """Adds a letter to each word."""

        def __init__(self, letter: str) -> None:
            super().__init__()
            self.letter = letter

        def main(self) -> Any:
            while True:
                while self.data_ready("inbox"):
                    self.send(self.recv("inbox") + self.letter, "outbox")
                yield

    return Add


def _activation(scheduler: Any, add: Any, pipeline: Any) -> None:
    parts = [add("A"), add("B")]
    mine, line = scheduler(), pipeline(*parts)
    mine.activate(line)
    drive(mine, 30)
    for part in parts:
        times = sum(active is part for active in mine.active)
        if not times:
            raise Wrong(
                "The pipeline was activated and had slices, and its components are not active. "
                "It must activate them with self.scheduler.activate()."
            )
        if times > 1:
            raise Wrong(f"After 30 slices a component of the pipeline is {times} times in the list active.")
    if not any(active is line for active in mine.active):
        raise Wrong("The main() of the pipeline came to its end. It must go on forever, with a yield in each round.")
    children = getattr(line, "children", None)
    if not isinstance(children, list) or not all(any(child is part for child in children) for part in parts):
        raise Wrong(f"The list children of the pipeline must hold its parts; it is {shorten(children)}.")


def _inside(scheduler: Any, add: Any, pipeline: Any) -> None:
    parts = [add("A"), add("B"), add("C")]
    mine, line = scheduler(), pipeline(*parts)
    mine.activate(line)
    drive(mine, 10)
    parts[0].send("x", "inbox")
    drive(mine)
    first, second, third = parts
    if held(third, "outbox") + held(line, "outbox") == ["xABC"]:
        return
    if held(first, "outbox") == ["xA"]:
        raise Wrong(f"The first component sent 'xA', and it is still in its outbox. {_ways(mine, line)}")
    found = {part.letter: said(held(part, "inbox") + held(part, "outbox")) for part in parts}
    if not (second.boxes["outbox"] or third.boxes["inbox"] or third.boxes["outbox"] or line.boxes["outbox"]):
        raise Wrong("The first component's message has left its outbox, and never came to the second one.")
    came = line.boxes["outbox"] or third.boxes["outbox"]
    if came:
        raise Wrong(f"'x' went into Pipeline(A, B, C), each adds its letter, and {said(came)} came out.")
    raise Wrong(f"'x' went into Pipeline(A, B, C), and it never reached the end. Their boxes hold: {found}.")


def _ways(scheduler: Any, line: Any) -> str:
    """Describe between which boxes the active postmen go."""

    def name(component: Any) -> str:
        return "the pipeline" if component is line else getattr(component, "letter", type(component).__name__)

    postmen = [process for process in scheduler.active if hasattr(process, "source_box")]
    if not postmen:
        return "No postman is active."
    ways = (f"{name(p.source)}'s {p.source_box} to {name(p.sink)}'s {p.sink_box}" for p in postmen)
    return f"The active postmen go from {', from '.join(ways)}."


def _outer_boxes(scheduler: Any, add: Any, pipeline: Any) -> None:
    parts = [add("A"), add("B")]
    mine, line = scheduler(), pipeline(*parts)
    mine.activate(line)
    for word in ("x", "y"):
        line.send(word, "inbox")
    drive(mine)
    if line.boxes["inbox"]:
        raise Wrong(
            f"{said(line.boxes['inbox'])} came into the inbox of the pipeline, and still waits there: no postman takes "
            "it to the first component."
        )
    if parts[1].boxes["outbox"]:
        raise Wrong(
            f"The last component sent {said(parts[1].boxes['outbox'])}, and it is still in its outbox: no postman "
            "takes it to the outbox of the pipeline."
        )
    if held(line, "outbox") != ["xAB", "yAB"]:
        raise Wrong(
            f"'x' and 'y' went into the inbox of Pipeline(A, B), and {said(line.boxes['outbox'])} came out; "
            "['xAB', 'yAB'] is wanted."
        )


def _one(scheduler: Any, add: Any, pipeline: Any) -> None:
    mine, line = scheduler(), pipeline(add("A"))
    mine.activate(line)
    line.send("x", "inbox")
    drive(mine)
    if held(line, "outbox") != ["xA"]:
        raise Wrong(f"Pipeline(A) has a single component; 'x' went in, and {said(line.boxes['outbox'])} came out.")


def _nested(scheduler: Any, add: Any, pipeline: Any) -> None:
    mine, line = scheduler(), pipeline(pipeline(add("A"), add("B")), add("C"))
    mine.activate(line)
    line.send("x", "inbox")
    drive(mine)
    if held(line, "outbox") != ["xABC"]:
        raise Wrong(
            "A pipeline is a component, too. 'x' went into Pipeline(Pipeline(A, B), C), and "
            f"{said(line.boxes['outbox'])} came out."
        )
