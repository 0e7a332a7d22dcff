"""Run a published listing in a process of its own, and use it for a few seconds: type lines, talk to its ports."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import http.server
import os
import re
import selectors
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import trustme

from published_listings import EXAMPLES, Listing, find_listings

#: The sound that stands for others.
MEDIA = "Code/Python/Kamaelia/Examples/SupportingMediaFiles/KDE_Startup_2.ogg"
DRIVER = Path(__file__).with_name("listing_process.py")
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://news.example/</link>
<description>Daily</description><item><title>Rain</title><description>Wet</description></item></channel></rss>
"""
#: The hosts to which published listings connect by TLS.
TLS_HOSTS = ("kamaelia.org", "www.kamaelia.org", "kamaelia.svn.sourceforge.net")
#: When, at the latest, the input ends: half of these seconds.
SOON = 5.0
#: What is typed for a listing that fetches pages, and for any other.
PAGES, WORDS = "http://news.example/feed\n", "hello\n1 + 1\n"
#: What is said to a port of a listing that has to do with HTTP.
HTTP_QUESTION = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Echo(socketserver.BaseRequestHandler):
    """Says a line, and then everything that it is told."""

    def handle(self) -> None:
        self.request.sendall(b"hello there\r\n")
        with contextlib.suppress(OSError):
            while data := self.request.recv(4096):
                self.request.sendall(data)


class Irc(socketserver.StreamRequestHandler):
    """A server of one user: welcomes, pings, and says something in the channel that is joined."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            for line in self.rfile:
                command, _, rest = line.decode(errors="replace").strip().partition(" ")
                if command == "USER":
                    self.wfile.write(b":irc.example 001 you :Welcome\r\nPING :irc.example\r\n")
                elif command == "JOIN":
                    self.wfile.write(f":you!u@h JOIN {rest}\r\n:ann!a@h PRIVMSG {rest} :hello\r\n".encode())


class Page(http.server.BaseHTTPRequestHandler):
    """Answers every request with a feed."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(FEED)))
        self.end_headers()
        self.wfile.write(FEED)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def servers(authority: Path) -> Iterator[tuple[int, ...]]:
    """Have the servers that stand for others, and give their ports: echo, HTTP, IRC, HTTPS.

    Args:
        authority: where to write the certificate that a client of the last one has to trust.
    """
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(*TLS_HOSTS).configure_cert(context)
    with contextlib.ExitStack() as stack:
        ports = []
        for handler, secure in ((Echo, False), (Page, False), (Irc, False), (Page, True)):
            server = stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler))
            if secure:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
            stack.callback(server.shutdown)
            ports.append(server.server_address[1])
        yield tuple(ports)


@dataclass(frozen=True)
class Result:
    """What came of a listing: ``ends``, ``runs`` (it did when the time was up) or ``fails``, and what it wrote."""

    name: str
    kind: str
    out: str
    err: str
    answers: tuple[bytes, ...] = ()

    @property
    def error(self) -> str:
        """The line that names the error, or ""."""
        lines = [line for line in self.err.splitlines() if re.match(r"^\S*(?:Error|Exception|Imported|\w+: )", line)]
        return lines[-1] if lines and self.kind == "fails" else ""


class Bench:
    """A place where listings are run: a copy of a checkout's examples, and servers that stand for others.

    Args:
        root: the checkout.
        scratch: an empty folder.
    """

    def __init__(self, root: Path, scratch: Path) -> None:
        self._root, self._scratch = root, scratch
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Bench:
        for folder in EXAMPLES:
            shutil.copytree(self._root / folder, self._scratch / folder)
        self.ports = self._stack.enter_context(servers(self._scratch / "authority.pem"))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def use(self, listing: Listing, seconds: float = 5.0, enough: float = inf) -> Result:
        """Run a listing, use it, and return what came of it.

        Args:
            listing: the listing.
            seconds: when to stop it.
            enough: how many seconds after an answer of its port to stop it earlier.
        """
        with tempfile.TemporaryDirectory(dir=self._scratch) as own:
            if listing.folder is None:
                folder, file = Path(own), Path(own, "program.py")
                file.write_text(listing.text, encoding="utf-8")
            else:
                file = self._scratch / listing.name
                folder = file.parent
            out, err = Path(own, "out"), Path(own, "err")
            with out.open("wb") as to_out, err.open("wb") as to_err:
                process = subprocess.Popen(
                    [sys.executable, "-W", "ignore", str(DRIVER), str(file), *map(str, self.ports)],
                    stdin=subprocess.PIPE,
                    stdout=to_out,
                    stderr=to_err,
                    cwd=folder,
                    env={
                        **os.environ,
                        "LISTING_MEDIA": str(self._scratch / MEDIA),
                        "SSL_CERT_FILE": str(self._scratch / "authority.pem"),
                    },
                )
                try:
                    answers = _talk(process, listing.text, seconds, enough)
                finally:
                    status = process.poll()
                    process.kill()
                    process.wait()
            said, wrong = (path.read_text(encoding="utf-8", errors="replace") for path in (out, err))
        return Result(listing.name, _kind(status, wrong, listing.text), said, wrong, answers)


