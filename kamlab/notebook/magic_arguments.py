"""Magics with arguments: they are declared once, for parsing, help (``%kamlab?``) and completion alike.

This is :mod:`IPython.core.magic_arguments` with types. Lines are split like those of a shell, so that a value may be
quoted; IPython's own ``parse_argstring`` would keep the quotes.
"""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Callable
from typing import Any, TypeVar

from .dependencies import needs

with needs("IPython", "%load_ext kamlab"):
    from IPython.core import magic_arguments
    from IPython.core.error import UsageError

Magic = TypeVar("Magic", bound=Callable[..., Any])

_ipython: Any = magic_arguments  # it has no types


def argument(*names: str, **settings: Any) -> Any:
    """Return an argument for :func:`magic`; what goes in is what ``argparse.ArgumentParser.add_argument`` takes."""
    return _ipython.argument(*names, **settings)


def magic(name: str, *arguments: Any) -> Callable[[Magic], Magic]:
    """Return a decorator that gives a magic its arguments, and puts them in its docstring.

    Args:
        name: the name, with the percent signs.
        arguments: see :func:`argument`.

    >>> @magic("%greet", argument("--loud", action="store_true", help="louder"), argument("name"))
    ... def greet(line):
    ...     '''Say hello.'''
    >>> parse_line(greet, '--loud "Ada Lovelace"')
    Namespace(loud=True, name='Ada Lovelace')
    >>> "Say hello." in greet.__doc__ and "louder" in greet.__doc__
    True
    >>> options_of(greet)
    ('--loud',)
    """

    def decorate(function: Magic) -> Magic:
        for add in reversed(arguments):
            add(function)
        decorated = _ipython.magic_arguments(name.removeprefix("%"))(function)
        decorated.parser.prog = name
        return function

    return decorate


def parse_line(function: Any, line: str) -> Namespace:
    """Parse the line of a magic.

    Raises:
        UsageError: something in it cannot be understood.
    """
    parser = function.parser
    try:
        options: Namespace = parser.parse_args(shlex.split(line))
    except (UsageError, ValueError) as error:
        raise UsageError(f"{parser.prog} {line}: {error}; {parser.prog}? explains its arguments") from None
    return options


def options_of(function: Any) -> tuple[str, ...]:
    """Return the options of a magic, such as ``--quiet``, in the order in which they were declared."""
    names = [name for declared in reversed(function.decorators) for name in declared.args]
    return tuple(name for name in names if name.startswith("--"))
