"""Placeholder until the score sheet is here."""


def record(name: str, got: float, of: float, kind: str) -> None:
    """Take note of a result."""


def score() -> str:
    """Return nothing yet."""
    return ""
