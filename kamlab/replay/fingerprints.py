"""Fingerprints of a run, to notice that a replay differs.

A fingerprint covers the slices of a window: which components ran, what was sent, taken and lost, which components
failed or ended. Plain messages count by their text and others by their class, so addresses and the order of sets have
no influence. Short windows locate a difference more exactly; a run string has few fingerprints, to be short, and a
saved file has one for each slice.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kamlab.core.describe import name_of
from kamlab.core.events import DISCARDED, FAILED, FINISHED, RECEIVED, RESUMED, SENT
from kamlab.core.safe_repr import class_name
from kamlab.core.text_bytes import TextBytes

_PLAIN = (str, bytes, TextBytes, int, float, bool, type(None))


@dataclass(frozen=True)
class Checks:
    """Fingerprints of 16 bits, one for each ``width`` slices from the slice after ``first`` on."""

    width: int
    first: int
    prints: tuple[int, ...]

    def wider(self, most: int) -> Checks:
        """Return the same in at most ``most`` windows; slices that do not fill a window are omitted."""
        by = -(-len(self.prints) // most)
        if by <= 1:
            return self
        return Checks(self.width * by, self.first, tuple(_combined(self.prints, by)))

    def difference(self, other: Checks) -> tuple[int, int] | None:
        """Compare with the fingerprints of a replay, which have windows of one slice.

        Returns the first and the last slice of the first window that differs, or ``None``.
        """
        skipped = self.first - other.first
        again = other.prints[skipped:] if skipped >= 0 else ()
        if self.width > 1:
            again = tuple(_combined(again, self.width))
        for number, (recorded, played) in enumerate(zip(self.prints, again, strict=False)):
            if recorded != played:
                begin = self.first + number * self.width
                return begin + 1, begin + self.width
        return None


def _combined(prints: tuple[int, ...], by: int) -> Iterator[int]:
    for begin in range(0, len(prints) - by + 1, by):
        yield (
            zlib.crc32(b"".join(fingerprint.to_bytes(2, "big") for fingerprint in prints[begin : begin + by])) & 0xFFFF
        )


def fingerprints(records: Iterable[Any], first: int = 0) -> Checks:
    """Return a fingerprint for each slice after step ``first`` in these records."""
    return Checks(1, first, tuple(fingerprint & 0xFFFF for fingerprint in slice_prints(records, first)))


def slice_prints(records: Iterable[Any], first: int = 0) -> Iterator[int]:
    """Yield a fingerprint for each slice after step ``first``."""
    value = 0
    begun = False
    for record in records:
        kind = record[0]
        if kind is RESUMED:
            if begun:
                yield value
            begun = record[1] > first
            value = zlib.crc32(record[3].short_name.encode("utf-8", "replace"))
        elif begun and kind in _WORDS:
            value = zlib.crc32(_WORDS[kind](record).encode("utf-8", "replace"), value)
    if begun:
        yield value


def _text(message: Any) -> str:
    return repr(message) if any(type(message) is cls for cls in _PLAIN) else class_name(type(message))


def _box(box: Any) -> str:
    return f"{name_of(box.owner)}.{box.name}" if box is not None else "outside"


_WORDS: dict[str, Any] = {
    SENT: lambda record: f"{_box(record[1])}>{_box(record[2])} {_text(record[3])}",
    RECEIVED: lambda record: f"<{_box(record[1])} {_text(record[2])}",
    DISCARDED: lambda record: f"{_box(record[1])}>nowhere {_text(record[3])}",
    FAILED: lambda record: f"{name_of(record[1])} failed {type(record[2]).__name__}",
    FINISHED: lambda record: f"{name_of(record[1])} ended {record[2]}",
}
