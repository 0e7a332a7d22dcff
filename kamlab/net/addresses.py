"""Hosts, ports, and their aliases in a lab.

An alias lets a program that names "foo.bar.com", port 1600, find its source on this machine, and a server that names
port 1500 listen elsewhere, without a change to the program. Both can come from the environment:
``KAMLAB_HOSTS="foo.bar.com:1600=127.0.0.1:4711,other=127.0.0.1"`` and ``KAMLAB_PORTS="1500=0,1501=0"``.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

from .errors import BadAddress, BadMapping

HOSTS_VARIABLE = "KAMLAB_HOSTS"
PORTS_VARIABLE = "KAMLAB_PORTS"

LOOPBACK = "127.0.0.1"
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", ""})
_HOSTS_EXAMPLE = "foo.bar.com:1600=127.0.0.1:4711,other=127.0.0.1"
_PORTS_EXAMPLE = "1500=0,1501=0"


def split_address(text: str) -> tuple[str, int | None]:
    """Split "host:port" or "host"; an IPv6 address with a port is written in brackets.

    Raises:
        BadMapping: there is no host, or the port is not valid.

    >>> split_address("foo.bar.com:1600"), split_address("other"), split_address("[::1]:80")
    (('foo.bar.com', 1600), ('other', None), ('::1', 80))
    """
    text = text.strip()
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadMapping(f"{text!r} is not an address; write [IPv6 address]:port")
        port_text = rest[1:] if rest else None
    elif text.count(":") == 1:
        host, _, port_text = text.partition(":")
    else:
        host, port_text = text, None
    if not host or any(letter.isspace() or letter == "=" for letter in host):
        raise BadMapping(f"{text!r} is not an address; write host or host:port")
    return host, None if port_text is None else _port_in(text, port_text)


def _port_in(text: str, port_text: str) -> int:
    digits = port_text.strip()
    if not (digits.isascii() and digits.isdigit() and int(digits) <= 65535):
        raise BadMapping(f"{digits!r} in {text!r} is not a port; a port is a number from 0 to 65535")
    return int(digits)


def parse_hosts(text: str, where: str = HOSTS_VARIABLE) -> dict[str, str]:
    """Read aliases of hosts, separated by commas.

    Raises:
        BadMapping: an alias cannot be understood; the text says which, and what is expected.

    >>> parse_hosts("foo.bar.com:1600=127.0.0.1:4711, other=127.0.0.1")
    {'foo.bar.com:1600': '127.0.0.1:4711', 'other': '127.0.0.1'}
    """
    return dict(_pairs(text, where, _HOSTS_EXAMPLE))


def parse_ports(text: str, where: str = PORTS_VARIABLE) -> dict[int, int]:
    """Read other ports to listen at, separated by commas; 0 means any that is free.

    Raises:
        BadMapping: an alias cannot be understood.

    >>> parse_ports("1500=0,1501=4711")
    {1500: 0, 1501: 4711}
    """
    pairs = _pairs(text, where, _PORTS_EXAMPLE)
    try:
        return {_port_in(left, left): _port_in(right, right) for left, right in pairs}
    except BadMapping as error:
        raise BadMapping(f"{where}: {error}") from None


def _pairs(text: str, where: str, example: str) -> list[tuple[str, str]]:
    pairs = []
    for item in text.split(","):
        if not item.strip():
            continue
        left, equals, right = (part.strip() for part in item.partition("="))
        if not (left and equals and right) or "=" in right:
            raise BadMapping(f"{where}: {item.strip()!r} is not of the form name=other; an example: {example}")
        pairs.append((left, right))
    return pairs


class Aliases:
    """The aliases of a network; those given take precedence over those in the environment.

    Args:
        hosts: "host:port" or "host" to "host:port" or "host"; a name with a port takes precedence.
        ports: a port to listen at to another; 0 means any that is free.

    Raises:
        BadMapping: an alias cannot be understood.

    >>> Aliases({"foo.bar.com:1600": "127.0.0.1:4711"}, {}).place("Foo.Bar.com", 1600)
    ('127.0.0.1', 4711)
    """

    def __init__(self, hosts: Mapping[str, str] | None = None, ports: Mapping[int, int] | None = None) -> None:
        self.hosts: dict[str, str] = {**parse_hosts(os.environ.get(HOSTS_VARIABLE, "")), **(hosts or {})}
        self.ports: dict[int, int] = {**parse_ports(os.environ.get(PORTS_VARIABLE, "")), **(ports or {})}
        self._places: dict[tuple[str, int | None], tuple[str, int | None]] = {}
        for name, other in self.hosts.items():
            try:
                host, port = split_address(name)
                self._places[host.lower(), port] = split_address(other)
            except BadMapping as error:
                raise BadMapping(
                    f"the alias {name!r} of a host to {other!r}: {error}. An example: {_HOSTS_EXAMPLE}"
                ) from None
        for port, other_port in self.ports.items():
            for number in (port, other_port):
                if not _is_port(number):
                    raise BadMapping(f"the alias {port!r} of a port to {other_port!r}: a port is a number, 0 to 65535")

    def place(self, host: str, port: int) -> tuple[str, int]:
        """Return where a client connects to if it asks for this host and port.

        Raises:
            BadAddress: the host or the port is not valid.
        """
        check_host(host)
        check_port(port)
        for wanted in ((host.lower(), port), (host.lower(), None)):
            if wanted in self._places:
                other, other_port = self._places[wanted]
                return other, port if other_port is None else other_port
        return host, port

    def port(self, port: int) -> int:
        """Return where a server listens if it asks for this port.

        Raises:
            BadAddress: the port is not valid.
        """
        check_port(port)
        return self.ports.get(port, port)


def _is_port(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= 65535


def check_port(port: Any) -> None:
    """Raise BadAddress unless ``port`` is a port."""
    if not _is_port(port):
        raise BadAddress(f"{port!r} is not a port; a port is a number from 0 to 65535")


def check_host(host: Any) -> None:
    """Raise BadAddress unless ``host`` is text."""
    if not isinstance(host, str):
        raise BadAddress(f"{host!r} is not a host; give its name or number as text")


def check_group(group: Any) -> None:
    """Raise BadAddress unless ``group`` is the address of a multicast group (IPv4).

    >>> check_group("224.168.2.9")
    """
    if not isinstance(group, str) or not is_group(group):
        raise BadAddress(f"{group!r} is not a multicast group; one is an address from 224.0.0.0 to 239.255.255.255")


def is_group(host: str) -> bool:
    """Return whether a numeric address is that of a multicast group (IPv4).

    >>> is_group("224.168.2.9"), is_group("127.0.0.1")
    (True, False)
    """
    try:
        first = socket.inet_pton(socket.AF_INET, host)[0]
    except (OSError, ValueError):
        return False
    return 224 <= first <= 239


def numeric(host: str, port: int) -> tuple[int, Any] | None:
    """Return the address of a host that needs no look-up: a number, or this machine.

    >>> numeric("localhost", 80)[1], numeric("foo.bar.com", 80)
    (('127.0.0.1', 80), None)
    """
    if host.lower() in _LOCAL_NAMES:
        host = LOOPBACK
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return int(family), (host, port) if family == socket.AF_INET else (host, port, 0, 0)
    return None


def format_address(host: Any, port: Any) -> str:
    """Return host and port as one text.

    >>> format_address("127.0.0.1", 80), format_address("::1", 80)
    ('127.0.0.1:80', '[::1]:80')
    """
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"


def place_of(sock: Any, end: str = "getpeername") -> tuple[str, int] | None:
    """Return host and port of one end of a connection, ``None`` once it has none."""
    try:
        address = getattr(sock, end)()
    except OSError:
        return None
    return (address[0], address[1]) if isinstance(address, tuple) and len(address) >= 2 else None


def describe(sock: Any) -> str:
    """Return both ends of a connection as one text: here to there."""
    here, there = place_of(sock, "getsockname"), place_of(sock)
    return f"{format_address(*here) if here else '?'} to {format_address(*there) if there else '?'}"
