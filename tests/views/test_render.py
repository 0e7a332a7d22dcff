"""The renderer: one document, its text and its HTML; and nobody else escapes."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kamlab
from kamlab.views.render import (
    LIMIT,
    STYLE,
    Abreast,
    Block,
    Code,
    Document,
    Line,
    Picture,
    Pre,
    Section,
    Span,
    Table,
    View,
    as_data,
    as_html,
    as_text,
    escape,
    line,
)

ROOT = Path(kamlab.__file__).parent
EVIL = "<script>alert(1)</script>&amp;\"'<img src=x onerror=alert(1)>"
ROLES = ("", "good", "bad", "faint", "strong", "code")


@dataclass(frozen=True, slots=True, repr=False)
class Small(View):
    """A view that shows one word."""

    word: str = "small"
    pairs: tuple[tuple[str, int], ...] = ()

    def document(self) -> Document:
        return (line("shows ", Span(self.word, "code")),)


class Reader(HTMLParser):
    """Reads HTML as a browser would: keeps tags, the names of attributes, and the text outside of style sheets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.pieces: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= dict(attrs)
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        """The text as it was written, without what is between two pieces of it."""
        return "".join(self.pieces)


def everywhere(text: str) -> list[Block]:
    """Return blocks that show a text wherever one can be."""
    return [
        *(line(text, Span(text, role)) for role in ROLES),
        Table(
            ((text, Span(text), line(text), (line(text), line(text))),), (text, text, text, text), thing=text, more=1
        ),
        Code((text,), 1, 1),
        Pre(text),
        Picture("<svg/>", text),
        Section(text, Small(text)),
    ]


def words_in(text: str) -> set[str]:
    """Return the words of a text, without punctuation."""
    return set(re.findall(r"\w+", text))


