"""The code of one component: the function around the line it stands at, and the values of its variables.

:mod:`kamlab.analysis.location` finds the place and cuts out the function around it: all of it if it is short,
otherwise a window. Here it is made fit to be shown. Code is trusted no more than a message (a comment may change the
writing direction, so that a line reads as something else), so it is quoted as carefully.

:class:`SourceLook` is the model: the panel's page draws it, and its document is the text and the HTML of a
:class:`Position`, which is what ``lab.where`` returns.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, overload

from ..analysis.location import WHOLE, WINDOW, Standing, Standings, standing
from ..analysis.words import counted, file_in_words
from ..core.frames import is_kamlabs
from ..core.microprocess import Microprocess
from ..core.reading import reads
from ..core.repr_worker import one_look
from ..core.world import World
from .components import find_component, key_of
from .printable import label
from .render import Block, Code, Document, Span, Table, View, line

__all__ = ["NO_SOURCE", "STACK", "WHOLE", "WIDTH", "WINDOW", "Position", "SourceLook", "position_of", "source_of"]

#: The most characters of a line, and the most places of a stack.
WIDTH = 200
STACK = 12

NO_SOURCE = "there is no source of this code to be had"
_KAMLABS = "kamlab's "


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
        stack: in words, the calls from the outermost to the user's line, those of kamlab folded, then ``inside``.
        inside: what kamlab's or a library's code does that this line has called, such as "waits for a message in
            'inbox'"; empty if it has called none.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(3):
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     count = Count().activate()
    ...     _ = lab.step(2)
    ...     look = source_of(lab, count)
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
    inside: str = ""

    @classmethod
    def of(cls, stands: Standing, key: str = "") -> SourceLook:
        """Return a standing as it is shown; ``key`` is that of the component."""
        cut = [text.rstrip()[: 5 * WIDTH].expandtabs(4) for text in stands.listing]
        shown = textwrap.dedent("\n".join(cut)).split("\n") if cut else ()
        inside = label(stands.inside, WIDTH)
        return cls(
            key,
            label(stands.name, 40),
            stands.state,
            label(stands.remark, WIDTH),
            label(file_in_words(stands.file), 60),
            label(stands.function, 60),
            stands.first,
            tuple([label(text, WIDTH) for text in shown]),
            stands.line,
            _safe(stands.variables),
            _safe(stands.attributes),
            _calls(stands) + ((inside,) if inside else ()),
            inside,
        )

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
        if self.inside:
            blocks.append(line(self.inside, role="faint", indent=2))
        outer = self.stack[: -2 if self.inside else -1]
        blocks += [_called_from(call) for call in reversed(outer)]
        blocks += [_table("", self.locals), _table("self.", self.attributes)]
        return tuple(blocks)


def _called_from(call: str) -> Block:
    if call.startswith("line "):
        return line("called from ", Span(call, "code"), indent=2)
    return line(f"called from {call}", role="faint", indent=2)


def _table(before: str, pairs: tuple[tuple[str, str], ...]) -> Table:
    return Table(tuple((before + name, Span(text, "code")) for name, text in pairs), form="  {} = {}")


def _safe(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple([(label(name, 40), label(text)) for name, text in pairs])


def _calls(stands: Standing) -> tuple[str, ...]:
    """Return the calls from the outermost to the user's line, in words; adjacent ones of kamlab are one."""
    calls: list[str] = []
    whole = is_kamlabs(stands.file)
    for place in stands.places[: stands.own + 1]:
        if whole or not is_kamlabs(place.file):
            calls.append(label(f"{place}: {place.source}" if place.source else str(place), WIDTH))
            continue
        if calls and calls[-1].startswith(_KAMLABS):
            calls.pop()
        calls.append(label(f"{_KAMLABS}{place.function}()", WIDTH))
    more = len(calls) - STACK
    return tuple(calls if more <= 0 else [counted(more, "more call"), *calls[-STACK:]])


@dataclass(frozen=True, slots=True, repr=False)
class Position(View, Standing):
    """Where a component stands, or stood: what ``lab.where`` returns. It prints and shows the code around the line.

    It has all of :class:`.Standing`: ``name``, ``state``, ``remark``, ``file`` with its folder, ``line``,
    ``function``, ``source`` (the text of the line), ``variables``, ``attributes``, ``places``. From :class:`SourceLook`
    it has ``lines``, ``first``, ``at``, ``locals`` and ``stack``; ``look`` is the whole of it.

    >>> from kamlab import Component, Lab
    >>> class Count(Component):
    ...     def main(self):
    ...         for number in range(3):
    ...             yield
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Count().activate()
    ...     _ = lab.step(2)
    ...     print(lab.where("Count"))
    Count_1: runnable, line 4 of main() in <doctest kamlab.views.source.Position[1]>
            2  def main(self):
            3      for number in range(3):
      ->    4          yield
      number = 1
    """

    @classmethod
    def of(cls, stands: Standing) -> Position:
        """Return a standing with the looks of a view."""
        return cls(*_VALUES(stands), mark=stands.mark)

    @property
    def look(self) -> SourceLook:
        """What is shown of it."""
        return SourceLook.of(self)

    @property
    def at(self) -> int:
        """The number of the line it stands at, as ``line``; 0 if it stands at none."""
        return self.line

    @property
    def lines(self) -> tuple[str, ...]:
        """The code of the function, as printable text, from the line ``first`` on; empty if there is no source."""
        return self.look.lines

    @property
    def locals(self) -> tuple[tuple[str, str], ...]:
        """The (name, text) pairs of the variables, as ``variables``."""
        return self.variables

    @property
    def stack(self) -> tuple[str, ...]:
        """The calls from the outermost to the innermost, in words, those of kamlab folded."""
        return self.look.stack

    @property
    def headline(self) -> str:
        """Name, state and place in one line."""
        return self.look.headline

    @property
    def numbered(self) -> Iterator[tuple[int, str]]:
        """The (number, text) pairs of the lines."""
        return self.look.numbered

    def document(self) -> Document:
        """Return the code, an arrow at the line where the component stands, the calls, and the variables."""
        return self.look.document()

    def data(self) -> dict[str, Any]:
        """Return what is shown as JSON can have it."""
        data = self.look.data()
        del data["key"]
        return {**data, "mark": self.mark} if self.mark else data


_VALUES = attrgetter(*(field.name for field in fields(Standing) if not field.kw_only))


@overload
def position_of(stands: Standing) -> Position: ...


@overload
def position_of(stands: Standings[Standing]) -> Standings[Position]: ...


@overload
def position_of(stands: Standing | Standings[Standing]) -> Position | Standings[Position]: ...


def position_of(stands: Standing | Standings[Standing]) -> Position | Standings[Position]:
    """Return a standing, or all of those of a lab, with the looks of a view."""
    if isinstance(stands, Standing):
        return Position.of(stands)
    return Standings(tuple(map(Position.of, stands)), mark=stands.mark)


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
        return SourceLook.of(standing(found, state), key_of(found))
