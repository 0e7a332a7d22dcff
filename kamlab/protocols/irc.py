"""An IRC client as components.

:class:`IRCClient` translates between tuples and the lines of a server; a TCPClient carries the lines. It does not log
in and does not answer PING: the component that uses it does, as in Kamaelia, so both are seen as messages.

The client ends with its connection. Rejected: an end of its own only, as in Kamaelia, where a system whose server has
gone never ends.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any, ClassVar

from ..chassis.flow_control import send_when_room, told_to_stop
from ..chassis.graphline import Graphline
from ..chassis.pipeline import Pipeline
from ..core.component import Component
from ..core.ipc import ProducerFinished, ShutdownMicroprocess
from ..net.client import TCPClient
from ..parts.transform import PureTransformer
from ..parts.worker import BadMessage
from .irc_format import CannotSend, LineBuffer, client_error, informat, lines_of, outformat

__all__ = ["IRCClient", "simple_irc_client", "simple_user_client"]


class IRCClient(Component):
    """Translates commands into lines for an IRC server, and the server's lines into messages.

    A command is a tuple, such as ``("JOIN", "#tea")``, ``("PRIVMSG", "#tea", "Hello, all")`` or ``("ME", "#tea",
    "pours")``; a text is one without arguments. Commands are not checked against a list: the server does that. A
    message from the server is a tuple (command, sender, receiver, rest), such as ``("PRIVMSG", "alice", "#tea",
    "Hello, all")``. What is not valid, on either side, is heard as ``("CLIENT ERROR", "client", "", what)``, and so is
    the reason for which a connection failed.

    The user logs in with NICK and USER, and answers ``("PING", token, "", "")`` with ``("PONG", token)``.

    ProducerFinished ends it when the messages that wait are translated; ShutdownMicroprocess ends it at once.

    Raises:
        BadMessage: as a failure of the component; a command is not made of texts, or ``inbox`` gets neither bytes nor
            text.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.irc import IRCClient
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(IRCClient()).activate()
    ...     handle.put(("PRIVMSG", "#tea", "Hello, all"), "talk")
    ...     handle.put(b":alice!a@home JOIN #tea\\r\\n")
    ...     _ = lab.run()
    ...     handle.get(), handle.get("heard")
    ('PRIVMSG #tea :Hello, all\\r\\n', ('JOIN', 'alice', '#tea', ''))
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Bytes or text from the server, in any pieces.",
        "control": "ProducerFinished: translate what waits, then end. ShutdownMicroprocess: end now.",
        "talk": "Commands: tuples of texts.",
    }
    Outboxes: ClassVar[Any] = {
        "outbox": "Lines for the server, as text.",
        "signal": "The message that ended this.",
        "heard": "Messages from the server: (command, sender, receiver, rest).",
    }

    woken_by_collection = False

    def __init__(self) -> None:
        super().__init__()
        self._lines = LineBuffer()

    def main(self) -> Generator[None, None, None]:
        """Translate both ways until told to end."""
        while True:
            last = self._told_to_end()  # first: what was sent before this message has arrived
            if isinstance(last, ShutdownMicroprocess):
                break
            yield from self._translate("talk", self._to_server)
            yield from self._translate("inbox", self._from_server)
            if last is not None:
                yield from self._hand_on(self._goodbye(last))
                break
            if not self.any_ready():
                self.pause()
            yield
        self.send(last, "signal")

    def _told_to_end(self) -> Any:
        for message in self.messages("control"):
            if isinstance(message, (ProducerFinished, ShutdownMicroprocess)):
                return message
        return None

    def _translate(self, boxname: str, translate: Any) -> Generator[None, None, None]:
        for message in self.messages(boxname):
            yield from self._hand_on(translate(message))

    def _hand_on(self, results: Iterator[tuple[Any, str]]) -> Generator[None, None, None]:
        for result, boxname in results:
            yield from send_when_room(self, result, boxname, give_up=lambda: told_to_stop(self))

    def _to_server(self, command: Any) -> Iterator[tuple[Any, str]]:
        words = [command] if isinstance(command, str) else command
        if not isinstance(words, Sequence) or not all(isinstance(word, str) for word in words):
            raise BadMessage(
                f"{self.short_name} was sent {command!r} at 'talk'; a command is a tuple of texts, such as "
                "('JOIN', '#tea')."
            )
        try:
            for line in lines_of(words):
                yield f"{line}\r\n", "outbox"
        except CannotSend as error:
            yield client_error(f"not sent: {error}"), "heard"

    def _from_server(self, chunk: Any) -> Iterator[tuple[Any, str]]:
        if isinstance(chunk, str):
            chunk = chunk.encode("utf-8", "replace")
        if not isinstance(chunk, (bytes, bytearray, memoryview)):
            raise BadMessage(
                f"{self.short_name} was sent a {type(chunk).__name__} at 'inbox', which takes the bytes of a server. "
                "Commands go to 'talk'."
            )
        for message in self._lines.take(bytes(chunk)):
            yield message, "heard"

    def _goodbye(self, last: Any) -> Iterator[tuple[Any, str]]:
        """Yield a line that has no end, and why the connection failed."""
        for message in self._lines.finish():
            yield message, "heard"
        if isinstance(last.message, Exception):
            yield client_error(str(last.message)), "heard"


def simple_irc_client(host: str = "irc.freenode.net", port: int = 6667) -> Graphline:
    """Return a component that is connected to an IRC server: commands in, messages out. It ends with the connection.

    Args:
        host: the server.
        port: its port.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.irc import simple_irc_client
    >>> with Lab(clock="virtual") as lab:
    ...     server = lab.network.serve("irc.home", 6667)
    ...     handle = Handle(simple_irc_client("irc.home")).activate()
    ...     handle.put(("NICK", "alice"))
    ...     _ = lab.run()
    ...     server.peers[0].read()
    b'NICK alice\\r\\n'
    """
    return Graphline(
        irc=IRCClient(),
        tcp=TCPClient(host, port),
        linkages={
            ("self", "inbox"): ("irc", "talk"),
            ("self", "control"): ("irc", "control"),
            ("irc", "outbox"): ("tcp", "inbox"),
            ("irc", "signal"): ("tcp", "control"),
            ("irc", "heard"): ("self", "outbox"),
            ("tcp", "outbox"): ("irc", "inbox"),
            ("tcp", "signal"): ("irc", "control"),
        },
    )


def simple_user_client(host: str = "irc.freenode.net", port: int = 6667) -> Pipeline:
    """Return a :func:`simple_irc_client` for a user: lines typed go in, lines to read come out.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.irc import simple_user_client
    >>> with Lab(clock="virtual") as lab:
    ...     server = lab.network.serve("irc.home", 6667)
    ...     handle = Handle(simple_user_client("irc.home")).activate()
    ...     handle.put("/join #tea")
    ...     _ = lab.run()
    ...     server.peers[0].send(":alice!a@home JOIN #tea\\r\\n")
    ...     _ = lab.run()
    ...     server.peers[0].read(), handle.get()
    (b'JOIN #tea\\r\\n', '*** alice has joined #tea\\n')
    """
    return Pipeline(PureTransformer(informat), simple_irc_client(host, port), PureTransformer(outformat))