def imports(path: Path) -> Iterator[str]:
    """Yield the names of the modules that a file imports from elsewhere."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)


def test_html_is_escaped_at_one_place() -> None:
    """No module but the renderer imports what escapes, or writes an entity; a web server's pages are no views."""
    places = (ROOT / "views" / "render.py", ROOT / "protocols" / "http" / "error_pages.py")
    files = [path for path in sorted(ROOT.rglob("*.py")) if path not in places]
    assert len(files) > 100
    escapers = {"html", "xml.sax.saxutils", "markupsafe", "cgi"}
    assert [str(path) for path in files if escapers & set(imports(path))] == []
    assert [str(path) for path in files if re.search(r"&(lt|amp|quot);", path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("block", everywhere(EVIL), ids=lambda block: type(block).__name__)
def test_a_hostile_text_is_text_wherever_it_is(block: Block) -> None:
    """Markup in a line, a cell, a title, code, a summary or a section is read as text, and is no tag."""
    html = as_html((block,))
    reader = Reader(html)
    assert "<script" not in html
    assert {"script"}.isdisjoint(reader.tags)
    assert reader.attributes.keys() <= {"class", "style", "src", "alt"}
    assert EVIL in (reader.attributes["alt"] or "" if isinstance(block, Picture) else reader.text)
    assert not reader.open


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    """Whatever the text, the HTML is well formed, and says it to the letter."""
    reader = Reader(as_html(tuple(everywhere(text))))
    assert not reader.open
    assert reader.tags.count("td") == 4 + 3
    assert reader.text.count(text) >= len(ROLES) * 2


@pytest.mark.parametrize("text", ["<b>", "a & b", '"', "'", "&lt;"])
def test_an_escaped_text_is_read_as_it_was(text: str) -> None:
    """Between tags and in an attribute, a reader of HTML gets the text back."""
    reader = Reader(f'<p title="{escape(text)}">{escape(text)}</p>')
    assert (reader.text, reader.attributes) == (text, {"title": text})


def test_text_and_html_carry_the_same_words() -> None:
    """Every word of the text form is in the HTML, and all but the titles of tables is in the text."""
    document = (
        line("paused at ", Span("step 7", "strong"), role="good"),
        Table((("Sink_1", Span("waiting", "bad"), (line("inbox 1"), line("idle"))),), ("name", "how"), more=2),
        line("failed ", Span("'error'", "code"), role="bad", indent=2),
        Code(("def main(self):", "    yield"), 31, 32),
        Pre("one\ntwo"),
        Section("Below", Small("word")),
    )
    in_html = words_in(" ".join(Reader(as_html(document)).pieces))
    assert words_in(as_text(document)) == in_html - {"name", "how"}


def test_sections_stand_beside_each_other() -> None:
    """Sections side by side are one below the other in text, and share a row in HTML, if there is room."""
    document = (Abreast((Section("One", Small("first")), Section("Two", Small("second")))),)
    assert [words for words in as_text(document).splitlines() if words] == [
        "-- One ".ljust(60, "-"),
        "shows first",
        "-- Two ".ljust(60, "-"),
        "shows second",
    ]
    html = as_html(document)
    assert "display: flex; flex-wrap: wrap" in html
    assert html.index("first") < html.index("second")


def test_the_text_of_each_block() -> None:
    """Columns are aligned, the lines of a cell stand below each other, an arrow marks the line of code."""
    rows = (("Source_1", "runnable", (line("inbox 0"),)), ("S_2", "new", (line("inbox 1"), line("control 0"))))
    document = (
        line("a lab"),
        Table(rows, ("name", "state", "boxes"), more=3, thing="component"),
        Table((("x", "1"), ("long", "2")), form="  {} = {}"),
        Code(("while True:", "    yield"), 9, 10),
        Pre("one\n two"),
        Section("Below", Small()),
    )
    assert as_text(document).splitlines() == [
        "a lab",
        "  Source_1  runnable  inbox 0",
        "  S_2       new       inbox 1",
        "                      control 0",
        "  and 3 more components",
        "  x = 1",
        "  long = 2",
        "        9  while True:",
        "  ->   10      yield",
        "  one",
        "   two",
        "",
        "-- Below ---------------------------------------------------",
        "shows small",
    ]


def test_a_plain_form_is_for_the_text_only() -> None:
    """Where a span has a plain form, text shows that one and HTML the words; it may be empty."""
    document = (line(Span("sent", plain=">"), " once", Span(" more", plain="")),)
    assert as_text(document) == "> once"
    assert Reader(as_html(document)).text == "sent once more"


@pytest.mark.parametrize("newest", [False, True])
def test_a_table_gives_up_rows_and_says_how_many(newest: bool) -> None:
    """The whole stays below the limit; the first rows stay, or the last where these matter most."""
    rows = tuple((f"row {number}", '"' * 100) for number in range(1000))
    document = (line("x" * 1000), Table(rows, thing="row", more=5, newest=newest), Pre("y" * 1000))
    html = as_html(document)
    shown = html.count("<tr>")
    assert 10 < shown < 1000
    assert LIMIT - 2000 < len(html) <= LIMIT
    assert f"and {1005 - shown} {'older' if newest else 'more'} rows" in html
    assert (">row 999<" in html, ">row 0<" in html) == (newest, not newest)


def test_a_table_has_at_most_so_many_rows() -> None:
    """HTML has ``most`` rows, and counts the others; text has all."""
    table = Table(tuple((str(number),) for number in range(9)), most=4, newest=True, thing="item")
    assert "and 5 older items</div><table>" in as_html((table,))
    assert len(as_text((table,)).splitlines()) == 9


def test_a_table_without_rows_is_no_table() -> None:
    """Nothing is drawn for it; what is left out is told nevertheless."""
    assert "<table" not in as_html((Table((), ("a", "b")),))
    assert "and 3 more" in as_html((Table((), more=3),))


def test_a_picture_alone_needs_no_style_sheet() -> None:
    """A picture is an image with its summary as the alternative text, in the same bytes for the same picture."""
    html = as_html((Picture("<svg/>", 'Graph: "a"'),))
    assert html == as_html((Picture("<svg/>", 'Graph: "a"'),))
    assert html.startswith('<div class="kamlab-view"><img src="data:image/svg+xml;base64,')
    assert 'alt="Graph: &quot;a&quot;"' in html
    assert as_text((Picture("<svg/>", "Graph"),)) == "Graph"


def test_views_within_a_view_share_its_style_sheet() -> None:
    """However many sections there are, the style sheet is there once; what is not a view is taken as it is."""

    class Foreign:
        def __str__(self) -> str:
            return "foreign"

        def _repr_html_(self) -> str:
            return "<i>foreign</i>"

    html = as_html((Section("One", Small()), Section("Two", Small()), Section("Three", Foreign())))
    assert html.count(STYLE) == html.count("<style>") == 1
    assert html.endswith("<i>foreign</i></div>")


def test_a_view_has_three_forms_of_one_document() -> None:
    """It prints and represents itself as the text, shows itself as the HTML, and its data can be written as JSON."""
    view = Small("it", (("a", 1), ("b", 2)))
    assert f"{view}" == repr(view) == as_text(view.document()) == "shows it"
    assert view._repr_html_() == as_html(view.document())
    assert json.loads(json.dumps(view.data())) == view.data() == {"word": "it", "pairs": [["a", 1], ["b", 2]]}


def test_records_become_dictionaries() -> None:
    """Fields keep their order and names; tuples become lists, all the way down."""
    found: Any = as_data(Line(("a", Span("b")), "bad"))
    assert list(found) == ["parts", "role", "indent"]
    assert found["parts"] == ["a", {"words": "b", "role": "", "plain": None}]


def test_every_role_has_a_look() -> None:
    """Each role is a tag that looks different everywhere, or a class with a rule in the style sheet."""
    for role in ("good", "bad", "faint", "full"):
        assert f".kamlab-{role}" in STYLE
        assert f'<div class="kamlab-{role}">' in as_html((line("x", role=role),))
    for role, tag in (("strong", "b"), ("code", "code")):
        assert f"<{tag}>x</{tag}>" in as_html((line(Span("x", role)),))
