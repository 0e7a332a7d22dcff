"""A space-time diagram as a value: a lifeline for each component, slices on it, messages between them.

The diagram is Lamport's (L. Lamport, "Time, clocks, and the ordering of events in a distributed system",
1978). A point in it is a *place*: the index of a lifeline, and a step. The diagram holds no reference to the lab.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...analysis.words import counted
from .. import render
from . import exports, text
from . import svg as drawing
from .records import DISCARDED, REMOVED, TAKEN, WAITS, Lifeline, Mark, Passage, Ran

#: The fate of a message, in words.
_SAID = {TAKEN: "taken", WAITS: "waiting", DISCARDED: "lost", REMOVED: "removed by no component"}


@dataclass(frozen=True, slots=True, repr=False)
class Timeline(render.View):
    """A space-time diagram of the steps ``first`` to ``last``. Printed, it is text; in a notebook, a picture.

    ``earliest`` and ``latest`` are the steps that are known, ``at`` is the one that is looked at, ``here`` the one
    where the lab is. ``more`` components and ``more_messages`` messages are left out, and ``quiet`` components that did
    nothing in these steps. ``event`` is the number of the event that was asked about; ``before`` has the numbers of
    those shown that happened before it, so that they can have influenced it, and ``after`` of those that it can have
    influenced. Of many steps ``counts`` has for each line how many slices it had in each ``bin`` steps, in place of
    slices and messages. ``find`` is the text that what is shown was chosen by.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import DataSource, NullSink
    >>> with Lab(clock="virtual") as lab:
    ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
    ...     _ = lab.step(6)
    ...     timeline = lab.timeline()
    >>> [line.name for line in timeline.lines], timeline.messages[0].text
    (['Pipeline_1', 'DataSource_2', 'NullSink_3'], "'hello'")
    >>> timeline.summary
    'Space-time diagram, steps 0 to 6 of 6: 3 components, 3 messages (2 taken, 1 lost).'
    """

    first: int
    last: int
    earliest: int
    latest: int
    at: int
    here: int
    lines: tuple[Lifeline, ...] = ()
    more: int = 0
    slices: tuple[Ran, ...] = ()
    messages: tuple[Passage, ...] = ()
    more_messages: int = 0
    marks: tuple[Mark, ...] = ()
    event: int | None = None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    quiet: int = 0
    bin: int = 0
    counts: tuple[tuple[int, ...], ...] = ()
    find: str = ""

    @property
    def svg(self) -> str:
        """The diagram as a picture; the same diagram gives the same bytes."""
        return drawing.as_svg(self)

    def to_mermaid(self) -> str:
        """Return the diagram as a sequence diagram of Mermaid; what a message says is escaped.

        >>> from kamlab import Lab, Pipeline
        >>> from kamlab.parts import DataSource, NullSink
        >>> with Lab(clock="virtual") as lab:
        ...     _ = Pipeline(DataSource(["hello"]), NullSink()).activate()
        ...     _ = lab.step(4)
        ...     print("\\n".join(lab.timeline().to_mermaid().splitlines()[:2]))
        sequenceDiagram
            participant c0 as Pipeline_1
        """
        return exports.as_mermaid(self)

    def to_shiviz(self) -> str:
        """Return the diagram as a log for ShiViz, with vector clocks; its first line is the regular expression for it.

        >>> from kamlab.views.timeline import Lifeline, Ran, Timeline
        >>> print(Timeline(1, 1, 0, 1, 1, 1, (Lifeline("1", "a"),), slices=(Ran(1, 0, 5),)).to_shiviz())
        (?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})
        <BLANKLINE>
        step 1: runs
        a {"a": 1}
        <BLANKLINE>
        """
        return exports.as_shiviz(self)

    def to_jsonl(self) -> str:
        """Return the events of the diagram as JSON, one a line, in the order in which they happened.

        >>> from kamlab.views.timeline import Lifeline, Ran, Timeline
        >>> print(Timeline(1, 1, 0, 1, 1, 1, (Lifeline("1", "a"),), slices=(Ran(1, 0, 5),)).to_jsonl())
        {"event": 5, "step": 1, "kind": "slice", "component": "a"}
        <BLANKLINE>
        """
        return exports.as_jsonl(self)

    def to_png(self, path: str | Path) -> None:
        """Draw the diagram into a PNG file.

        Args:
            path: the file; what is in it is lost.

        Raises:
            NoMatplotlib: matplotlib, which draws it, is not installed.
        """
        exports.draw_png(self, path)

    def left_out(self) -> list[str]:
        """Return what is not shown, in words."""
        quiet = [f"{counted(self.quiet, 'quiet component')} without a line"] if self.quiet else []
        more = [f"not shown: {counted(self.more, 'more component')}"] if self.more else []
        messages = [f"not shown: {counted(self.more_messages, 'older message')}"] if self.more_messages else []
        return [*more, *messages, *quiet]

    @property
    def summary(self) -> str:
        """The diagram in one sentence, for those who cannot see it."""
        components = sum(bool(line.key) for line in self.lines) + self.more + self.quiet
        fates = [(said, sum(message.fate == fate for message in self.messages)) for fate, said in _SAID.items()]
        said = ", ".join(f"{count} {fate}" for fate, count in fates if count)
        text = (
            f"Space-time diagram, steps {self.first} to {self.last} of {self.latest}: "
            f"{counted(components, 'component')}, {counted(len(self.messages) + self.more_messages, 'message')}"
        )
        if said:
            text += f" ({said})"
        ended = [mark for mark in self.marks if mark.kind in ("failed", "stopped")][:5]
        return text + "".join(f"; {self.lines[mark.line].name} {mark.kind}" for mark in ended) + "."

    def data(self) -> dict[str, Any]:
        """Return this as a dictionary that can be written as JSON."""
        data: dict[str, Any] = render.as_data(self)
        data.pop("mark", None)
        data["slices"] = [[ran.step, ran.line, ran.number] for ran in self.slices]
        data["messages"] = [message.data() for message in self.messages]
        data["marks"] = [mark.data() for mark in self.marks]
        return data

    def document(self) -> render.Document:
        """Return the picture."""
        return (render.Picture(self.svg, self.summary),)

    def as_words(self) -> str:
        """Return the diagram as lines of text."""
        return text.as_text(self)
