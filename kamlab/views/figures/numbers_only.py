"""What takes the place of a figure in a page without matplotlib: its numbers, and a sentence that says why.

Nothing can be installed in a page that has been built without it, so an error would end the lesson there.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, NoReturn

from ..render import Pre, as_html, line
from .queues import QueueLengths
from .selection import NoMatplotlib
from .throughput import Throughput

#: Whether this Python runs in a page.
IN_PAGE = sys.platform == "emscripten"

SENTENCE = (
    "This page has no matplotlib, which draws the figure: here are its numbers; "
    "for the picture, run the notebook in Jupyter on a computer."
)


@dataclass(frozen=True, repr=False)
class NumbersOnly:
    """The numbers of a figure that cannot be drawn here.

    Args:
        data: the numbers.
    """

    data: QueueLengths | Throughput

    def savefig(self, *_args: Any, **_argd: Any) -> NoReturn:
        """Raise NoMatplotlib: there is no picture to write to a file."""
        raise NoMatplotlib(SENTENCE)

    def __repr__(self) -> str:
        return f"{SENTENCE}\n{self.data}"

    def _repr_html_(self) -> str:
        return as_html((line(SENTENCE, role="faint"), Pre(str(self.data))))
