"""The text and the HTML of a message that is shown as a whole."""

from __future__ import annotations

from html import escape

from .html import STYLE
from .payload import Payload


def as_text(payload: Payload) -> str:
    """Return a message as lines of text: what it is, its text or its dump, its parts."""
    lines = [payload.headline]
    lines += [f"  {line}" for line in payload.text.split("\n")]
    if payload.cut:
        lines.append("  ... (cut)")
    if payload.hex:
        lines += [f"  {line}" for line in payload.hex.split("\n")]
    wide = max((len(name) for name, _ in payload.parts), default=0)
    lines += [f"  {name:<{wide}}  {text}".rstrip() for name, text in payload.parts]
    if payload.more:
        lines.append(f"  and {payload.more} more")
    return "\n".join(lines)


def as_html(payload: Payload) -> str:
    """Return a message as HTML that runs nothing: its text in a ``pre``, its parts as a table."""
    cut = '<div class="kamlab-faint">the rest is not shown</div>' if payload.cut else ""
    dump = f"<pre>{escape(payload.hex)}</pre>" if payload.hex else ""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td><code>{escape(text)}</code></td></tr>" for name, text in payload.parts
    )
    table = f"<table><tbody>{rows}</tbody></table>" if rows else ""
    more = f'<div class="kamlab-faint">and {payload.more} more</div>' if payload.more else ""
    return (
        f'<div class="kamlab-view">{STYLE}<div><b>{escape(payload.headline)}</b></div>'
        f"<pre>{escape(payload.text)}</pre>{cut}{dump}{table}{more}</div>"
    )
