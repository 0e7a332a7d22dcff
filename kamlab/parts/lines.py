"""Parts that make lines of chunks."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Any

from .worker import BadMessage, Worker


class ChunksToLines(Worker):
    """Makes lines of chunks: bytes or str in, one str for each line out.

    A line comes without its line break, and every ``"\\r"`` is left out: a line is text, and where it
    ends is told by where the message ends. (SimpleFileWriter puts each str on a line of its own.)
    Bytes are UTF-8; what is not becomes U+FFFD. A character or a line may be spread over any number
    of chunks. What follows the last line break is sent when a shutdown message comes.

    Raises:
        BadMessage: as a failure of the component; a message is neither bytes nor str.

    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import ChunksToLines, Collate, DataSource
    >>> with Lab(clock="virtual") as lab:
    ...     lines = Collate()
    ...     _ = Pipeline(DataSource([b"he", b"llo\\r\\nwor", b"ld"]), ChunksToLines(), lines).activate()
    ...     _ = lab.run()
    ...     lines.collated
    ['hello', 'world']
    """

    def __init__(self) -> None:
        super().__init__()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._tail: list[str] = []

    def work(self, message: Any) -> Iterable[str]:
        """Return the lines that the chunk completes."""
        start, *others = self._text_of(message).replace("\r", "").split("\n")
        self._tail.append(start)
        if not others:
            return ()
        first, self._tail = "".join(self._tail), [others.pop()]
        return [first, *others]

    def finish(self, message: Any) -> Iterable[str]:
        """Return what has no line break at its end, if there is anything."""
        rest = "".join(self._tail) + self._decoder.decode(b"", final=True)
        self._tail = []
        return (rest,) if rest else ()

    def _text_of(self, chunk: Any) -> str:
        if isinstance(chunk, str):
            return self._decoder.decode(b"", final=True) + chunk
        if isinstance(chunk, (bytes, bytearray, memoryview)):
            return self._decoder.decode(bytes(chunk))
        raise BadMessage(
            f"{self.short_name} makes lines of bytes or str, and was sent a {type(chunk).__name__}. "
            "Put a PureTransformer(str) before it."
        )
