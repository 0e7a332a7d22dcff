"""Serve a site on this machine, to look at it before it is published."""

from __future__ import annotations

import functools
import http.server
from pathlib import Path
from typing import Any


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing for each file."""


def make_server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Return a server of a folder, for this machine only; ``serve_forever`` runs it.

    Args:
        folder: the site.
        port: the port; 0 is any free one.
    """
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Handler, directory=str(folder)))
