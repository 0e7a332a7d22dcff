"""The hosts of a simulated network: their names, made-up addresses, and which cannot reach each other.

The lab's components are all on one machine, this one, whose address is 127.0.0.1 wherever it is seen from. Every other
name is another machine. Its address is computed from the name, so it is the same in every run.
"""

from __future__ import annotations

import zlib

from ..addresses import LOOPBACK, Aliases, check_host, numeric

_HERE = frozenset({"", "0.0.0.0", "::", "::1"})
#: How many addresses there are to give out: 10.0.0.1 to 10.255.255.254.
_ADDRESSES = 256 * 256 * 254


class Hosts:
    """The hosts of one network.

    >>> hosts = Hosts(Aliases())
    >>> hosts.address("localhost"), hosts.address("foo.bar.com") == hosts.address("FOO.bar.com")
    ('127.0.0.1', True)
    """

    def __init__(self, aliases: Aliases) -> None:
        self.aliases = aliases
        self._names: dict[str, str] = {}
        self._cuts: set[frozenset[str]] = set()

    def address(self, host: str) -> str:
        """Return the address of a host, or of the host that it is an alias of.

        Raises:
            BadAddress: it is not a valid host.
        """
        host, _ = self.aliases.place(host, 0)
        return self.plain_address(host)

    def plain_address(self, host: str) -> str:
        """Return the address of a host, regardless of aliases."""
        check_host(host)
        known = numeric(host, 0)
        return machine(known[1][0]) if known is not None else self._made_up(host.lower())

    def _made_up(self, name: str) -> str:
        number = zlib.crc32(name.encode("utf-8", "surrogatepass")) % _ADDRESSES
        while self._names.setdefault(address := _dotted(number), name) != name:
            number = (number + 1) % _ADDRESSES
        return address

    # -- which cannot reach each other -------------------------------------------------------------------------

    def cut(self, one: str, other: str) -> None:
        """Let nothing pass between two hosts, or between the programs of one."""
        self._cuts.add(frozenset((self.address(one), self.address(other))))

    def join(self, one: str, other: str) -> None:
        """Undo :meth:`cut`."""
        self._cuts.discard(frozenset((self.address(one), self.address(other))))

    def join_all(self) -> None:
        """Undo every :meth:`cut`."""
        self._cuts.clear()

    def are_cut(self, one: str, other: str) -> bool:
        """Return whether nothing passes between two addresses."""
        return bool(self._cuts) and frozenset((one, other)) in self._cuts


def machine(address: str) -> str:
    """Return the one address that a machine goes by.

    >>> machine("::1"), machine("127.0.0.5"), machine("10.1.2.3")
    ('127.0.0.1', '127.0.0.1', '10.1.2.3')
    """
    return LOOPBACK if address in _HERE or address.startswith("127.") else address


def _dotted(number: int) -> str:
    rest, last = divmod(number, 254)
    return f"10.{rest // 256}.{rest % 256}.{last + 1}"
