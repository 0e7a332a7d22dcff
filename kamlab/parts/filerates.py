"""Parts that read files at a rate, or one file after another: a reader wired to a component that sends requests."""

from __future__ import annotations

from typing import Any

from ..chassis.carousel import Carousel
from ..chassis.graphline import Graphline
from .files import Filename, PromptedFileReader
from .rates import ByteRate_RequestControl


class RateControlledFileReader(Graphline):
    """Reads a file at a rate, and then sends ProducerFinished.

    Args:
        filename: the file.
        readmode: ``"bytes"`` or ``"lines"``; see PromptedFileReader.
        rate: the arguments of ByteRate_RequestControl: ``rate`` in bytes or lines per second, and
            ``chunksize`` or ``chunkrate``.

    >>> import tempfile
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, RateControlledFileReader
    >>> with Lab(clock="virtual") as lab, tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"hello world")
    ...     file.flush()
    ...     chunks = Collate()
    ...     _ = Pipeline(RateControlledFileReader(file.name, rate=8, chunksize=4), chunks).activate()
    ...     lab.run().seconds, chunks.collated
    (1.5, [b'hell', b'o wo', b'rld'])
    """

    def __init__(self, filename: Filename, readmode: str = "bytes", **rate: Any) -> None:
        super().__init__(
            RC=ByteRate_RequestControl(**rate),
            RFA=PromptedFileReader(filename, readmode),
            linkages={
                ("RC", "outbox"): ("RFA", "inbox"),
                ("RFA", "outbox"): ("self", "outbox"),
                ("RFA", "signal"): ("RC", "control"),
                ("RC", "signal"): ("self", "signal"),
                ("self", "control"): ("RFA", "control"),
            },
        )


class ReusableFileReader(Carousel):
    """Reads one file after another: a name in ``next`` is the next file, a number in inbox is how much to read.

    Args:
        readmode: ``"bytes"`` or ``"lines"``; see PromptedFileReader.

    >>> import tempfile
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, ReusableFileReader
    >>> with Lab(clock="virtual") as lab, tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"hello")
    ...     file.flush()
    ...     reader, chunks = ReusableFileReader(), Collate()
    ...     _ = Pipeline(reader, chunks).activate()
    ...     for message, box in ((file.name, "next"), (2, "inbox"), (file.name, "next"), (4, "inbox")):
    ...         reader.deliver(message, box)
    ...         _ = lab.run()
    ...     chunks.collated
    [b'he', b'hell']
    """

    def __init__(self, readmode: str = "bytes") -> None:
        super().__init__(lambda filename: PromptedFileReader(filename, readmode))


class RateControlledReusableFileReader(Carousel):
    """Reads one file after another, each at its own rate: ``(name, {"rate": ...})`` in ``next`` is the next file.

    Args:
        readmode: ``"bytes"`` or ``"lines"``; see PromptedFileReader.

    >>> import tempfile
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, RateControlledReusableFileReader
    >>> with Lab(clock="virtual") as lab, tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"hello")
    ...     file.flush()
    ...     reader, chunks = RateControlledReusableFileReader(), Collate()
    ...     _ = Pipeline(reader, chunks).activate()
    ...     reader.deliver((file.name, {"rate": 8, "chunksize": 4}), "next")
    ...     lab.run().seconds, chunks.collated
    (1.0, [b'hell', b'o'])
    """

    def __init__(self, readmode: str = "bytes") -> None:
        super().__init__(lambda request: RateControlledFileReader(request[0], readmode, **request[1]))


class FixedRateControlledReusableFileReader(Graphline):
    """Reads one file after another at a fixed rate: a name in ``next`` or inbox is the next file.

    Args:
        readmode: ``"bytes"`` or ``"lines"``; see PromptedFileReader.
        rate: the arguments of ByteRate_RequestControl.

    >>> import tempfile
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, FixedRateControlledReusableFileReader
    >>> with Lab(clock="virtual") as lab, tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"hello")
    ...     file.flush()
    ...     reader, chunks = FixedRateControlledReusableFileReader(rate=8, chunksize=4), Collate()
    ...     _ = Pipeline(reader, chunks).activate()
    ...     reader.deliver(file.name)
    ...     _ = lab.run(timeout=5)
    ...     chunks.collated
    [b'hell', b'o']
    """

    def __init__(self, readmode: str = "bytes", **rate: Any) -> None:
        super().__init__(
            RC=ByteRate_RequestControl(**rate),
            CAR=ReusableFileReader(readmode),
            linkages={
                ("self", "inbox"): ("CAR", "next"),
                ("self", "next"): ("CAR", "next"),
                ("self", "control"): ("RC", "control"),
                ("RC", "outbox"): ("CAR", "inbox"),
                ("RC", "signal"): ("CAR", "control"),
                ("CAR", "outbox"): ("self", "outbox"),
                ("CAR", "signal"): ("self", "signal"),
                ("CAR", "requestNext"): ("self", "requestNext"),
            },
        )


class ReadFileAdaptor(Graphline):
    """Reads a file line by line, in blocks, or at a bit rate, and then sends ProducerFinished.

    Args:
        filename: the file.
        readmode: ``"line"`` (the default), ``"block"`` or ``"bitrate"``. Lines are sent as str, the others as bytes.
        readsize: the size of a block in bytes.
        steptime: seconds between two blocks or lines; 0 means a thousandth of a second.
        bitrate: bits per second.
        chunkrate: chunks per second.
        debug: accepted and not used; ``lab.inboxes()`` and ``lab.events()`` show what was read.

    Raises:
        ValueError: there is no such readmode.

    >>> import tempfile
    >>> from kamlab import Lab, Pipeline
    >>> from kamlab.parts import Collate, ReadFileAdaptor
    >>> with Lab(clock="virtual") as lab, tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"hello world")
    ...     file.flush()
    ...     blocks = Collate()
    ...     _ = Pipeline(ReadFileAdaptor(file.name, "block", readsize=6, steptime=1), blocks).activate()
    ...     lab.run().seconds, blocks.collated
    (2.0, [b'hello ', b'world'])
    """

    def __init__(
        self,
        filename: Filename,
        readmode: str = "",
        readsize: int = 1450,
        steptime: float = 0.0,
        bitrate: float = 65536.0,
        chunkrate: float = 24,
        debug: Any = 0,
    ) -> None:
        del debug
        step = steptime or 0.001
        rates = {
            "": ("lines", 1 / step, 1),
            "line": ("lines", 1 / step, 1),
            "block": ("bytes", readsize / step, readsize),
            "bitrate": ("bytes", bitrate / 8, max(1.0, bitrate / 8 / chunkrate)),
        }
        if readmode not in rates:
            raise ValueError(f"readmode is {readmode!r}; it can be 'line', 'block' or 'bitrate'")
        unit, rate, chunksize = rates[readmode]
        super().__init__(
            READER=RateControlledFileReader(filename, unit, rate=rate, chunksize=chunksize),
            linkages={
                ("READER", "outbox"): ("self", "outbox"),
                ("READER", "signal"): ("self", "signal"),
                ("self", "control"): ("READER", "control"),
            },
        )
