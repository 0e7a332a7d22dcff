"""Tells what users see of a system, moment by moment, as text. Used by the oracle's tests, and as a program:

    python tests/oracle/telling.py SYSTEM [MOMENT]

A moment is the lab after one more step, or after one of the moves at the end of the run: back, along another branch,
after an act by hand. Its text has one line for each event and for each value of each view, so that a difference reads
as a difference of what a user sees. Only the public interface is used: code that moves about below it must leave the
texts equal.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # a sibling of this file, also in the copy of an earlier commit
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent.parent)]
    from systems import SYSTEMS, System
else:
    from .systems import SYSTEMS, System

import kamlab
from kamlab import Lab
from kamlab.views import source_of

Moment = tuple[str, str]


class SilentLab(Lab):
    """A lab whose components may fail without a word on stderr."""

    def report(self, text: str) -> None:
        self.reported = text


def moments(system: System) -> Iterator[Moment]:
    """Run a system and yield what is seen after each slice, and after moves at the end, as (name, text) pairs."""
    lab = SilentLab(build=system.build, clock="virtual", **system.doors())
    try:
        yield "step 0", seen(lab)
        for step in range(1, system.steps + 1):
            events = lab.trace.next_number
            if lab.step().reason != "steps":
                break
            yield f"step {step}", seen(lab, events)
        end = lab.step_number
        for name, move in MOVES.items():
            events = lab.trace.next_number
            told = _or_error(lambda move=move: move(lab, end))
            yield name, f"{told}\n{seen(lab, events)}"
    finally:
        lab.stop()


def _back(lab: Lab, end: int) -> str:
    return str(lab.back(min(3, end)))


def _other_way(lab: Lab, end: int) -> str:
    runnable = lab.runnable()
    if not runnable:
        return "nothing can run"
    lab.choose(runnable[-1])
    return str(lab.step())


def _by_hand(lab: Lab, end: int) -> str:
    full = [each for each in lab.components if "inbox" in each.inboxes and each.inboxes["inbox"].target.items]
    if not full:
        return "nothing waits in an inbox"
    return f"{lab.duplicate(full[-1])}\n{lab.step(2)}"


def _to_the_middle(lab: Lab, end: int) -> str:
    return str(lab.goto(end // 2))


#: What is done when the slices are over.
MOVES: dict[str, Callable[[Lab, int], str]] = {
    "back": _back,
    "another way": _other_way,
    "by hand": _by_hand,
    "to the middle": _to_the_middle,
}


def seen(lab: Lab, events: int = 0) -> str:
    """Return all that a user can see of a lab now, and how it shows the step before; ``events``: the first new one."""
    lines = [f"{lab.state} at step {lab.step_number}"]
    for name, look in _looks(lab, events):
        lines.append(f"-- {name}")
        lines += _or_error(look).splitlines()
    return _OWN_LINE.sub(_without_line, "\n".join(lines)) + "\n"


def _looks(lab: Lab, events: int) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "events", lambda: "\n".join(str(event) for event in lab.trace.events() if event.number >= events)
    yield "run line", lambda: str(lab.recording)
    yield "graph", lambda: _in_full(lab.graph())
    yield "inboxes", lambda: _in_full(lab.inboxes())
    yield "timeline", lambda: _in_full(lab.timeline())
    yield "story", lambda: _in_full(lab.story())
    yield "branches", lambda: str(lab.branches)
    for component in lab.components:
        name = component.short_name
        yield f"source of {name}", lambda component=component: values(_without_own(source_of(lab, component).data()))
        yield f"why {name}", lambda name=name: str(lab.why(name))
    yield "where", lambda: str(lab.where())
    yield "why", lambda: str(lab.why())
    yield "lost", lambda: str(lab.lost())
    yield "leaks", lambda: str(lab.leaks())
    yield "still running", lambda: str(lab.still_running())
    before = lab.step_number - 1
    if before >= 0:
        yield "the step before: at", lambda: str(lab.snapshot(before))
        yield "the step before: graph", lambda: values(lab.graph(step=before).data()["now"])
        yield "the step before: inboxes", lambda: str(lab.inboxes(step=before))
        yield "the step before: story", lambda: str(lab.story(step=before))
        yield "the step before: where", lambda: str(lab.where(step=before))


def _in_full(view: Any) -> str:
    """Return a view as text and as the values that its picture is drawn from."""
    return f"{view}\n{values(view.data())}"


def values(data: Any) -> str:
    """Return plain data as text: a line for each value that says something, with the path to it."""
    return "\n".join(f"{path} = {json.dumps(leaf)}" for path, leaf in _leaves(data, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)) and not all(isinstance(inner, (int, float, str)) for inner in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{number}]")
    elif value not in (None, "", False, [], ()):
        yield path, value


# -- lines of kamlab's own code: a commit that moves code must not change them ----------------------------

_OWN_FILES = frozenset({"threading.py", *(path.name for path in Path(kamlab.__file__).parent.rglob("*.py"))})
_OWN_LINE = re.compile(r"line \d+ of\s+\w+\(\)\s+in\s+(\w+\.py)")


def _without_line(found: re.Match[str]) -> str:
    return "a line of kamlab" if found[1] in _OWN_FILES else found[0]


def _without_own(source: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a source view without the code, and without places and variables in kamlab's own code."""
    own = ("file", "function", "first", "at", "locals") if source["file"] in _OWN_FILES else ()
    return {name: value for name, value in source.items() if name not in ("lines", *own)}


def _or_error(look: Callable[[], str]) -> str:
    """Return what a look returns, or the error that a user gets instead."""
    try:
        return look()
    except Exception as error:  # a view that crashes is what the user sees, too
        return f"{type(error).__name__}: {error}"


def told(name: str) -> Iterator[Moment]:
    """Tell a system by its name, in a folder of its own for the files that its components write."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield from moments(SYSTEMS[name])
        finally:
            os.chdir(here)


def main(name: str, wanted: str = "") -> None:
    """Print the moments of a system, or only the one that is wanted."""
    for moment, text in told(name):
        if wanted in ("", moment):
            print(f"== {moment}\n{text}", end="")


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        main(*sys.argv[1:])
