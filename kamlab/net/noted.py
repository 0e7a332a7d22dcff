"""What a network answered, as plain values that can be written down, and back.

Most answers are plain values already: bytes, counts, addresses. Errors are written by class, by the
name that the system has for their number, and by text: ECONNRESET has another number on the next
system, and the run shall be the same there. Nothing is looked up by name but the errors listed here.
"""

from __future__ import annotations

import builtins
import errno
import os
from typing import Any

from .errors import BadAddress, ConnectFailed, ListenFailed, NetworkIsClosed, PortInUse
from .interface import Address

#: What stands for an error among the answers, and for a look-up that failed.
ERROR = "error"
FAILED = "failed"

_OF_SYSTEM = {
    name: each for name, each in vars(builtins).items() if isinstance(each, type) and issubclass(each, OSError)
}
_WITH_TEXT: dict[str, type[Exception]] = {
    each.__name__: each
    for each in (BadAddress, ListenFailed, NetworkIsClosed, PortInUse, OverflowError, TypeError, ValueError)
}


def written_number(number: int | None) -> str | int | None:
    """Return the system's name of an error number, or the number where it has none.

    >>> written_number(errno.ECONNRESET), written_number(0)
    ('ECONNRESET', 0)
    """
    return errno.errorcode.get(number, number) if number is not None else None


def read_number(written: str | int | None) -> int | None:
    """Return the number that has this name here.

    >>> read_number("ECONNRESET") == errno.ECONNRESET
    True
    """
    return getattr(errno, written, errno.EIO) if isinstance(written, str) else written


def written_error(error: Exception) -> tuple[str, str, str | int | None, str]:
    """Return an error as plain values.

    >>> written_error(ConnectionResetError(errno.ECONNRESET, "reset by peer"))
    ('error', 'ConnectionResetError', 'ECONNRESET', 'reset by peer')
    """
    text = getattr(error, "strerror", None) or str(error)
    return ERROR, type(error).__name__, written_number(getattr(error, "errno", None)), text


def read_error(written: Any) -> Exception | None:
    """Return the error that an answer stands for, or ``None`` if it stands for none.

    An error of a class that is not known here becomes an OSError that names it.

    >>> read_error(("error", "ConnectionResetError", "ECONNRESET", "reset by peer")).strerror
    'reset by peer'
    >>> read_error((4, ("127.0.0.1", 80))) is None
    True
    """
    if written.__class__ is not tuple or len(written) != 4 or written[0] != ERROR:
        return None
    _, name, number, text = written
    if name in _WITH_TEXT:
        return _WITH_TEXT[name](text)
    if name not in _OF_SYSTEM:
        name, text = "OSError", f"{name}: {text}"
    made: Exception = _OF_SYSTEM[name](read_number(number), text)
    return made


def nothing_there() -> BlockingIOError:
    """Return the error of a socket that has nothing to give, or no room, at present."""
    return BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def written_places(found: list[Address] | ConnectFailed) -> Any:
    """Return what a name server said as plain values.

    >>> written_places([(2, ("127.0.0.1", 80))])
    [(2, ('127.0.0.1', 80))]
    """
    if isinstance(found, ConnectFailed):
        return (FAILED, found.reason, str(found))
    return [(int(family), tuple(place)) for family, place in found]


def read_places(written: Any) -> list[Address] | ConnectFailed:
    """Return what :func:`written_places` was given.

    >>> read_places(("failed", "unknown host", "it has no address"))
    ConnectFailed('it has no address')
    """
    if isinstance(written, tuple):
        return ConnectFailed(written[1], written[2])
    return list(written)
