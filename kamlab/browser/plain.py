"""What is left in a browser that cannot suspend calls: no thread, nothing that waits, and a sentence that says so.

Sockets, locks and queues are those of the other browsers, and work as long as nothing has to wait: a connection within
the page can be made, and asyncio's servers and streams, which await, work whole. A call that would have to wait for
something raises the sentence, since nothing else runs meanwhile that could bring it.

Rejected: to rewrite the code of a component with a thread so that it gives way where it would block. Its libraries and
the functions that it calls would still block, and a lesson about threads would show other code than it is about.
"""

from __future__ import annotations

import _thread
import asyncio
import threading
from typing import Any, NoReturn

from ..lab import Lab
from . import background, stacks

NO_THREADS = (
    "This browser cannot suspend Python (it has no JSPI), so there are no threads, and no call can wait: lab.run(), "
    "lab.start() and the simulated network work. Chrome and Edge from version 137 on do more."
)


def refuse_thread(*_args: Any, **_argd: Any) -> NoReturn:
    """Raise RuntimeError, as Python does where no thread can be started.

    >>> refuse_thread(print)
    Traceback (most recent call last):
        ...
    RuntimeError: This browser cannot suspend Python (it has no JSPI), so there are no threads, and no call can wait: \
lab.run(), lab.start() and the simulated network work. Chrome and Edge from version 137 on do more.
    """
    raise RuntimeError(NO_THREADS)


def refuse_run(main: Any, **_argd: Any) -> NoReturn:
    """Raise WouldBlock for ``asyncio.run``, which waits; a cell can await instead."""
    main.close()
    raise stacks.WouldBlock(f"{NO_THREADS} In a cell, write await main() instead of asyncio.run(main()).")


def install() -> None:
    """Have labs use what there is."""
    asyncio.run = refuse_run
    replaced = ((_thread, ("start_new_thread", "start_new", "start_joinable_thread")), (threading, _STARTS))
    for module, names in replaced:
        for name in names:
            setattr(module, name, refuse_thread)
    stacks.refuse_to_wait(NO_THREADS)
    background.install()
    Lab.default_network = "simulated"


_STARTS = ("_start_joinable_thread", "_start_new_thread")
