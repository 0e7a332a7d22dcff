"""Safe repr: never raises, never hangs, bounded length.

A user's ``__repr__`` is arbitrary code: it may raise, never return, wait for a lock that the caller holds, return
megabytes, or return something that is not a text. Code that shows messages needs a short text all the same, and soon.

A ``__repr__`` that is written in C and runs no other code is called directly: that of numbers, texts, functions, and
objects that do not define one. Every other one is called in a worker thread with a deadline; see :mod:`.repr_worker`.
The kind of an object is read from its class without running any code of that class: no ``isinstance``, no
``__class__``, and no attribute look-up on the class, since these may run code as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    WrapperDescriptorType,
)
from typing import Any

from .errors import KamlabError
from .repr_worker import NoAnswer, answer

#: The most characters of an answer that are kept.
LIMIT = 100_000
#: Numbers from this size on are not written in full: the time for that grows with the square of their length.
BITS = 14_000
#: How many characters of a class's name are shown.
NAME = 80

# -- without running any code of the class ---------------------------------------------------------------------

#: The classes that a class derives from, itself first.
class_mro: Callable[[type], tuple[type, ...]] = vars(type)["__mro__"].__get__
#: The names that a class itself defines, and their values.
names_of_class: Callable[[type], Any] = vars(type)["__dict__"].__get__
_name_of: Callable[[type], str] = vars(type)["__name__"].__get__


def class_attribute(cls: type, name: str) -> Any:
    """Return the attribute of a class or of its bases, ``None`` if there is none; no code of the class is run.

    >>> class_attribute(bool, "__add__") is vars(int)["__add__"]
    True
    """
    for ancestor in class_mro(cls):
        names = names_of_class(ancestor)
        if name in names:
            return names[name]
    return None


def class_name(cls: type) -> str:
    """Return the name of a class, shortened, whatever its metaclass says.

    >>> class_name(type("X" * 1000, (), {})) == "X" * 80
    True
    """
    name = str.__str__(_name_of(cls))[:NAME]
    return name if name.isprintable() else printable(name).replace("\n", "\\n")


def printable(text: str) -> str:
    r"""Return a text with every character that is neither printable nor a line end written as an escape.

    The result can be encoded, and does nothing to the terminal that it is written to.

    >>> printable("a\x1b[1m\ud800\n")
    'a\\x1b[1m\\ud800\n'
    """
    if text.isprintable():
        return text
    return _NOT_PLAIN.sub(lambda found: found[0] if found[0].isprintable() else ascii(found[0])[1:-1], text)


_NOT_PLAIN = re.compile("[^ -~\n]")


#: The reprs that run no code of other classes.
_PLAIN = frozenset(
    id(vars(cls)["__repr__"])
    for cls in (
        object, type, int, bool, float, complex, type(None), FunctionType, BuiltinFunctionType, GeneratorType,
        CoroutineType, AsyncGeneratorType, CodeType, FrameType,
    )
)  # fmt: skip
_INT_REPR = vars(int)["__repr__"]
#: Those that run none either, and take long for a long value only; and what tells how long a value is.
_PLAIN_IF_SHORT: dict[int, Callable[[Any], int]] = {
    id(vars(cls)["__repr__"]): vars(cls)["__len__"] for cls in (str, bytes, bytearray)
}
_OBJECT_STR = vars(object)["__str__"]


def safe_repr(value: Any) -> str:
    """Return the ``repr`` of a value, or a text in its place if there is none, or none in time.

    It never raises and never hangs, uses at most :data:`LIMIT` characters of the answer, and writes what cannot be
    printed as an escape.

    >>> class Broken:
    ...     def __repr__(self):
    ...         raise ValueError
    >>> safe_repr(Broken())
    '<Broken whose repr raises ValueError>'
    >>> safe_repr(1.5)
    '1.5'
    """
    own = class_attribute(type(value), "__repr__")
    if id(own) not in _PLAIN:
        length = _PLAIN_IF_SHORT.get(id(own))
        if length is None or length(value) > LIMIT:
            return _asked("repr", repr, value)
    if own is _INT_REPR and int.bit_length(value) > BITS:
        return f"<{class_name(type(value))} of {int.bit_length(value)} bits>"
    try:
        text: str = own(value)
    except Exception as error:  # the class was given the repr of another class
        return f"<{class_name(type(value))} whose repr raises {class_name(type(error))}>"
    return printable(text[:LIMIT])


def safe_str(value: Any) -> str:
    """Return the ``str`` of a value; otherwise as :func:`safe_repr`.

    >>> safe_str("two" + chr(10) + "lines")
    'two\\nlines'
    >>> safe_str(1.5)
    '1.5'
    """
    cls = type(value)
    if cls is str:
        return printable(value[:LIMIT])
    if class_attribute(cls, "__str__") is _OBJECT_STR:
        return safe_repr(value)
    return _asked("text", str, value)


#: The text for an object that did not answer in time; it may answer the next time.
NO_ANSWER = re.compile(r" takes too long>|, not asked: ")


def _asked(what: str, ask: Callable[[Any], str], value: Any) -> str:
    """Return the answer of an object, or a text that says why there is none."""
    try:
        return printable(answer(lambda item: str.__getitem__(ask(item), slice(LIMIT)), value))
    except NoAnswer as none:
        name = class_name(type(value))
        if none.error is not None:
            return f"<{name} whose {what} raises {class_name(none.error)}>"
        return f"<{name}, not asked: {none.refusal}>" if none.refusal else f"<{name} whose {what} takes too long>"


#: The classes of arguments with which the text of an error runs no user's code.
_PLAIN_ARGS = (str, bytes, int, float, bool, type(None))


def speaks_plainly(error: BaseException) -> bool:
    """Return whether the text of an error is made by Python itself, of plain values.

    >>> speaks_plainly(ValueError("too big")), speaks_plainly(ValueError(object()))
    (True, False)
    """
    says = class_attribute(type(error), "__str__")
    if type(says) is not WrapperDescriptorType and says is not KamlabError.__str__:
        return False
    return all(type(argument) in _PLAIN_ARGS for argument in vars(BaseException)["args"].__get__(error))
