"""HTTP/1.1 as components: the server's side of a connection, handlers for it, and clients; on the parser h11.

A server is ``ServerCore(protocol=http_protocol(routing), port=8000)``: each connection gets an :class:`HTTPServer`, and
each request a handler, a component that is made with the request and sends the response. :class:`SimpleHTTPClient`
fetches URLs.
"""

from __future__ import annotations

from .client import HTTPMakePostRequest, ParsedHTTPRedirect, SimpleHTTPClient, SingleShotHTTPClient
from .error_pages import error_page, error_page_handler
from .errors import BadRequest, BadResponse, BadURL, FetchFailed
from .minimal import Minimal, minimal_factory
from .parser import HTTPParser, ParsedHTTPBodyChunk, ParsedHTTPEnd, ParsedHTTPHeader
from .requests import split_uri
from .routing import http_protocol, request_handlers
from .server import HTTPServer

__all__ = [
    "BadRequest",
    "BadResponse",
    "BadURL",
    "FetchFailed",
    "HTTPMakePostRequest",
    "HTTPParser",
    "HTTPServer",
    "Minimal",
    "ParsedHTTPBodyChunk",
    "ParsedHTTPEnd",
    "ParsedHTTPHeader",
    "ParsedHTTPRedirect",
    "SimpleHTTPClient",
    "SingleShotHTTPClient",
    "error_page",
    "error_page_handler",
    "http_protocol",
    "minimal_factory",
    "request_handlers",
    "split_uri",
]
