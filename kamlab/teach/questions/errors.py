"""The errors of questions."""

from __future__ import annotations

from ...core.errors import KamlabError


class NoQuestion(KamlabError, ValueError):
    """A question was asked for that cannot be asked of this lab as it stands; the message says why."""


class BadAnswer(KamlabError, ValueError):
    """What was answered is no answer to the question: of the wrong type, or a name that nobody has."""
