"""What ``break_on`` is asked for: its arguments are checked at once, since what is never met is never noticed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from kamlab.core.box import Box
from kamlab.core.component import Component
from kamlab.core.errors import NoSuchBox, listed
from kamlab.core.events import KINDS, RESUMED, name_of, shorten
from kamlab.core.microprocess import Microprocess

from .aim import Aim
from .breakpoint import ANYTHING, LONGER, WITH_MESSAGE, BadBreakpoint


def aim_of(lab: Any, what: Any) -> Aim:
    """Return what the first argument of ``break_on`` stands for.

    Raises:
        BadBreakpoint: it is no component and no box, or one of another lab.
        NoSuchBox: a component that is alive has no such box.
    """
    if isinstance(what, Box):
        _check_lab(lab, what.owner)
        return Aim(what.owner, what.name, what.kind, _is_of_the_past(lab, what.owner))
    if isinstance(what, tuple):
        if len(what) != 2 or not _is_component_like(what[0]) or not isinstance(what[1], str):
            raise BadBreakpoint(
                f"break_on({shorten(what)}): a box is given as a pair (component, name of the box). {_alive(lab)}"
            )
        aim = aim_of(lab, what[0])
        _check_box(lab, aim, what[1])
        return Aim(aim.who, what[1], None, aim.rebuilt)
    if what is not None and not _is_component_like(what):
        raise BadBreakpoint(
            f"break_on({shorten(what)}): give a component, its name or its class, a box, or a pair (component, name of "
            f"the box). {_alive(lab)}"
        )
    _check_lab(lab, what)
    return Aim(what, rebuilt=_is_of_the_past(lab, what))


def _is_component_like(what: Any) -> bool:
    if isinstance(what, type):
        return issubclass(what, Microprocess)
    return isinstance(what, (str, Microprocess)) and what != ""


def _is_of_the_past(lab: Any, who: Any) -> bool:
    """Return whether this was in the lab before it was reset."""
    return isinstance(who, Microprocess) and who._scheduler is not None and who._scheduler is not lab.scheduler


def _check_lab(lab: Any, who: Any) -> None:
    if _is_of_the_past(lab, who) and who._scheduler.world is not lab:
        raise BadBreakpoint(f"break_on({name_of(who)}): it is in another lab. {_alive(lab)}")


def _check_box(lab: Any, aim: Aim, name: str) -> None:
    """Raise an error if components that this is about are there, and none has a box of that name."""
    with lab.lock:
        found = [aim.who] if isinstance(aim.who, Component) else list(filter(aim.is_about, lab.components))
        boxes = [box for each in found for box in (*each.inboxes, *each.outboxes)]
    if found and name not in boxes:
        first = found[0]
        raise NoSuchBox(
            f"break_on(): {name_of(first)} has no box {name!r}. Its inboxes: {listed(first.inboxes)}; its outboxes: "
            f"{listed(first.outboxes)}."
        )


def kinds_of(
    lab: Any, aim: Aim, kind: str | Iterable[str] | None, message: Any, queue: int | None, after: bool
) -> tuple[str, ...]:
    """Return the kinds of event that a breakpoint listens to; none if it looks between slices only.

    Raises:
        BadBreakpoint: there is no such kind, or what is asked for can never be met.
    """
    given = _given_kinds(lab, kind)
    if after:
        if aim.who is None or aim.box is not None or given or message is not ANYTHING or queue is not None:
            raise BadBreakpoint(
                "break_on(after=True) is about the slices of a component: give a component and no kind=, message= or "
                "queue=. A breakpoint on an event stops after the slice in any case."
            )
        return (RESUMED,)
    if queue is not None:
        if type(queue) is not int or queue < 1:
            raise BadBreakpoint(f"break_on(queue={shorten(queue)}): give the number of messages that wait, 1 or more")
        return _only(given, LONGER, "queue=")
    if message is not ANYTHING:
        return _only(given, WITH_MESSAGE, "message=")
    if aim.box is not None:
        return _only(given, WITH_MESSAGE, f"the box {aim}")
    return given


def _given_kinds(lab: Any, kind: str | Iterable[str] | None) -> tuple[str, ...]:
    kinds = (kind,) if isinstance(kind, str) else () if kind is None else _several(kind)
    for each in kinds:
        if each not in KINDS:
            near = difflib.get_close_matches(str(each), KINDS, 1, 0.5)
            hint = f" Do you mean {near[0]!r}?" if near else ""
            raise BadBreakpoint(
                f"break_on(kind={shorten(each)}): there is no such kind of event.{hint} There are: {', '.join(KINDS)}."
            )
    if kind is not None and not kinds:
        raise BadBreakpoint(f"break_on(kind={shorten(kind)}): give at least one of: {', '.join(KINDS)}")
    return tuple(each for each in KINDS if each in kinds)


def _several(kind: Any) -> tuple[Any, ...]:
    try:
        return tuple(kind)
    except TypeError:
        return (kind,)


def _only(given: tuple[str, ...], possible: tuple[str, ...], what: str) -> tuple[str, ...]:
    wrong = [kind for kind in given if kind not in possible]
    if wrong:
        raise BadBreakpoint(
            f"break_on(kind={', '.join(wrong)}) together with {what} can never be met; of such kinds there are: "
            f"{', '.join(possible)}"
        )
    return given or possible


def _alive(lab: Any) -> str:
    return f"These are alive: {listed(map(name_of, lab.scheduler.members.values()))}."
