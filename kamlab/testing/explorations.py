"""Testing that a system holds in every order of slices."""

from __future__ import annotations

from ..core.tracebacks import public
from ..exploration import Exploration


@public
def assert_holds(exploration: Exploration, *, proved: bool = False, incomplete: bool = False) -> None:
    """Assert that a system goes wrong in no order; an exploration that left some out is a failure as well.

    The error's text has the sentence of the exploration, the shortest order that goes wrong as a sequence diagram, and
    how to open it.

    Args:
        exploration: what :func:`kamlab.explore` returned.
        proved: whether that has to be a proof: nothing was hidden, and all was compared with the real system.
        incomplete: whether it is enough that nothing was found in the orders that were covered.

    Raises:
        WrongOrder: an AssertionError: there is an order in which it goes wrong.
        NotProved: an AssertionError: nothing was found, but not every order was covered, or it is no proof.

    >>> from kamlab import Pipeline, explore
    >>> from kamlab.parts import DataSource, PassThrough
    >>> def system():
    ...     return Pipeline(DataSource("ab"), PassThrough()).activate()
    >>> assert_holds(explore(system))
    >>> try:
    ...     assert_holds(explore(system, how="random", runs=5))
    ... except AssertionError as error:
    ...     print(str(error).splitlines()[0])
    In 5 orders drawn nothing goes wrong.
    """
    exploration.check(proved=proved, incomplete=incomplete)
