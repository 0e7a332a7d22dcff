"""The text and the HTML of a component's code."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from .html import STYLE
from .source import SourceLook

NO_SOURCE = "there is no source of this code to be had"

_CODE = 'style="white-space:pre;font-family:monospace;text-align:left;padding:0 6px"'
_STANDS = 'style="white-space:pre;font-family:monospace;text-align:left;padding:0 6px;font-weight:bold"'


def as_text(look: SourceLook) -> str:
    """Return the code as lines of text, an arrow at the one where the component stands."""
    lines = [look.headline]
    for number, text in look.numbered:
        lines.append(f"  {'->' if number == look.at else '  '} {number:>4}  {text}".rstrip())
    if look.at and not look.lines:
        lines.append(f"  ({NO_SOURCE})")
    if len(look.stack) > 1:
        lines += ["  the calls, innermost last:", *(f"    {place}" for place in look.stack)]
    lines += [f"  {name} = {text}" for name, text in look.locals]
    lines += [f"  self.{name} = {text}" for name, text in look.attributes]
    return "\n".join(lines)


def as_html(look: SourceLook) -> str:
    """Return the code as an HTML table that runs nothing, the line where the component stands marked by an arrow."""
    rows = "".join(_row(number, text, number == look.at) for number, text in look.numbered)
    code = f"<table><tbody>{rows}</tbody></table>" if rows else ""
    if look.at and not rows:
        code = f'<div class="kamlab-faint">{NO_SOURCE}</div>'
    stack = ""
    if len(look.stack) > 1:
        places = "".join(f"<div><code>{escape(place)}</code></div>" for place in look.stack)
        stack = f'<div class="kamlab-faint">the calls, innermost last</div>{places}'
    return (
        f'<div class="kamlab-view">{STYLE}<div><b>{escape(look.headline)}</b></div>{code}{stack}'
        f"{_variables('', look.locals)}{_variables('self.', look.attributes)}</div>"
    )


def _row(number: int, text: str, stands: bool) -> str:
    how, mark = (_STANDS, "-&gt;") if stands else (_CODE, "")
    kind = ' class="kamlab-here"' if stands else ""
    return f"<tr{kind}><td {how}>{mark}</td><td {how}>{number}</td><td {how}>{escape(text)}</td></tr>"


def _variables(before: str, pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(before + name)}</td><td><code>{escape(text)}</code></td></tr>" for name, text in pairs
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""
