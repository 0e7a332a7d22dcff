"""The handlers of a web server that serves the files in ``htdocs``; Kamaelia's example of a routing table."""

from __future__ import annotations

from .minimal import minimal_factory
from .routing import request_handlers

__all__ = ["create_request_handler", "url_handlers"]

url_handlers = [("/", minimal_factory("index.html", "htdocs/"))]
create_request_handler = request_handlers(url_handlers)