def _kind(status: int | None, wrong: str, text: str) -> str:
    """Return what came of a listing, by its exit status and by what it wrote to stderr.

    A component that fails is a failure of the listing, unless the listing asks that the others go on.
    """
    failure = re.search(r"^Traceback \(most recent call last\)| failed at step | has failed: ", wrong, re.M)
    if status not in (None, 0) or (failure and "immortalise()" not in text):
        at_end_of_input = re.search(r"^EOFError: EOF when reading a line$", wrong, re.M)
        return "ends" if at_end_of_input else "fails"
    return "runs" if status is None else "ends"


def _talk(process: subprocess.Popen[bytes], text: str, seconds: float, enough: float) -> tuple[bytes, ...]:
    """Type lines, talk to each port once, and end the input halfway; return what the ports answered."""
    typed = PAGES if "HTTPClient" in text else WORDS
    question = HTTP_QUESTION if "HTTP" in text else b"" if "FileReader" in text else b"hello\r\n"
    begin = time.monotonic()
    spoken: dict[int, bytes] = {}
    lines = iter(typed.splitlines(keepends=True))
    assert process.stdin is not None
    while (passed := time.monotonic() - begin) < seconds and process.poll() is None:
        if passed > 1:
            with contextlib.suppress(OSError):
                line = next(lines, None)
                if line is not None:
                    process.stdin.write(line.encode())
                    process.stdin.flush()
                elif passed > min(seconds, SOON) / 2 and not process.stdin.closed:
                    process.stdin.close()
        for port in _ports_of(process.pid) - spoken.keys():
            spoken[port] = _ask(port, question)
            seconds = min(seconds, time.monotonic() - begin + enough)
        time.sleep(0.1)
    return tuple(spoken.values())


def _ports_of(pid: int) -> set[int]:
    """Return the TCP ports at which a process listens (on Linux)."""
    found = set()
    with contextlib.suppress(OSError):
        sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
        for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(int(fields[1].partition(":")[2], 16))
    return found


def _ask(port: int, question: bytes) -> bytes:
    """Say something to a port, and return what comes back within a second."""
    answer = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as client:
        client.sendall(question)
        end = time.monotonic() + 1
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            while (left := end - time.monotonic()) > 0 and selector.select(left):
                data = client.recv(65536)
                if not data:
                    break
                answer += data
    return answer


def use_all(root: Path, seconds: float = 5.0, matching: str = "") -> Iterator[Result]:
    """Run the listings of a checkout, some at once, and yield what came of each, in the order of their names."""
    listings = [listing for listing in find_listings(root) if re.search(matching, listing.name)]
    with (
        tempfile.TemporaryDirectory() as scratch,
        Bench(root, Path(scratch)) as bench,
        concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        yield from pool.map(lambda listing: bench.use(listing, seconds), listings)


def main() -> None:
    """Print what comes of the listings of a checkout: ``python tests/shared/listing_bench.py CHECKOUT [MATCHING]``."""
    counts: collections.Counter[str] = collections.Counter()
    for result in use_all(Path(sys.argv[1]), matching=sys.argv[2] if len(sys.argv) > 2 else ""):
        counts[result.kind] += 1
        print(f"{result.kind:5}  {result.name}  {result.error}", flush=True)
    print(dict(counts))


if __name__ == "__main__":
    main()
