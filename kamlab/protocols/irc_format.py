"""The texts of IRC: a server's lines, the commands to it, and what a user types and reads.

A line of the server becomes a tuple (command, sender, receiver, rest), and a command is a tuple (command, argument,
...). The tuples and the names ``informat`` and ``outformat`` are Kamaelia's.

A line has no encoding of its own. One that is not valid UTF-8 is read as Latin-1, as most clients do: that loses no
byte, and one old client in a channel does not spoil what the others write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..core.errors import KamlabError

#: What is heard: (command, sender, receiver, rest).
Heard = tuple[str, str, str, str]

#: The command of what is heard if a line or a command is not valid; its sender is ``"client"``.
CLIENT_ERROR = "CLIENT ERROR"
#: How many bytes a command may have, without the end of its line.
LINE_SIZE = 510
#: How many bytes of text go into one line: the server puts the sender before it, and cuts what is then too long.
TEXT_SIZE = 400
#: Commands without a receiver: everything after them is the rest.
WITHOUT_RECEIVER = frozenset({"QUIT", "NICK", "ERROR"})

_ACTION = "\x01ACTION"


class CannotSend(KamlabError, ValueError):
    """A command cannot be one line of IRC.

    >>> from kamlab.protocols.irc_format import CannotSend, lines_of
    >>> try:
    ...     lines_of(("JOIN", "#tea\\r\\nQUIT"))
    ... except CannotSend as error:
    ...     print(error)
    the command JOIN has a line break or a zero byte in '#tea\\r\\nQUIT', so it would be read as two commands
    """


def client_error(text: str) -> Heard:
    """Return what is heard of a mistake.

    >>> client_error("no line")
    ('CLIENT ERROR', 'client', '', 'no line')
    """
    return CLIENT_ERROR, "client", "", text


def decode(line: bytes) -> str:
    """Return a line as text: UTF-8, or else Latin-1.

    >>> decode("caf\\xe9".encode()), decode(b"caf\\xe9")
    ('café', 'café')
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def parse_line(line: str) -> Heard:
    """Return a line of the server as (command, sender, receiver, rest).

    The sender is the nick, or the server's name. PING has what is to be answered as its sender. An action of CTCP
    (``/me waves``) has the command ACTION. A line without a command or an argument is a CLIENT ERROR.

    >>> parse_line(":alice!a@home PRIVMSG #tea :Hello,  all")
    ('PRIVMSG', 'alice', '#tea', 'Hello,  all')
    >>> parse_line(":irc.home 433 * alice :Nickname is already in use.")
    ('433', 'irc.home', '*', 'alice :Nickname is already in use.')
    >>> parse_line("PING :irc.home")
    ('PING', 'irc.home', '', '')
    """
    sender, rest = "", line
    if line.startswith(":"):
        prefix, _, rest = line[1:].partition(" ")
        sender = prefix.partition("!")[0]
    command, _, rest = rest.lstrip(" ").partition(" ")
    rest = rest.lstrip(" ")
    if not command or not rest:
        return client_error(line)
    if command in WITHOUT_RECEIVER:
        return command, sender, "", rest.removeprefix(":")
    first, body = _split(rest)
    if command == "PING":
        return command, first, "", body
    if command == "PRIVMSG" and body.startswith(_ACTION):
        return "ACTION", sender, first, body.removeprefix(_ACTION).rstrip("\x01").strip(" ")
    return command, sender, first, body


def _split(rest: str) -> tuple[str, str]:
    """Split the arguments after the first, which is all of them if it begins with a colon."""
    if rest.startswith(":"):
        return rest[1:], ""
    first, _, others = rest.partition(" ")
    return first, others.lstrip(" ").removeprefix(":")


def lines_of(command: str | Sequence[str]) -> list[str]:
    """Return a command as lines of IRC, without their ends.

    The first argument that is empty, has spaces or begins with a colon is the last one, and takes all that follow it.
    ME, with a receiver and a text, is an action of CTCP. The text of PRIVMSG, NOTICE and ME may be of any length; it
    is split.

    Raises:
        CannotSend: it has a line break, or is too long, or ME has no receiver.

    >>> lines_of(("USER", "al", "0", "*", "Alice L."))
    ['USER al 0 * :Alice L.']
    """
    words = [command] if isinstance(command, str) else list(command)
    words = [word.rstrip("\r\n") for word in words]
    verb = words[0].upper() if words else ""
    for word in words:
        if any(mark in word for mark in "\r\n\0"):
            raise CannotSend(
                f"the command {verb} has a line break or a zero byte in {word!r}, so it would be read as two commands"
            )
    if not verb or " " in verb:
        raise CannotSend(f"{command!r} has no command; an example: ('JOIN', '#tea')")
    if verb in ("ME", "ACTION"):
        if len(words) < 2:
            raise CannotSend(f"{verb} needs a receiver and a text: ('ME', '#tea', 'pours')")
        return [f"PRIVMSG {words[1]} :{_ACTION} {piece}\x01" for piece in _pieces(" ".join(words[2:]))]
    last = next((at for at, word in enumerate(words) if at and _needs_colon(word)), None)
    if last is None:
        return [_checked(" ".join([verb, *words[1:]]))]
    head, text = " ".join([verb, *words[1:last]]), " ".join(words[last:])
    pieces = _pieces(text) if verb in ("PRIVMSG", "NOTICE") else [text]
    return [_checked(f"{head} :{piece}") for piece in pieces]


def _needs_colon(word: str) -> bool:
    return not word or " " in word or word.startswith(":")


def _pieces(text: str) -> list[str]:
    """Split a text into pieces of at most TEXT_SIZE bytes, between characters."""
    data, pieces = text.encode("utf-8", "replace"), []
    while len(data) > TEXT_SIZE:
        cut = TEXT_SIZE
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut].decode())
        data = data[cut:]
    return [*pieces, data.decode()]


