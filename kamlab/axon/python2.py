"""Rewrite the Python 2 of published listings, so that they compile and mean the same on Python 3.

A tenth of the published listings use a print statement, ``except X, e`` or ``raise "..."``. Only what such listings use
is rewritten, each on its own line, so that line numbers stay. A text that compiles and can work is left
alone, and so is one that still does not compile afterwards: its reader gets Python's own SyntaxError.

This module rewrites statements and expressions, :mod:`.python2_names` the names; :mod:`.python2_tokens` splits the
text. Rejected: ``lib2to3``, which is gone from Python 3.13; regular expressions over whole lines, which also rewrite
the contents of strings.

>>> to_python3('print "hello", name').source
'print("hello", name)'
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass

from .python2_names import has_old_names, is_proved, remarks, rename
from .python2_tokens import (
    CLOSE,
    OPEN,
    STRING,
    Token,
    split_at_commas,
    start_of_expression,
    statements,
    text_of,
    tokens_of,
)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text for Python 3, and how often each construct of Python 2 was rewritten in it.

    Args:
        source: the text.
        changes: the constructs, such as ``("print statement", 3)``, in the order in which they first occur.
        remarks: sentences about what was not rewritten, with the cure.
    """

    source: str
    changes: tuple[tuple[str, int], ...] = ()
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return one line that says what was rewritten and what was not; "" if there is nothing to say."""
        told = ", ".join(what if times == 1 else f"{what} ({times} times)" for what, times in self.changes)
        rewritten = [f"This is Python 2. It was rewritten for Python 3: {told}."] if told else []
        return " ".join((*rewritten, *self.remarks))


def to_python3(source: str, defined: Container[str] = (), compiles: Callable[[str], bool] | None = None) -> Rewritten:
    """Return a text in which the constructs of Python 2 are rewritten.

    Args:
        source: the text of a file or a cell.
        defined: names that exist already where it runs; ``xrange`` and similar names among them stay.
        compiles: whether a text compiles; by default as a module in which ``await`` may stand at the top.

    Returns:
        The text unchanged if it compiles and uses no name that Python 3 lacks, or if it does not compile afterwards.
    """
    compiles = compiles or compiles_as_cell
    changes: Counter[str] = Counter()
    if compiles(source) and not _can_only_fail(source):
        if not has_old_names(source):
            return Rewritten(source)
        tokens = tokens_of(source)
    else:
        lines = [_rewrite(line, changes) for line in statements(tokens_of(_tidy(source, changes)))]
        tokens = tokens_of("".join(map(text_of, lines)))  # a rewritten statement is a single token
    text = text_of(rename(tokens, defined, changes))
    told = remarks(tokens, is_proved(changes))
    if changes and compiles(text):
        return Rewritten(text, tuple(changes.items()), told)
    return Rewritten(source, (), told)


def compiles_as_cell(source: str) -> bool:
    """Return whether a text compiles as a cell, in which ``await`` is allowed outside functions."""
    try:
        compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _can_only_fail(source: str) -> bool:
    """Return whether a text that compiles has a statement that means something on Python 2 only.

    These are ``raise "text"``, ``print >>file, value``, ``print (a), b`` and ``except X, e`` where ``e`` is used, which
    compiles from Python 3.14 on.
    """
    if not re.search(r"\braise\s*[\"']|\bprint\s*(>>|\()|\bexcept\b[^:\n(]*,", source):
        return False
    tree = compile(source, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return any(_fails(node) for node in ast.walk(tree))


def _fails(node: ast.AST) -> bool:
    match node:
        case ast.Raise(exc=ast.Constant(value=str()) | ast.BinOp(left=ast.Constant(value=str()))):
            return True
        case ast.Expr(value=ast.BinOp() | ast.Tuple(elts=[ast.BinOp() | ast.Call(), *_]) as value):
            first = value.elts[0] if isinstance(value, ast.Tuple) else value
            match first:
                case ast.BinOp(left=ast.Name(id="print"), op=ast.RShift()):
                    return True
                case ast.BinOp(left=ast.Call(func=ast.Name(id="print"))) | ast.Call(func=ast.Name(id="print")):
                    return True
            return False
        case ast.ExceptHandler(name=None, type=ast.Tuple(elts=[_, ast.Name(id=name)]) as kinds, body=body):
            bare = kinds.col_offset == kinds.elts[0].col_offset  # not in brackets
            used = (inner.id for part in body for inner in ast.walk(part) if isinstance(inner, ast.Name))
            return bare and (name in used or (not hasattr(builtins, name) and name.islower()))
    return False


# -- whole texts ---------------------------------------------------------------------------------------


def _tidy(source: str, changes: Counter[str]) -> str:
    """Replace spaces that Python does not accept, and tabs in the indentation, which count as eight columns."""
    text = source.replace("\N{NO-BREAK SPACE}", " ")
    if text != source:
        changes["non-breaking space"] += 1
    lines = text.splitlines(keepends=True)
    indents = {line[: len(line) - len(line.lstrip(" \t"))] for line in lines}
    if any("\t" in indent for indent in indents) and any(indent.startswith(" ") for indent in indents):
        changes["tabs mixed with spaces"] += 1
        lines = [
            line[: len(line) - len(line.lstrip(" \t"))].expandtabs(8) + line.lstrip(" \t")  #
            for line in lines
        ]
    return "".join(lines)


# -- statements ----------------------------------------------------------------------------------------


def _rewrite(statement: list[Token], changes: Counter[str]) -> list[Token]:
    """Rewrite one statement, with the spaces before it and what ends it."""
    body = _expressions(statement, changes)
    start = next((place for place, token in enumerate(body) if token.kind not in ("space", "newline", "comment")), None)
    if start is None:
        return body
    end = len(body)
    while end > start + 1 and (
        body[end - 1].kind in ("space", "newline", "comment") or body[end - 1].text in (";", ":")
    ):
        end -= 1
    words = "".join(token.text for token in body[start + 1 : end])
    change = _KEYWORDS.get(body[start].text)
    new = change(words) if change is not None else None
    if new is None:
        return body
    changes[_NAMED[body[start].text]] += 1
    return [*body[:start], Token("name", new), *body[end:]]


def _print(rest: str) -> str | None:
    words = rest.strip()
    if words.startswith("(") and _closes_at_the_end(words):
        return None  # a call, or it prints one thing in brackets
    if words[:1] in ("=", ".", ",", ")") or words[:2] in ("+=",):
        return None  # a variable of that name
    if words.startswith(">>"):
        target, *values = split_at_commas(words[2:])
        shown = ", ".join(value for value in values if value)
        ending = ', end=" "' if len(values) > 1 and not values[-1] else ""
        return f"print({shown}{', ' if shown else ''}file={target}{ending})"
    values = split_at_commas(words)
    if len(values) > 1 and not values[-1]:
        return f'print({", ".join(values[:-1])}, end=" ")'
    return f"print({words})"


def _except(rest: str) -> str | None:
    parts = split_at_commas(rest)
    return f"except {parts[0]} as {parts[1]}" if len(parts) == 2 and parts[1].isidentifier() else None


def _raise(rest: str) -> str | None:
    parts = split_at_commas(rest)
    if len(parts) == 1 and re.fullmatch(rf"{STRING}(?:\s*%.*)?", parts[0], re.DOTALL):
        return f"raise Exception({parts[0]})"
    if len(parts) not in (2, 3):
        return None
    kind = f"Exception({parts[0]}, " if re.match(STRING, parts[0]) else f"{parts[0]}("
    trace = f".with_traceback({parts[2]})" if len(parts) == 3 else ""
    return f"raise {kind}{'' if parts[1] == 'None' else parts[1]}){trace}"


def _exec(rest: str) -> str | None:
    words = rest.strip()
    if words.startswith("(") and _closes_at_the_end(words):
        return None
    found = re.fullmatch(r"(.+?)\s+in\s+(.+)", words, re.DOTALL)
    return f"exec({found[1]}, {found[2]})" if found else f"exec({words})"


_KEYWORDS: dict[str, Callable[[str], str | None]] = {
    "print": _print,
    "except": _except,
    "raise": _raise,
    "exec": _exec,
}
_NAMED = {"print": "print statement", "except": "except X, e", "raise": "raise X, value", "exec": "exec statement"}


def _closes_at_the_end(words: str) -> bool:
    """Return whether the bracket that a text begins with is closed by its last character."""
    depth = 0
    tokens = tokens_of(words)
    for place, token in enumerate(tokens):
        depth += (token.text in OPEN) - (token.text in CLOSE)
        if not depth:
            return place == len(tokens) - 1
    return False


# -- expressions ---------------------------------------------------------------------------------------


def _expressions(statement: list[Token], changes: Counter[str]) -> list[Token]:
    """Rewrite what may be anywhere in a statement: operators, numbers, string prefixes, backquotes, ``.next()``."""
    tokens: list[Token] = []
    quoted = False
    for token in statement:
        kind, text = token
        if text == "<>":
            text = "!="
            changes["<>"] += 1
        elif text == "`":
            quoted = not quoted
            text = "repr(" if quoted else ")"
            changes["backquotes"] += quoted
        elif kind == "number" and re.fullmatch(r"0[0-7]+[lL]?|[0-9a-fA-FxX]+[lL]", text) and text.strip("0"):
            plain = text.rstrip("lL")
            text = f"0o{plain[1:]}" if re.fullmatch(r"0[0-7]+", plain) else plain
            changes["old number"] += 1
        elif kind == "string" and text[:2].lower() == "ur":
            text = text[1:]
            changes["ur string"] += 1
        tokens.append(Token(kind, text))
    return _next_calls(tokens, changes)


def _next_calls(tokens: list[Token], changes: Counter[str]) -> list[Token]:
    """Rewrite ``x.next()`` as ``next(x)``, and ``def next(self)`` as ``def __next__(self)``."""
    texts = [token.text for token in tokens]
    place = 0
    while place < len(texts) - 3:
        if texts[place : place + 4] == [".", "next", "(", ")"] and (first := start_of_expression(texts, place)) < place:
            tokens[first : place + 4] = [Token("operator", "next("), *tokens[first:place], Token("operator", ")")]
            changes[".next()"] += 1
        elif texts[place] == "def" and re.match(r"def next\(\s*\w+\s*\)", "".join(texts[place:])):
            tokens[place + 2] = Token("name", "__next__")
            changes["def next"] += 1
        texts = [token.text for token in tokens]
        place += 1
    return tokens
