"""Help for a student who works alone: three hints for each exercise, each saying more, and then a solution.

``exercise.hint()`` gives the next hint each time, and ``exercise.solution()`` a solution once all were given. Both
come from the folder ``answers``. A teacher switches them off where notebooks are served, with the environment
variable ``KAMLAB_HELP``: ``off``, or ``hints`` for hints without solutions. That is a setting, not a lock: whoever has
kamlab installed can read its files. So nothing in here gives points: a graded notebook cannot read the solutions.
"""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import KamlabError
from ..views.render import escape
from .verdict import feedback_box

#: A folder for each exercise, with its hints and a solution.
ANSWERS = Path(__file__).resolve().parent / "answers"
#: The environment variable with which a teacher switches help off.
SETTING = "KAMLAB_HELP"

_given: dict[str, int] = {}


class HelpError(KamlabError):
    """There is no such help: none was written, it is switched off, or the hints come first. The message says which.

    >>> give_hint("juggling")
    Traceback (most recent call last):
        ...
    kamlab.teach.help.HelpError: there is no help for the exercise juggling
    """


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint: its ``number`` of ``count``, and its ``text``.

    >>> print(Hint("deadlock", 1, 3, "Which fork does each take first?"))
    Hint 1 of 3: Which fork does each take first?
    """

    of: str
    number: int
    count: int
    text: str

    def __str__(self) -> str:
        more = "" if self.number < self.count else f"\nStill stuck? {_call(self.of)}.solution() shows one way."
        return f"Hint {self.number} of {self.count}: {self.text}{more}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return feedback_box("".join(f"<div>{escape(line)}</div>" for line in str(self).splitlines()))


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution of an exercise: its ``source`` as it could stand in the student's cell."""

    of: str
    source: str

    def into(self, names: dict[str, Any]) -> None:
        """Run the solution, so that a notebook can go on with it: ``solution.into(globals())``.

        Args:
            names: the names of the notebook. Those that the solution uses have to be there.
        """
        file = f"<solution of {self.of}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(keepends=True), file)
        exec(compile(self.source, file, "exec"), names)

    def __str__(self) -> str:
        return self.source

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return feedback_box(f"<div>One solution of {escape(self.of)}:</div><pre>{escape(self.source)}</pre>")


def hints(name: str) -> list[str]:
    """Return the hints for an exercise, from the gentlest on.

    Raises:
        HelpError: there are none.
    """
    text = _read(name, "hints.txt")
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def reference(name: str) -> str:
    """Return the source of a solution of an exercise.

    Raises:
        HelpError: there is none.
    """
    return _read(name, "solution.txt")


def give_hint(name: str, number: int | None = None) -> Hint:
    """Return the next hint for an exercise, the last one again after all; or the one of a number.

    Raises:
        HelpError: there is none, or help is switched off.
    """
    _allowed("off")
    texts = hints(name)
    chosen = min(_given.get(name, 0) + 1, len(texts)) if number is None else number
    if not 1 <= chosen <= len(texts):
        raise HelpError(f"{name} has the hints 1 to {len(texts)}; there is no hint {number!r}")
    _given[name] = max(_given.get(name, 0), chosen)
    return Hint(name, chosen, len(texts), texts[chosen - 1])


def give_solution(name: str) -> Solution:
    """Return a solution of an exercise, if all its hints were given in this session.

    Raises:
        HelpError: there is none, hints are left, or solutions are switched off.
    """
    _allowed("off", "hints")
    source, count = reference(name), len(hints(name))
    if _given.get(name, 0) < count:
        given = _given.get(name, 0)
        raise HelpError(f"{count} hints come before the solution, and {given} were given: {_call(name)}.hint()")
    return Solution(name, source)


def _allowed(*levels: str) -> None:
    if os.environ.get(SETTING, "").strip().lower() in levels:
        raise HelpError("your teacher has switched this help off")


def _read(name: str, file: str) -> str:
    try:
        return (ANSWERS / name / file).read_text(encoding="utf-8")
    except OSError:
        raise HelpError(f"there is no help for the exercise {name}") from None


def _call(name: str) -> str:
    return f"{name.replace('-', '_')}.check"
