"""How names, numbers and values are written in an explanation: short, safe, and the same in every run.

Values come from users' classes and from the network; :func:`kamlab.core.describe.shorten` sees to it that
any of them gives a short text that is the same in every run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.box import Box
from ..core.describe import name_of, shorten
from ..core.reading import Answer

#: How many names are written before "and 3 more".
NAMES = 6
WIDTH = 60

_CELL = re.compile(r"ipykernel_\d+|^<ipython-input")


def shown(value: Any, width: int = WIDTH) -> str:
    """Return a value as short printable text.

    >>> shown(list(range(1000)), 24)
    '[0, 1, 2, 3, 4, 5, 6,...'
    >>> shown(object())
    '<object object>'
    """
    text = shorten(value, width)
    if not text.isprintable():
        text = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
    return text if len(text) <= width else text[: width - 3] + "..."


def counted(number: int, thing: str) -> str:
    """Write a number of things.

    >>> counted(1, "message"), counted(2, "slice"), counted(3, "inbox")
    ('1 message', '2 slices', '3 inboxes')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}{'es' if thing.endswith(('x', 'ch')) else 's'}"


def percent(probability: float) -> str:
    """Write a probability in per cent, to a tenth; what is neither never nor always is not written as such.

    >>> percent(0.75), percent(0.0), percent(1.0)
    ('75.0%', '0.0%', '100.0%')
    >>> percent(1e-7), percent(0.99999)
    ('less than 0.1%', 'more than 99.9%')
    """
    if 0 < probability < 0.0005:
        return "less than 0.1%"
    if 0.9995 <= probability < 1:
        return "more than 99.9%"
    return f"{probability:.1%}"


def joined(names: Iterable[str], word: str = "and", limit: int = NAMES) -> str:
    """Write names one after the other.

    >>> joined(["A", "B", "C"], "or")
    'A, B or C'
    >>> joined("ABCDEFGH", limit=2)
    'A, B and 6 more'
    """
    all_names = list(names)
    if len(all_names) > limit + 1:
        return f"{', '.join(all_names[:limit])} {word} {len(all_names) - limit} more"
    if len(all_names) < 2:
        return "".join(all_names)
    return f"{', '.join(all_names[:-1])} {word} {all_names[-1]}"


def end_of(box: Box) -> str:
    """Name a box with its component: ``Sink_2.inbox``."""
    return f"{name_of(box.owner)}.{box.name}"


def how_full(box: Any) -> str:
    """Say how many messages wait, and of how many: ``3 of 3``.

    >>> from kamlab import Component
    >>> how_full(Component().inboxes["inbox"])
    'empty'
    """
    count = len(box.items)
    if box.limit is not None:
        return f"{count} of {box.limit}"
    return counted(count, "message") if count else "empty"


def capital(text: str) -> str:
    """Begin a sentence; a name at its beginning stays as it is.

    >>> capital("the next timer is due at 1.000 s")
    'The next timer is due at 1.000 s'
    """
    return text[:1].upper() + text[1:] if text.startswith(("the ", "a ", "something ")) else text


def ordinal(index: int) -> str:
    """Write a place in a row, counted from 0: ``ordinal(1)`` is ``2nd``.

    >>> [ordinal(index) for index in (0, 1, 2, 3, 10, 20)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st']
    """
    number = index + 1
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def file_in_words(path: str) -> str:
    """Name a file for a reader, without its folder.

    >>> file_in_words("/home/me/pipes.py")
    'pipes.py'
    >>> file_in_words("/home/me/ipykernel_312/98.py")
    'a notebook cell'
    """
    return "a notebook cell" if _CELL.search(path) else os.path.basename(path)


def paragraph(headline: str, sentences: Sequence[str], width: int = 100) -> str:
    """Write sentences below a headline, each in lines of its own.

    >>> print(paragraph("A sleeps", ["Nobody wakes it."]))
    A sleeps
      Nobody wakes it.
    """
    lines = [headline]
    for sentence in sentences:
        line = " "
        for word in sentence.split(" "):
            if len(line) + len(word) + 1 > width and line.strip():
                lines.append(line)
                line = "   "
            line += " " + word
        lines.append(line)
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Answer):
    """Why something is as it is.

    ``of`` is the name of what is explained, ``headline`` its state in a word or two, ``sentences`` the
    reasons, ``related`` the names of the components and boxes that have to do with it. All of it is text,
    so explanations can be kept and compared.

    >>> print(Explanation("A", "sleeps", ("Nothing in this lab will wake it.",)))
    A: sleeps
      Nothing in this lab will wake it.
    """

    of: str
    headline: str
    sentences: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    def as_words(self) -> str:
        """Return it in words."""
        return paragraph(f"{self.of}: {self.headline}", self.sentences)
