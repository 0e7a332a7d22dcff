"""Help for one alone: three hints for each exercise, then a solution."""

from __future__ import annotations

from pathlib import Path

#: A folder for each exercise, with its hints and a solution.
ANSWERS = Path(__file__).resolve().parent / "answers"


def reference(name: str) -> str:
    """Return the source of a solution of an exercise."""
    return (ANSWERS / name / "solution.py").read_text(encoding="utf-8")
