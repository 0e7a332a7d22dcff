"""``Kamaelia.Support.Protocol.IRC``: the functions of :mod:`kamlab.protocols.irc_format` with the old keyword."""

from __future__ import annotations

from typing import Any

from kamlab.protocols import irc_format


def informat(text: str, defaultChannel: str = "#kamtest") -> Any:
    """Return a line that a user typed as a command.

    >>> informat("Hello", defaultChannel="#tea")
    ('PRIVMSG', '#tea', 'Hello')
    """
    return irc_format.informat(text, defaultChannel)


def outformat(data: Any, defaultChannel: str = "#kamtest") -> str:
    """Return what was heard as a line for the user.

    >>> outformat(("QUIT", "alice", "", "bye"))
    '*** alice has quit IRC\\n'
    """
    return irc_format.outformat(data, defaultChannel)