def _checked(line: str) -> str:
    size = len(line.encode("utf-8", "replace"))
    if size > LINE_SIZE:
        raise CannotSend(f"a line of IRC has at most {LINE_SIZE} bytes, and this one has {size}: {line[:40]!r}...")
    return line


# -- what a user types and reads -------------------------------------------------------------------------------


def informat(text: str, default_channel: str = "#kamtest") -> tuple[str, ...] | None:
    """Return a line that a user typed as a command; ``None`` if it is empty.

    A line that begins with a slash is a command; any other is for the channel.

    >>> informat("Hello, all", "#tea")
    ('PRIVMSG', '#tea', 'Hello, all')
    >>> informat("/msg bob are you there?"), informat("/me waves", "#tea")
    (('PRIVMSG', 'bob', 'are you there?'), ('ME', '#tea', 'waves'))
    """
    text = text.rstrip("\r\n")
    if not text:
        return None
    words = text.split()
    if not text.startswith("/") or words[0] == "/":
        return "PRIVMSG", default_channel, text
    verb = words[0].lstrip("/").upper()
    if not verb:
        return None
    verb = "PRIVMSG" if verb == "MSG" else verb
    if verb == "ME" and len(words) > 1:
        return verb, default_channel, " ".join(words[1:])
    plain = _PLAIN_WORDS.get(verb)
    if plain is None or len(words) <= plain:
        return verb, *words[1:]
    return verb, *words[1:plain], " ".join(words[plain:])


#: From which word on the arguments of a command are one text.
_PLAIN_WORDS = {"QUIT": 1, "KICK": 3, "USER": 4, **dict.fromkeys(("PRIVMSG", "NOTICE", "KILL", "TOPIC", "SQUERY"), 2)}

_SENTENCES: dict[str, Callable[[str, str, str], str]] = {
    "PRIVMSG": lambda sender, receiver, body: f"<{sender}> {body}",
    "ACTION": lambda sender, receiver, body: f"*** {sender} {body}",
    "JOIN": lambda sender, receiver, body: f"*** {sender} has joined {receiver}",
    "PART": lambda sender, receiver, body: f"*** {sender} has parted {receiver}",
    "NICK": lambda sender, receiver, body: f"*** {sender} is now known as {body}",
    "TOPIC": lambda sender, receiver, body: f"*** {sender} changed the topic to {body}",
    "QUIT": lambda sender, receiver, body: f"*** {sender} has quit IRC",
}


def outformat(message: str | Heard, default_channel: str = "#kamtest") -> str:
    """Return what was heard as a line for the user, with its line break. A plain text is one for the channel.

    >>> outformat(("JOIN", "alice", "#tea", ""))
    '*** alice has joined #tea\\n'
    """
    kind, sender, receiver, body = ("PRIVMSG", "", default_channel, message) if isinstance(message, str) else message
    if kind in _SENTENCES:
        line = _SENTENCES[kind](sender, receiver, body)
    elif kind == "MODE" and receiver == default_channel:
        line = f"*** {sender} has set channel mode: {body}"
    elif kind.isdecimal() and len(kind) == 3:
        line = f"Reply {kind} from {sender} to {receiver}: {body}"
        if kind >= "400":
            line = ("Error!" if kind < "600" else "Unknown numeric reply:") + f" {kind} {sender} {receiver} {body}"
    else:
        line = f"{kind} from {sender}: {body}"
    return f"{line}\n"


def channel_informat(channel: str) -> Callable[[str], tuple[str, ...] | None]:
    """Return ``informat`` for a channel.

    >>> channel_informat("#tea")("Hello")
    ('PRIVMSG', '#tea', 'Hello')
    """
    return lambda text: informat(text, channel)


def channel_outformat(channel: str) -> Callable[[str | Heard], str]:
    """Return ``outformat`` for a channel.

    >>> channel_outformat("#tea")(("MODE", "alice", "#tea", "+t"))
    '*** alice has set channel mode: +t\\n'
    """
    return lambda message: outformat(message, channel)


# -- from chunks to lines --------------------------------------------------------------------------------------


class LineBuffer:
    """Collects bytes, and gives out complete lines; a line may come in any number of chunks.

    Args:
        limit: how many bytes a line may have; of a longer one the beginning is kept in an error, the rest is dropped.

    >>> buffer = LineBuffer()
    >>> [line for chunk in (b"PING :a\\r", b"\\nPING", b" :b\\r\\n") for line in buffer.take(chunk)]
    [('PING', 'a', '', ''), ('PING', 'b', '', '')]
    """

    def __init__(self, limit: int = 8192) -> None:
        self.limit = limit
        self._tail = b""
        self._skips = False

    def take(self, chunk: bytes) -> Iterator[Heard]:
        """Yield what is heard in the lines that a chunk completes."""
        *whole, self._tail = (self._tail + chunk.replace(b"\r", b"\n")).split(b"\n")
        for line in whole:
            yield from self._line(line)
        if len(self._tail) > self.limit:
            yield from self._line(self._tail)
            self._tail, self._skips = b"", True

    def finish(self) -> Iterator[Heard]:
        """Yield an error for a line that has no end."""
        if self._tail and not self._skips:
            yield client_error(decode(self._tail))
        self._tail = b""

    def _line(self, line: bytes) -> Iterator[Heard]:
        if self._skips:
            self._skips = False  # the rest of a line that was too long
        elif len(line) > self.limit:
            yield client_error(f"a line of more than {self.limit} bytes: {decode(line[:LINE_SIZE])}")
        elif line:
            yield parse_line(decode(line))
