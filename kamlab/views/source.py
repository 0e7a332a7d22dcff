"""The code of one component: the lines around the one it stands at, and what its variables hold.

Where it stands is found out by :mod:`kamlab.analysis.location`. Here the function is cut out around that
line: the whole of it if it is short, otherwise a window. The text of the code is as little to be
trusted as a message (a comment may turn the writing direction, so that a line reads as what it is not),
so it is written down as carefully.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from ..analysis.location import Place, Standing, standing
from ..analysis.stack import definition_of, lines_of, stack_of
from ..analysis.words import file_in_words
from ..core.asking import one_look
from ..core.component import Component
from ..core.errors import UnknownComponent, listed
from ..core.microprocess import Microprocess
from ..core.world import World
from .keys import component_of, key_of
from .quoting import label

#: A function of up to so many lines is shown as a whole; of a longer one so many lines.
WHOLE = 40
WINDOW = 15
#: The most characters of a line, and the most places of a stack.
WIDTH = 200
STACK = 12


@dataclass(frozen=True, slots=True)
class SourceLook:
    """Where a component stands in its code.

    Attributes:
        key, name: the component.
        state: new, runnable, running, waiting, blocked, failed, finished or stopped.
        remark: what the place alone does not say: what a thread waits for, why it ended.
        file, function: where the lines are from; the file without its folder.
        first: the number of the first of ``lines``.
        lines: the code, as safe text; none where there is no source to be had.
        at: the number of the line it stands at; 0 if it stands at none.
        locals, attributes: (name, text) pairs: the variables there, and those of the component.
        stack: the places from the outermost call to the innermost, in words.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(3):
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Count().activate()
    ...     _ = lab.step(2)
    ...     look = lab.source("Count")
    >>> look.at, look.lines[look.at - look.first].strip(), look.locals
    (4, 'yield', (('number', '1'),))
    """

    key: str
    name: str
    state: str
    remark: str = ""
    file: str = ""
    function: str = ""
    first: int = 0
    lines: tuple[str, ...] = ()
    at: int = 0
    locals: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    stack: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """Who it is, how it is, and where it stands, in a line."""
        where = f", line {self.at} of {self.function}() in {self.file}" if self.at else ""
        return f"{self.name}: {self.state}{where}" + (f" ({self.remark})" if self.remark else "")

    @property
    def numbered(self) -> Iterator[tuple[int, str]]:
        """The (number, text) pairs of the lines."""
        return enumerate(self.lines, self.first)

    def data(self) -> dict[str, Any]:
        """Return this as JSON can have it."""
        return {
            "key": self.key,
            "name": self.name,
            "state": self.state,
            "remark": self.remark,
            "file": self.file,
            "function": self.function,
            "first": self.first,
            "lines": list(self.lines),
            "at": self.at,
            "locals": [list(pair) for pair in self.locals],
            "attributes": [list(pair) for pair in self.attributes],
            "stack": list(self.stack),
        }

    def __str__(self) -> str:
        from .source_forms import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .source_forms import as_html

        return as_html(self)


def source_of(lab: World, component: Microprocess | str) -> SourceLook:
    """Return where a component stands in its code now.

    It waits for the slice that runs to end; one that does not is shown at the line that it executes.

    Args:
        lab: the lab.
        component: the component, or its key; see :mod:`.keys`.

    Raises:
        UnknownComponent: no component has that key.

    >>> from kamlab import Component, Lab
    >>> class Quiet(Component):
    ...     def main(self):
    ...         while True:
    ...             yield
    >>> with Lab() as lab:
    ...     quiet = Quiet(name="quiet").activate()
    ...     _ = lab.step()
    ...     print(source_of(lab, quiet))
    quiet: runnable, line 4 of main() in <doctest kamlab.views.source.source_of[1]>
            2  def main(self):
            3      while True:
      ->    4          yield
    """
    found = component if not isinstance(component, str) else _component(lab, component)
    with one_look():
        stands = standing(found)
        return _source(lab, found, stands)


def _component(lab: World, key: str) -> Component:
    with lab.lock:
        found = component_of(lab, key)
        if found is None:
            found = next((each for each in lab.failures if isinstance(each, Component) and key_of(each) == key), None)
        if found is None:
            keys = listed(f"{key_of(each)} ({each.short_name})" for each in lab.components)
            raise UnknownComponent(f"there is no component with the key {key!r}; there are: {keys}")
        return found


def _source(lab: World, component: Microprocess, stands: Standing) -> SourceLook:
    place = stands.place
    first, lines = _lines(place, _code(component, stands)) if place is not None else (0, ())
    return SourceLook(
        key_of(component),
        label(stands.name, 40),
        stands.state,
        label(stands.remark, WIDTH),
        label(file_in_words(stands.file), 60),
        label(stands.function, 60),
        first,
        lines,
        stands.line,
        _safe(stands.variables),
        _safe(stands.attributes),
        tuple(_in_words(each) for each in stands.places[-STACK:]),
    )


def _safe(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((label(name, 40), label(text)) for name, text in pairs)


def _in_words(place: Place) -> str:
    return label(f"{place}: {place.source}" if place.source else str(place), WIDTH)


def _code(component: Microprocess, stands: Standing) -> CodeType | None:
    """Return the code object of the function in which a component stands."""
    stack = stack_of(component)
    if stands.at < len(stack) and stack[stands.at].line == stands.line:
        return stack[stands.at].frame.f_code
    code = definition_of(component)
    return code if isinstance(code, CodeType) and code.co_firstlineno == stands.line else None


def _lines(place: Place, code: CodeType | None) -> tuple[int, tuple[str, ...]]:
    """Return the number of the first line to be shown, and the lines."""
    known = lines_of(place.file)
    if not 0 < place.line <= len(known):
        return 0, ()
    begin, end = (code.co_firstlineno, _last_line(code)) if code is not None else (1, len(known))
    if not begin <= place.line <= end or code is None or code.co_name == "<module>":
        begin, end = 1, len(known)
    end = min(end, len(known))
    if end - begin >= WHOLE:
        begin = max(begin, min(place.line - WINDOW // 2, end - WINDOW + 1))
        end = min(end, begin + WINDOW - 1)
    cut = (line.rstrip()[: 5 * WIDTH].expandtabs(4) for line in known[begin - 1 : end])
    shown = textwrap.dedent("\n".join(cut)).split("\n")
    return begin, tuple(label(line, WIDTH) for line in shown)


def _last_line(code: CodeType) -> int:
    """Return the last line of a function, functions within it included."""
    own = [line for _, _, line in code.co_lines() if line is not None]
    inner = [_last_line(each) for each in code.co_consts if isinstance(each, CodeType)]
    return max([code.co_firstlineno, *own, *inner])
