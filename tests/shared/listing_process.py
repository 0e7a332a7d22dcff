"""Run one published listing so that it touches nothing outside this machine.

Arguments: the file, and the ports of four servers, ECHO, HTTP, IRC and HTTPS.

Ports that it listens at are other ones, chosen by the system, and its own clients find them there, so several
listings can run at once. Whatever else it connects to is one of the servers: port 80 is HTTP, 443 HTTPS, 6667 IRC, and
any other ECHO. A sound or film that was on its author's machine is the one that LISTING_MEDIA, in the environment,
names.
"""

from __future__ import annotations

import builtins
import os
import socket
import sys
from typing import Any

ELSEWHERE = "127.9.9.9"  # an address of this machine's that nothing uses
#: The port of this machine that stands for a port elsewhere; 0 for any other.
SERVERS: dict[int, int] = {}

_resolve = socket.getaddrinfo
_chosen: dict[int, int] = {}


def _is_here(host: Any) -> bool:
    return not isinstance(host, str) or host in ("", "localhost", "0.0.0.0", "::1", "::") or host.startswith("127.0.")


def resolve(host: Any, *rest: Any, **options: Any) -> Any:
    """Resolve a name; one that is not of this machine is ``ELSEWHERE``."""
    return _resolve(host if _is_here(host) else ELSEWHERE, *rest, **options)


_open = builtins.open


def open_media(file: Any, *rest: Any, **options: Any) -> Any:
    """Open a file; a medium that is not there is another one."""
    if str(file).endswith((".ogg", ".mp3", ".mpg", ".drc", "SomeTrainingMaterial")) and not os.path.exists(file):
        file = os.environ["LISTING_MEDIA"]
    return _open(file, *rest, **options)


class Redirected(socket.socket):
    """A socket that stays on this machine."""

    def _place(self, address: Any) -> Any:
        if self.family != socket.AF_INET or self.type != socket.SOCK_STREAM:
            return address
        host, port = address[:2]
        if _is_here(host) and port in _chosen:
            return ("127.0.0.1", _chosen[port])
        return ("127.0.0.1", SERVERS.get(port, SERVERS[0]))

    def connect(self, address: Any) -> None:
        """Connect to the place that stands for an address."""
        super().connect(self._place(address))

    def connect_ex(self, address: Any) -> int:
        """Connect to the place that stands for an address."""
        return super().connect_ex(self._place(address))

    def bind(self, address: Any) -> None:
        """Bind to a free port of this machine."""
        if self.family == socket.AF_INET and self.type == socket.SOCK_STREAM:
            super().bind(("127.0.0.1", 0))
            _chosen[address[1]] = self.getsockname()[1]
        else:
            super().bind(address)


def main() -> int:
    """Run the listing as ``kamlab run`` does."""
    file, (echo, http, irc, https) = sys.argv[1], map(int, sys.argv[2:6])
    SERVERS.update({0: echo, 80: http, 8080: http, 443: https, 6667: irc})
    socket.getaddrinfo = resolve
    socket.gethostbyname = lambda host: "127.0.0.1" if _is_here(host) else ELSEWHERE
    socket.socket = Redirected  # type: ignore[misc]
    builtins.open = open_media
    sys.argv = [file]
    from kamlab.__main__ import main as run  # behind the socket's class, which it derives from

    return run(["run", file])


if __name__ == "__main__":
    sys.exit(main())
