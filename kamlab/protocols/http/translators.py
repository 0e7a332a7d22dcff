"""Requests in other forms: the variables of WSGI, and a path that is taken apart level by level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = [
    "check_slashes",
    "convert_headers",
    "pop_kamaelia_uri",
    "pop_uri",
    "pop_wsgi_uri",
    "req_translator_factory",
    "wsgi_like_translator",
]

Request = dict[str, Any]


def req_translator_factory(hand: Callable[[Request], Any], trans: Callable[[Request], Request]) -> Any:
    """Return a factory of handlers whose requests are translated first.

    Args:
        hand: the factory that makes the handlers.
        trans: what is done to each request before.

    >>> req_translator_factory(sorted, wsgi_like_translator).__name__
    'make_handler'
    """

    def make_handler(request: Request) -> Any:
        return hand(trans(request))

    return make_handler


def wsgi_like_translator(request: Request) -> Request:
    """Return the variables of WSGI (PEP 3333) that a request has, as strings; those named ``wsgi.`` are the caller's.

    >>> about = {"peer": "127.0.0.1", "peerport": 40000, "protocol": "HTTP", "version": "1.1", "uri-protocol": ""}
    >>> uri = {"raw-uri": "/app/news?day=1", "uri-prefix-trigger": "/app", "uri-suffix": "/news"}
    >>> request = {"method": "GET", "headers": {"accept": "text/html"}, "uri-server": "foo:80", **about, **uri}
    >>> environ = wsgi_like_translator(request)
    >>> environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["QUERY_STRING"], environ["HTTP_ACCEPT"]
    ('/app', '/news', 'day=1', 'text/html')
    """
    prefix, suffix = request["uri-prefix-trigger"], request["uri-suffix"].partition("?")[0]
    path, _, query = request["raw-uri"].partition("?")
    server, _, port = request["uri-server"].partition(":")
    environ = {
        "REQUEST_METHOD": request["method"],
        "REQUEST_URI": request["raw-uri"],
        "SCRIPT_NAME": "" if prefix == "/" else _with_slash(prefix),
        "PATH_INFO": _with_slash(suffix) if suffix else "",
        "QUERY_STRING": query,
        "NON_QUERY_URI": path,
        "CONTENT_TYPE": request["headers"].get("content-type", ""),
        "CONTENT_LENGTH": request["headers"].get("content-length", ""),
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"{request['protocol']}/{request['version']}",
        "SERVER_SOFTWARE": "kamlab",
        "REMOTE_ADDR": request["peer"],
        "REMOTE_PORT": request["peerport"],
        "wsgi.url_scheme": request["uri-protocol"].lower(),
    }
    convert_headers(request, environ)
    return environ


def convert_headers(request: Request, environ: Request) -> None:
    """Add the headers of a request to the variables of WSGI, as HTTP_ACCEPT and the like.

    >>> environ = {}
    >>> convert_headers({"headers": {"user-agent": "me", "content-type": "text/html"}}, environ)
    >>> environ
    {'HTTP_USER_AGENT': 'me'}
    """
    for name, value in request["headers"].items():
        if name not in ("content-type", "content-length"):
            environ["HTTP_" + name.replace("-", "_").upper()] = value


def pop_uri(request: Request, sn_key: str, pi_key: str, ru_key: str) -> None:
    """Move the first name of the rest of a path to the end of the part that is dealt with.

    Args:
        request: the dictionary, which is changed.
        sn_key, pi_key: the keys of the part that is dealt with, and of the rest.
        ru_key: the key of the whole path, which is begun with if nothing is dealt with yet.

    >>> request = {"done": "/app", "rest": "/news/today", "whole": "/app/news/today"}
    >>> pop_uri(request, "done", "rest", "whole")
    >>> request["done"], request["rest"]
    ('/app/news', '/today')
    """
    done = request.get(sn_key) or ""
    names = [name for name in request[pi_key if done else ru_key].split("/") if name]
    if names:
        done = f"{done.rstrip('/')}/{names.pop(0)}"
    request[sn_key] = _with_slash(done)
    request[pi_key] = "".join(f"/{name}" for name in names)


def pop_wsgi_uri(request: Request) -> None:
    """Do :func:`pop_uri` to the variables of WSGI.

    >>> environ = {"SCRIPT_NAME": "", "PATH_INFO": "", "NON_QUERY_URI": "/app/news"}
    >>> pop_wsgi_uri(environ)
    >>> environ["SCRIPT_NAME"], environ["PATH_INFO"]
    ('/app', '/news')
    """
    pop_uri(request, "SCRIPT_NAME", "PATH_INFO", "NON_QUERY_URI")


def pop_kamaelia_uri(request: Request) -> None:
    """Do :func:`pop_uri` to the dictionary of a request.

    >>> request = {"uri-prefix-trigger": "/app", "uri-suffix": "/news", "non-query-uri": "/app/news"}
    >>> pop_kamaelia_uri(request)
    >>> request["uri-prefix-trigger"], request["uri-suffix"]
    ('/app/news', '')
    """
    pop_uri(request, "uri-prefix-trigger", "uri-suffix", "non-query-uri")


def check_slashes(item: str = "", sl_char: str = "/") -> str:
    """Return a path that begins with a slash and does not end with one.

    >>> check_slashes("app/news/")
    '/app/news'
    """
    return (item if item.startswith(sl_char) else sl_char + item).rstrip(sl_char)


def _with_slash(path: str) -> str:
    return path if path.startswith("/") else "/" + path
