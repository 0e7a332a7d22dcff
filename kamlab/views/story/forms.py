"""The story as text and as HTML."""

from __future__ import annotations

from html import escape

from ...core import events
from ..text import counted
from .model import StoryItem, StoryLook

WIDTH = 100
#: How many items the table has at most: the newest.
ROWS = 100

#: A sign for each kind, for the eye that runs down a column.
SIGNS = {
    events.RESUMED: ".",
    events.SENT: ">",
    events.DISCARDED: "x",
    events.RECEIVED: "<",
    events.REMOVED: "-",
    events.INSERTED: "+",
    events.PAUSED: "z",
    events.WOKEN: "!",
    events.ACTIVATED: "*",
    events.LINKED: "=",
    events.UNLINKED: "/",
    events.OPENED: "(",
    events.CLOSED: ")",
    events.BYTES_IN: "i",
    events.BYTES_OUT: "o",
    events.PRINTED: '"',
    events.TIMER: "@",
    events.CLOCK: "t",
    events.TAKEN: "v",
    events.FAILED: "F",
    events.FINISHED: "#",
}


def headline(view: StoryLook) -> str:
    """Say in one line what is told."""
    said = f"{counted(len(view.items), 'item')} of {counted(view.total, 'event')}"
    if view.filter.strip():
        said += f", with {view.filter.strip()!r}"
    if view.searched < view.total and view.filter.strip():
        said += f" (the newest {view.searched} were searched)"
    return said


def as_text(view: StoryLook) -> str:
    """Return the story as lines of text: step, sign of the kind, words."""
    lines = [headline(view)]
    shown = None
    for item in view.items:
        step = str(item.step) if item.step != shown else ""
        shown = item.step
        lines.append(_cut(f"{step:>5}  {SIGNS.get(item.kind, ' ')} {item.text}", _times(item)))
    return "\n".join(lines)


def _cut(line: str, end: str) -> str:
    room = WIDTH - len(end)
    return (line if len(line) <= room else line[: room - 3] + "...") + end


def _times(item: StoryItem) -> str:
    return f"  ({item.times} times)" if item.times > 1 else ""


def as_html(view: StoryLook) -> str:
    """Return the story as a plain table, of its newest items."""
    left = ' style="text-align:left"'
    rows = []
    for item in view.items[-ROWS:]:
        times = f" <b>{item.times} times</b>" if item.times > 1 else ""
        rows.append(
            f"<tr><td>{item.step}</td><td{left}>{escape(item.kind)}</td><td{left}>{escape(item.text)}{times}</td></tr>"
        )
    titles = "".join(f"<th{left}>{title}</th>" for title in ("step", "kind", "what happened"))
    table = f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""
    older = len(view.items) - len(rows)
    more = f"<div>and {counted(older, 'older item')}</div>" if older else ""
    return f'<div class="kamlab-view"><div>{escape(headline(view))}</div>{more}{table}</div>'
