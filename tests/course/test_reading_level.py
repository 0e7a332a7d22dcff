"""The form of every notebook: what it says at its top, short cells, short sentences, pictures that are saved.

Short sentences do not make plain English, but long ones never do. Counted are the words of the text cells.
What is no prose is left out: headings, tables, blocks of code, formulas, addresses. An inline piece of code is
one word. A paragraph and a list item end a sentence even without a full stop.
"""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
ALL = sorted(path.relative_to(NOTEBOOKS).with_suffix("").as_posix() for path in NOTEBOOKS.rglob("*.ipynb"))

#: How many lines a code cell may have, and how many words a sentence.
LINES = 25
WORDS = 45
MEAN = 20

#: How a picture is saved so that it shows without a kernel.
PICTURES = ("data:image/svg+xml", "data:image/png", "image/png", "image/svg+xml")

_NO_PROSE = re.compile(r"^```.*?^```|^\$\$.*?^\$\$|^ {0,3}#+ .*?$|^ {0,3}\|.*?$|^ {0,3}[-=*_]{3,} *$", re.M | re.S)
_BLOCK = re.compile(r"\n\s*\n|^\s*(?:[-*+]|\d+[.)])\s+|^\s*>\s?", re.M)
_END = re.compile(r"[.!?]['\")\]*_]*(?=\s)(?!\s+[a-z])")
_WORD = re.compile(r"[^\W_]+(?:['’.,/-][^\W_]+)*")  # noqa: RUF001


def read(name: str) -> Any:
    """Read a notebook."""
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def sources(name: str, kind: str) -> list[str]:
    """Return the sources of the cells of one kind."""
    return [cell.source for cell in read(name).cells if cell.cell_type == kind]


def outputs(name: str) -> list[Any]:
    """Return all outputs that are saved in a notebook."""
    return [output for cell in read(name).cells if cell.cell_type == "code" for output in cell.outputs]


def sentences(markdown: str) -> list[str]:
    """Return the sentences of a text, without what is no prose."""
    text = _NO_PROSE.sub("\n\n", markdown)
    text = re.sub(r"<!--.*?-->|</?\w[^>]*>", " ", text, flags=re.S)
    text = re.sub(r"(`+).+?\1|(?<!\$)\$[^$\n]+\$", " Code ", text, flags=re.S)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"https?://\S+", " address ", text)
    found = []
    for block in _BLOCK.split(text):
        flat = " ".join(block.split())
        places = [0, *(end.end() for end in _END.finditer(f"{flat} ")), len(flat)]
        found += [flat[start:end].strip() for start, end in itertools.pairwise(places)]
    return [each for each in found if words(each)]


def words(sentence: str) -> int:
    """Return how many words a sentence has."""
    return len(_WORD.findall(sentence))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("One sentence. Another one!", ["One sentence.", "Another one!"]),
        ("One that goes on\nin the next line.", ["One that goes on in the next line."]),
        ("# A title\nOne.\n\n| a | b |\n|---|---|\n| c | d |\n", ["One."]),
        ("You can\n\n- read;\n- write.\n1. count", ["You can", "read;", "write.", "count"]),
        ("Say `a. B c` in code, e.g. this.", ["Say Code in code, e.g. this."]),
        ("See [the page](../a.md). It helps.", ["See the page.", "It helps."]),
        ("Before.\n\n```\nx = 1. Y\n```\n\nAfter $a + b$ it.", ["Before.", "After Code it."]),
        ("He said (it was so.) Then he went.", ["He said (it was so.)", "Then he went."]),
        ("It ends. `x` begins.", ["It ends.", "Code begins."]),
        ("Version 3.11 runs.", ["Version 3.11 runs."]),
        ("**Bold.** *Thin* text.", ["**Bold.**", "*Thin* text."]),
    ],
)
def test_a_text_is_taken_apart_into_its_sentences(markdown: str, expected: list[str]) -> None:
    """Full stops, paragraphs and list items end a sentence; code, links, tables and headings are no prose."""
    assert sentences(markdown) == expected


@pytest.mark.parametrize(
    ("sentence", "number"),
    [("One two three.", 3), ("It's 3.11, at-least-once!", 3), ("**a** - *b*", 2), ("...", 0)],
)
def test_words_are_counted(sentence: str, number: int) -> None:
    """A number, a word with an apostrophe and one with hyphens are one word each; signs are none."""
    assert words(sentence) == number


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_says_first_what_one_will_be_able_to_do(name: str) -> None:
    """The first cell has a title, a list of what one can do afterwards, and how long it takes."""
    first = read(name).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert re.search(r"^After this notebook you can\b.*\n\n?- ", first.source, re.M)
    assert re.search(r"^It takes about \w+ minutes[.,]", first.source, re.M)


@pytest.mark.parametrize("name", ALL)
def test_no_cell_is_long(name: str) -> None:
    """A code cell can be read without scrolling."""
    assert {
        source.split("\n")[0]: n for source in sources(name, "code") if (n := len(source.splitlines())) > LINES
    } == {}


@pytest.mark.parametrize("name", ALL)
def test_sentences_are_short(name: str) -> None:
    """No sentence is so long that one loses its thread, and most are much shorter."""
    all_of_them = [each for source in sources(name, "markdown") for each in sentences(source)]
    assert all_of_them
    assert [each for each in all_of_them if words(each) > WORDS] == []
    assert sum(map(words, all_of_them)) / len(all_of_them) <= MEAN


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_has_a_picture_that_shows_without_a_kernel(name: str) -> None:
    """At least one picture is saved in it."""
    assert any(picture in json.dumps(output) for output in outputs(name) for picture in PICTURES)


@pytest.mark.parametrize("name", ALL)
def test_no_output_is_an_error(name: str) -> None:
    """Errors that are shown on purpose are caught and printed; others are not saved."""
    assert [output for output in outputs(name) if output.output_type == "error"] == []
