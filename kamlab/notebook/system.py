"""Systems in a notebook: ``%%kamlab`` builds one in a fresh lab, and ``component.run()`` lets one run on.

*A cell that builds.* Running a ``%%kamlab`` cell again first stops the system that it built before, so names and ports
are free. The lab keeps the source of the cell as its recipe, and the cell is its builder: ``lab.back()``,
``lab.goto()``, ``lab.replay()`` and ``lab.reset()`` run it again. The cell's code is executed here and not handed back
to the shell, so that its errors leave the cell like any other error: "Run All" stops, and the traceback shows the
cell's own lines.

*The same system again.* Other cells may have been executed since. So while the cell is run again, the names that it
takes from earlier cells have the values that they had then, and the names that it binds are bound again: a later cell
that says ``tick`` means the current component. A copy of the lab is built in a copy of the names, so nothing of it is
left behind. Building ends where the cell first drives its lab, as with ``lab.step()``; the rest is not run again.

*A cell that runs.* In a script ``component.run()`` blocks until everything has ended; a cell that did so would block
the notebook. So the lab is started in the background, its panel is shown under the cell, and the cell returns once
the system has come to rest: the next cell may connect to a server at once. Outside a cell, or within a ``with Lab():``
block, which stops the lab at its end, ``run()`` blocks as always.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import re
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any
from weakref import ref

from ..analysis.words import counted
from ..core import context
from ..core.choice import SeededRandom
from ..core.microprocess import Microprocess
from ..core.task import task_of
from ..lab import Lab
from ..net.addresses import parse_hosts, parse_ports
from ..net.errors import BadMapping
from . import cells
from .dependencies import needs
from .magic_arguments import argument, magic, options_of, parse_line
from .output import silence
from .panel import show
from .shell_cells import compiles, is_for_shell

with needs("IPython", "%load_ext kamlab"):
    from IPython.core.error import UsageError

#: Seconds that the previous system may take to reach the end of a slice.
PATIENCE = 5.0
#: The most seconds that a cell waits for a system to come to rest.
SETTLING = 1.0

# -- %%kamlab --------------------------------------------------------------------------------------------


#: The options of a cell that builds a system.
_OPTIONS = (
    argument("--paused", action="store_true", help="run() in the cell only activates; then use lab.step()"),
    argument(
        "--virtual",
        action="store_true",
        help="virtual time, which jumps to the next timer, and a simulated network: a run can go back and be "
        "played again. run() in the cell only activates, as with --paused",
    ),
    argument(
        "--recorded",
        action="store_true",
        help="the real network and real time, recorded, so that a run can go back and be played again",
    ),
    argument("--seed", type=int, metavar="N", help="choose what runs next at random, the same way for the same N"),
    argument("--quiet", action="store_true", help="show no panel"),
    argument("--name", default="lab", metavar="NAME", help="bind the lab to NAME; systems with other names go on"),
    argument(
        "--hosts",
        action="append",
        default=[],
        metavar="HOSTS",
        help='other names for addresses: "foo.bar.com:1600=127.0.0.1:4711"; {port} stands for the value of the '
        "variable port",
    ),
    argument(
        "--ports",
        action="append",
        default=[],
        metavar="PORTS",
        help='other ports to listen at: "1500=0,1501=0", where 0 means any free port',
    ),
)


class Systems:
    """The labs that ``%%kamlab`` has made, by the name of the variable that holds them.

    Args:
        shell: the IPython shell.
        live: whether there is a notebook to show a panel in.
        stop_earlier: stops everything that the cell that is being executed made before.
    """

    def __init__(self, shell: Any, live: bool, stop_earlier: Callable[[], None]) -> None:
        self._shell = shell
        self._stop_earlier = stop_earlier
        self._live = live
        #: What ``%%system`` is in IPython, and whether the user has seen the new name.
        self._before: Callable[[str, str], Any] | None = shell.find_cell_magic("system")
        self._told = False
        self._labs: dict[str, Lab] = {}

    @magic("%%kamlab", *_OPTIONS)
    def system(self, line: str, cell: str) -> Any:
        """Build a system in a fresh lab, from the code in this cell; run the cell again to build it again.

        The system that the cell built before is stopped first, and so is the default lab. The new lab is the current
        one, and is bound to ``lab``.
        """
        __tracebackhide__ = "__ipython_bottom__"
        options = parse(line)
        self._stop_earlier()
        lab = self._fresh(options, cell)
        if options.paused:
            lab.on_run = _leave_paused
        elif options.virtual:
            lab.on_run = _leave_virtual
        elif options.quiet and self._live:
            lab.on_run = _start_unseen
        builder = CellBuilder(self._shell, cell, options.name, lab)
        with lab.building(builder):
            result = builder.first()
        if self._live and not options.quiet:
            show_once(lab)
        return result

    @magic("%%system", *_OPTIONS)
    def earlier_name(self, line: str, cell: str) -> Any:
        """The earlier name of %%kamlab, which is also that of a magic of IPython's.

        A cell for a shell is run by a shell, as without kamlab.
        """
        __tracebackhide__ = "__ipython_bottom__"
        options = re.findall(r"(?:^|\s)(--\w+)", line)
        ours = [option for option in options if option in options_of(Systems.system)]
        theirs = self._before is not None and not ours
        if theirs and is_for_shell(cell, compiles(self._shell.transform_cell(cell)), self._shell.user_ns):
            assert self._before is not None
            return self._before(line, cell)
        if not self._told:
            self._told = True
            print(
                "kamlab: this magic is called %%kamlab now. %%system works too, but is IPython's where kamlab is not."
            )
        return self.system(line, cell)

    def _fresh(self, options: Namespace, recipe: str) -> Lab:
        lab = Lab(
            hosts=options.hosts,
            ports=options.ports,
            clock="virtual" if options.virtual else None,
            chooser=None if options.seed is None else SeededRandom(options.seed),
            recorded=options.recorded,
        )
        lab.recipe = recipe
        others = [other for name, other in self._labs.items() if name != options.name]
        for old in (self._labs.get(options.name), context.peek()):
            if old is not None and not any(old is other for other in others):
                stop_or_leave(old)
        self._labs[options.name] = lab
        context.set_current(lab)
        self._shell.user_ns[options.name] = lab
        return lab

    def stop_all(self) -> None:
        """Stop all of them."""
        for name, lab in self._labs.items():
            say_that_it_stops(name, lab)
            stop_or_leave(lab)
        self._labs.clear()


def parse(line: str) -> Namespace:
    """Parse the first line of a ``%%kamlab`` cell.

    Raises:
        UsageError: something in it cannot be understood.

    >>> parse('--paused --ports "1500=0"').ports
    {1500: 0}
    """
    options = parse_line(Systems.system, line)
    try:
        options.hosts = parse_hosts(",".join(options.hosts), "--hosts")
        options.ports = parse_ports(",".join(options.ports), "--ports")
    except (BadMapping, ValueError) as error:
        raise UsageError(f"%%kamlab {line}: {error}") from None
    if not options.name.isidentifier():
        raise UsageError(f"%%kamlab --name {options.name}: the name of a variable is needed")
    if options.virtual and options.recorded:
        raise UsageError(
            "%%kamlab --virtual --recorded: the real network keeps real time. Take --virtual for a simulated "
            "network, or --recorded for the real one."
        )
    return options


def stop_or_leave(lab: Lab) -> None:
    """Stop a lab; leave one with a hanging component to end by itself, so that the cell does not hang."""
    if lab.state == "stopped":
        return
    if lab.pause(PATIENCE):
        with cells.aside():
            lab.stop()


def say_that_it_stops(name: str, lab: Lab) -> None:
    """Print that a lab is about to be stopped, if anything in it is alive."""
    alive = len(lab.components)
    if alive and lab.state != "stopped":
        print(f"kamlab: {name} is stopped at step {lab.step_number}, with {counted(alive, 'component')} alive")


# -- component.run() in a cell ---------------------------------------------------------------------------


def run_in_notebook(lab: Lab, component: Microprocess) -> Any:
    """Do what ``component.run()`` does in a notebook; ``component`` is active already."""
    del component
    if not cells.here() or context.is_entered(lab):
        return lab.run()
    start_and_show(lab)
    return None


def start_and_show(lab: Lab) -> None:
    """Run a lab in the background and show its panel under this cell."""
    failed_before = lab.failed_count
    lab.start()
    settle(lab)
    show_once(lab)
    for component in lab.failures[-(lab.failed_count - failed_before) :] if lab.failed_count > failed_before else ():
        print(f"kamlab: {component.short_name} failed: {task_of(component).error}", file=sys.stderr)


def show_once(lab: Lab) -> None:
    """Show the panel of a lab under this cell, unless it is there already."""
    if cells.first_time(lab):
        show(lab)


def settle(lab: Lab, timeout: float = SETTLING) -> bool:
    """Wait until nothing in a running lab can run; return whether that happened within ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and lab.running:
        if lab.lock.acquire(timeout=0.05):
            try:
                scheduler = lab.scheduler
                if not (scheduler.wakes or scheduler.posted or scheduler.runnable()):
                    return True
            finally:
                lab.lock.release()
        time.sleep(0.002)
    return not lab.running


