"""Views as HTML: for a live widget, and for the still picture that a saved notebook keeps.

Rules: whatever comes from messages, names or errors is escaped; there is no script, no link and no
id, so the same view gives the same text; and the whole stays below :data:`LIMIT` characters,
because it may be sent a dozen times a second. Colours are JupyterLab's own variables, so it is
legible in light and dark themes; where a notebook is not trusted the style sheet is dropped and
what is left is still a plain table.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from .inboxes import ComponentLook, Inboxes, InboxLook
from .text import counted, headline

#: The most characters that a view becomes.
LIMIT = 45_000

_RULES = {
    "": "color: var(--jp-content-font-color1, inherit); font-size: var(--jp-ui-font-size1, 13px); line-height: 1.5",
    "table": "border-collapse: collapse; margin: 4px 0; font-size: inherit; border: none",
    "table th, .kamlab-view table td": "text-align: left; vertical-align: top; line-height: 1.5;"
    " padding: 2px 14px 2px 4px; border: none;"
    " border-bottom: 1px solid var(--jp-border-color2, rgba(128, 128, 128, .4)); white-space: normal; max-width: none",
    "table tbody tr:nth-child(n)": "background: transparent",
    "th, .kamlab-view .kamlab-faint": "color: var(--jp-content-font-color2, inherit)",
    "code": "font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 12px);"
    " color: inherit; background: var(--jp-layout-color2, rgba(128, 128, 128, .15));"
    " border: 1px solid var(--jp-border-color2, rgba(128, 128, 128, .4)); border-radius: 3px;"
    " display: inline-block; padding: 0 4px; margin: 1px 4px 1px 0; white-space: pre-wrap; overflow-wrap: anywhere",
    ".kamlab-good": "color: var(--jp-success-color1, inherit); font-weight: 600",
    ".kamlab-bad": "color: var(--jp-error-color1, inherit); font-weight: 600",
    "table tr.kamlab-here": "background: var(--jp-layout-color2, rgba(128, 128, 128, .25))",
    ".kamlab-full": "border-left: 3px solid var(--jp-error-color1, currentColor); padding-left: 6px",
    "pre": "margin: 0; padding: 4px; max-height: 12em; overflow: auto; color: inherit; background: transparent;"
    " font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 12px)",
}

STYLE = "<style>" + "".join(f".kamlab-view {what} {{{how}}}" for what, how in _RULES.items()) + "</style>"

_LEFT = ' style="text-align:left"'


def as_html(view: Inboxes) -> str:
    """Return the inboxes of a lab as an HTML table of less than :data:`LIMIT` characters."""
    head = _line(headline(view), "kamlab-good" if view.state == "running" else "")
    foot = "".join(_foot(view))
    room = LIMIT - len(STYLE) - len(head) - len(foot) - 500
    rows: list[str] = []
    for component in view.components:
        row = _row(component)
        room -= len(row)
        if room < 0:
            break
        rows.append(row)
    more = view.more + len(view.components) - len(rows)
    table = ""
    if rows:
        titles = "".join(f"<th{_LEFT}>{title}</th>" for title in ("component", "state", "inboxes"))
        table = f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    beyond = _line(f"and {counted(more, 'more component')}", "kamlab-faint") if more else ""
    return f'<div class="kamlab-view">{STYLE}{head}{table}{beyond}{foot}</div>'


def _foot(view: Inboxes) -> Iterable[str]:
    for name, error in view.failures:
        yield _line(f"{name} failed: {error}", "kamlab-bad")
    if view.more_failures:
        yield _line(f"and {view.more_failures} failed before", "kamlab-bad")
    if view.printed:
        lines = "\n".join(f"{line.name}: {line.text[:200]}" for line in view.printed)
        yield _line("printed", "kamlab-faint") + f"<pre>{escape(lines)}</pre>"


def _line(text: str, kind: str) -> str:
    return f'<div class="{kind}">{escape(text)}</div>' if kind else f"<div>{escape(text)}</div>"


def _row(component: ComponentLook) -> str:
    word = escape(component.state)
    kind = _KINDS.get(component.state)
    state = f'<span class="{kind}">{word}</span>' if kind else word
    if component.remark or component.say:
        state += f'<div class="kamlab-faint">{escape(component.remark or component.say)}</div>'
    return (
        f"<tr><td{_LEFT}>{escape(component.label)}</td><td{_LEFT}>{state}</td><td{_LEFT}>{_boxes(component)}</td></tr>"
    )


#: How the words that matter most are marked.
_KINDS = {"runnable": "kamlab-good", "running": "kamlab-good", "blocked": "kamlab-bad", "failed": "kamlab-bad"}


def _boxes(component: ComponentLook) -> str:
    used = [_inbox(box) for box in component.inboxes if box.length or box.full]
    empty = [f"{box.name} {box.count}" for box in component.inboxes if not (box.length or box.full)]
    if component.more:
        empty.append(f"and {component.more} more")
    if empty:
        used.append(_line(", ".join(empty), "kamlab-faint"))
    for name, lost in component.discarded:
        used.append(
            f'<div>{escape(name)} leads nowhere: <b class="kamlab-bad">{counted(lost, "message")} lost</b></div>'
        )
    return "".join(used)


def _inbox(box: InboxLook) -> str:
    messages = "".join(f"<code>{escape(message)}</code>" for message in box.messages)
    more = f" and {box.more} more" if box.more else ""
    count = f"<b>{escape(box.count)}</b>"
    if not box.full:
        return f"<div>{escape(box.name)} {count} {messages}{more}</div>"
    count = f'<span class="kamlab-bad">{count}</span>'
    return f'<div class="kamlab-full">{escape(box.name)} {count} {messages}{more}</div>'
