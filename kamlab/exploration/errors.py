"""The errors of exploring."""

from __future__ import annotations

from ..core.errors import KamlabError


class CannotExplore(KamlabError):
    """A system cannot be explored, or not as it was asked for: an argument is wrong, or a predicate raised an error.

    >>> from kamlab import explore
    >>> from kamlab.parts import OneShot
    >>> try:
    ...     explore(lambda: OneShot("hello").activate(), how="quickly")
    ... except CannotExplore as error:
    ...     print(error)
    how='quickly': it is one of 'auto', 'all', 'traces', 'random', 'pct'
    """


class CannotStage(Exception):
    """A system cannot be run slice by slice; the text says why.

    It does not reach users: such a system is explored by samples, or :class:`CannotExplore` says so.
    """


class CannotRepeat(CannotStage):
    """A system that cannot be run again and again: it uses what the run before has left, or asks for input."""


class WrongOrder(KamlabError, AssertionError):
    """There is an order of slices in which a system goes wrong; the text shows the shortest that was found.

    >>> from kamlab import explore
    >>> from kamlab.parts import OneShot
    >>> try:
    ...     explore(lambda: OneShot("hello").activate(), lambda made: False).check()
    ... except WrongOrder as error:
    ...     print(str(error).splitlines()[1])
    invariant: the predicate does not hold at the end
    """


class NotProved(KamlabError, AssertionError):
    """Nothing was found, but not every order was covered, or not everything could be seen.

    >>> from kamlab import explore
    >>> from kamlab.parts import OneShot
    >>> try:
    ...     explore(lambda: OneShot("hello").activate(), how="random", runs=5).check(proved=True)
    ... except NotProved as error:
    ...     print(str(error).splitlines()[0])
    In 5 orders drawn nothing goes wrong.
    """


class CannotCompare(KamlabError):
    """Two runs cannot be compared: they are of different systems, or it is not known how a system is built.

    >>> from kamlab import diverge
    >>> try:
    ...     diverge("Monday", 7)
    ... except KamlabError as error:
    ...     print(str(error).splitlines()[0][:42])
    'Monday'... is not a recorded run: that is
    >>> try:
    ...     diverge(7, 8)
    ... except CannotCompare as error:
    ...     print(error)
    the first run is 7; give a recording, the line of one, a schedule of explore(), or a lab
    """
