"""Gives points for a notebook: ``kamlab grade NOTEBOOK``.

What a check says in a notebook is practice, because the student's cells run beside it: one line can replace the check,
its number of orders, or the environment variable that says who is grading. So points come from here:

1. the sources of the cells are read from the file (:mod:`.cells`), and what the exercise needs is taken from them;
2. a fresh Python process loads the checks first, and draws a seed (:mod:`.fresh`);
3. in a sandboxed child of it the cells run, then the check; the cells can import copies of the checks only, an audit
   hook keeps them away from the frames in which the check runs (:mod:`.guard`), and what kamlab and Python consist of
   is compared before, during and after the check with what it was before the cells ran (:mod:`.untouched`);
4. the child's answer counts only with a proof that the cells cannot know; and the same check, after the same cells,
   has to refuse the system that the students were given.

Nothing that the student sets decides: no environment variable, no attribute of a module, no output of a cell.

Python cannot lock code out of its own process, so this is a high fence, not a wall; on Linux it is highest, because
elsewhere the sandbox cannot fork. Rejected: to send the events of a run to another process and judge there, because the
checks also look at the components themselves.
"""

from __future__ import annotations

from .grade import GradingError, grade, grade_all
from .report import Report, Result

__all__ = ["GradingError", "Report", "Result", "grade", "grade_all"]
