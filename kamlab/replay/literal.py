"""Values that can be written as text and read again without running any code.

A run that is pasted must not be able to do harm, so nothing is ever unpickled. Allowed are numbers, text, bytes, and
tuples, lists, dictionaries and sets of those, and the messages that end a system (ProducerFinished and the like, if
they carry nothing else). They are written as JSON, where a value of a type that JSON lacks is an object whose one key
is the name of the type.
"""

from __future__ import annotations

from typing import Any

from kamlab.core import ipc
from kamlab.core.describe import shorten
from kamlab.core.text_bytes import TextBytes

from .errors import BadRecording, NotALiteral

#: The classes of messages that are written as their name.
_MESSAGES = (ipc.ProducerFinished, ipc.ShutdownMicroprocess, ipc.Shutdown)
_BY_NAME = {cls.__name__: cls for cls in _MESSAGES}


def dumped(value: Any) -> Any:
    """Return a value that consists of JSON types.

    Raises:
        NotALiteral: it contains an object of another type.

    >>> dumped((1, b"ab"))
    {'tuple': [1, {'bytes': 'ab'}]}
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is bytes:
        return {"bytes": value.decode("latin-1")}
    if kind is TextBytes:
        return {"text bytes": bytes(value).decode("latin-1")}
    if kind is list:
        return [dumped(item) for item in value]
    if kind is tuple:
        return {"tuple": [dumped(item) for item in value]}
    if kind in (set, frozenset):
        return {kind.__name__: sorted((dumped(item) for item in value), key=repr)}
    if kind is dict:
        return {"dict": [[dumped(key), dumped(item)] for key, item in value.items()]}
    if kind in _MESSAGES and not any(vars(value).values()):
        return {"message": kind.__name__}
    raise NotALiteral(
        f"{shorten(value)} is of class {kind.__name__}, which cannot be written down. A run that is saved may hold "
        "numbers, text, bytes, and tuples, lists, dictionaries and sets of those."
    )


def loaded(value: Any) -> Any:
    """Return the value that :func:`dumped` was given.

    Raises:
        BadRecording: this is not the result of :func:`dumped`.

    >>> loaded(dumped({"a": (1, None)}))
    {'a': (1, None)}
    """
    if isinstance(value, list):
        return [loaded(item) for item in value]
    if not isinstance(value, dict):
        return value
    try:
        ((kind, content),) = value.items()
        return _LOADERS[kind](content)
    except (KeyError, ValueError, TypeError, AttributeError, UnicodeError) as error:
        raise BadRecording(
            f"the recorded run holds {shorten(value)}, which is not a value that a recorded run can hold"
        ) from error


def _loaded_message(name: str) -> Any:
    return _BY_NAME[name]()


_LOADERS: dict[str, Any] = {
    "bytes": lambda content: content.encode("latin-1"),
    "text bytes": lambda content: TextBytes(content.encode("latin-1")),
    "tuple": lambda content: tuple(loaded(item) for item in content),
    "set": lambda content: {loaded(item) for item in content},
    "frozenset": lambda content: frozenset(loaded(item) for item in content),
    "dict": lambda content: {loaded(key): loaded(item) for key, item in content},
    "message": _loaded_message,
}
