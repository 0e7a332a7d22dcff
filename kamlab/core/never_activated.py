"""What was made and never activated, for the run that has nothing to run.

A forgotten ``activate()`` is a mistake of which no trace is left: the component is made, dropped and freed, and the lab
knows nothing of it. So :mod:`.origins` notes what is made while a lab is new, with the line that makes it.

The first activation after a lab begins is noted as well, if it is in the current lab: one that has nothing to run names
it, since ``lab = Lab(); Busy().activate(); lab.run()`` activates in another lab than it runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING, Any

from .origins import FRESH, users_line, want_fresh
from .task import task_of

if TYPE_CHECKING:
    from .microprocess import Microprocess

#: How many components are named.
NAMED = 3

#: Why an empty lab has nothing to run.
NO_COMPONENTS = "this lab has no components"


@dataclass(frozen=True, slots=True)
class _Activation:
    """The first activation after a lab began: what, at which line, in the lab of which number; the newest lab then."""

    name: str
    kind: str
    place: str
    lab: int
    newest: int


@dataclass(slots=True)
class _Notes:
    """The number of the last lab that began, and what was activated since."""

    lab: int = 0
    #: Whether nothing was activated since the last lab began, and what was activated first since an earlier one.
    unused: bool = True
    activation: _Activation | None = None

    @property
    def wanted(self) -> bool:
        """Whether it is noted what is made, since nothing was activated."""
        return FRESH.wanted


#: The notes of this process.
NOTES = _Notes()
_labs = 0


def begin_lab() -> int:
    """Begin to note what is made, for a lab that begins; return the number of that lab, for :func:`forgotten_in`.

    What was made before the first lab of the process counts as made in that one.
    """
    global _labs
    _labs += 1
    want_fresh(True, forget=_labs > 1)
    NOTES.lab, NOTES.unused = _labs, True
    return _labs


def note_activated(microprocess: Microprocess, lab: int, current: bool) -> None:
    """Note that something was activated: forget what was made, and note no more.

    Args:
        microprocess: what was activated; it has its number in its lab.
        lab: the number of that lab.
        current: whether that is the current lab, and no component activates it.
    """
    if FRESH.wanted:
        want_fresh(False)
    if NOTES.unused and current:
        NOTES.unused = False
        kind = type(microprocess).__name__
        name = microprocess.__dict__.get("_name") or f"{kind}_{task_of(microprocess).number}"
        NOTES.activation = _Activation(name, kind, _place(*users_line()), lab, _labs)


def forgotten_in(lab: int) -> tuple[str, ...]:
    """Return what was made in a lab where nothing was activated, each with its line, in words.

    What is part of another component (an argument or an attribute of it, such as the parts of a Pipeline) is left out:
    that one activates it.

    Args:
        lab: the number of the lab.
    """
    if lab != NOTES.lab:
        return ()
    made = [entry for entry in FRESH.made if task_of(entry[0]).id]
    inner = {id(part) for microprocess, _, _ in made for part in _parts_of(microprocess)}
    outer = [entry for entry in made if id(entry[0]) not in inner] or made  # all, if they know each other
    return tuple(_name(microprocess) + _place(code, line) for microprocess, code, line in outer)


def _name(microprocess: Microprocess) -> str:
    """Return the name of what was not activated yet, as its user sees it."""
    return microprocess.__dict__.get("_name") or f"{type(microprocess).__name__}_{task_of(microprocess).id}"


def sentence(lab: int) -> str:
    """Return why there was nothing to run in a lab where nothing was activated."""
    made = forgotten_in(lab)
    if not made:
        return f"{NO_COMPONENTS}{_activated_elsewhere(lab)}"
    more = f" and {len(made) - NAMED} more" if len(made) > NAMED else ""
    return f"nothing was activated. You made {', '.join(made[:NAMED])}{more} and did not call activate() or run()"


def _activated_elsewhere(lab: int) -> str:
    """Return what was activated in another lab, the current one, after this lab began; "" if nothing was."""
    known = NOTES.activation
    if known is None or known.lab == lab or known.newest < lab:
        return ""
    return (
        f". {known.name}{known.place} was activated in another lab, the current one: "
        f"write {known.kind}().activate(lab), or build it in 'with lab:'"
    )


def _parts_of(microprocess: Microprocess) -> Iterable[Any]:
    """Yield what a component has as arguments and attributes, and what is in lists and dictionaries of those."""
    level: list[Any] = [value for name, value in microprocess.__dict__.items() if name not in ("_in", "_out")]
    for _ in range(4):
        deeper: list[Any] = []
        for value in level:
            if type(value) in (list, tuple, set, frozenset):
                deeper += value
            elif type(value) is dict:
                deeper += value.values()
            else:
                yield value
        level = deeper


def _place(code: CodeType | None, line: int) -> str:
    """Return the line that made a component, in words.

    >>> _place(compile("1", "/home/ann/echo.py", "exec"), 7)
    ' (line 7 of echo.py)'
    """
    if code is None:
        return ""
    if code.co_name != "<module>":
        return f" (line {line} of {code.co_name}())"
    name = os.path.basename(code.co_filename)
    return f" (line {line} of {'the cell' if name.removesuffix('.py').isdigit() or name.startswith('<') else name})"
