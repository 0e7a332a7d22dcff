"""The commands of the page: one function for each, called with the panel's view model and the request.

A command gives up after a moment, since a click that waits keeps the kernel from everything else, and returns what
there is to say about what it did. Requests come from outside, so they are checked; the panel shows the errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...analysis.moment import held_by_thread
from ...core.component import Component
from ...core.errors import KamlabError, NotRunnable
from ...core.events import DISCARDED, FAILED, INSERTED, PRINTED, REMOVED, SENT, net_of
from ...core.outcome import Happened
from ...views.components import component_with_key, key_of
from ...views.printable import read_literal
from . import timelines
from .view_model import ViewModel

#: Seconds that a click waits for something to happen, for a message, and for a slice to end.
STEP_PATIENCE = 0.3
MESSAGE_PATIENCE = 2.0
PAUSE_PATIENCE = 2.0

#: The events that a click on "Message" tells; the others would hide them.
TOLD = (SENT, DISCARDED, REMOVED, INSERTED, PRINTED, FAILED)

#: What the page sends with a command.
Request = dict[str, Any]


class BadCommand(KamlabError):
    """The request cannot be understood."""


class NotThere(KamlabError):
    """What the request is about no longer exists."""


# -- driving ---------------------------------------------------------------------------------------------


def step(model: ViewModel, request: Request) -> str:
    """Run one slice."""
    return _told(model.lab.step(timeout=STEP_PATIENCE), everything=True)


def step_message(model: ViewModel, request: Request) -> str:
    """Run until a message is delivered."""
    return _told(model.lab.step_message(timeout=MESSAGE_PATIENCE))


def step_round(model: ViewModel, request: Request) -> str:
    """Give each component one slice."""
    return _told(model.lab.step_round(timeout=STEP_PATIENCE))


def back(model: ViewModel, request: Request) -> str:
    """Go back by one slice."""
    model.lab.back()
    return ""


def run(model: ViewModel, request: Request) -> str:
    """Let the lab run in the background."""
    model.lab.start()
    return ""


def pause(model: ViewModel, request: Request) -> str:
    """Pause the lab, or say why it has not paused yet."""
    return "" if model.lab.pause(timeout=PAUSE_PATIENCE) else who_is_busy(model.lab)


def to_breakpoint(model: ViewModel, request: Request) -> str:
    """Run in the background until a breakpoint stops it."""
    model.lab.start()
    return ""


def reset(model: ViewModel, request: Request) -> str:
    """Build the system again, ready for its first slice."""
    model.lab.reset()
    model.forget()
    return "The system was built again."


def stop(model: ViewModel, request: Request) -> str:
    """Stop everything in the lab; a slice that does not end is ended, or the error says which it is."""
    model.lab.stop(timeout=PAUSE_PATIENCE)
    return ""


def speed(model: ViewModel, request: Request) -> str:
    """Set how many slices a run does in a second; ``None`` is full speed."""
    model.lab.pace = request.get("pace")
    return ""


def goto(model: ViewModel, request: Request) -> str:
    """Take the lab itself to a step."""
    model.lab.goto(_number(request, "step"))
    model.at = None
    return ""


def branch(model: ViewModel, request: Request) -> str:
    """Go to the end of a branch."""
    model.lab.goto(branch=_number(request, "number"))
    model.at = None
    return ""


# -- intervening -----------------------------------------------------------------------------------------


def drop(model: ViewModel, request: Request) -> str:
    """Discard a message."""
    component, box, index = _place(model, request)
    model.lab.drop(component, box, index)
    model.opened = None
    return f"A message was dropped from {component.short_name}.{box}."


def duplicate(model: ViewModel, request: Request) -> str:
    """Put a second copy of a message into its inbox."""
    component, box, index = _place(model, request)
    model.lab.duplicate(component, box, index)
    return f"The message is in {component.short_name}.{box} twice now."


def move(model: ViewModel, request: Request) -> str:
    """Move a message to another place of its inbox."""
    component, box, index = _place(model, request)
    to = _number(request, "to")
    model.lab.move(component, to - (_number(request, "index") - index), box, index)
    model.opened = (str(request["key"]), box, to)
    return ""


def edit(model: ViewModel, request: Request) -> str:
    """Replace a message by another."""
    component, box, index = _place(model, request)
    model.lab.edit(component, read_literal(_text(request, "text")), box, index)
    return f"The message in {component.short_name}.{box} was changed."


def deliver_next(model: ViewModel, request: Request) -> str:
    """Move a message to the front of its inbox, and let the owner run next if it can."""
    component, box, index = _place(model, request)
    lab, name = model.lab, component.short_name
    if index:
        lab.move(component, 0, box, index)
        model.opened = (str(request["key"]), box, _number(request, "index") - index)
    try:
        lab.choose(component)
    except NotRunnable as error:
        return f"The message is the first in {name}.{box} now. {error}"
    return f"{name} goes next, and the message is the first in its {box}."


def inject(model: ViewModel, request: Request) -> str:
    """Put a message that no component sent into an inbox."""
    component = _component(model, request)
    box = _text(request, "box")
    model.lab.inject(component, read_literal(_text(request, "text")), box)
    return f"A message was put into {component.short_name}.{box}."


def choose(model: ViewModel, request: Request) -> str:
    """Let a component have the next slice."""
    component = _component(model, request)
    model.lab.choose(component)
    return f"{component.short_name} goes next."


def hold(model: ViewModel, request: Request) -> str:
    """Give a component no slices until it is released."""
    component = _component(model, request)
    model.lab.hold(component)
    return f"{component.short_name} is held: it has no slices until you release it."


def release(model: ViewModel, request: Request) -> str:
    """Let a component that is held go on."""
    component = _component(model, request)
    model.lab.release(component)
    return f"{component.short_name} goes on."


def set_break(model: ViewModel, request: Request) -> str:
    """Set a breakpoint before each slice of a component, or remove it if there is one."""
    component = _component(model, request)
    name = component.short_name
    for breakpoint in model.lab.breakpoints:
        if breakpoint.looks_ahead and str(breakpoint.aim) == name:
            breakpoint.remove()
            return f"The breakpoint at {name} is gone."
    model.lab.break_on(component)
    return f"The lab will stop before {name} runs."


def remove_break(model: ViewModel, request: Request) -> str:
    """Remove a breakpoint."""
    number = _number(request, "number")
    for breakpoint in model.lab.breakpoints:
        if breakpoint.number == number:
            breakpoint.remove()
            return f"Breakpoint {number} is gone."
    return f"Breakpoint {number} was gone already."


# -- looking -------------------------------------------------------------------------------------------


def look(model: ViewModel, request: Request) -> str:
    """Show a step of the past; without one, the lab as it is now."""
    model.look_at(None if request.get("step") is None else _number(request, "step"))
    if model.at is not None and model.window is not None:
        first, last = model.window
        if not first <= model.at <= last:
            model.window = None
    return ""


def select(model: ViewModel, request: Request) -> str:
    """Select a component; the selected one, or none, clears the selection."""
    key = str(request.get("key") or "")[:40]
    model.selected = "" if key == model.selected else key
    return ""


def fold(model: ViewModel, request: Request) -> str:
    """Fold a container, or unfold it."""
    model.fold(str(request.get("key") or "")[:40])
    return ""


def open_message(model: ViewModel, request: Request) -> str:
    """Show all of a message."""
    model.opened = (str(request.get("key"))[:40], _text(request, "box"), _number(request, "index"))
    return ""


def close_message(model: ViewModel, request: Request) -> str:
    """Close the message that is opened."""
    model.opened = None
    return ""


def select_event(model: ViewModel, request: Request) -> str:
    """Select an event; without one, clear the selection."""
    model.event = None if request.get("number") is None else _number(request, "number")
    return ""


def filter_story(model: ViewModel, request: Request) -> str:
    """Show only the events of the story that contain these words and are of these kinds."""
    model.filter = str(request.get("text") or "")[:200]
    kinds = request.get("kinds")
    model.kinds = tuple(str(kind)[:40] for kind in kinds[:40]) if isinstance(kinds, list) else None
    return ""


def watch(model: ViewModel, request: Request) -> str:
    """Watch an expression; with the key of a component the text is an attribute or a variable of it."""
    component = _component(model, request) if request.get("key") else None
    watched = model.lab.watch(_text(request, "text"), component)
    return f"{watched.expression} is watched{f': {watched.error}' if watched.error else '.'}"


def find(model: ViewModel, request: Request) -> str:
    """Look for a text in names and messages; an empty one forgets what was found."""
    model.look_for(_text(request, "text"))
    return ""


def follow(model: ViewModel, request: Request) -> str:
    """Follow the message of an event, or one that waits; the one that is followed already, or none, ends that."""
    number = None if request.get("event") is None else _number(request, "event")
    if request.get("box") is not None:
        number = _number_of_waiting(model, request)
    model.following = None if number == model.following else number
    return ""


def unwatch(model: ViewModel, request: Request) -> str:
    """Stop watching an expression."""
    model.lab.unwatch(_number(request, "number"))
    return ""


#: By the name that the page uses: the function, and the name of the permission that it needs (``None``: none).
COMMANDS: dict[str, tuple[Callable[[ViewModel, Request], str], str | None]] = {
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
    "choose": (choose, None),  # it may be about any component; the lab says whether that one can
    "hold": (hold, None),
    "release": (release, None),
    "break": (set_break, None),
    "unbreak": (remove_break, None),
    "watch": (watch, None),
    "unwatch": (unwatch, None),
    "find": (find, None),
    "follow": (follow, None),
    "look": (look, "look"),
    "select": (select, None),
    "fold": (fold, None),
    "open": (open_message, None),
    "close": (close_message, None),
    "event": (select_event, None),
    "filter": (filter_story, None),
    **timelines.COMMANDS,
}

#: After these commands the lab is shown as it is now.
SHOWS_NOW = frozenset({"step", "message", "round", "back", "run", "breakpoint", "reset"})


def who_is_busy(lab: Any) -> str:
    """Say which component has not reached the end of its slice."""
    slice = lab.runtime.long_slice()
    if slice is not None:
        return str(slice.sentence())
    running = lab.scheduler.running
    busy = f"{running.short_name} has not come to its next yield" if running is not None else "the lab is busy"
    return f"{busy}; the picture is from before that"


def _told(happened: Happened, everything: bool = False) -> str:
    events = net_of(happened.events) if everything else happened.of_kind(*TOLD)
    lines = [str(event) for event in events]
    if happened.reason != "steps" or not lines:
        lines.append(f"({happened.outcome})")
    return "\n".join(lines)


def _place(model: ViewModel, request: Request) -> tuple[Component, str, int]:
    """Return component, inbox and index of a message; the page counts what a thread holds already before the rest."""
    component, box, index = _component(model, request), _text(request, "box"), _number(request, "index")
    held = len(held_by_thread(component, box))
    if 0 <= index < held:
        raise NotThere(f"{component.short_name} has this message in its thread already, so it cannot be changed.")
    return component, box, index - held


def _number_of_waiting(model: ViewModel, request: Request) -> int:
    """Return the number of the event that brought a message that waits, now or at the step that is shown."""
    key, box, index = str(request.get("key")), _text(request, "box"), _number(request, "index")
    snapshot = model.lab.snapshot(model.at)
    for inbox, waiting in snapshot.waiting.items():
        if key_of(inbox.owner) == key and inbox.name == box and 0 <= index < len(waiting.numbers):
            if waiting.numbers[index] >= 0:
                return waiting.numbers[index]
            raise NotThere("This message was there before the first event that is on record, so it cannot be followed.")
    raise NotThere("This message is no longer there, or its way is not on record.")


def _component(model: ViewModel, request: Request) -> Component:
    key = request.get("key")
    found = component_with_key(model.lab, key) if isinstance(key, str) else None
    if found is None:
        raise NotThere(f"The component with the key {key!r} has ended, or was never there.")
    return found


def _text(request: Request, name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str):
        raise BadCommand(f"{request.get('do')}: {name} is {value!r}; a text is needed")
    return value


def _number(request: Request, name: str) -> int:
    value = request.get(name)
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise BadCommand(f"{request.get('do')}: {name} is {value!r}; a whole number is needed")
    return value
