"""The renderer: a view describes itself as a small document, which this module turns into text and HTML.

A document is a tuple of blocks: lines, tables, code, preformatted text, pictures, sections. Blocks are immutable
and know nothing of labs, so views are compared and tested as values, and both forms carry the same words. Text is for
terminals and diffs, and is shorter in places: a span may have a ``plain`` form, such as a sign for a kind of event.

Rules for HTML: names, messages and errors are escaped, here and nowhere else in the package, by :func:`escape`. There
are no scripts, links or ids, so the same document always gives the same HTML. Tables drop rows until the whole is
below :data:`LIMIT` characters, because it may be sent a dozen times a second. Colours are JupyterLab's own variables,
legible in light and dark themes. If a notebook is not trusted, the style sheet is removed, and plain tables remain.

Rejected: a template for each view (fifty places at which escaping can be forgotten); HTML made from the text (columns
and roles are lost); Markdown (each front end has its own rules for escaping).
"""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import chain, zip_longest
from typing import Any, TypeAlias

from ..analysis.words import counted
from ..core.reading import Answer

#: The most characters of HTML in a document; its pictures, and views in its sections, are not counted.
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
_CODE = "white-space:pre;font-family:monospace;text-align:left;padding:0 6px"
#: The roles that are tags of their own; the others are classes of the style sheet.
_TAGS = {"code": "code", "strong": "b"}


# -- the parts of a document --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Some words of a line.

    ``role`` is ``good``, ``bad``, ``faint``, ``strong`` or ``code``. ``plain`` is what the text form shows in
    their place.
    """

    words: str
    role: str = ""
    plain: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line; see :func:`line`."""

    parts: tuple[str | Span, ...]
    role: str = ""
    indent: int = 0


def line(*parts: str | Span, role: str = "", indent: int = 0) -> Line:
    """Return a line of words and spans; ``role`` is that of a span or ``full``, ``indent`` is for the text form.

    >>> as_text([line("state: ", Span("failed", "bad"), indent=2)])
    '  state: failed'
    """
    return Line(parts, role, indent)


#: The content of a cell of a table: words, or lines one below the other.
Cell: TypeAlias = str | Span | Line | tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells. Text aligns the columns; HTML drops rows if there is no room for all.

    ``titles`` are shown in HTML. ``form`` is the format of a row as text, in place of aligned columns. ``more`` is
    the number of rows that are left out already, ``thing`` what a row is. With ``newest`` the last rows matter most,
    and HTML drops the first. ``most`` is the largest number of rows in HTML.
    """

    rows: tuple[tuple[Cell, ...], ...]
    titles: tuple[str, ...] = ()
    form: str = ""
    more: int = 0
    thing: str = ""
    newest: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code with their numbers, from ``first``; an arrow marks the line ``at``."""

    code: tuple[str, ...]
    first: int = 1
    at: int = 0


