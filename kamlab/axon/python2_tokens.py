"""A text of Python 2 in pieces: tokens, statements, expressions.

The pieces joined are the text again. Rejected: :mod:`tokenize`, which refuses backquotes, ``0777`` and ``ur"..."`` from
Python 3.12 on.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from typing import NamedTuple

STRING = (
    r"""[bBuUrR]{0,2}(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^\\'\n])*'|"(?:\\.|[^\\"\n])*")"""
)
_TOKEN = re.compile(
    rf"""(?P<string>{STRING})
    |(?P<comment>\#[^\n]*)
    |(?P<newline>\r?\n)
    |(?P<space>(?:[ \t\f]|\\\r?\n)+)
    |(?P<number>0[xXoObB][0-9a-fA-F_]+[lL]?|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?[jJlL]?)
    |(?P<name>[^\W\d]\w*)
    |(?P<operator><>|>>|\*\*|//|[-+*/%&|^=<>!:]=|.)""",
    re.VERBOSE | re.DOTALL,
)
OPEN, CLOSE = tuple("([{"), tuple(")]}")
_SPACE = ("space", "comment", "newline")


class Token(NamedTuple):
    """A piece of a text: its kind, which is a group of the pattern above, and the text itself."""

    kind: str
    text: str


def tokens_of(source: str) -> list[Token]:
    """Split a text; the pieces joined are the text again.

    >>> [token.text for token in tokens_of("x <> 0777")]
    ['x', ' ', '<>', ' ', '0777']
    """
    return [Token(str(found.lastgroup), found.group()) for found in _TOKEN.finditer(source)]


def text_of(tokens: list[Token]) -> str:
    """Return the text of tokens."""
    return "".join(token.text for token in tokens)


def is_word(token: Token) -> bool:
    """Return whether a token is neither space nor comment."""
    return token.kind not in _SPACE


def neighbour(tokens: list[Token], place: int, step: int) -> str:
    """Return the text of the next word before (-1) or after (1) a place; "" where there is none."""
    place += step
    while 0 <= place < len(tokens) and not is_word(tokens[place]):
        place += step
    return tokens[place].text if 0 <= place < len(tokens) else ""


def statements(tokens: list[Token]) -> Iterator[list[Token]]:
    """Split tokens after each statement: at a newline or semicolon outside brackets, and after a header's colon."""
    statement: list[Token] = []
    depth = 0
    quoted = False
    for token in tokens:
        depth += (token.text in OPEN) - (token.text in CLOSE)
        quoted ^= token.text == "`"
        statement.append(token)
        ends = token.kind == "newline" or token.text == ";" or (token.text == ":" and not _in_lambda(statement))
        if ends and depth <= 0 and not quoted:
            yield statement
            statement, depth = [], 0
    yield statement


def _in_lambda(statement: list[Token]) -> bool:
    """Return whether the colon at the end belongs to a lambda."""
    words = [token.text for token in statement]
    return words.count("lambda") >= words.count(":") and "lambda" in words


def split_at_commas(words: str) -> list[str]:
    """Split at the commas outside brackets; a comma at the end leaves an empty last part."""
    parts, depth = [""], 0
    for token in tokens_of(words):
        depth += (token.text in OPEN) - (token.text in CLOSE)
        if token.text == "," and not depth:
            parts.append("")
        else:
            parts[-1] += token.text
    return [part.strip() for part in parts]


def end_of_brackets(texts: list[str], start: int) -> int | None:
    """Return the place of the bracket that closes the one at ``start``; ``None`` if there is none."""
    depth = 0
    for place in range(start, len(texts)):
        depth += (texts[place] in OPEN) - (texts[place] in CLOSE)
        if not depth:
            return place
    return None


def start_of_expression(texts: list[str], end: int) -> int:
    """Return the start of the expression that ends before ``end``: names, dots, calls and subscripts."""
    place, depth = end, 0
    while place > 0:
        text = texts[place - 1]
        if text in CLOSE:
            depth += 1
        elif text in OPEN:
            if not depth:
                break
            depth -= 1
        elif not depth:
            name = text.isidentifier() and not keyword.iskeyword(text) and text not in ("print", "exec")
            if not (name or text == ".") or (name and place < end and texts[place].isidentifier()):
                break
        place -= 1
    return place


def bound_names(tokens: list[Token]) -> set[str]:
    """Return the names that a text assigns, defines, imports, loops over, or has as parameters."""
    found: set[str] = set()
    for statement in statements(tokens):
        words = [token.text for token in statement if is_word(token)]
        if words[:1] in (["import"], ["from"]):
            found |= set(words)
            continue
        depth = 0
        for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
            depth += (word in OPEN) - (word in CLOSE)
            if (after == "=" and not depth) or before in ("def", "class", "as", "for", "global"):
                found.add(word)
        if words[:1] == ["def"]:
            found |= set(words)
        for place, word in enumerate(words):
            if word == "lambda":
                found |= set(words[place : words.index(":", place) if ":" in words[place:] else place])
    return found
