"""Predicates of the user's: what their answers mean, and those that can mean nothing.

A predicate returns whether something holds, or asserts it and returns ``None``. A beginner's forgets the ``return``, or
the parentheses of a call, and would hold in every order. What can only be such a mistake is refused.
"""

from __future__ import annotations

import builtins
import dis
import inspect
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ..core.describe import error_in_words
from ..core.errors import KamlabError
from .errors import CannotExplore

#: Instructions by which a function raises an error, and those by which it compares.
RAISING = ("RAISE_VARARGS", "LOAD_ASSERTION_ERROR", "LOAD_COMMON_CONSTANT")
COMPARING = ("COMPARE_OP", "CONTAINS_OP", "IS_OP", "UNARY_NOT")

Predicate = Callable[[Any], Any]


def asked(predicate: Predicate, made: Any, when: str) -> str:
    """Return what a predicate says is wrong, as a sentence; "" if nothing is.

    Wrong is what is false, an AssertionError, or an error of kamlab's such as ``Wrong``.

    Raises:
        CannotExplore: it raised another error.
    """
    name = getattr(predicate, "__name__", "the predicate")
    what = "the predicate" if name == "<lambda>" else f"{name}()"
    try:
        answer = predicate(made)
        misread = _misread(answer)
        holds = answer is None or bool(answer)
    except (AssertionError, KamlabError) as error:
        return str(error) or f"{what} does not hold {when}"
    except Exception as error:
        raise CannotExplore(f"{what} cannot be asked {when}: {error_in_words(error)}") from error
    if misread:
        raise CannotExplore(f"{what} returns {misread}, which says nothing of whether it holds: return True or False")
    if answer is None and not _may_assert(predicate):
        raise CannotExplore(f"{what} returns None and asserts nothing: write 'return' before what must hold")
    return "" if holds else f"{what} does not hold {when}"


def _may_assert(predicate: Predicate) -> bool:
    """Return whether a function that returns None may tell by an error what is wrong, by itself or by what it calls.

    It does not if it compares, and nothing is done with the answer: a ``return`` was forgotten.
    """
    code = getattr(predicate, "__code__", None)
    if code is None:
        return True
    instructions = list(dis.get_instructions(code))
    names = [instruction.opname for instruction in instructions]
    if any(name in RAISING for name in names):
        return True
    forgotten = any(one in COMPARING and other == "POP_TOP" for one, other in pairwise(names))
    return not forgotten and any(map(_calls_a_function, instructions))


def _calls_a_function(instruction: dis.Instruction) -> bool:
    """Return whether an instruction gets a function or method to call that is not built into Python."""
    if instruction.opname == "LOAD_GLOBAL":
        return not hasattr(builtins, str(instruction.argval))
    return instruction.opname in ("LOAD_METHOD", "LOAD_DEREF") or (
        instruction.opname == "LOAD_ATTR" and "NULL|self" in instruction.argrepr
    )


def _misread(answer: Any) -> str:
    """Return what an answer is that is always true, whatever its function means; "" for any other."""
    if inspect.iscoroutine(answer):
        answer.close()
        return "a coroutine, since it is async"
    if inspect.isgenerator(answer) or inspect.isasyncgen(answer):
        return "a generator, since there is a yield in it"
    if inspect.isroutine(answer):
        return f"the function {getattr(answer, '__name__', '')}(), and does not call it"
    return "a tuple" if type(answer) is tuple and answer else ""
