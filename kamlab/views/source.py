"""The code of one component: the lines around the one it stands at, and the values of its variables.

:mod:`kamlab.analysis.location` finds the place. Here the function is cut out around that line: all of it if it is
short, otherwise a window. Code is trusted no more than a message (a comment may change the writing direction, so that
a line reads as something else), so it is quoted as carefully.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from ..analysis.location import Place, Standing, standing
from ..analysis.stack import definition_of, lines_of, stack_of
from ..analysis.words import file_in_words
from ..core.microprocess import Microprocess
from ..core.reading import reads
from ..core.repr_worker import one_look
from ..core.world import World
from .components import find_component, key_of
from .printable import label
from .render import Block, Code, Document, Span, Table, View, line

#: A function of up to ``WHOLE`` lines is shown in full; of a longer one ``WINDOW`` lines.
WHOLE = 40
WINDOW = 15
#: The most characters of a line, and the most places of a stack.
WIDTH = 200
STACK = 12

NO_SOURCE = "there is no source of this code to be had"


@dataclass(frozen=True, slots=True, repr=False)
class SourceLook(View):
    """Where a component stands in its code.

    Attributes:
        key, name: the component.
        state: new, runnable, running, waiting, blocked, failed, finished or stopped.
        remark: what a thread waits for, or why it ended.
        file, function: where the lines are from; the file without its folder.
        first: the number of the first of ``lines``.
        lines: the code, as printable text; empty if there is no source.
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
        """Name, state and place in one line."""
        where = f", line {self.at} of {self.function}() in {self.file}" if self.at else ""
        return f"{self.name}: {self.state}{where}" + (f" ({self.remark})" if self.remark else "")

    @property
    def numbered(self) -> Iterator[tuple[int, str]]:
        """The (number, text) pairs of the lines."""
        return enumerate(self.lines, self.first)

    def document(self) -> Document:
        """Return the code, an arrow at the line where the component stands, the calls, and the variables."""
        blocks: list[Block] = [line(Span(self.headline, "strong")), Code(self.lines, self.first, self.at)]
        if self.at and not self.lines:
            blocks.append(line(f"({NO_SOURCE})", role="faint", indent=2))
        if len(self.stack) > 1:
            blocks.append(line("the calls, innermost last:", role="faint", indent=2))
            blocks += [line(Span(place, "code"), indent=4) for place in self.stack]
        blocks += [_table("", self.locals), _table("self.", self.attributes)]
        return tuple(blocks)


def _table(before: str, pairs: tuple[tuple[str, str], ...]) -> Table:
    return Table(tuple((before + name, Span(text, "code")) for name, text in pairs), form="  {} = {}")


@reads(now=True)
def source_of(lab: World, component: Microprocess | str, state: str | None = None) -> SourceLook:
    """Return where a component stands in its code now.

    If the running slice does not end, the line that it executes is shown, and the answer says so.

    Args:
        lab: the lab.
        component: the component, or its key; see :mod:`.components`.
        state: its state, if the caller has read that already and holds the lab's lock.

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
    found: Microprocess = find_component(lab, component, lab.failures) if isinstance(component, str) else component
    with one_look():
        stands = standing(found, state)
        return _source(found, stands)


def _source(component: Microprocess, stands: Standing) -> SourceLook:
    place = stands.place or NOWHERE
    first, lines = _lines(place, _code(component, stands.at, place.line)) if place is not NOWHERE else (0, ())
    return SourceLook(
        key_of(component),
        label(stands.name, 40),
        stands.state,
        label(stands.remark, WIDTH),
        label(file_in_words(place.file), 60),
        label(place.function, 60),
        first,
        lines,
        place.line,
        _safe(stands.variables),
        _safe(stands.attributes),
        tuple(map(_in_words, stands.places[-STACK:])),
    )


def _safe(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple([(label(name, 40), label(text)) for name, text in pairs])


def _in_words(place: Place) -> str:
    return label(f"{place}: {place.source}" if place.source else str(place), WIDTH)


#: The place of a component that stands nowhere.
NOWHERE = Place("", 0, "")


def _code(component: Microprocess, at: int, line: int) -> CodeType | None:
    """Return the code object of the function in which a component stands: that of the frame ``at``, at this line."""
    stack = stack_of(component)
    if at < len(stack) and stack[at].line == line:
        return stack[at].frame.f_code
    code = definition_of(component)
    return code if isinstance(code, CodeType) and code.co_firstlineno == line else None


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
    cut = [text.rstrip()[: 5 * WIDTH].expandtabs(4) for text in known[begin - 1 : end]]
    shown = textwrap.dedent("\n".join(cut)).split("\n")
    return begin, tuple([label(text, WIDTH) for text in shown])


def _last_line(code: CodeType) -> int:
    """Return the last line of a function, functions within it included."""
    own = [number for _, _, number in code.co_lines() if number is not None]
    inner = [_last_line(const) for const in code.co_consts if isinstance(const, CodeType)]
    return max([code.co_firstlineno, *own, *inner])
