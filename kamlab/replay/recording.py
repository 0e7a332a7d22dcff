"""A recorded run: a value that can be saved, loaded, and written as one short line.

The line is ``kamlab1:<steps>:<data>``, the data being compressed JSON in an alphabet without
characters that a mail or a chat would change. It contains what came from outside, the
settings of clock, chooser and network, and fingerprints; not the messages, which the components make again.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from .errors import BadRecording
from .fingerprints import Checks, fingerprints
from .journal import Entry, Path
from .literal import dumped, loaded

VERSION = 1

#: The most fingerprints in a line.
PRINTS_IN_A_LINE = 24

#: The longest line that is read, and the largest size of its decompressed data, in bytes.
LONGEST = 20_000_000
UNFOLDED = 200_000_000

_LINE = re.compile(r"\s*kamlab(\d+):(\d+):([A-Za-z0-9_\-]*)\s*")


@dataclass(frozen=True)
class Recording:
    """Everything that decided a run, up to a moment.

    ``doors`` says which clock, chooser and network the lab had: a dictionary of plain values.
    ``checks`` are fingerprints of what happened. ``str()`` of it is the line to paste, ``parse``
    reads it; ``save`` and ``load`` do the same with a file, in which the fingerprints are finer.

    >>> Recording.parse(str(Recording(Path(steps=3)))).path.steps
    3
    """

    path: Path
    doors: dict[str, Any] = field(default_factory=dict)
    checks: Checks = field(default_factory=lambda: Checks(1, 0, ()))

    @property
    def steps(self) -> int:
        """The number of slices."""
        return self.path.steps

    def __str__(self) -> str:
        """Return the line to paste.

        Raises:
            NotALiteral: a message that came from outside cannot be written as text.
        """
        data = _squeezed(replace(self, checks=self.checks.wider(PRINTS_IN_A_LINE)))
        return f"kamlab{VERSION}:{self.steps}:{base64.urlsafe_b64encode(data).decode().rstrip('=')}"

    def __repr__(self) -> str:
        by_hand = sum(entry.by_hand for entry in self.path.entries)
        acts = f", {by_hand} act{'s' if by_hand != 1 else ''} by hand" if by_hand else ""
        slices = f"{self.steps} slice{'s' if self.steps != 1 else ''}"
        return f"<recorded run: {slices}{acts}; print it for the line to paste>"

    @classmethod
    def parse(cls, line: str) -> Recording:
        """Return the run that a line encodes.

        Raises:
            BadRecording: it is garbled, not such a line, or of a newer format.
        """
        if not isinstance(line, str):
            raise BadRecording(f"a recorded run is one line of text that begins with 'kamlab{VERSION}:', not {line!r}")
        found = _LINE.fullmatch(line) if len(line) <= LONGEST else None
        if found is None:
            raise BadRecording(
                f"{line[:40]!r}... is not a recorded run: that is one line that begins with 'kamlab{VERSION}:'. "
                "Was it cut off, or broken into several lines?"
            )
        version, steps, data = int(found[1]), int(found[2]), found[3]
        if version != VERSION:
            raise BadRecording(
                f"this run was recorded in format {version}, and this kamlab reads format {VERSION}; "
                "record it again, or use the kamlab that made it"
            )
        try:
            squeezed = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
        except (binascii.Error, ValueError):
            raise BadRecording("the recorded run is garbled: characters are missing or were changed") from None
        recording = _unsqueezed(squeezed)
        if recording.steps != steps:
            raise BadRecording(f"the recorded run is garbled: it announces {steps} slices and has {recording.steps}")
        return recording

    def save(self, file: str | FilePath) -> None:
        """Write the run to a file, with a fingerprint for each slice."""
        FilePath(file).write_bytes(b"kamlab%d\n" % VERSION + _squeezed(self))

    @classmethod
    def load(cls, file: str | FilePath) -> Recording:
        """Return the run in a file.

        Raises:
            BadRecording: the file contains something else.
            OSError: the file cannot be read.
        """
        content = FilePath(file).read_bytes()
        if re.match(rb"\s*kamlab\d+:", content):
            return cls.parse(content.decode("ascii", "replace"))
        if not content.startswith(b"kamlab%d\n" % VERSION):
            raise BadRecording(f"{file} holds no recorded run of format {VERSION}")
        return _unsqueezed(content.split(b"\n", 1)[1])


def _squeezed(recording: Recording) -> bytes:
    path, checks = recording.path, recording.checks
    table: dict[str, int] = {}
    picks = [table.setdefault(name, len(table)) for name in path.picks]
    content = {
        "p": [path.steps, path.rounds],
        "e": _dumped_entries(path.entries),
        "d": dumped(recording.doors),
        "c": [checks.width, checks.first, _packed(checks.prints)],
    }
    if picks:
        content["k"] = [list(table), picks]
    if path.answers:
        content["a"] = [[call, dumped(value)] for call, value in path.answers]
    if path.ends:
        content["x"] = [path.ends, path.ends_at]
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=True).encode()
    return zlib.crc32(text).to_bytes(4, "big") + zlib.compress(text, 9)


def _unsqueezed(data: bytes) -> Recording:
    try:
        unfolding = zlib.decompressobj()
        text = unfolding.decompress(data[4:], UNFOLDED)
        if not unfolding.eof or zlib.crc32(text) != int.from_bytes(data[:4], "big"):
            raise ValueError("cut off")
        content = json.loads(text)
        steps, rounds = map(_count, content["p"])
        width, first, packed = content["c"]
        names, picks = content.get("k", ([], []))
        ends, ends_at = content.get("x", (None, 0))
        answers = tuple((str(call), loaded(value)) for call, value in content.get("a", []))
        return Recording(
            Path(
                steps,
                rounds,
                _loaded_entries(content["e"]),
                tuple(str(names[_count(pick)]) for pick in picks),
                answers,
                ends,
                _count(ends_at),
            ),
            dict(loaded(content["d"])),
            Checks(max(1, _count(width)), _count(first), _unpacked(packed)),
        )
    except (zlib.error, ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        if isinstance(error, BadRecording):
            raise
        raise BadRecording("the recorded run is garbled: something in it is missing or was changed") from error


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value


def _dumped_entries(entries: tuple[Entry, ...]) -> list[Any]:
    """Return places as differences to the one before, which are small numbers."""
    rows, step, rounds = [], 0, 0
    for entry in entries:
        rows.append([entry.step - step, entry.rounds - rounds, entry.kind, *map(dumped, entry.what)])
        step, rounds = entry.step, entry.rounds
    return rows


def _loaded_entries(rows: Any) -> tuple[Entry, ...]:
    entries, step, rounds = [], 0, 0
    for further, more, kind, *what in rows:
        step, rounds = step + _count(further), rounds + _count(more)
        entries.append(Entry(step, rounds, str(kind), tuple(map(loaded, what))))
    return tuple(entries)


def _packed(prints: tuple[int, ...]) -> str:
    return base64.b64encode(b"".join(fingerprint.to_bytes(2, "big") for fingerprint in prints)).decode()


def _unpacked(text: str) -> tuple[int, ...]:
    data = base64.b64decode(text, validate=True)
    return tuple(int.from_bytes(data[place : place + 2], "big") for place in range(0, len(data) - 1, 2))


def prints_of(trace: Any) -> Checks:
    """Return the fingerprints of the slices that are completely in a trace."""
    first = trace.first_step
    return Checks(1, 0, ()) if first is None else fingerprints(trace.records_from(trace.known_from), first)
