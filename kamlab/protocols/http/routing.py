"""Routing: which handler answers which request, and the protocol for a ServerCore that is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .error_pages import error_page_handler
from .server import HTTPServer

__all__ = ["http_protocol", "request_handlers"]

#: The limits of a connection.
LIMITS = ("timeout", "min_rate", "idle", "max_header", "max_body")

Request = dict[str, Any]
#: Makes a handler, a component, for a request.
Factory = Callable[[Request], Any]


def request_handlers(
    routing: Iterable[tuple[str, Factory] | list[Any]], errorhandler: Callable[[int, str], Any] | None = None
) -> Factory:
    """Return the function that chooses the handler of a request: the first whose prefix the path begins with.

    In the request that the handler is made with, ``uri-prefix-trigger`` is that prefix, and ``uri-suffix`` the rest of
    the path.

    Args:
        routing: pairs of a prefix and a function that makes a handler for a request.
        errorhandler: makes a handler for a status code and a message; by default :func:`error_page_handler`.

    >>> choose = request_handlers([("/hello", lambda request: request["uri-suffix"])])
    >>> choose({"non-query-uri": "/hello/world", "raw-uri": "/hello/world"})
    '/world'
    """
    routes = [tuple(route) for route in routing]
    on_error = errorhandler or error_page_handler

    def create_request_handler(request: Request) -> Any:
        if bad := request.get("bad"):
            return on_error(int(bad) if str(bad).isdigit() else 400, request.get("errormsg", ""))
        path = request["non-query-uri"]
        for prefix, factory in routes:
            if path.startswith(prefix):
                request["uri-prefix-trigger"] = prefix
                request["uri-suffix"] = path[len(prefix) :]
                return factory(request)
        return on_error(404, f"Nothing answers requests for {request['raw-uri']} here.")

    return create_request_handler


def http_protocol(
    routing: Iterable[tuple[str, Factory] | list[Any]],
    errorhandler: Callable[[int, str], Any] | None = None,
    **limits: float,
) -> Callable[..., HTTPServer]:
    """Return the protocol of a web server, for a ServerCore.

    Args:
        routing, errorhandler: as for :func:`request_handlers`.
        limits: the limits of each connection, as for :class:`HTTPServer`: ``timeout``, ``min_rate``, ``idle``,
            ``max_header`` and ``max_body``.

    Raises:
        TypeError: there is no such limit.

    >>> from kamlab import Lab, ServerCore
    >>> from kamlab.parts import OneShot
    >>> from kamlab.protocols.http import http_protocol
    >>> with Lab(clock="virtual") as lab:
    ...     routing = [("/hello", lambda request: OneShot({"statuscode": 200, "data": "hello world"}))]
    ...     server = ServerCore(protocol=http_protocol(routing), port=8000).activate()
    ...     browser = lab.network.dial(8000)
    ...     browser.send("GET /hello HTTP/1.1\\r\\nHost: here\\r\\n\\r\\n")
    ...     _ = lab.run(timeout=1)
    ...     answer = browser.read()
    >>> answer.split(b"\\r\\n")[0], answer.split(b"\\r\\n")[-1]
    (b'HTTP/1.1 200 OK', b'hello world')
    """
    if unknown := limits.keys() - LIMITS:
        raise TypeError(f"http_protocol has no limit {sorted(unknown)[0]!r}; there are: {', '.join(LIMITS)}")
    create_request_handler = request_handlers(routing, errorhandler)

    def make(**about: Any) -> HTTPServer:
        return HTTPServer(create_request_handler, **limits, **about)

    return make
