"""Responses: from the dictionaries that handlers send to what h11 writes.

A handler sends one or more dictionaries. The first has what the header of the response needs:

    statuscode      int, or text such as "200" or "200 OK"; without one the client gets 500, as in Kamaelia
    headers         pairs of names and values
    content-type    (or "type") the content type, if ``headers`` has none
    charset         of a text; by default utf-8, unless ``data`` is bytes; "" is none
    length          how many bytes the body has
    complete        true: this is all, and its length is that of ``data``

and each can have ``data``, the next part of the body.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import h11

from .errors import BadResponse

__all__ = ["STATUS_TEXTS", "body_of", "response_of"]

#: The status codes as text, with their reasons: "404" is "404 Not Found".
STATUS_TEXTS = {str(status.value): f"{status.value} {status.phrase}" for status in HTTPStatus}


def body_of(part: Any) -> bytes:
    """Return the bytes of the body that a part of a response has.

    Raises:
        BadResponse: the part is not a dictionary, or its data is neither str nor bytes.

    >>> body_of({"data": "hello"}), body_of({"statuscode": 200})
    (b'hello', b'')
    """
    if not isinstance(part, Mapping):
        raise BadResponse(
            f"a handler sends dictionaries with 'statuscode', 'headers' and 'data', not {type(part).__name__}"
        )
    data = part.get("data", b"")
    if isinstance(data, str):
        return data.encode("utf-8")
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    raise BadResponse(f"the 'data' of a response is str (sent as UTF-8) or bytes, not {type(data).__name__}")


def response_of(parts: Sequence[Mapping[str, Any]], bodies: Sequence[bytes], is_complete: bool) -> h11.Response:
    """Return the header of a response.

    Args:
        parts: the parts that have come so far, at least one.
        bodies: their bytes, see :func:`body_of`.
        is_complete: whether no more will come, so that the length of the body is known.

    Raises:
        BadResponse: the first part says nothing that can be a header.

    >>> part = {"statuscode": 200, "type": "text/html", "data": "hello"}
    >>> list(response_of([part], [b"hello"], True).headers)[:2]
    [(b'content-type', b'text/html; charset=utf-8'), (b'content-length', b'5')]
    """
    first = parts[0]
    status, reason = _status_of(first.get("statuscode", 500))
    headers = _headers_of(first)
    names = {name.lower() for name, _ in headers}
    if "content-type" not in names and (kind := first.get("content-type", first.get("type"))):
        headers.insert(0, ("Content-Type", str(kind)))
    headers = [
        (name, _with_charset(value, parts) if name.lower() == "content-type" else value) for name, value in headers
    ]
    length = _length_of(first, bodies, is_complete)
    if length is not None and "content-length" not in names:
        headers.append(("Content-Length", str(length)))
    own = (("Date", _date(int(time.time()))), ("Server", "kamlab"))
    headers += [header for header in own if header[0].lower() not in names]
    try:
        return h11.Response(
            status_code=status,
            reason=reason.encode("latin-1"),
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers],
        )
    except (h11.LocalProtocolError, UnicodeEncodeError) as error:
        raise BadResponse(f"a response cannot have this header: {error}") from error


@lru_cache(maxsize=8)
def _date(seconds: int) -> str:
    """Return a time as HTTP writes it."""
    return formatdate(seconds, usegmt=True)


def _status_of(given: Any) -> tuple[int, str]:
    code, _, reason = str(given).strip().partition(" ")
    if not (code.isascii() and code.isdigit() and 200 <= int(code) <= 599):
        raise BadResponse(f"the 'statuscode' of a response is a number from 200 to 599, not {given!r}")
    if not reason:
        try:
            reason = HTTPStatus(int(code)).phrase
        except ValueError:
            pass
    return int(code), reason


def _headers_of(part: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = part.get("headers", ())
    try:
        return [(str(name), str(value)) for name, value in (given.items() if isinstance(given, Mapping) else given)]
    except (TypeError, ValueError):
        raise BadResponse(f"the 'headers' of a response are pairs of names and values, not {given!r}") from None


def _with_charset(kind: str, parts: Sequence[Mapping[str, Any]]) -> str:
    """Return a content type with its charset; text is UTF-8 unless the handler sends bytes."""
    charset = parts[0].get("charset")
    if charset == "" or "charset=" in kind.lower() or not (charset or kind.lower().startswith("text/")):
        return kind
    if charset is None and any(not isinstance(part.get("data", ""), str) for part in parts):
        return kind
    return f"{kind}; charset={charset or 'utf-8'}"


def _length_of(first: Mapping[str, Any], bodies: Sequence[bytes], is_complete: bool) -> int | None:
    """Return how many bytes the body has, or ``None`` if that is not known yet."""
    given = first.get("length")
    known = sum(map(len, bodies))
    if given is None:
        return known if is_complete or first.get("complete") else None
    if not (str(given).isascii() and str(given).isdigit()):
        raise BadResponse(f"the 'length' of a response is the number of bytes of its body, not {given!r}")
    if is_complete and known not in (0, int(given)):
        raise BadResponse(f"the 'length' of the response is {given}, but its body has {known} bytes")
    return int(given)
