"""All pieces of a lab at one moment: the contents of the panel, as text and as a still picture."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from ..core.errors import KamlabError, listed
from ..core.reading import reads
from ..core.world import World
from .render import Document, Section, Span, View, line

#: The pieces in the order in which they are shown. The controls are shown where there is something to press.
NAMES = ("controls", "graph", "timeline", "inboxes", "source", "story", "watch")
TITLES = {name: name.title() for name in (*NAMES, "branches")}
#: What a still shows at once; the rest unfolds, so that a saved notebook can be read.
AT_ONCE = ("graph", "timeline")
#: How many events of the story are part of it.
EVENTS = 20


class UnknownPiece(KamlabError, ValueError):
    """A panel was asked for a piece that does not exist."""


def checked(pieces: Iterable[str]) -> tuple[str, ...]:
    """Return the names of pieces in the order in which they are shown; all pieces if none is named.

    Raises:
        UnknownPiece: there is no such piece.

    >>> checked(["story", "graph"])
    ('graph', 'story')
    """
    wanted = tuple(pieces)
    for name in wanted:
        if name not in NAMES:
            raise UnknownPiece(f"a panel has no piece {name!r}; there are: {listed(NAMES)}")
    return tuple(name for name in NAMES if not wanted or name in wanted)


@dataclass(frozen=True, repr=False)
class Dashboard(View):
    """The pieces of a lab's panel at one moment. Printed, they are text; in a notebook, a picture.

    ``pieces`` are (name, value) pairs; each value can stand alone.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> from kamlab.views import dashboard_of
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     dashboard = dashboard_of(lab, ["inboxes", "story"])
    >>> dashboard.headline, [name for name, value in dashboard.pieces]
    ('new at step 0', ['inboxes', 'story'])
    >>> dashboard["inboxes"]["PassThrough_1"].waiting
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
        pieces = dict(self.pieces)
        if name not in pieces:
            raise KeyError(f"there is no piece {name!r} here; there are: {', '.join(pieces)}")
        return pieces[name]

    def stopped_at(self, step: int) -> Dashboard:
        """Return this as the last picture of a lab that was stopped."""
        return replace(
            self,
            headline=f"stopped at step {step}",
            remark="The lab was stopped; this is the last picture before that.",
        )

    def document(self) -> Document:
        """Return the state of the lab, and a section for each piece."""
        remark = [line(self.remark, role="faint")] if self.remark else []
        folds = len(self.pieces) > 1
        sections = [Section(TITLES[name], value, folds and name not in AT_ONCE) for name, value in self.pieces]
        return (line(Span(self.headline, "strong")), *remark, *sections)

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        pieces = {name: value.data() for name, value in self.pieces}
        return {"headline": self.headline, "remark": self.remark, "pieces": pieces}


@reads()
def dashboard_of(
    lab: World, pieces: Collection[str] = NAMES, step: int | None = None, folded: Any = frozenset(), of: Any = None
) -> Dashboard:
    """Return the pieces of a lab as plain values, between two slices.

    Args:
        lab: the lab.
        pieces: the names of the pieces to include.
        step: the step of the past to show; the present by default.
        folded: the keys of the containers to be folded in the graph.
        of: the component whose code is shown; without it no code is shown.

    >>> from kamlab import Lab
    >>> from kamlab.parts import PassThrough
    >>> with Lab(clock="virtual") as lab:
    ...     PassThrough().activate().deliver("hello")
    ...     print(dashboard_of(lab, ["inboxes"]))
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

    headline = f"{lab.state} at step {lab.step_number}"
    if step is not None and step != lab.step_number:
        headline = f"{headline}; this is step {step}"
    shown: list[tuple[str, Any]] = []
    if "graph" in pieces:
        shown.append(("graph", graph_of(lab, step=step, folded=folded)))
    if "timeline" in pieces:
        shown.append(("timeline", timeline_of(lab, at=step)))
        branches = branches_of(lab)
        if len(branches) > 1:
            shown.append(("branches", branches))
    if "inboxes" in pieces:
        shown.append(("inboxes", look(lab, step=step)))
    if "source" in pieces and of is not None and step is None:
        shown.append(("source", source_of(lab, of)))
    if "story" in pieces:
        shown.append(("story", story_of(lab, last=EVENTS, upto=step)))
    return Dashboard(headline, tuple(shown))
