"""Frames and chunks: finding messages again in a stream of bytes that has gaps.

A *frame* is a number, a length and the data: ``b"7 5\\nhello"``. A *chunk* is a frame behind a sync sequence, which
occurs nowhere else, since its bytes are escaped in the data. So a receiver that has missed something can start again at
the next sync sequence. The length tells whether a frame is whole: one that is too long has swallowed the beginning of
another, and is dropped like one that is too short.

The format is Kamaelia's. It has no checksum, so two losses that fit together (the end of one frame and the beginning of
another, of the same sizes) make a frame that looks whole.

Text is taken as UTF-8, and a length counts bytes. What is made of text is text again, so that these can also be
chained without a network between them.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from typing import Any, ClassVar

from kamlab.chassis.flow_control import discard, send_when_room
from kamlab.parts.worker import BadMessage, Worker

from .packetise import as_bytes

SYNC = "X" * 24


class Framer(Worker):
    """Makes a frame of each ``(number, data)``.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.framing import Framer
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(Framer()).activate()
    ...     handle.put((7, b"hello"))
    ...     _ = lab.run()
    ...     handle.get()
    b'7 5\\nhello'
    """

    def work(self, message: Any) -> Iterable[Any]:
        """Return the frame."""
        try:
            number, data = message
        except (TypeError, ValueError):
            raise BadMessage(f"{self.short_name} frames (number, data), and was sent {message!r}.") from None
        content = as_bytes(self, data)
        return (_like(data, f"{number} {len(content)}\n".encode() + content),)


class DeFramer(Worker):
    """Sends ``(number, data)`` for each frame. A frame that is not whole is dropped, and counted in ``corrupt``.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.framing import DeFramer
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(DeFramer()).activate()
    ...     handle.put(b"7 5\\nhel")
    ...     handle.put(b"8 5\\nworld")
    ...     _ = lab.run()
    ...     handle.get(), handle.component.corrupt
    ((8, b'world'), 1)
    """

    def __init__(self) -> None:
        super().__init__()
        self.corrupt: int = 0

    def work(self, message: Any) -> Iterable[Any]:
        """Return what was framed."""
        header, _, content = as_bytes(self, message).partition(b"\n")
        numbers = re.fullmatch(rb"(\d{1,18}) (\d{1,18})", header)
        if numbers is None or int(numbers[2]) != len(content):
            self.corrupt += 1
            discard(self.outboxes["outbox"], message)
            return ()
        return ((int(numbers[1]), _like(message, content)),)


class DataChunker(Worker):
    """Puts a sync sequence before each message, and escapes its bytes in the message: ``%58`` for an ``X``.

    Args:
        syncmessage: the sync sequence.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.framing import DataChunker
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(DataChunker("XX")).activate()
    ...     handle.put(b"Xavier")
    ...     _ = lab.run()
    ...     handle.get()
    b'XX%58avier'
    """

    def __init__(self, syncmessage: str = SYNC) -> None:
        super().__init__()
        self.syncmessage = syncmessage
        self._sync, self._special = _sync_and_special(syncmessage)

    def work(self, message: Any) -> Iterable[Any]:
        """Return the chunk."""
        escaped = self._special.sub(lambda found: b"%%%02x" % ord(found[0]), as_bytes(self, message))
        return (_like(message, self._sync + escaped),)


class DataDeChunker(Worker):
    """Finds chunks in the pieces of a stream, and sends the message of each.

    A chunk ends where the next one begins, so the last one is held back until it ends or a message comes to ``flush``.
    What comes before the first sync sequence is dropped, and counted in ``skipped``.

    Args:
        syncmessage: the sync sequence.

    >>> from kamlab import Handle, Lab
    >>> from kamlab.protocols.framing import DataDeChunker
    >>> with Lab(clock="virtual") as lab:
    ...     handle = Handle(DataDeChunker("XX")).activate()
    ...     for piece in (b"noise", b"XX%58av", b"ierX", b"Xsecond"):
    ...         handle.put(piece)
    ...     handle.put("now", "flush")
    ...     _ = lab.run()
    ...     handle.get(), handle.get(), handle.component.skipped
    (b'Xavier', b'second', 5)
    """

    Inboxes: ClassVar[Any] = {
        "inbox": "Pieces of a stream, bytes or text.",
        "control": "A shutdown message: send the last chunk, then end.",
        "flush": "Any message: the last chunk has ended.",
    }

    #: A chunk of more bytes is dropped, so that a sender that never ends one does not fill the memory.
    longest: int = 1 << 20

    def __init__(self, syncmessage: str = SYNC) -> None:
        super().__init__()
        self.syncmessage = syncmessage
        self.skipped: int = 0
        self._sync, self._special = _sync_and_special(syncmessage)
        self._buffer = b""
        self._is_text = False

    def main(self) -> Generator[None, None, None]:
        """Work on pieces until a control message ends this component; end the last chunk when told to flush."""
        while True:
            yield from self._take_all()
            for _ in self.messages("flush"):
                yield from self._hand_on(self._last())
            for message in self.messages("control"):
                if isinstance(message, self.ends_on):
                    yield from self._hand_on(self._last())
                    yield from send_when_room(self, message, "signal")
                    return
                yield from send_when_room(self, message, "signal")
            self.pause()
            yield

    def work(self, message: Any) -> Iterable[Any]:
        """Return the messages of the chunks that have ended."""
        self._is_text = isinstance(message, str)
        self._buffer += as_bytes(self, message)
        self._skip(self._start())
        while (end := self._buffer.find(self._sync, len(self._sync))) > 0 and self._buffer.startswith(self._sync):
            yield self._cut(end)
        if len(self._buffer) > self.longest:
            self._skip(len(self._buffer))

    def _last(self) -> Iterable[Any]:
        if self._buffer.startswith(self._sync):
            return (self._cut(len(self._buffer)),)
        self._skip(len(self._buffer))
        return ()

    def _start(self) -> int:
        """Return where the first sync sequence begins, or may begin."""
        start = self._buffer.find(self._sync)
        if start >= 0:
            return start
        for size in range(min(len(self._sync) - 1, len(self._buffer)), 0, -1):
            if self._buffer.endswith(self._sync[:size]):
                return len(self._buffer) - size
        return len(self._buffer)

    def _skip(self, size: int) -> None:
        self.skipped += size
        self._buffer = self._buffer[size:]

    def _cut(self, end: int) -> Any:
        """Take the chunk at the beginning of the buffer out, and return its message."""
        chunk, self._buffer = self._buffer[len(self._sync) : end], self._buffer[end:]
        content = re.sub(rb"%([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), chunk)
        return content.decode("utf-8", "replace") if self._is_text else content


def _sync_and_special(syncmessage: str) -> tuple[bytes, re.Pattern[bytes]]:
    """Return a sync sequence as bytes, and a pattern of the bytes that must be escaped because of it."""
    sync = syncmessage.encode("utf-8")
    if not sync or b"%" in sync:
        raise ValueError(f"syncmessage is {syncmessage!r}; it needs at least one character, and '%' is for escapes")
    return sync, re.compile(b"[%" + re.escape(bytes(set(sync))) + b"]")


def _like(data: Any, content: bytes) -> Any:
    """Return content as text if the data was text, otherwise as bytes."""
    return content.decode("utf-8", "replace") if isinstance(data, str) else content
