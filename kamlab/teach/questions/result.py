"""What a question has to say once it was answered: right or not, the answer, and the events that are the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.events import Event
from ...views.quoting import label
from ...views.render import escape
from ..look import box

#: How many events are shown, and how long a line may be.
LINES, WIDTH = 8, 160


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a question.

    ``right`` is ``True`` or ``False``, or ``None`` where nothing was answered or what was answered is no
    answer; ``sentence`` says it in words; ``answer`` is what came out, ``given`` what was answered,
    ``events`` are the reason, and ``step`` is where the lab stood then. ``lines`` are the events in words,
    as they were then. ``counted`` says whether the question is over, ``remark`` what else there is to say,
    ``in_words`` is the answer as it stands among the choices.

    >>> print(Result(True, "Right: Echo_3 ran next.", lines=("    7  Echo_3 resumed",)))
    Right: Echo_3 ran next.
        7  Echo_3 resumed
    """

    right: bool | None
    sentence: str
    answer: Any = None
    given: Any = None
    events: tuple[Event, ...] = field(default=(), repr=False)
    step: int = 0
    lines: tuple[str, ...] = ()
    counted: bool = True
    remark: str = ""
    in_words: str = ""

    def __bool__(self) -> bool:
        return self.right is True

    def __str__(self) -> str:
        return "\n".join([self.sentence, *([self.remark] if self.remark else []), *self.lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return box(self.html(), {True: "good", False: "bad"}.get(self.right, ""))  # type: ignore[arg-type]

    def html(self) -> str:
        """Return it as HTML without the box around it."""
        head, _, rest = self.sentence.partition(": ")
        first = f"<b>{escape(head)}:</b> {escape(rest)}" if rest and self.counted else escape(self.sentence)
        remark = f"<div>{escape(self.remark)}</div>" if self.remark else ""
        lines = escape("\n".join(self.lines))
        return f"<div>{first}</div>{remark}" + (f'<pre style="margin:2px 0">{lines}</pre>' if lines else "")


def in_lines(events: Sequence[Event]) -> tuple[str, ...]:
    """Write events down, the last ones if there are many."""
    lines = [label(str(each), WIDTH) for each in events[-LINES:]]
    if len(events) > LINES:
        lines.insert(0, f"{'...':>5}  and {len(events) - LINES} before")
    return tuple(lines)
