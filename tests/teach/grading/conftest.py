"""Notebooks that students hand in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

COURSE = Path(__file__).parent.parent.parent.parent / "notebooks" / "course"
HandIn = Callable[..., Path]


@pytest.fixture
def hand_in(tmp_path: Path) -> HandIn:
    """Write a notebook of the course with other cells into a folder of its own, and return its path."""

    def hand_in(name: str, answers: dict[str, str] | None = None, folder: str = "one", *, without: str = "") -> Path:
        notebook = json.loads((COURSE / name).read_text(encoding="utf-8"))
        notebook["cells"] = [cell for cell in notebook["cells"] if grade_id(cell) != without or not without]
        for cell in notebook["cells"]:
            cell["source"] = (answers or {}).get(grade_id(cell), cell["source"])
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return path

    return hand_in


def grade_id(cell: dict) -> str:
    """Return the name of a cell for graders; "" if it has none."""
    return str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))
