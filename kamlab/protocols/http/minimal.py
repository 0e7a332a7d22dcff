"""A handler that serves the files below a directory, and nothing else."""

from __future__ import annotations

import mimetypes
import os
import re
import stat
from collections.abc import Callable
from os import PathLike
from typing import Any, ClassVar
from urllib.parse import unquote

from kamlab.core.component import Component
from kamlab.core.ipc import ProducerFinished, ShutdownMicroprocess

from .error_pages import error_page

__all__ = ["Minimal", "mime_type_of", "minimal_factory"]

#: How many bytes of a file are sent at once, and how many messages wait at most.
CHUNK = 50_000
AHEAD = 3

_types = mimetypes.MimeTypes()


def mime_type_of(filename: str) -> str:
    """Return the content type of a file by its name.

    >>> mime_type_of("index.html"), mime_type_of("data.xyz123")
    ('text/html', 'application/octet-stream')
    """
    kind, encoding = _types.guess_type(filename)
    return kind if kind and not encoding else "application/octet-stream"


def minimal_factory(
    indexfilename: str = "index.html", homedirectory: str | PathLike[str] = "htdocs"
) -> Callable[[dict[str, Any]], Minimal]:
    """Return a function that makes the handler for a request; for a routing table.

    >>> minimal_factory("index.html", "pages")({"uri-suffix": ""}).homedirectory
    'pages'
    """
    return lambda request: Minimal(request, indexfilename, homedirectory)


def find_file(homedirectory: str | PathLike[str], suffix: str, indexfilename: str) -> str | None:
    """Return the path of the file that the rest of a request's path means, or ``None``.

    It is a regular file below the directory, also after every symbolic link is followed. Percent-encoding is undone
    once, so what was encoded twice is the name of a file like any other.
    """
    try:
        path = unquote(suffix.partition("?")[0], errors="strict")
    except UnicodeDecodeError:
        return None
    names = [name for name in path.split("/") if name not in ("", ".")]
    if ".." in names or "\0" in path or "\\" in path:
        return None
    home = os.path.realpath(homedirectory)
    try:
        found = os.path.realpath(os.path.join(home, *names))
        if os.path.isdir(found):
            found = os.path.realpath(os.path.join(found, indexfilename))
        if os.path.commonpath([home, found]) != home or not stat.S_ISREG(os.stat(found).st_mode):
            return None
    except (OSError, ValueError):
        return None
    return found


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last of a ``Range`` header, or ``None`` if it asks for no single one.

    Raises:
        ValueError: the file has no such bytes.

    >>> byte_range("bytes=0-99", 1000), byte_range("bytes=-10", 1000), byte_range("lines=1-2", 1000)
    ((0, 100), (990, 1000), None)
    """
    found = re.fullmatch(r"bytes\s*=\s*([0-9]*)\s*-\s*([0-9]*)\s*", header)
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return None
    if begin >= end:
        raise ValueError(f"there is no byte {begin} of {size}")
    return begin, end


class Minimal(Component):
    """Answers a request with a file below a directory, or a part of it, or 404.

    What is not below the directory is not found, whatever the path is written like, and wherever links lead. GET and
    HEAD are allowed.

    Args:
        request: the request, with ``uri-suffix``.
        indexfilename: the file that is sent for a directory.
        homedirectory: the directory.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from kamlab import Handle, Lab
    >>> with Lab(clock="virtual") as lab, tempfile.TemporaryDirectory() as home:
    ...     _ = Path(home, "hello.txt").write_text("hello")
    ...     request = {"method": "GET", "headers": {}, "uri-suffix": "hello.txt"}
    ...     handler = Handle(Minimal(request, homedirectory=home)).activate()
    ...     _ = lab.run()
    ...     answer = handler.get()
    >>> answer["content-type"], answer["length"], answer["data"]
    ('text/plain', 5, b'hello')
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Not used.",
        "control": "ShutdownMicroprocess: end now.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "The response.",
        "signal": "ProducerFinished at the end.",
    }

    def __init__(
        self,
        request: dict[str, Any],
        indexfilename: str = "index.html",
        homedirectory: str | PathLike[str] = "htdocs/",
        **argd: Any,
    ) -> None:
        super().__init__(**argd)
        self.request = request
        self.indexfilename = indexfilename
        self.homedirectory = homedirectory

    def main(self) -> Any:
        """Send the response."""
        found = find_file(self.homedirectory, self.request["uri-suffix"], self.indexfilename)
        method = self.request.get("method", "GET")
        if method not in ("GET", "HEAD"):
            page = error_page(405, f"There are only files here, so {method} is not allowed.")
            self.send({**page, "headers": [("Allow", "GET, HEAD")]})
        elif found is None:
            self.send(error_page(404, "There is no such file here."))
        else:
            try:
                file = open(found, "rb")  # noqa: SIM115
            except OSError:
                self.send(error_page(404, "There is no such file here."))
            else:
                with file:
                    yield from self._send_file(file, mime_type_of(found), method == "GET")
        self.send(ProducerFinished(self), "signal")

    def _send_file(self, file: Any, kind: str, has_body: bool) -> Any:
        """Send a file, or the part that is asked for. A generator."""
        size = os.fstat(file.fileno()).st_size
        wanted = self.request.get("headers", {})
        headers = [("Accept-Ranges", "bytes")]
        begin, end, status = 0, size, 200
        if has_body and "range" in wanted and "if-range" not in wanted:
            try:
                part = byte_range(wanted["range"], size)
            except ValueError:
                self.send({**error_page(416), "headers": [("Content-Range", f"bytes */{size}")]})
                return
            if part is not None:
                begin, end = part
                status = 206
                headers.append(("Content-Range", f"bytes {begin}-{end - 1}/{size}"))
        head = {"statuscode": status, "content-type": kind, "charset": "", "headers": headers, "length": end - begin}
        file.seek(begin)
        left = end - begin if has_body else 0
        while left or head:
            data = file.read(min(CHUNK, left))
            self.send({**head, "data": data})
            head = {}
            left -= len(data)
            if not data:
                break  # the file has become shorter
            while left and len(self.outboxes["outbox"]) >= AHEAD:
                if any(isinstance(message, ShutdownMicroprocess) for message in self.messages("control")):
                    return
                self.pause()
                yield
            yield
