"""Of a notebook only what an exercise needs is run."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from kamlab.teach.grading.cells import Cell, NotebookError, exercises_in, named_as, parts_for, read_cells


def taken(*cells: tuple[str, str], wanted: str = "cured") -> list[str]:
    """Return the statements that are taken from cells for the exercise x."""
    made = [Cell(number, source, grade_id) for number, (source, grade_id) in enumerate(cells)]
    return [ast.unparse(part.tree) for part in parts_for(made, "x", [wanted])]


def test_the_own_cell_runs_whole_and_of_the_others_what_it_needs() -> None:
    """What the student's cell uses is taken, and what that uses; what only shows something is not."""
    assert taken(
        ("%load_ext kamlab\nimport math, json", ""),
        ("SIZE = math.pi\ndef part():\n    return SIZE, late()", ""),
        ("lab = Lab(part)\nlab.run()\nprint(part())", ""),
        ("def late():\n    pass", ""),
        ("def cured():\n    return part()\nprint(1)", "x"),
    ) == [
        "import math, json",
        "SIZE = math.pi",
        "def part():\n    return (SIZE, late())",
        "def late():\n    pass",
        "def cured():\n    return part()",
        "print(1)",
    ]


@pytest.mark.parametrize(
    "change", ["names.append(1)", "names[0] = 1", "names.more = 1", "for n in 'ab':\n    names.add(n)", "del names[0]"]
)
def test_what_changes_a_needed_value_is_taken(change: str) -> None:
    """A statement that changes the value of a needed name is needed, too."""
    needed = ast.unparse(ast.parse(change))
    assert needed in taken((f"names = []\n{change}", ""), ("cured = names", "x")) or change.startswith("for")


def test_local_names_need_nothing() -> None:
    """A name that is local to a function is not the notebook's name."""
    assert "lab = 1" not in taken(("lab = 1", ""), ("def cured(lab):\n    return lab", "x"))


def test_what_comes_after_the_check_is_left_out() -> None:
    """Cells after the check, the check itself, and cells that are no Python do not count."""
    cells = [("def cured(): pass", "x"), ("%%bash\ncured", ""), ("cured = 1", "x-check"), ("cured = 2", "")]
    assert taken(*cells) == ["def cured():\n    pass"]
    assert exercises_in([Cell(0, "", "x-check"), Cell(1, "", "y")]) == ["x"]


def test_a_syntax_error_matters_in_the_own_cell_only() -> None:
    """Another cell that cannot be parsed is left out; the student's own one is an error."""
    assert taken(("def (", ""), ("cured = 1", "x")) == ["cured = 1"]
    with pytest.raises(SyntaxError):
        taken(("def (", "x"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', '{"worksheets": []}', "\x00"])
def test_what_is_no_notebook_is_said(text: str, tmp_path: Path) -> None:
    """A file that is no notebook is a named error."""
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    with pytest.raises(NotebookError, match=r"a\.ipynb is not a notebook"):
        read_cells(path)
    with pytest.raises(NotebookError, match="cannot be read"):
        read_cells(tmp_path / "none.ipynb")


def test_sources_may_be_lists_of_lines(tmp_path: Path) -> None:
    """The two ways in which notebooks keep a source are read alike."""
    cells = [{"cell_type": "code", "source": source} for source in (["a\n", "b"], "a\nb")]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert [cell.source for cell in read_cells(path)] == ["a\nb", "a\nb"]


def test_a_cell_without_its_name_is_known_by_its_id() -> None:
    """nbgrader takes the names of cells away that it does not grade; the ids are those that were given."""
    given = [Cell(0, "", "x", "id-0"), Cell(1, "", "y", "id-1")]
    handed_in = [Cell(0, "a", "", "id-0"), Cell(1, "b", "", "id-1"), Cell(2, "c", "y", "id-2"), Cell(3, "d")]
    assert [cell.grade_id for cell in named_as(given, handed_in)] == ["x", "", "y", ""]
