"""Python in a browser: what ordinary Python has from the operating system, beneath kamlab.

A page has one thread, no sockets, and must not block. Where the browser can suspend a call (JSPI), this package gives
Python threads, locks, sleep, sockets and selectors that suspend instead of blocking, and kamlab runs on them unchanged,
its real network included: a cell that waits for its own server is suspended, and the server goes on.

- :mod:`.stacks`: what is suspended, and what runs;
- :mod:`.threads`, :mod:`.sockets`, :mod:`.selecting`: what takes the place of the modules of the standard library, on
  :mod:`.endpoints`, the network in memory;
- :mod:`.breathing`: a run that never waits lets the page go on now and then;
- :mod:`.processes`: what no page can do is refused with a sentence.

Where nothing can be suspended, :mod:`.plain` has labs run in the background as tasks (:mod:`.background`), on the
simulated network, and what would start a thread or wait for one raises a sentence instead of freezing the page.

``kamlab`` installs it when it is imported, and only in a browser. Rejected: to change each place where kamlab waits.
There are some thirty, those of the libraries and of the user's cells would still block, and each would have two ways
of working, of which one is tested.
"""

from __future__ import annotations

from . import asyncio_sockets, clicks, processes, selecting, sockets, stacks, threads


def install() -> None:
    """Install it for this Python; called before anything of kamlab is imported, in a browser."""
    for module in (processes, threads, sockets, selecting, asyncio_sockets):
        module.install()
    if stacks.can_suspend():
        clicks.install()
        from . import breathing  # it imports the engine, which must find the above

        breathing.install()
    else:
        from . import plain

        plain.install()
