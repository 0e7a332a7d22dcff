"""``%load_ext kamlab``: what it changes in a session, and how all of it is undone.

- ``Axon.*`` and ``Kamaelia.*`` can be imported, served by kamlab;
- ``%%system`` and ``%kamlab``;
- in a notebook: ``component.run()`` returns, the system runs on in the background, its panel is
  under the cell, and what components print goes to their transcripts.

Each change is put on a stack together with what undoes it, so ``%unload_ext kamlab`` leaves nothing.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .. import axon
from ..core import worlds
from ..lab import Lab, current
from . import cells
from .dependencies import needs
from .nested import nested
from .output import install as install_output
from .running import run_in_notebook, show_once, start_and_show
from .system import OPTIONS, Systems, say_that_it_stops, stop_or_leave

with needs("IPython", "%load_ext kamlab"):
    from IPython.core.error import UsageError

#: What may follow ``%kamlab``.
COMMANDS = ("inboxes", "prints", "start", "pause", "stop", "reset", "nested")

_loaded: contextlib.ExitStack | None = None


def load_ipython_extension(shell: Any) -> None:
    """Change this session; see above."""
    global _loaded
    unload_ipython_extension(shell)
    with contextlib.ExitStack() as undo:
        _install(shell, undo)
        _loaded = undo.pop_all()


def unload_ipython_extension(shell: Any) -> None:
    """Undo all of it; systems that the session started are stopped, and it is said which."""
    global _loaded
    del shell
    if _loaded is not None:
        undo, _loaded = _loaded, None
        undo.close()


def _install(shell: Any, undo: contextlib.ExitStack) -> None:
    live = getattr(shell, "kernel", None) is not None
    if not axon.installed():
        axon.install()
        undo.callback(axon.uninstall)
    systems = Systems(shell, live)
    _magic(shell, undo, "cell", "system", systems.system)
    _magic(shell, undo, "line", "kamlab", Commands(live).kamlab)
    _completion(shell, undo, "%%system", OPTIONS)
    _completion(shell, undo, "%kamlab", COMMANDS)
    if live:
        _notebook(shell, undo)
    shell.user_ns.setdefault("lab", current())
    undo.callback(_stop_default)
    undo.callback(systems.stop_all)


def _magic(shell: Any, undo: contextlib.ExitStack, kind: str, name: str, function: Callable[..., Any]) -> None:
    """Register a magic; undone, the one of that name before is there again."""
    magics = shell.magics_manager.magics[kind]
    before = magics.get(name)
    shell.register_magic_function(function, kind, name)
    undo.callback(lambda: magics.pop(name, None) if before is None else magics.update({name: before}))


def _completion(shell: Any, undo: contextlib.ExitStack, magic: str, words: Sequence[str]) -> None:
    """Have the Tab key offer these words after a magic."""
    shell.set_hook("complete_command", lambda _shell, _event: list(words), str_key=magic)
    undo.callback(shell.strdispatchers["complete_command"].strs.pop, magic, None)


def _notebook(shell: Any, undo: contextlib.ExitStack) -> None:
    from . import progress
    from .panel import registry

    undo.callback(registry.close_all)
    undo.callback(_close_questions)
    undo.callback(install_output())
    undo.callback(progress.install(Lab))
    Lab.on_run = staticmethod(run_in_notebook)
    undo.callback(lambda: delattr(Lab, "on_run"))
    undo.callback(cells.at_end(registry.settle_all))
    for event, call in (("pre_run_cell", cells.begin), ("post_run_cell", cells.end)):
        shell.events.register(event, call)
        undo.callback(shell.events.unregister, event, call)
    cells.begin()  # the cell that loads the extension has begun already


def _close_questions() -> None:
    """Take the buttons of questions away; where none was asked, what shows them is not loaded for that."""
    questions = sys.modules.get(f"{__package__}.question_widget")
    if questions is not None:
        questions.close_all()


def _stop_default() -> None:
    lab = worlds.peek()
    if lab is not None:
        say_that_it_stops("the current lab", lab)
        stop_or_leave(lab)
        worlds.set_current(None)  # the next one asked for is a fresh one


class Commands:
    """What ``%kamlab`` can do with the current lab."""

    def __init__(self, live: bool) -> None:
        self._live = live

    def kamlab(self, line: str) -> Any:
        """Look at the current lab, or drive it.

        %kamlab                 its panel, with buttons
        %kamlab inboxes [NAMES] what waits in its inboxes now
        %kamlab prints [NAME]   what its components have printed
        %kamlab start           let it run in the background
        %kamlab pause           let it stand still between two slices
        %kamlab stop            end everything in it
        %kamlab reset           end everything in it, and begin anew
        %kamlab nested on       let asyncio.run(...) work in a cell; without "on" it says whether it does
        """
        command, *rest = line.split() or ["panel"]
        if command == "nested":
            return print(nested(" ".join(rest)))
        lab = current()
        if command == "inboxes":
            return lab.inboxes(*rest)
        if command == "prints":
            return print(lab.transcripts[rest[0]] if rest else repr(lab.transcripts))
        if rest or command not in ("panel", *COMMANDS):
            raise UsageError(f"%kamlab {line}: there is no such command; %kamlab? lists them")
        if command == "panel":
            return show_once(lab) if self._live else lab.panel()
        if command == "start" and self._live:
            return start_and_show(lab)
        getattr(lab, command)()
        return None
