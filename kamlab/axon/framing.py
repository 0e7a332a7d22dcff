"""``Kamaelia.Protocol.Framing``: what it offers beside its components."""

from __future__ import annotations

from typing import Any

from kamlab.core.errors import KamlabError


class CorruptFrame(KamlabError):
    """A frame is not one that a Framer made."""


class ShortFrame(KamlabError):
    """A frame has fewer characters than it says."""


class IncompleteChunk(KamlabError):
    """A chunk has no beginning."""


class SimpleFrame:
    """A frame of text, ``str(SimpleFrame(tag, data))``; its length counts characters.

    >>> str(SimpleFrame(7, "hello"))
    '7 5\\nhello'
    >>> SimpleFrame.fromString("7 5\\nhello")
    (7, 'hello')
    """

    def __init__(self, *args: Any) -> None:
        self.t = args

    def __str__(self) -> str:
        tag, data = self.t
        return f"{tag} {len(data)}\n{data}"

    @staticmethod
    def fromString(s: str) -> tuple[int, str]:
        """Return tag and data of a frame; what is behind the data is left out.

        Raises:
            ShortFrame: a part of the data is missing.
            CorruptFrame: it is not a frame.
        """
        header, _, body = s.partition("\n")
        try:
            tag, length = (int(number) for number in header.split())
        except ValueError:
            raise CorruptFrame(f"{header[:60]!r} is not the header of a frame; one has a tag and a length") from None
        if length > len(body):
            raise ShortFrame(f"frame {tag} has {len(body)} of {length} characters")
        return tag, body[:length]
