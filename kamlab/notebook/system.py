"""``%%system``: the cell builds a system in a fresh lab, and can be run again and again.

Whatever the cell built the last time it was run is stopped first, so its names and ports are free.
The lab keeps the source of the cell as its recipe, and the cell is its builder: ``lab.back()``,
``lab.goto()``, ``lab.replay()`` and ``lab.reset()`` run it again, see :mod:`.recipe`.

The cell's code is run here, not handed back to the shell, so that what it raises leaves the cell as
any error would: "Run All" stops, and the traceback shows the cell's own lines.
"""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from ..analysis.words import counted
from ..core import worlds
from ..core.choice import SeededRandom
from ..core.microprocess import Microprocess
from ..core.world import World
from ..lab import Lab
from ..net.addresses import parse_hosts, parse_ports
from ..net.errors import BadMapping
from . import cells
from .dependencies import needs
from .recipe import Recipe
from .running import show_once

with needs("IPython", "%load_ext kamlab"):
    from IPython.core.error import UsageError
    from IPython.core.magic_arguments import MagicArgumentParser

#: How long, in seconds, the previous system may take to come to the end of a slice.
PATIENCE = 5.0


class Systems:
    """The labs that ``%%system`` has made, by the name of the variable that holds them.

    Args:
        shell: the IPython shell.
        live: whether there is a notebook to show a panel in.
    """

    def __init__(self, shell: Any, live: bool) -> None:
        self._shell = shell
        self._live = live
        self._labs: dict[str, Lab] = {}

    def system(self, line: str, cell: str) -> Any:
        """Build a system in a fresh lab, from the code in this cell; run it again to build it again.

        What the cell built before is stopped first, and so is the default lab. The new lab is
        the current one, and is bound to ``lab``.

            %%system [--paused] [--virtual] [--recorded] [--seed N] [--quiet] [--name NAME]
                     [--hosts HOSTS] [--ports PORTS]

        --paused          run() in the cell only activates; step the lab, or start it with lab.start()
        --virtual         virtual time, which jumps to the next timer, and a simulated network: a run can be
                          turned back and played again. run() in the cell only activates, as with --paused
        --recorded        the real network and the real time, recorded as it goes, so that the run can be
                          turned back and played again
        --seed N          what runs next is drawn at random; the same seed draws the same again
        --quiet           show no panel
        --name NAME       bind the lab to NAME; systems of other names go on
        --hosts HOSTS     other names for addresses: "foo.bar.com:1600=127.0.0.1:4711"; {port} in it
                          is replaced by the value of the variable port
        --ports PORTS     other ports to listen at: "1500=0,1501=0", where 0 is any that is free
        """
        __tracebackhide__ = "__ipython_bottom__"
        options = parse(line)
        lab = self._fresh(options, cell)
        if options.paused:
            lab.on_run = _leave_paused
        elif options.virtual:
            lab.on_run = _leave_virtual
        elif options.quiet and self._live:
            lab.on_run = _start_unseen
        recipe = Recipe(self._shell, cell, options.name, lab)
        with lab.building(recipe):
            result = recipe.first()
        if self._live and not options.quiet:
            show_once(lab)
        return result

    def _fresh(self, options: Namespace, recipe: str) -> Lab:
        lab = Lab(
            hosts=options.hosts,
            ports=options.ports,
            clock="virtual" if options.virtual else None,
            chooser=None if options.seed is None else SeededRandom(options.seed),
            recorded=options.recorded,
        )
        lab.recipe = recipe
        others = [each for name, each in self._labs.items() if name != options.name]
        for old in (self._labs.get(options.name), worlds.peek()):
            if old is not None and not any(old is each for each in others):
                stop_or_leave(old)
        self._labs[options.name] = lab
        worlds.set_current(lab)
        self._shell.user_ns[options.name] = lab
        return lab

    def stop_all(self) -> None:
        """Stop all of them."""
        for name, lab in self._labs.items():
            say_that_it_stops(name, lab)
            stop_or_leave(lab)
        self._labs.clear()

    def __iter__(self) -> Iterator[Lab]:
        return iter(self._labs.values())


def parse(line: str) -> Namespace:
    """Read the first line of a ``%%system`` cell.

    Raises:
        UsageError: something in it cannot be understood.

    >>> parse('--paused --ports "1500=0"').ports
    {1500: 0}
    """
    try:
        options: Namespace = _PARSER.parse_args(shlex.split(line))
        options.hosts = parse_hosts(",".join(options.hosts), "--hosts")
        options.ports = parse_ports(",".join(options.ports), "--ports")
    except (BadMapping, ValueError) as error:
        raise UsageError(f"%%system {line}: {error}") from None
    if not options.name.isidentifier():
        raise UsageError(f"%%system --name {options.name}: the name of a variable is needed")
    if options.virtual and options.recorded:
        raise UsageError(
            "%%system --virtual --recorded: the real network keeps real time. Take --virtual for a simulated "
            "network, or --recorded for the real one."
        )
    return options


_make_parser: Any = MagicArgumentParser
_PARSER = _make_parser("%%system")
_PARSER.add_argument("--paused", action="store_true")
_PARSER.add_argument("--virtual", action="store_true")
_PARSER.add_argument("--recorded", action="store_true")
_PARSER.add_argument("--seed", type=int)
_PARSER.add_argument("--quiet", action="store_true")
_PARSER.add_argument("--name", default="lab")
_PARSER.add_argument("--hosts", action="append", default=[])
_PARSER.add_argument("--ports", action="append", default=[])
#: The options of ``%%system``.
OPTIONS = tuple(name for name in _PARSER._option_string_actions if name.startswith("--"))


def stop_or_leave(lab: World) -> None:
    """Stop a lab; one whose component hangs is left to end by itself, rather than hang the cell."""
    if lab.state == "stopped":
        return
    if lab.pause(PATIENCE):
        with cells.aside():
            lab.stop()


def say_that_it_stops(name: str, lab: World) -> None:
    """Say that a lab is about to be stopped, if there is something alive in it."""
    alive = len(lab.components)
    if alive and lab.state != "stopped":
        print(f"kamlab: {name} is stopped at step {lab.step_number}, with {counted(alive, 'component')} alive")


def _leave_paused(lab: World, component: Microprocess) -> None:
    """Do nothing: the component is active, and the user will step it."""


def _leave_virtual(lab: World, component: Microprocess) -> None:
    """Leave it to be stepped: a free run would rush through virtual time without an end."""
    print(
        "kamlab: the time of this lab is virtual, so run() has only activated the system; "
        "lab.step(), lab.run(max_steps=...) and lab.start() drive it."
    )


def _start_unseen(lab: Lab, component: Microprocess) -> None:
    from .running import settle

    lab.start()
    settle(lab)
