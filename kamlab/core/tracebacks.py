"""Tracebacks that begin and end in the user's code.

An error of a call such as ``lab.choose(...)`` has a frame of the user's, and then those of kamlab through which it
came. The latter say nothing to the user: the sentence of the error does. So they are taken out where the error leaves
kamlab: the outermost function of kamlab catches it, takes the frames out of ``__traceback__``, and raises it again with
a bare ``raise``, which adds no frame for that function. The user's own functions that kamlab had called stay in. Within
a slice nothing is taken out, since whatever leaves the slice is reported, without kamlab's frames, by
:func:`traceback_of`.

The frames that were taken out are remembered as places, not as frames, which would keep all their variables alive:
``lab.full_traceback()`` shows them.

Rejected: ``sys.excepthook`` and a handler of IPython's, which belong to the user and do not help in logs;
``__tracebackhide__``, of which Python itself knows nothing.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import queue
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import FrameType, FunctionType, TracebackType
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from . import context
from .calls_in_code import is_call_of, text_of
from .describe import error_in_words
from .errors import KamlabError
from .frames import is_kamlabs
from .safe_repr import speaks_plainly

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)

#: The name of this package, with a dot.
_PACKAGE = __name__.partition(".")[0] + "."

#: How to see what was left out, for an error of which nothing is left.
HINT = "lab.full_traceback() shows the lines of kamlab in which this happened."

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, repr=False)
class Full:
    """An error with all of its frames, as text can be made of them; ``number`` orders them in time."""

    number: int
    pieces: tuple[tuple[traceback.StackSummary, str], ...]

    def __str__(self) -> str:
        lines: list[str] = []
        for stack, words in self.pieces:
            lines += ["Traceback (most recent call last):\n", *stack.format(), words, "\n\n"]
        return "".join(lines).rstrip("\n") or "there was no error so far"

    __repr__ = __str__


_last: Full | None = None


def is_kamlab(code_file: str, module: str) -> bool:
    """Return whether a frame is one of kamlab's, by the file of its code and the name of its module."""
    return is_kamlabs(code_file) or module.startswith(_PACKAGE)


