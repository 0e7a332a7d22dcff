"""Measure kamlab against its peers, and print a table.

    python tests/benchmarks/run.py [--quick] [--only NAME] [--json FILE]

Every number is taken in a process of its own. The players of a case take turns, and a ratio is that
of two numbers of the same round; the table gives the median of the rounds, the least and the most.
Axon and Kamaelia 1.14.32 are installed from PyPI into an environment in the user's cache, once, or
are taken from ``--peer-python``. The exit code is 0 unless a program broke: a bar that is not met is
a finding, not an error.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

from suite.cases import FULL, QUICK, Case, make_cases
from suite.peers import NoPeers, default_cache, peer_python
from suite.players import Interpreters
from suite.rounds import Played, play
from suite.table import as_data, table


def main(arguments: list[str] | None = None) -> int:
    """Run the suite and return the exit code."""
    options = parse(arguments)
    cases = [each for each in make_cases(QUICK if options.quick else FULL) if _wanted(each, options.only)]
    if not cases:
        say(f"no case has {options.only!r} in its name")
        return 2
    broke, interpreters = False, Interpreters()
    if any(player.needs_peer for case in cases for player in case.players.values()):
        try:
            interpreters = Interpreters(peer=peer_python(options.peer_python, options.cache))
        except NoPeers as error:
            say(f"{error}\nAxon and Kamaelia are left out; what needs them is shown as '-'.")
            broke = True
    began = time.monotonic()
    played = [play(case, interpreters, say) for case in cases]
    print(f"\nkamlab's benchmarks, {machine()}, {time.monotonic() - began:.0f} s\n")
    print(table(played))
    if options.json is not None:
        write(options.json, played)
    return 1 if broke or any(each.broken for each in played) else 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description="Measure kamlab against its peers.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", metavar="NAME", default="", help="only cases with NAME in their name")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write everything that was measured to FILE")
    parser.add_argument("--peer-python", metavar="PATH", help="a Python that has Axon and Kamaelia already")
    parser.add_argument("--cache", metavar="DIR", type=Path, default=default_cache(), help="where to install them")
    return parser.parse_args(arguments)


def _wanted(case: Case, name: str) -> bool:
    return name.lower() in case.name.lower()


def machine() -> str:
    """Say where the numbers were taken."""
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}"
    )


def write(file: Path, played: list[Played]) -> None:
    """Write everything that was measured."""
    file.write_text(json.dumps({"machine": machine(), "cases": as_data(played)}, indent=1) + "\n")


def say(text: str) -> None:
    """Tell how far it is, on standard error."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
