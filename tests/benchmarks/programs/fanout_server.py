"""What the fan-out servers share: the messages they send, and the orders they take from run.py."""

import os
import resource
import sys

from measuring import report

#: Bytes of a message; the last one of a run begins with END.
SIZE = 32
END = b"end"


def messages(count):
    """Yield so many messages, each ``SIZE`` bytes long."""
    for number in range(count - 1):
        yield (b"%d" % number).ljust(SIZE - 1) + b"\n"
    yield END.ljust(SIZE - 1) + b"\n"


def processor_time():
    """Return the seconds of processor time, own and system's, that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def orders():
    """Yield once for "go"; answer "usage"; end the process at the end of the input."""
    before = 0.0
    for line in iter(sys.stdin.readline, ""):
        if line.strip() == "go":
            before = processor_time()
            yield
        elif line.strip() == "usage":
            report(processor=processor_time() - before)
    os._exit(0)
