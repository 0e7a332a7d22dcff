"""What the page can ask for: one function for each command, with the lab and the panel's choices.

Each gives up after a moment, since a click that waits keeps the kernel from everything else, and
returns what it has to say about what it did. What comes from a page is checked like anything from
outside; an error is shown, and raised nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...analysis.moment import held_by_thread
from ...core.component import Component
from ...core.errors import KamlabError, NotRunnable
from ...core.events import DISCARDED, FAILED, INSERTED, PRINTED, REMOVED, SENT
from ...core.outcome import Happened
from ...views.keys import component_of
from ...views.payload import read_literal
from .looking import Looking

#: How long, in seconds, a click waits for something to happen, for a message, and for a slice to end.
STEP_PATIENCE = 0.3
MESSAGE_PATIENCE = 2.0
PAUSE_PATIENCE = 2.0

#: What a click on "Message" tells of what happened; the rest would hide it.
TOLD = (SENT, DISCARDED, REMOVED, INSERTED, PRINTED, FAILED)

Given = dict[str, Any]


class BadCommand(KamlabError):
    """The page asks for something that cannot be understood."""


class NotThere(KamlabError):
    """What the page asks about is there no more."""


# -- driving ---------------------------------------------------------------------------------------------


def step(looking: Looking, given: Given) -> str:
    """Run one slice."""
    return _told(looking.lab.step(timeout=STEP_PATIENCE), everything=True)


def step_message(looking: Looking, given: Given) -> str:
    """Run until a message is delivered."""
    return _told(looking.lab.step_message(timeout=MESSAGE_PATIENCE))


def step_round(looking: Looking, given: Given) -> str:
    """Give everybody one slice."""
    return _told(looking.lab.step_round(timeout=STEP_PATIENCE))


def back(looking: Looking, given: Given) -> str:
    """Go back by one slice."""
    looking.lab.back()
    return ""


def run(looking: Looking, given: Given) -> str:
    """Let the lab run in the background."""
    looking.lab.start()
    return ""


def pause(looking: Looking, given: Given) -> str:
    """Let the lab stand still, or tell why it does not yet."""
    return "" if looking.lab.pause(timeout=PAUSE_PATIENCE) else who_is_busy(looking.lab)


def to_breakpoint(looking: Looking, given: Given) -> str:
    """Run in the background until a breakpoint stops it."""
    looking.lab.start()
    return ""


def reset(looking: Looking, given: Given) -> str:
    """Build the system again, and stand before its first slice."""
    looking.lab.reset()
    looking.forget()
    return "The system was built again."


def stop(looking: Looking, given: Given) -> str:
    """End everything in the lab, unless a slice hangs: then tell in which component."""
    lab = looking.lab
    if not lab.pause(timeout=PAUSE_PATIENCE):
        return who_is_busy(lab)
    lab.stop()
    return ""


def speed(looking: Looking, given: Given) -> str:
    """Set how many slices a run has in a second; ``None`` is full speed."""
    looking.lab.pace = given.get("pace")
    return ""


def goto(looking: Looking, given: Given) -> str:
    """Have the lab itself stand at a step."""
    looking.lab.goto(_number(given, "step"))
    looking.at = None
    return ""


def branch(looking: Looking, given: Given) -> str:
    """Go to the end of a branch."""
    looking.lab.goto(branch=_number(given, "number"))
    looking.at = None
    return ""


# -- hands -----------------------------------------------------------------------------------------------


def drop(looking: Looking, given: Given) -> str:
    """Lose a message."""
    component, box, index = _place(looking, given)
    looking.lab.drop(component, box, index)
    looking.opened = None
    return f"A message was dropped from {component.short_name}.{box}."


def duplicate(looking: Looking, given: Given) -> str:
    """Put a message in twice."""
    component, box, index = _place(looking, given)
    looking.lab.duplicate(component, box, index)
    return f"The message is in {component.short_name}.{box} twice now."


def move(looking: Looking, given: Given) -> str:
    """Move a message to another place of its inbox."""
    component, box, index = _place(looking, given)
    to = _number(given, "to")
    looking.lab.move(component, to - (_number(given, "index") - index), box, index)
    looking.opened = (str(given["key"]), box, to)
    return ""


def edit(looking: Looking, given: Given) -> str:
    """Put another message in the place of one."""
    component, box, index = _place(looking, given)
    looking.lab.edit(component, read_literal(_text(given, "text")), box, index)
    return f"The message in {component.short_name}.{box} was changed."


def deliver_next(looking: Looking, given: Given) -> str:
    """Have a message be the next that its owner takes, and the owner be the next to run, if it can."""
    component, box, index = _place(looking, given)
    lab, name = looking.lab, component.short_name
    if index:
        lab.move(component, 0, box, index)
        looking.opened = (str(given["key"]), box, _number(given, "index") - index)
    try:
        lab.choose(component)
    except NotRunnable:
        return f"The message is the first in {name}.{box} now; {name} is {component._life} and cannot go next."
    return f"{name} goes next, and the message is the first in its {box}."


def inject(looking: Looking, given: Given) -> str:
    """Put in a message that nobody sent."""
    component = _component(looking, given)
    box = _text(given, "box")
    looking.lab.inject(component, read_literal(_text(given, "text")), box)
    return f"A message was put into {component.short_name}.{box}."


def choose(looking: Looking, given: Given) -> str:
    """Let a component have the next slice."""
    component = _component(looking, given)
    looking.lab.choose(component)
    return f"{component.short_name} goes next."


def set_break(looking: Looking, given: Given) -> str:
    """Stop before a component runs; where there is such a breakpoint already, take it away."""
    component = _component(looking, given)
    name = component.short_name
    for each in looking.lab.breakpoints:
        if each.looks_ahead and str(each.aim) == name:
            each.remove()
            return f"The breakpoint at {name} is gone."
    looking.lab.break_on(component)
    return f"The lab will stop before {name} runs."


def remove_break(looking: Looking, given: Given) -> str:
    """Take a breakpoint away."""
    number = _number(given, "number")
    for each in looking.lab.breakpoints:
        if each.number == number:
            each.remove()
            return f"Breakpoint {number} is gone."
    return f"Breakpoint {number} was gone already."


# -- looking ---------------------------------------------------------------------------------------------


def look(looking: Looking, given: Given) -> str:
    """Show a step of the past, or, without one, the lab as it stands."""
    step = given.get("step")
    looking.at = None if step is None else min(max(0, _number(given, "step")), looking.lab.step_number)
    if looking.at == looking.lab.step_number:
        looking.at = None
    if looking.at is not None and looking.window is not None:
        first, last = looking.window
        if not first <= looking.at <= last:
            looking.window = None
    return ""


def select(looking: Looking, given: Given) -> str:
    """Select a component, or, without one, none."""
    key = str(given.get("key") or "")[:40]
    looking.selected = "" if key == looking.selected else key
    return ""


def fold(looking: Looking, given: Given) -> str:
    """Fold a container, or unfold it."""
    looking.fold(str(given.get("key") or "")[:40])
    return ""


def open_message(looking: Looking, given: Given) -> str:
    """Show the whole of a message."""
    looking.opened = (str(given.get("key"))[:40], _text(given, "box"), _number(given, "index"))
    return ""


def close_message(looking: Looking, given: Given) -> str:
    """Show no whole message any more."""
    looking.opened = None
    return ""


def select_event(looking: Looking, given: Given) -> str:
    """Select an event, or, without one, none."""
    looking.event = None if given.get("number") is None else _number(given, "number")
    return ""


def window(looking: Looking, given: Given) -> str:
    """Show these steps in the timeline; without any, the last ones."""
    if given.get("first") is None or given.get("last") is None:
        looking.window = None
    else:
        first, last = _number(given, "first"), _number(given, "last")
        looking.window = (max(0, first), max(0, last)) if last < looking.lab.step_number else None
    return ""


def filter_story(looking: Looking, given: Given) -> str:
    """Show only the events of the story that hold these words, and are of these kinds."""
    looking.filter = str(given.get("text") or "")[:200]
    kinds = given.get("kinds")
    looking.kinds = tuple(str(each)[:40] for each in kinds[:40]) if isinstance(kinds, list) else None
    return ""


#: By the name that the page calls it: what it does, and under which name it is allowed (``None``: always).
COMMANDS: dict[str, tuple[Callable[[Looking, Given], str], str | None]] = {
    "step": (step, "step"),
    "message": (step_message, "message"),
    "round": (step_round, "round"),
    "back": (back, "back"),
    "run": (run, "run"),
    "pause": (pause, "pause"),
    "breakpoint": (to_breakpoint, "breakpoint"),
    "reset": (reset, "reset"),
    "stop": (stop, "stop"),
    "speed": (speed, None),
    "goto": (goto, "goto"),
    "branch": (branch, "goto"),
    "drop": (drop, "edit"),
    "duplicate": (duplicate, "edit"),
    "move": (move, "edit"),
    "edit": (edit, "edit"),
    "next": (deliver_next, "edit"),
    "inject": (inject, "edit"),
    "choose": (choose, None),  # of a component that need not be the selected one; the lab says whether it can
    "break": (set_break, None),
    "unbreak": (remove_break, None),
    "look": (look, "look"),
    "select": (select, None),
    "fold": (fold, None),
    "open": (open_message, None),
    "close": (close_message, None),
    "event": (select_event, None),
    "window": (window, None),
    "filter": (filter_story, None),
}

#: After these what is shown is the lab as it stands.
SHOWS_NOW = frozenset({"step", "message", "round", "back", "run", "breakpoint", "reset"})


def who_is_busy(lab: Any) -> str:
    """Say which component has not come to the end of its slice."""
    running = lab.scheduler.running
    who = f"{running.short_name} has not come to its next yield" if running is not None else "the lab is busy"
    return f"{who}; the picture is from before that"


def _told(happened: Happened, everything: bool = False) -> str:
    events = happened.events if everything else happened.of_kind(*TOLD)
    lines = [str(event) for event in events]
    if happened.reason != "steps" or not lines:
        lines.append(f"({happened.outcome})")
    return "\n".join(lines)


def _place(looking: Looking, given: Given) -> tuple[Component, str, int]:
    """Return component, inbox and index of a message; what a thread holds already is shown before the rest."""
    component, box, index = _component(looking, given), _text(given, "box"), _number(given, "index")
    held = len(held_by_thread(component, box))
    if 0 <= index < held:
        raise NotThere(f"{component.short_name} has this message in its thread already, so it cannot be changed.")
    return component, box, index - held


def _component(looking: Looking, given: Given) -> Component:
    key = given.get("key")
    found = component_of(looking.lab, key) if isinstance(key, str) else None
    if found is None:
        raise NotThere(f"The component with the key {key!r} has ended, or was never there.")
    return found


def _text(given: Given, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise BadCommand(f"{given.get('do')}: {name} is {value!r}; a text is needed")
    return value


def _number(given: Given, name: str) -> int:
    value = given.get(name)
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise BadCommand(f"{given.get('do')}: {name} is {value!r}; a whole number is needed")
    return value