def _leave_paused(lab: Lab, component: Microprocess) -> None:
    """Do nothing: the component is active, and the user steps it."""


def _leave_virtual(lab: Lab, component: Microprocess) -> None:
    """Leave it to be stepped: a free run would rush through virtual time without an end."""
    print(
        "kamlab: the time of this lab is virtual, so run() has only activated the system; "
        "lab.step(), lab.run(max_steps=...) and lab.start() drive it."
    )


def _start_unseen(lab: Lab, component: Microprocess) -> None:
    lab.start()
    settle(lab)


# -- building the system of a cell again -----------------------------------------------------------------

_ABSENT: Any = object()
_LOADS = frozenset(("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"))
_STORES = frozenset(("STORE_NAME", "STORE_GLOBAL"))

#: The code of a cell, and that of its last expression, if it ends in one.
Codes = tuple[CodeType, CodeType | None]


class CellBuilder:
    """The code of a cell that builds a system, and can build it again.

    Args:
        shell: the IPython shell.
        source: the code.
        variable: the name that the lab is bound to.
        lab: the lab in which it is built first.
    """

    def __init__(self, shell: Any, source: str, variable: str, lab: Lab) -> None:
        self._shell = shell
        self._source = source
        self._variable = variable
        self._lab = ref(lab)
        self._codes: Codes | None = None
        #: The values that the names from earlier cells had when the cell was executed first.
        self._given: dict[str, Any] = {}
        #: The breakpoints that the cell set; they are not part of the run, and stay.
        self._breakpoints: tuple[Any, ...] = ()

    @property
    def holds(self) -> tuple[Any, ...]:
        """The values from earlier cells that the cell uses whenever it is executed again."""
        return tuple(self._given.values())

    def first(self) -> Any:
        """Execute the cell; return the value of its last expression, or ``None``."""
        __tracebackhide__ = "__ipython_bottom__"
        codes = self._codes = compiled(self._shell, self._source)
        names = self._shell.user_ns
        needed = {name for name in needed_by(codes) if name != self._variable}
        self._given = {name: names.get(name, _ABSENT) for name in sorted(needed)}
        try:
            return _run(codes, names)
        finally:
            lab = self._lab()
            self._breakpoints = tuple(lab.breakpoints) if lab is not None else ()

    def __call__(self, lab: Lab) -> None:
        """Build the system again, silently, in the lab in which it was built first or in a copy of it."""
        names = self._shell.user_ns
        if lab is not self._lab():
            names = dict(names)
        codes = self._codes or compiled(self._shell, self._source)
        names[self._variable] = lab
        before = lab.breakpoints
        try:
            with silence(), self._as_before(names, codes):
                _run(codes, names)  # the lab stops it as soon as it drives the lab
        finally:
            if lab is self._lab():
                self._keep_breakpoints(lab, before, names)

    def _keep_breakpoints(self, lab: Lab, before: tuple[Any, ...], names: dict[str, Any]) -> None:
        """Remove the breakpoints that the cell has set again; names bound to them mean the first ones again."""
        again = [new for new in lab.breakpoints if not any(new is old for old in before)]
        for old, new in zip(self._breakpoints, again, strict=False):
            new.remove()
            names.update({name: old for name, value in list(names.items()) if value is new})

    @contextlib.contextmanager
    def _as_before(self, names: dict[str, Any], codes: Codes) -> Iterator[None]:
        """Give the names that the cell needs their first values; those that it does not bind, for the block only."""
        stored = {name for code in codes if code is not None for name, stores in _uses(code) if stores}
        now = {name: names.get(name, _ABSENT) for name in self._given}
        _bind(names, self._given)
        try:
            yield
        finally:
            _bind(names, {name: value for name, value in now.items() if name not in stored})


