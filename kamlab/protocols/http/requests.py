"""Requests as dictionaries, with the keys that Kamaelia's handlers know, and the check that they are safe to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import h11

from .errors import BadRequest

__all__ = ["METHODS", "check_request", "headers_as_dict", "request_as_dict", "split_uri"]

#: The methods that handlers get. A request with another one is marked as bad, with status 501.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def split_uri(url: str) -> dict[str, str]:
    """Return the parts of a URL or of a request's target, under the names of Kamaelia's request dictionaries.

    The keys are ``raw-uri`` (path and query), ``uri-protocol``, ``uri-server``, ``non-query-uri``, ``query``, and,
    where the URL has them, ``uri-port``, ``uri-username`` and ``uri-password``.

    >>> parts = split_uri("http://me:secret@foo.bar.com:8080/news?day=1")
    >>> parts["uri-server"], parts["uri-port"], parts["raw-uri"], parts["uri-username"]
    ('foo.bar.com', '8080', '/news?day=1', 'me')
    >>> split_uri("/hello")["uri-server"]
    ''
    """
    protocol, rest = "", url
    if "://" in url and not url.startswith("/"):
        protocol, _, rest = url.partition("://")
        if "/" in protocol or "?" in protocol:
            protocol, rest = "", url
    end = min((place for place in map(rest.find, "/?#") if place >= 0), default=len(rest))
    server, path = rest[:end], rest[end:].partition("#")[0]
    if not path.startswith("/"):
        path = "/" + path
    parts = {"raw-uri": path, "uri-protocol": protocol}
    user, has_user, server = server.rpartition("@")
    if has_user:
        parts["uri-username"], has_password, password = user.partition(":")
        if has_password:
            parts["uri-password"] = password
    host, has_port, port = server.rpartition(":")
    if has_port and "]" not in port:
        server, parts["uri-port"] = host, port
    parts["uri-server"] = server.removeprefix("[").removesuffix("]")
    parts["non-query-uri"], _, parts["query"] = path.partition("?")
    return parts


def headers_as_dict(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by their names in lower case; the values of a repeated one are joined.

    >>> headers_as_dict([(b"host", b"foo"), (b"accept", b"text/html"), (b"accept", b"text/plain")])
    {'host': 'foo', 'accept': 'text/html, text/plain'}
    """
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        if name in found:
            value = f"{found[name]}{'; ' if name == 'cookie' else ', '}{value}"
        found[name] = value
    return found


def request_as_dict(event: h11.Request, headers: dict[str, str], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dictionary that a handler is made with.

    Args:
        event: the request as h11 has read it.
        headers: its headers, see :func:`headers_as_dict`.
        about: ``peer``, ``peerport``, ``localip`` and ``localport``, which become part of the dictionary.
    """
    version = event.http_version.decode("ascii")
    headers.setdefault("connection", "keep-alive" if version == "1.1" else "close")
    method = event.method.decode("ascii")
    request = {
        "bad": False,
        "headers": headers,
        "version": version,
        "method": method,
        "protocol": "HTTP",
        "body": "",
        **split_uri(event.target.decode("ascii")),
        **about,
    }
    request["uri-server"] = headers.get("host", request["uri-server"])
    if method not in METHODS:
        request["bad"] = "501"
        request["errormsg"] = f"There is no method {method} here."
    return request


def check_request(event: h11.Request, headers: Mapping[str, str], max_header: int, max_body: int) -> None:
    """Check that a request is not too long, and that it is clear where it ends.

    h11 refuses two lengths that differ, and encodings other than ``chunked``. What two servers could still read in two
    ways, and so what lets one request be smuggled in another, is refused here.

    Raises:
        BadRequest: it is not clear, or the header or the body is too long.
    """
    if len(event.target) + sum(map(len, headers)) + sum(map(len, headers.values())) > max_header:
        raise BadRequest(431, f"The header may have {max_header} bytes.")
    if not event.http_version.startswith(b"1."):
        raise BadRequest(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
    if "transfer-encoding" in headers:
        if "content-length" in headers:
            raise BadRequest(400, "Content-Length and Transfer-Encoding contradict each other.")
        if event.http_version < b"1.1":
            raise BadRequest(400, "HTTP/1.0 has no Transfer-Encoding.")
    if int(headers.get("content-length", 0)) > max_body:
        raise BadRequest(413, f"The body may have {max_body} bytes.")
