"""All pieces of a lab at one moment, together: the still form and the text form of the panel."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from ..core.errors import KamlabError, listed
from ..core.world import World

#: The pieces in the order in which they are shown. The controls are shown where there is something to press.
NAMES = ("controls", "graph", "inboxes", "source", "timeline", "story")
TITLES = {"graph": "Graph", "inboxes": "Inboxes", "source": "Source", "timeline": "Timeline", "story": "Story"}
TITLES["branches"] = "Branches"
#: How many events of the story are part of it.
EVENTS = 20


class UnknownPiece(KamlabError, ValueError):
    """A panel is asked for a piece that there is not."""


def checked(pieces: Iterable[str]) -> tuple[str, ...]:
    """Return the pieces that are meant, in order; all if none are named.

    Raises:
        UnknownPiece: there is no such piece.

    >>> checked(["story", "graph"])
    ('graph', 'story')
    """
    wanted = tuple(pieces)
    for each in wanted:
        if each not in NAMES:
            raise UnknownPiece(f"a panel has no piece {each!r}; there are: {listed(NAMES)}")
    return tuple(name for name in NAMES if not wanted or name in wanted)


@dataclass(frozen=True)
class Whole:
    """What there is to see of a lab: printed it is text, in a notebook a picture.

    ``pieces`` are (name, value) pairs; each value can stand alone.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> from kamlab.views import whole_of
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     whole = whole_of(lab, ["inboxes", "story"])
    >>> whole.headline, [name for name, value in whole.pieces]
    ('new at step 0', ['inboxes', 'story'])
    >>> whole["inboxes"]["PassThrough_1"].waiting
    1
    """

    headline: str
    pieces: tuple[tuple[str, Any], ...] = ()
    remark: str = ""

    def __getitem__(self, name: str) -> Any:
        """Return the piece of that name.

        Raises:
            KeyError: it is not part of this.
        """
        for each, value in self.pieces:
            if each == name:
                return value
        raise KeyError(f"there is no piece {name!r} here; there are: {', '.join(each for each, _ in self.pieces)}")

    def stopped_at(self, step: int) -> Whole:
        """Return this as the last picture of a lab that was stopped."""
        return replace(
            self,
            headline=f"stopped at step {step}",
            remark="The lab was stopped; this is the last picture before that.",
        )

    def __str__(self) -> str:
        return "\n".join(self._lines())

    __repr__ = __str__

    def _lines(self) -> Iterator[str]:
        yield self.headline
        if self.remark:
            yield self.remark
        for name, value in self.pieces:
            yield ""
            yield f"-- {TITLES[name]} ".ljust(60, "-")
            yield str(value)

    def _repr_html_(self) -> str:
        parts = [f"<div><b>{escape(self.headline)}</b></div>"]
        if self.remark:
            parts.append(f"<div><i>{escape(self.remark)}</i></div>")
        parts += [value._repr_html_() for _, value in self.pieces]
        return f"<div>{''.join(parts)}</div>"


def whole_of(
    lab: World, pieces: Collection[str] = NAMES, step: int | None = None, folded: Any = frozenset(), of: Any = None
) -> Whole:
    """Return the pieces of a lab as plain values, between two slices.

    Args:
        lab: the lab.
        pieces: the names of those that are wanted.
        step: as of which step of the past; as it stands unless told.
        folded: the keys of the containers to be folded in the graph.
        of: the component whose code is shown; without one no code is.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     print(whole_of(lab, ["inboxes"]))
    new at step 0
    <BLANKLINE>
    -- Inboxes -------------------------------------------------
    new at step 0, 1 component
      PassThrough_1  runnable  inbox 1: 'hello'
                               control 0
    """
    from .branches import branches_of
    from .graph import graph_of
    from .inboxes import look
    from .source import source_of
    from .story import story_of
    from .timeline import timeline_of

    with lab.lock:
        headline = f"{lab.state} at step {lab.step_number}"
        if step is not None and step != lab.step_number:
            headline = f"{headline}; this is step {step}"
        shown: list[tuple[str, Any]] = []
        if "graph" in pieces:
            shown.append(("graph", graph_of(lab, step=step, folded=folded)))
        if "inboxes" in pieces:
            shown.append(("inboxes", look(lab, step=step)))
        if "source" in pieces and of is not None and step is None:
            shown.append(("source", source_of(lab, of)))
        if "timeline" in pieces:
            shown.append(("timeline", timeline_of(lab, at=step)))
            branches = branches_of(lab)
            if len(branches) > 1:
                shown.append(("branches", branches))
        if "story" in pieces:
            shown.append(("story", story_of(lab, last=EVENTS, upto=step)))
    return Whole(headline, tuple(shown))
