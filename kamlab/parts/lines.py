"""A part that splits chunks into lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Any

from .worker import BadMessage, Worker


class ChunksToLines(Worker):
    """Splits chunks of bytes or str into lines, and sends each line as a str.

    A line is sent without its line break, and every ``"\\r"`` is removed: the end of the message is the end of the
    line. (SimpleFileWriter writes each str on a line of its own.) Bytes are decoded as UTF-8; invalid bytes become
    U+FFFD. A character or a line may be split between any number of chunks. The text after the last line break is sent
    when a shutdown message comes.

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
        """Return the text after the last line break, if there is any."""
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
