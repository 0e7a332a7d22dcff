"""The space-time diagram as HTML that a saved notebook keeps, and in a sentence for those who cannot see it."""

from __future__ import annotations

from ...analysis.words import counted
from ..render import Picture
from ..render import as_html as render_html
from .model import DISCARDED, REMOVED, TAKEN, WAITS, Timeline

_SAID = {TAKEN: "taken", WAITS: "waiting", DISCARDED: "lost", REMOVED: "removed by no component"}


def summary(view: Timeline) -> str:
    """Say in one sentence what is shown.

    >>> summary(Timeline(0, 0, 0, 0, 0, 0))
    'Space-time diagram, steps 0 to 0 of 0: 0 components, 0 messages.'
    """
    components = sum(bool(each.key) for each in view.lines) + view.more
    fates = [(_SAID[fate], sum(each.fate == fate for each in view.messages)) for fate in _SAID]
    said = ", ".join(f"{count} {fate}" for fate, count in fates if count)
    text = (
        f"Space-time diagram, steps {view.first} to {view.last} of {view.latest}: "
        f"{counted(components, 'component')}, {counted(len(view.messages) + view.more_messages, 'message')}"
    )
    if said:
        text += f" ({said})"
    ends = [f"{view.lines[each.line].name} {each.kind}" for each in view.marks if each.kind in ("failed", "stopped")]
    return text + "".join(f"; {each}" for each in ends[:5]) + "."


def fitted(name: str, width: int) -> str:
    """Return a name on so many characters; the number at its end, which tells it from others, stays.

    >>> fitted("ConnectedSocketAdapter_8", 12), fitted("Keep_3", 12)
    ('Connecte.._8', 'Keep_3')
    """
    if len(name) <= width:
        return name
    stem, line, number = name.rpartition("_")
    end = f"..{line}{number}" if stem and len(number) <= 5 else ".."
    return name[: max(1, width - len(end))] + end


def as_html(view: Timeline) -> str:
    """Return the diagram as an image in HTML; it needs no script, no style and no trust."""
    return render_html((Picture(view.svg, summary(view)),))