@dataclass(frozen=True, slots=True)
class Pre:
    """Text whose line ends and spaces matter."""

    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished SVG, and what it shows in a sentence for those who cannot see it."""

    svg: str
    summary: str


@dataclass(frozen=True, slots=True)
class Section:
    """A view below a title; it is anything that can be printed and has ``_repr_html_``.

    ``folded`` shows the title alone, until it is clicked.
    """

    title: str
    view: Any
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Abreast:
    """Sections beside one another, as far as there is room; one below the other in text."""

    sections: tuple[Section, ...]


Block: TypeAlias = Line | Table | Code | Pre | Picture | Section | Abreast
Document: TypeAlias = tuple[Block, ...]


class View(Answer):
    """The base of all views: immutable values that print as text, show as HTML, and give data to a page."""

    __slots__ = ()

    def document(self) -> Document:
        """Return the view as a document."""
        raise NotImplementedError

    def data(self) -> dict[str, Any]:
        """Return all of it as plain values, ready for JSON."""
        plain: dict[str, Any] = as_data(self)
        return plain

    def as_words(self) -> str:
        """Return the document as text."""
        return as_text(self.document())

    def whole(self) -> Document:
        """Return the document, below the mark if there is one: a line that says that a slice does not end."""
        return (line(self.mark, role="bad"), *self.document()) if self.mark else self.document()

    def _repr_html_(self) -> str:
        return as_html(self.whole())


def as_data(value: Any) -> Any:
    """Return a value in a form ready for JSON: a record becomes a dictionary of its fields, a tuple a list.

    >>> as_data(Span("failed", "bad"))
    {'words': 'failed', 'role': 'bad', 'plain': None}
    """
    if isinstance(value, (tuple, list)):
        return [item if isinstance(item, _PLAIN) else as_data(item) for item in value]
    if is_dataclass(value):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        return {
            name: item if isinstance(item, _PLAIN) else as_data(item)
            for name, item in held.items()
            if name != "mark" or item
        }
    return value


_PLAIN = (str, int, float, type(None))


# -- as text ------------------------------------------------------------------------------------------


def as_text(document: Iterable[Block]) -> str:
    """Return a document as lines of text.

    >>> rows = (("Source_1", "runnable"), ("Sink_2", "failed"))
    >>> print(as_text([line("a lab"), Table(rows, more=3)]))
    a lab
      Source_1  runnable
      Sink_2    failed
      and 3 more
    """
    return "\n".join([text for block in document for text in _texts(block)])


def _texts(block: Block) -> Iterable[str]:
    match block:
        case Line():
            return (" " * block.indent + _plain(block),)
        case Table():
            return _table_texts(block)
        case Code():
            numbered = enumerate(block.code, block.first)
            return (f"  {'->' if at == block.at else '  '} {at:>4}  {text}".rstrip() for at, text in numbered)
        case Pre():
            return (f"  {text}" for text in block.words.split("\n"))
        case Picture():
            return (block.summary,)
        case Abreast():
            return [text for section in block.sections for text in _texts(section)]
    return ("", f"-- {block.title} ".ljust(60, "-"), str(block.view))


def _plain(words: str | Span | Line) -> str:
    if isinstance(words, str):
        return words
    if isinstance(words, Line):
        return "".join([_plain(part) for part in words.parts])
    return words.words if words.plain is None else words.plain


def _table_texts(table: Table) -> Iterator[str]:
    rows = [[[*map(_plain, cell if isinstance(cell, tuple) else (cell,))] for cell in row] for row in table.rows]
    if table.form:
        yield from (table.form.format(*map("".join, row)) for row in rows)
    else:
        widths = [max(map(len, chain.from_iterable(column)), default=0) for column in zip(*rows, strict=True)]
        form = "  " + "  ".join(f"{{:<{width}}}" for width in widths)
        for row in rows:
            yield from (form.format(*texts).rstrip() for texts in zip_longest(*row, fillvalue=""))
    if table.more:
        yield f"  {_beyond(table, table.more)}"


def _beyond(table: Table, more: int) -> str:
    kind = "older" if table.newest else "more"
    return f"and {counted(more, f'{kind} {table.thing}') if table.thing else f'{more} {kind}'}"


# -- as HTML ------------------------------------------------------------------------------------------


def escape(text: str) -> str:
    """Return a text in which no character is markup, for HTML and SVG, between tags and in attributes.

    >>> escape('<b>"&"</b>')
    '&lt;b&gt;&quot;&amp;&quot;&lt;/b&gt;'
    """
    return html.escape(text)


def as_html(document: Document) -> str:
    """Return a document as HTML that runs nothing; with a style sheet, unless it is only a picture.

    >>> as_html((line("a < b"),)).removeprefix('<div class="kamlab-view">').removeprefix(STYLE)
    '<div>a &lt; b</div></div>'
    """
    style = "" if all(isinstance(block, Picture) for block in document) else STYLE
    return f'<div class="kamlab-view">{style}{_body(document)}</div>'


def _body(document: Document) -> str:
    """Return the blocks as HTML; tables get the room that the other blocks leave."""
    made = {index: _block(block) for index, block in enumerate(document) if not isinstance(block, Table)}
    room = LIMIT - len(STYLE) - sum(map(len, made.values()))
    for index, block in enumerate(document):
        if isinstance(block, Table):
            made[index] = _table(block, room)
            room -= len(made[index])
    return "".join([made[index] for index in range(len(document))])


def _block(block: Line | Code | Pre | Picture | Section | Abreast) -> str:
    match block:
        case Line():
            return f"{_tag('div', block.role)}{_words(block)}</div>"
        case Code():
            rows = [_code_row(number, text, number == block.at) for number, text in enumerate(block.code, block.first)]
            return f"<table><tbody>{''.join(rows)}</tbody></table>" if rows else ""
        case Pre():
            return f"<pre>{escape(block.words)}</pre>"
        case Picture():
            data = b64encode(block.svg.encode("utf-8", "replace")).decode("ascii")
            alt = escape(block.summary)
            return f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" style="max-width: 100%">'
        case Abreast():
            beside = "".join([f'<div style="flex: 1 1 20em">{_block(section)}</div>' for section in block.sections])
            return f'<div style="display: flex; flex-wrap: wrap; gap: 1em">{beside}</div>'
    view = block.view
    inner = _body(view.whole()) if isinstance(view, View) else view._repr_html_()
    if block.folded:
        return f"<details><summary>{escape(block.title)}</summary>{inner}</details>"
    return f"{_tag('div', 'faint')}{escape(block.title)}</div>{inner}"


def _tag(name: str, role: str) -> str:
    return f'<{name} class="kamlab-{role}">' if role else f"<{name}>"


def _words(words: str | Span | Line) -> str:
    if isinstance(words, str):
        return escape(words)
    if isinstance(words, Line):
        return "".join([_words(part) for part in words.parts])
    if words.role in _TAGS:
        return f"<{_TAGS[words.role]}>{escape(words.words)}</{_TAGS[words.role]}>"
    return f"{_tag('span', words.role)}{escape(words.words)}</span>" if words.role else escape(words.words)


def _table(table: Table, room: int) -> str:
    """Return a table that fits into this number of characters, and a line that counts the dropped rows."""
    rows: list[str] = []
    room -= 500
    for row in (table.rows[::-1] if table.newest else table.rows)[: table.most]:
        cells = [
            f"<td{_LEFT}>{''.join(map(_block, cell)) if isinstance(cell, tuple) else _words(cell)}</td>" for cell in row
        ]
        made = f"<tr>{''.join(cells)}</tr>"
        room -= len(made)
        if room < 0:
            break
        rows.append(made)
    more = table.more + len(table.rows) - len(rows)
    beyond = _block(line(_beyond(table, more), role="faint")) if more else ""
    if not rows:
        return beyond
    titles = "".join([f"<th{_LEFT}>{escape(title)}</th>" for title in table.titles])
    head = f"<thead><tr>{titles}</tr></thead>" if titles else ""
    body = f"<tbody>{''.join(rows[::-1] if table.newest else rows)}</tbody>"
    return f"{beyond if table.newest else ''}<table>{head}{body}</table>{'' if table.newest else beyond}"


def _code_row(number: int, text: str, here: bool) -> str:
    style = f"{_CODE};font-weight:bold" if here else _CODE
    cells = [f'<td style="{style}">{escape(cell)}</td>' for cell in ("->" if here else "", str(number), text)]
    return f"{_tag('tr', 'here' if here else '')}{''.join(cells)}</tr>"
