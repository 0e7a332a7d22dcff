"""What is left in a browser that cannot suspend calls: no thread, no socket, and a sentence that says so.

Rejected: to rewrite the code of a component with a thread so that it gives way where it would block. Its libraries and
the functions that it calls would still block, and a lesson about threads would show other code than it is about.
"""

from __future__ import annotations

import _thread
import threading
from typing import Any, NoReturn

from ..lab import Lab
from . import background

NO_THREADS = (
    "This browser cannot suspend Python (it has no JSPI), so there are no threads and no sockets: lab.run(), "
    "lab.start() and the simulated network work. Chrome and Edge from version 137 on do more."
)


def refuse_thread(*_args: Any, **_argd: Any) -> NoReturn:
    """Raise RuntimeError, as Python does where no thread can be started.

    >>> refuse_thread(print)
    Traceback (most recent call last):
        ...
    RuntimeError: This browser cannot suspend Python (it has no JSPI), so there are no threads and no sockets: \
lab.run(), lab.start() and the simulated network work. Chrome and Edge from version 137 on do more.
    """
    raise RuntimeError(NO_THREADS)


def install() -> None:
    """Have labs use what there is."""
    replaced = ((_thread, ("start_new_thread", "start_new", "start_joinable_thread")), (threading, _STARTS))
    for module, names in replaced:
        for name in names:
            setattr(module, name, refuse_thread)
    background.install()
    Lab.default_network = "simulated"


_STARTS = ("_start_joinable_thread", "_start_new_thread")