def compiled(shell: Any, source: str) -> Codes:
    """Compile the source of a cell as the shell would."""
    __tracebackhide__ = "__ipython_bottom__"
    code = shell.transform_cell(source)
    name = shell.compile.cache(code, _number_of_cell(shell), raw_code=source)
    tree = shell.transform_ast(shell.compile.ast_parse(code, filename=name))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = shell.compile(tree, name, "exec")
    return body, None if last is None else shell.compile(ast.Expression(last.value), name, "eval")


def _run(codes: Codes, names: dict[str, Any]) -> Any:
    __tracebackhide__ = "__ipython_bottom__"
    body, last = codes
    exec(body, names)
    return None if last is None else eval(last, names)


def _number_of_cell(shell: Any) -> int:
    """Return the number of the cell that is being executed; the shell's own counter may be ahead of it."""
    history = getattr(shell.history_manager, "input_hist_raw", None)
    return len(history) - 1 if history else int(shell.execution_count)


def _bind(names: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is _ABSENT:
            names.pop(name, None)
        else:
            names[name] = value


def needed_by(codes: tuple[CodeType | None, ...]) -> set[str]:
    """Return the names that code takes from outside: those that it does not bind itself first.

    >>> sorted(needed_by((compile("a = b; c += a; f = lambda: a + d; f()", "", "exec"),)))
    ['b', 'c', 'd']
    """
    needed: set[str] = set()
    stored: set[str] = set()
    inner: set[str] = set()
    for code in filter(None, codes):
        for name, stores in _uses(code):
            if stores:
                stored.add(name)
            elif name not in stored:
                needed.add(name)
        inner |= _used_within(code)
    return {name for name in needed | (inner - stored) if not name.startswith("__")}


def _uses(code: CodeType) -> Iterator[tuple[str, bool]]:
    """Yield the global names in code, in order, and whether each is bound there."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in _LOADS or instruction.opname in _STORES:
            yield str(instruction.argval), instruction.opname in _STORES


def _used_within(code: CodeType) -> set[str]:
    """Return the global names that the functions and classes in this code read."""
    inside = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    used = {name for inner in inside for name, stores in _uses(inner) if not stores}
    return used.union(*map(_used_within, inside))
