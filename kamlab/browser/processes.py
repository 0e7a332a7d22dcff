"""Processes, which no page can start: each way to start one raises a sentence that says what to use instead.

Without it the errors speak of what is missing in the machine room (``No module named '_multiprocessing'``), or there is
none: under node, as in the tests, some of these calls do start a process.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

#: The ways of ``os`` to start a process.
_OF_OS = ("fork", "forkpty", "system", "popen", "posix_spawn", "posix_spawnp", "execv", "execve")
#: What ``multiprocessing`` cannot do without, and each use of it imports.
_NEEDED = ("_multiprocessing", "_posixsubprocess")


class NoProcesses(OSError):
    """A page cannot start a process."""


def refusal(call: str) -> str:
    """Return the sentence for a call.

    >>> refusal("os.fork")
    'os.fork: a page cannot start a process; use threads or components, or run the notebook in Jupyter on a computer.'
    """
    return (
        f"{call}: a page cannot start a process; use threads or components, "
        "or run the notebook in Jupyter on a computer."
    )


def _refusing(call: str) -> Callable[..., NoReturn]:
    def refuse(*_args: Any, **_argd: Any) -> NoReturn:
        raise NoProcesses(refusal(call))

    return refuse


class _Finder:
    """Refuses the import of what only processes need.

    Pools need locks between processes, and take an ImportError for a Python that was built without it.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name in _NEEDED:
            raise ModuleNotFoundError(refusal("multiprocessing"), name=name)
        if name == "multiprocessing.synchronize":
            raise NoProcesses(refusal("multiprocessing"))
        return None


async def _refuse_subprocess(*_args: Any, **_argd: Any) -> NoReturn:
    raise NoProcesses(refusal("asyncio.create_subprocess"))


def install() -> None:
    """Have each way to start a process refused."""
    for name in _OF_OS:
        setattr(os, name, _refusing(f"os.{name}"))
    process: Any = subprocess.Popen
    process.__init__ = _refusing("subprocess")
    sys.meta_path.insert(0, _Finder())
    shell: Any = sys.modules.get("IPython.core.interactiveshell")
    if shell is not None:
        shell.system = shell.getoutput = _refusing("!")
    loop = type(asyncio.get_event_loop_policy().get_event_loop())
    for name in ("subprocess_exec", "subprocess_shell"):
        setattr(loop, name, _refuse_subprocess)
