"""Lets nbgrader give the points of kamlab's exercises from outside the student's kernel.

One line in ``nbgrader_config.py``::

    import kamlab.notebook.nbgrader as kamlab_grading
    kamlab_grading.configure(c)

nbgrader runs a notebook and looks at the outputs of the cells that are graded. In the kernel that makes these outputs
everything can be replaced by the student's cells, also the check itself. So the cells with kamlab's checks are not run
there: their outputs are those of ``kamlab grade``, which nbgrader's own process starts (:mod:`kamlab.teach.grading`).
All other cells run as ever. The feedback has the sentence first, then the picture of the run that went wrong.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ..core.errors import KamlabError
from ..teach.grading import Result, grade
from .dependencies import needs

with needs("nbgrader", "grading by nbgrader", "nbgrader"):
    import nbformat
    import nbformat.v4
    from nbclient.exceptions import DeadKernelError
    from nbgrader.converters.autograde import Autograde
    from nbgrader.preprocessors import Execute
    from traitlets import Unicode

CHECK = "-check"

new_output: Any = nbformat.v4.new_output
write: Any = nbformat.write


class ExecuteAndGrade(Execute):  # type: ignore[misc]
    """Run a notebook as nbgrader does, except for kamlab's checks, which a fresh process grades."""

    checks = Unicode("", help="a Python file with exercises and predictions of the teacher's own").tag(config=True)

    def preprocess(self, nb: Any, resources: Any, *more: Any, **how: Any) -> Any:
        """Grade the notebook's exercises, then run its other cells."""
        self._results = _graded(nb, str(resources.get("unique_key", "notebook")), self.checks)
        try:
            return super().preprocess(nb, resources, *more, **how)
        except DeadKernelError:  # a cell has ended it: the cells after it have no outputs, but the points are known
            for cell in nb.cells:
                if result := self._results.get(_exercise_of(cell)):
                    cell.outputs = outputs_of(result)
            return nb, resources

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        """Run a cell, or put the outputs of its check there."""
        result = self._results.get(_exercise_of(cell))
        if result is None:
            return super().preprocess_cell(cell, resources, index)
        cell.outputs = outputs_of(result)
        return cell, resources


def configure(config: Any, checks: str = "") -> None:
    """Let nbgrader's autograder use :class:`ExecuteAndGrade` where it would use its own ``Execute``.

    Args:
        config: the ``c`` of ``nbgrader_config.py``.
        checks: a Python file with exercises and predictions of the teacher's own.
    """
    usual = Autograde.class_traits()["autograde_preprocessors"].default()
    config.Autograde.autograde_preprocessors = [ExecuteAndGrade if step is Execute else step for step in usual]
    config.ExecuteAndGrade.checks = str(Path(checks).resolve()) if checks else ""


def outputs_of(result: Result) -> list[Any]:
    """Return the outputs of a graded cell: the result in words and pictures; and an error, if there are no points.

    Where some of the points are reached, they are the cell's result, which nbgrader takes for the points.
    """
    shown = new_output("display_data", {"text/html": result.html, "text/plain": str(result)})
    if result.points >= result.of:
        return [shown]
    if result.points > 0:
        return [shown, new_output("execute_result", {"text/plain": f"{result.points:g}"})]
    failed = new_output("error", ename="NotYet", evalue=result.sentence, traceback=[result.text])
    return [shown, failed]


def _exercise_of(cell: Any) -> str:
    graded = cell.get("metadata", {}).get("nbgrader", {})
    name = str(graded.get("grade_id", ""))
    return name.removesuffix(CHECK) if graded.get("grade") and name.endswith(CHECK) else ""


def _graded(nb: Any, name: str, checks: str) -> dict[str, Result]:
    """Return the results of a notebook's exercises by their names; none if it has none of kamlab's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.ipynb"
        write(nb, path)
        try:
            return {result.name: result for result in grade(path, checks=Path(checks) if checks else None).results}
        except KamlabError:
            return {}
