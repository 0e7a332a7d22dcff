"""``%load_ext kamlab``: its changes to a session, and how they are undone.

- ``Axon.*`` and ``Kamaelia.*`` can be imported, served by kamlab;
- a cell that is Python 2 is rewritten;
- ``%%kamlab`` and ``%kamlab`` are available;
- in a notebook: ``component.run()`` returns, the system runs on in the background, its panel is under the cell, what
  components print goes to their transcripts, and a ConsoleReader has an input field.

Every change is put on a stack with the function that undoes it, so ``%unload_ext kamlab`` leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

from .. import axon
from ..analysis.words import counted
from ..core import context, origins
from ..lab import Lab, current, labs, stop_all
from ..views.progress import install as install_progress
from . import cells
from .colab import enable_widgets
from .dependencies import needs
from .magic_arguments import argument, magic, options_of, parse_line
from .nested import nested
from .old_cells import rewrite_old_cells
from .output import install_streams, reporter_for
from .rerun import CellRuns
from .system import Systems, run_in_notebook, say_that_it_stops, show_once, start_and_show, stop_or_leave

with needs("IPython", "%load_ext kamlab"):
    from IPython.core.error import UsageError
    from IPython.utils.generics import complete_object

#: The commands of ``%kamlab``.
COMMANDS = ("panel", "inboxes", "prints", "labs", "start", "pause", "stop", "reset", "nested")

_loaded: contextlib.ExitStack | None = None
_shell: Any = None


def load_ipython_extension(shell: Any) -> None:
    """Set up this session, unless that is done already.

    The kernels of ``kamlab lab`` have loaded this module before the first cell; ``%load_ext kamlab`` in a notebook then
    changes nothing.
    """
    global _loaded, _shell
    if _loaded is not None and _shell is shell:
        return
    unload_ipython_extension(shell)
    with contextlib.ExitStack() as undo:
        _install(shell, undo)
        _loaded, _shell = undo.pop_all(), shell


def unload_ipython_extension(shell: Any) -> None:
    """Undo all of it; the systems of the session are stopped, and each that has components alive is named."""
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
    undo.callback(rewrite_old_cells(shell))
    runs = CellRuns(shell)
    systems = Systems(shell, live, runs.stop_earlier)
    _magic(shell, undo, "cell", "kamlab", systems.system)
    _magic(shell, undo, "cell", "system", systems.earlier_name)
    _magic(shell, undo, "line", "kamlab", Commands(shell, live).kamlab)
    for name in ("%%kamlab", "%%system"):
        _completion(shell, undo, name, lambda words: options_of(Systems.system))
    _completion(shell, undo, "%kamlab", _words_after_kamlab)
    complete_object.register(Lab, _names_of)
    undo.callback(complete_object.register, Lab, complete_object.dispatch(object))
    if live:
        _notebook(shell, undo, runs)
    shell.user_ns.setdefault("lab", current())
    undo.callback(_stop_default)
    undo.callback(systems.stop_all)


def _magic(shell: Any, undo: contextlib.ExitStack, kind: str, name: str, function: Callable[..., Any]) -> None:
    """Register a magic; undoing restores an earlier one of that name."""
    magics = shell.magics_manager.magics[kind]
    before = shell.find_magic(name, kind)  # loaded, where IPython loads it late
    shell.register_magic_function(function, kind, name)
    undo.callback(lambda: magics.pop(name, None) if before is None else magics.update({name: before}))


def _completion(
    shell: Any, undo: contextlib.ExitStack, magic_name: str, words: Callable[[list[str]], tuple[str, ...]]
) -> None:
    """Let the Tab key offer words after a magic; ``words`` gets the complete words before the cursor."""
    shell.set_hook(
        "complete_command", lambda _shell, event: list(words(_complete_words(event.line))), str_key=magic_name
    )
    undo.callback(shell.strdispatchers["complete_command"].strs.pop, magic_name, None)


def _names_of(lab: Lab, names: list[str]) -> list[str]:
    """Return what the Tab key offers after a lab: what ``dir`` lists, and what begins with an underscore."""
    return [*dir(lab), *(name for name in names if name.startswith("_"))]


def _complete_words(line: str) -> list[str]:
    words = line.split()
    return words if line[-1:].isspace() else words[:-1]


def _words_after_kamlab(words: list[str]) -> tuple[str, ...]:
    command = words[1] if len(words) > 1 else None
    lab = context.peek()
    if command in ("inboxes", "prints") and lab is not None:
        return tuple(component.short_name for component in lab.components)
    if command == "nested":
        return ("on", "off")
    if command == "stop":
        return ("all",)
    return COMMANDS if command is None else ()


def _notebook(shell: Any, undo: contextlib.ExitStack, runs: CellRuns) -> None:
    from .console_field import FIELDS
    from .panel.registry import close_all, settle_all

    undo.callback(enable_widgets())
    undo.callback(FIELDS.install())
    undo.callback(close_all)
    undo.callback(_close_if_loaded, "question_widget")
    undo.callback(_close_if_loaded, "exploring.panel")
    undo.callback(install_streams())
    undo.callback(install_progress(Lab, reporter_for))
    Lab.on_run = staticmethod(run_in_notebook)
    undo.callback(setattr, Lab, "on_run", None)
    Lab.next_free_port = True
    undo.callback(setattr, Lab, "next_free_port", False)
    undo.callback(cells.at_end(settle_all))
    origins.set_noting(True)
    undo.callback(origins.set_noting, False)
    hooks = (("pre_run_cell", cells.begin), ("pre_run_cell", runs.begin), ("post_run_cell", runs.end))
    for event, call in (*hooks, ("post_run_cell", cells.end)):
        shell.events.register(event, call)
        undo.callback(shell.events.unregister, event, call)
    if shell.execution_count > 1 or len(shell.history_manager.input_hist_raw) > 1:
        cells.begin()  # the cell that loads the extension has begun already


def _close_if_loaded(name: str) -> None:
    """Close the widgets of a module; if none was shown, the module is not loaded, and is not loaded now."""
    module = sys.modules.get(f"{__package__}.{name}")
    if module is not None:
        module.close_all()


def _stop_default() -> None:
    lab = context.peek()
    if lab is not None:
        say_that_it_stops("the current lab", lab)
        stop_or_leave(lab)
        context.set_current(None)  # the next access makes a fresh one


class Commands:
    """The commands of ``%kamlab``, for the current lab.

    Args:
        shell: the IPython shell.
        live: whether there is a notebook to show a panel in.
    """

    def __init__(self, shell: Any, live: bool) -> None:
        self._shell = shell
        self._live = live

    @magic(
        "%kamlab",
        argument("command", nargs="?", default="panel", metavar="COMMAND", help="one of the commands above"),
        argument("names", nargs="*", metavar="NAME", help="the names of components, or on, or off"),
    )
    def kamlab(self, line: str) -> Any:
        """Look at the current lab, or drive it.

        %kamlab                 show its panel, with buttons
        %kamlab inboxes [NAMES] show what waits in its inboxes now
        %kamlab prints [NAME]   show what the components of the lab that was driven last have printed
        %kamlab labs            list the labs of this session
        %kamlab start           run it in the background
        %kamlab pause           pause it between two slices
        %kamlab stop            stop everything in it
        %kamlab stop all        stop all labs of this session
        %kamlab reset           stop everything in it, and start afresh
        %kamlab nested on       make asyncio.run(...) work in a cell; without "on", say whether it does
        """
        given = parse_line(self.kamlab, line)
        command, names = given.command, given.names
        if command == "nested":
            return print(nested(" ".join(names)))
        if command == "labs" and not names:
            return labs()
        if command == "stop" and names == ["all"]:
            return self._stop_all()
        if command == "prints":
            return print(_prints(names))
        lab = current()
        if command == "inboxes":
            return lab.inboxes(*names)
        if names or command not in COMMANDS:
            raise UsageError(f"%kamlab {line}: there is no such command; there are: {', '.join(COMMANDS)}")
        if command == "panel":
            return show_once(lab) if self._live else lab.panel()
        if command == "start" and self._live:
            return start_and_show(lab)
        getattr(lab, command)()
        return None

    def _stop_all(self) -> None:
        """Stop all labs; if the name ``lab`` meant one of them, it now means the new current one."""
        count = stop_all()
        names = self._shell.user_ns
        if isinstance(names.get("lab"), Lab) and names["lab"].state == "stopped":
            names["lab"] = current()
        print(f"kamlab: {counted(count, 'lab')} with components alive stopped")


def _prints(names: list[str]) -> str:
    """Return the output of the lab that was stepped or run last; of the current one, if none was."""
    driven = max(origins.known_labs(), key=lambda lab: lab.runtime.last_driven, default=None)
    lab = driven if driven is not None and driven.runtime.last_driven else current()
    try:
        return str(lab.transcripts[names[0]]) if names else repr(lab.transcripts)
    except KeyError as error:
        raise UsageError(f"%kamlab prints {names[0]}: {error.args[0]}") from None
