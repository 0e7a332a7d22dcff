"""The form of an answer to "why?"."""

from __future__ import annotations

from dataclasses import dataclass

from .words import paragraph


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
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

    def __str__(self) -> str:
        return paragraph(f"{self.of}: {self.headline}", self.sentences)

    __repr__ = __str__