def users_frames(tb: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of kamlab and of what kamlab has called in Python's library."""
    kept: list[TracebackType] = []
    in_kamlab = False
    for entry in _entries(tb):
        module = str(entry.tb_frame.f_globals.get("__name__", ""))
        if is_kamlab(entry.tb_frame.f_code.co_filename, module):
            in_kamlab = True
        elif not (in_kamlab and module.partition(".")[0] in sys.stdlib_module_names):
            in_kamlab = False
            kept.append(entry)
    return _joined(kept)


def without(tb: TracebackType | None, is_hidden: Callable[[FrameType], bool]) -> TracebackType | None:
    """Return a traceback without some of its frames."""
    return _joined([entry for entry in _entries(tb) if not is_hidden(entry.tb_frame)])


def _joined(entries: list[TracebackType]) -> TracebackType | None:
    result: TracebackType | None = None
    for entry in reversed(entries):
        result = TracebackType(result, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return result


def _entries(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an error, its causes, and the members of exception groups."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left and len(found) < 1000:
        link = left.pop()
        if link is None or any(link is other for other in found):
            continue
        found.append(link)
        left += [link.__cause__, link.__context__, *(link.exceptions if isinstance(link, BaseExceptionGroup) else ())]
    return found


# -- errors that leave kamlab --------------------------------------------------------------------------


def public(function: F) -> F:
    """Have the errors of a function that users call leave it without the frames of kamlab.

    >>> @public
    ... def checked(number):
    ...     if number < 0:
    ...         raise ValueError("negative")
    >>> try:
    ...     checked(-1)
    ... except ValueError as error:
    ...     print(error.__traceback__.tb_next)
    None
    """
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call(*args: Any, **argd: Any) -> Any:
            try:
                return await function(*args, **argd)
            except BaseException as error:
                hide_kamlab(error)
                raise
    else:

        @functools.wraps(function)
        def call(*args: Any, **argd: Any) -> Any:
            try:
                return function(*args, **argd)
            except BaseException as error:
                if type(error) is TypeError and error.__traceback__ is not None and error.__traceback__.tb_next is None:
                    _explain_arguments(error, function, args, sys._getframe(1))
                hide_kamlab(error)
                raise

    return cast(F, call)


def explained(explain: Callable[..., str | None]) -> Callable[[F], F]:
    """Have a :func:`public` function say more than Python where its arguments do not fit its signature.

    Args:
        explain: called with the positional arguments; returns what to say, or ``None`` for what Python says.
    """

    def decorate(function: F) -> F:
        _explanations[function] = explain
        return function

    return decorate


_explanations: WeakKeyDictionary[Any, Callable[..., str | None]] = WeakKeyDictionary()


def _explain_arguments(error: TypeError, function: Any, args: tuple[Any, ...], caller: FrameType) -> None:
    """Replace what Python says of a call whose arguments do not fit, if there is more to say.

    One that is called on a class has another object, or none, in the place of ``self``.
    """
    explain = _explanations.get(function)
    said = explain(*args) if explain is not None else None
    owner, _, name = function.__qualname__.rpartition(".")
    is_method = owner and function.__code__.co_varnames[:1] == ("self",)
    if said is None and is_method and not (args and owner in [cls.__name__ for cls in type(args[0]).__mro__]):
        text = text_of(caller.f_code, caller.f_lasti)
        cls, dot, rest = text.partition(f".{name}(") if text is not None and is_call_of(text, name) else ("", "", "")
        which, how = (f"the class {cls}", f": {cls}(){dot}{rest}") if dot else ("a class", "")
        said = f"{name}() was called on {which}; make one first, with brackets{how}"
    if said is not None:
        error.args = (said,)


def public_methods(*names: str, but: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Have the methods of a class that users call, and the properties of these names, be :func:`public`.

    Args:
        names: properties, and methods with an underscore.
        but: methods that kamlab itself calls, or that look at their caller.
    """

    def decorate(cls: C) -> C:
        for name, value in list(vars(cls).items()):
            if name in but:
                continue
            if isinstance(value, property):
                if name in names:
                    setattr(cls, name, property(_public(value.fget), _public(value.fset), None, value.__doc__))
            elif name in ("__init__", "__getitem__", *names) or not name.startswith("_"):
                if isinstance(value, FunctionType) and not inspect.isgeneratorfunction(inspect.unwrap(value)):
                    setattr(cls, name, public(value))
                elif isinstance(value, classmethod):
                    setattr(cls, name, classmethod(public(value.__func__)))
        return cls

    return decorate


def _public(function: F | None) -> F | None:
    return None if function is None else public(function)


def hide_kamlab(error: BaseException) -> None:
    """Take kamlab's frames out of the traceback of an error that leaves it, and remember them; not within a slice."""
    if context.in_slice.world is not None:
        return
    own = error.__traceback__
    _remember(error)
    for link in chain_of(error):
        link.__traceback__ = users_frames(link.__traceback__)
    is_bare = error.__traceback__ is None and own is not None
    if is_bare and _is_unexpected(error) and HINT not in getattr(error, "__notes__", ()):
        error.add_note(HINT)


def _is_unexpected(error: BaseException) -> bool:
    """Return whether an error has no sentence of kamlab's that says all there is to say."""
    told = (KamlabError, ValueError, TypeError, LookupError, ImportError, queue.Empty)
    return isinstance(error, Exception) and not isinstance(error, told)


def _remember(error: BaseException) -> None:
    """Keep the places of all frames of an error; on its way out it comes here more than once."""
    global _last
    known: Full | None = error.__dict__.get("_kamlab_full")
    if known is None:
        pieces = tuple((_stack(link.__traceback__), error_in_words(link)) for link in reversed(chain_of(error)))
    else:  # it has left an inner function of kamlab: what it passed since comes before what is known
        *causes, (stack, words) = known.pieces
        since = itertools.takewhile(
            lambda entry: is_kamlab(entry.tb_frame.f_code.co_filename, ""), _entries(error.__traceback__)
        )
        outer = _summary((entry.tb_frame, entry.tb_lineno) for entry in since)
        pieces = (*causes, (traceback.StackSummary.from_list([*outer, *stack]), words))
    _last = error.__dict__["_kamlab_full"] = Full(next(_numbers), pieces)


def _stack(tb: TracebackType | None) -> traceback.StackSummary:
    return _summary((entry.tb_frame, entry.tb_lineno) for entry in _entries(tb))


def _summary(frames: Iterable[Any]) -> traceback.StackSummary:
    return traceback.StackSummary.extract(iter(frames), lookup_lines=False)


def full_of(error: BaseException, number: int) -> Full:
    """Return an error with all of its frames."""
    pieces = tuple((_stack(link.__traceback__), error_in_words(link)) for link in reversed(chain_of(error)))
    return Full(number, pieces)


def last_full() -> Full | None:
    """Return the last error that has left kamlab, or ``None``."""
    return _last


def next_number() -> int:
    """Return a number that is greater than those of all errors so far."""
    return next(_numbers)


def warn_user(text: str) -> None:
    """Warn, as ``warnings.warn`` does, at the user's line that called kamlab: by default once for each line."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and is_kamlab(frame.f_code.co_filename, ""):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, stacklevel=level)


def end_in_users_code(error: BaseException) -> TracebackType | None:
    """End the traceback of an error in the innermost code that is not kamlab's; return that entry, if there is one."""
    last = None
    for entry in _entries(error.__traceback__):
        if not is_kamlab(entry.tb_frame.f_code.co_filename, ""):
            last = entry
    if last is not None:
        last.tb_next = None
    return last


# -- errors that are reported --------------------------------------------------------------------------


def traceback_of(error: BaseException) -> str:
    """Return the traceback of an error, with its causes, without kamlab's frames.

    Where nothing is left of it, the text says how to see the rest. It is shorter where the text of an error cannot be
    made safely.
    """
    chain = chain_of(error)
    frames = {id(link): users_frames(link.__traceback__) for link in chain}
    hint = f"{HINT}\n" if frames[id(error)] is None and error.__traceback__ is not None else ""
    if all(speaks_plainly(link) for link in chain):
        told = traceback.TracebackException.from_exception(error)
        _put_in(told, error, frames)
        return "".join(told.format()) + hint
    lines = []
    for link in reversed(chain):
        lines += ["Traceback (most recent call last):\n", *traceback.format_tb(frames[id(link)])]
        lines += [error_in_words(link), "\n"]
    return "".join(lines) + hint


def _put_in(told: Any, error: BaseException | None, frames: dict[int, TracebackType | None]) -> None:
    """Replace the frames of what is told of an error, and of its causes, by the user's."""
    if told is None or error is None or id(error) not in frames:
        return
    told.stack = traceback.TracebackException(Exception, _NO_ERROR, frames[id(error)]).stack
    for part, cause in ((told.__cause__, error.__cause__), (told.__context__, error.__context__)):
        _put_in(part, cause, frames)
    if isinstance(error, BaseExceptionGroup):
        for part, member in zip(told.exceptions or (), error.exceptions, strict=False):
            _put_in(part, member, frames)


_NO_ERROR = Exception()
