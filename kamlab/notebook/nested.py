"""``%kamlab nested``: make ``asyncio.run(...)`` work in a cell.

The cells of a notebook run inside an event loop, and asyncio refuses to run a second one inside the first. In a cell,
``await`` does the same work and needs nothing. A listing that ends with ``asyncio.run(main())`` can be kept unchanged
with ``nest_asyncio2``, which makes the event loop reentrant.

It is never applied automatically, because it has a price. It replaces parts of asyncio for the whole process (before
Python 3.14 also the fast tasks written in C by those written in Python), and while ``asyncio.run`` runs in a cell,
clicks wait until it has ended (with ``await lab.arun()`` they do not). It does not keep what it replaces, so it cannot
be undone. Rejected: restoring ``asyncio.run`` alone, which would only look like an undo; ``off`` says what does help.

``nest_asyncio``, without the 2, is no longer maintained and loses queued cells; if it has patched asyncio before, that
is an error.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from .dependencies import needs

with needs("IPython", "%load_ext kamlab"):
    from IPython.core.error import UsageError

#: The attributes that mark what nest_asyncio and nest_asyncio2 have patched, and nest_asyncio2 alone.
PATCHED, BY_US = "_nest_patched", "_nest_asyncio2"

ON = (
    "nested is on: asyncio.run(...) works in a cell, until the kernel is restarted. "
    "While it runs, clicks wait; `await lab.arun()` lets them through."
)
OFF = "nested is off: in a cell use `await main()` instead of asyncio.run(main()), or say `%kamlab nested on`."
IN_BROWSER = "asyncio.run(...) works in a cell here, in the browser. Nothing was changed."
NO_LOOP = "No event loop runs here, so asyncio.run(...) works as it is. Nothing was changed."
NO_UNDO = (
    "nested stays on: nest_asyncio2 keeps nothing of what it replaces in asyncio, so it cannot be undone. "
    "Restart the kernel; a fresh one is without it until you say `%kamlab nested on`."
)
NOT_INSTALLED = (
    'nest_asyncio2 is not installed. Install it with `%pip install "kamlab[lab]"`, '
    "or use `await main()` in the cell instead of asyncio.run(main())."
)
WRONG_PATCH = (
    "nest_asyncio (without the 2) has patched asyncio here already; it loses cells that are queued. "
    "Restart the kernel, do not apply nest_asyncio, and say `%kamlab nested on`."
)


def nested(command: str = "") -> str:
    """Apply the patch, or say whether it is applied.

    Args:
        command: ``"on"``, ``"off"``, or nothing to ask.

    Returns:
        The current state, in a sentence.

    Raises:
        UsageError: the command is another word, or cannot be carried out; the message says why.

    >>> print(nested())
    No event loop runs here, so asyncio.run(...) works as it is. Nothing was changed.
    """
    if command not in ("", "on", "off"):
        raise UsageError(f"%kamlab nested {command}: say on, off, or nothing to see whether it is on")
    loop = _running_loop()
    if sys.platform == "emscripten" and _suspends():
        return IN_BROWSER
    if command == "on" and loop is not None and not is_on(loop):
        _apply(loop)
    if command == "off" and is_on(loop):
        raise UsageError(NO_UNDO)
    if is_on(loop):
        return ON
    return NO_LOOP if loop is None else OFF


def is_on(loop: Any = None) -> bool:
    """Return whether nest_asyncio2 has patched asyncio, and also a loop if one is given.

    >>> is_on()
    False
    """
    return hasattr(asyncio, BY_US) and (loop is None or hasattr(loop, PATCHED))


def _running_loop() -> Any:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _suspends() -> bool:
    """Return whether the browser suspends a cell while the event loop goes on."""
    from ..browser.stacks import can_suspend

    return can_suspend()


def _apply(loop: Any) -> None:
    if hasattr(asyncio, PATCHED) and not hasattr(asyncio, BY_US):
        raise UsageError(WRONG_PATCH)
    if not isinstance(loop, asyncio.BaseEventLoop):  # checked first: nest_asyncio2 would patch half and then refuse
        raise UsageError(
            f"nest_asyncio2 cannot patch the event loop that runs here, a {type(loop).__module__}."
            f"{type(loop).__name__}; use `await main()` in the cell instead of asyncio.run(main())"
        )
    try:
        import nest_asyncio2
    except ImportError:
        raise UsageError(NOT_INSTALLED) from None
    nest_asyncio2.apply(loop)
