"""Bytes that understand text: what a socket delivers to components in the old spelling.

Kamaelia's components were written for Python 2, in which text and bytes are one type: ``self.recv("inbox") + "\\n"``,
``line.startswith("GET")``. So a connection that was made under an old name, such as ``Kamaelia.Internet.TCPClient``,
delivers :class:`TextBytes`. In kamlab's own spelling a socket delivers plain bytes.

A ``TextBytes`` is bytes, for every function that takes bytes. In addition it takes ``str`` wherever bytes are asked
for, as UTF-8, and has the methods of ``str``. What is made of it is ``TextBytes`` again, so nothing is lost if it is
not text, or if a chunk ends within a character. An item of it, and what a loop over it gives, is one character as in
Python 2, not a number; ``bytes(data)`` is plain.

Rejected: text instead of bytes, which loses what is not UTF-8, and characters that are split over two chunks; a
subclass of ``str``, which ``b"".join``, files and sockets refuse.

Some functions of ``str`` look at the type itself and refuse bytes of any class, see :data:`CURES`. A component that
fails in one of them gets a note at its traceback with the cure. The most common one, ``" ".join(parts)``, is
:func:`join_texts` in listings: :mod:`kamlab.axon.text_joins` compiles it so.

>>> data = TextBytes(b"GET /index\\r\\n")
>>> data.split(), data.startswith("GET"), "/" in data, data.strip() == "GET /index"
([b'GET', b'/index'], True, True, True)
>>> "> " + data.strip() + " <"
b'> GET /index <'
>>> print("%s, %d" % (data.strip(), len(data)))
GET /index, 12
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from typing import Any, SupportsIndex

from .tracebacks import public


def _plain(value: Any) -> Any:
    """Return text as bytes, also within a tuple; anything else as it is."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return tuple(map(_plain, value)) if type(value) is tuple else value


def _textual(value: Any) -> Any:
    """Return bytes as TextBytes, also within a list or tuple; anything else as it is."""
    kind = type(value)
    if kind is bytes:
        return TextBytes(value)
    return kind(map(_textual, value)) if kind is list or kind is tuple else value


def _of_bytes(name: str) -> Any:
    """Return a method of bytes that takes text, too."""
    method: Callable[..., Any] = getattr(bytes, name)

    def call(self: TextBytes, *args: Any, **argd: Any) -> Any:
        return _textual(method(self, *map(_plain, args), **{key: _plain(value) for key, value in argd.items()}))

    call.__name__, call.__doc__ = name, method.__doc__
    return call


def _of_text(name: str) -> Any:
    """Return a method that only str has, applied to the text."""
    method: Callable[..., Any] = getattr(str, name)

    def call(self: TextBytes, *args: Any, **argd: Any) -> Any:
        result = method(bytes.decode(self, "utf-8", "surrogateescape"), *args, **argd)
        return TextBytes(_plain(result)) if isinstance(result, str) else result

    call.__name__, call.__doc__ = name, method.__doc__
    return call


class TextBytes(bytes):
    """Bytes that take text wherever bytes are asked for; ``str()`` of it is its text.

    Two are equal if their bytes are; it equals a text whose UTF-8 it is. Bytes that are not UTF-8 are shown as U+FFFD
    by ``str()`` and ``%s``; ``decode()`` refuses them as that of bytes does.

    >>> data = TextBytes("grüß".encode())
    >>> data == "grüß", {"grüß": 1}[data], data + "e" == "grüße", len(data), str(data)
    (True, 1, True, 6, 'grüß')
    """

    __slots__ = ()

    def __str__(self) -> str:
        return bytes.decode(self, "utf-8", "replace")

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return bytes.__eq__(self, _plain(other))

    def __ne__(self, other: object) -> bool:
        return bytes.__ne__(self, _plain(other))

    def __hash__(self) -> int:
        """Return the hash of the text, which for ASCII is also that of the bytes."""
        try:
            return hash(bytes.decode(self))
        except UnicodeDecodeError:
            return bytes.__hash__(self)

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        """Return a part, or one character."""
        found = bytes.__getitem__(self, place)
        return TextBytes((found,)) if isinstance(found, int) else TextBytes(found)

    def __iter__(self) -> Iterator[Any]:
        return (TextBytes((number,)) for number in bytes.__iter__(self))

    def __add__(self, other: Any) -> Any:
        other = _plain(other)
        return TextBytes(bytes.__add__(self, other)) if isinstance(other, bytes) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        other = _plain(other)
        return TextBytes(bytes.__add__(other, self)) if isinstance(other, bytes) else NotImplemented

    def __mod__(self, values: Any) -> Any:
        return TextBytes(_plain(bytes.decode(self, "utf-8", "surrogateescape") % values))

    def join(self, parts: Iterable[Any], /) -> Any:
        """Join texts and bytes."""
        return TextBytes(bytes.join(self, map(_plain, parts)))

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return its text in an encoding; with a codec of bytes, such as "hex", itself."""
        try:
            return str(self).encode(encoding, errors) if encoding.lower() not in ("utf-8", "utf8") else bytes(self)
        except LookupError:
            codec: Any = codecs.lookup(encoding)
            return TextBytes(codec.encode(bytes(self), errors)[0])

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> Any:
        """Return its text; with a codec of bytes, such as "hex", what that gives."""
        try:
            return bytes.decode(self, encoding, errors)
        except LookupError:
            return _textual(codecs.decode(bytes(self), encoding, errors))


for _name in (
    *("capitalize", "center", "count", "endswith", "expandtabs", "find", "index", "ljust", "lower", "lstrip"),
    *("partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit"),
    *("rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill"),
    *("__contains__", "__lt__", "__le__", "__gt__", "__ge__", "__mul__", "__rmul__"),
):
    setattr(TextBytes, _name, _of_bytes(_name))
for _name in ("casefold", "format", "format_map", "isdecimal", "isidentifier", "isnumeric", "isprintable"):
    setattr(TextBytes, _name, _of_text(_name))


@public
def join_texts(separator: str, parts: Iterable[Any]) -> Any:
    """Return ``separator.join(parts)``, where parts may also be bytes that understand text; then the result is, too.

    >>> join_texts(" ", ["GET", "/"]), join_texts(" ", TextBytes(b"to be").split())
    ('GET /', b'to be')
    """
    parts = list(parts)
    if any(type(part) is TextBytes for part in parts):
        return TextBytes(_plain(separator)).join(parts)
    return separator.join(parts)


#: What ``str`` itself refuses: a part of the message of its TypeError, and the cure.
CURES = (
    ("expected str instance, TextBytes", "join the texts of the parts: separator.join(map(str, parts))"),
    ("'in <string>' requires string as left operand, not TextBytes", 'look for its text: str(data) in "text"'),
    ("string pattern on a bytes-like", 'match its text, re.match("x", data.decode()), or use a pattern of bytes, b"x"'),
    ("write() argument must be str, not TextBytes", "write its text: file.write(str(data))"),
    ("strip arg must be None or str", "give the method its text: str(data)"),
    ("not TextBytes", "give its text: str(data)"),
)


def explain_text_bytes(error: TypeError) -> None:
    """Note at a TypeError about bytes of a socket, where text was asked for, what to write instead."""
    said = error.args[0] if error.args and type(error.args[0]) is str else ""
    cure = next((cure for part, cure in CURES if part in said), None)
    if cure is not None:
        error.add_note(f"Bytes, such as a socket delivers, are not text: {cure}.")
