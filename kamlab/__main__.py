"""The command line: ``kamlab lab``, ``run``, ``explore``, ``grade``, ``site`` and ``demo``."""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import shutil
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from . import __version__

PACKAGE = Path(__file__).resolve().parent
#: The folders that may hold the notebooks: in an installed package, and in a checkout.
NOTEBOOK_PLACES = (PACKAGE / "_notebooks", PACKAGE.parent / "notebooks")
#: Holds a kernel that is called as the usual one, and loads the extension before the first cell.
JUPYTER = PACKAGE / "notebook" / "jupyter"
#: The notebook that is opened first.
START = "start.ipynb"
#: The most notebooks that are named in a line.
NAMED = 5
#: The exit status of an interrupted program, and of one whose output pipe was closed, as a shell reports them.
INTERRUPTED, NO_READER = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if not given:
        parser.print_help()
        return 0
    options, extra = parser.parse_known_args(given)
    try:
        if options.command == "lab":
            return _lab(options, extra)
        if options.command == "run":
            return _run(options)
        if options.command == "grade" and not extra:
            return _grade(options)
        if extra:
            parser.error(f"unrecognized arguments: {' '.join(extra)}")
        if options.command == "site":
            return _site(options)
        if options.command == "explore":
            from .exploration.command import run

            return run(options)
        from .demo import run_demo

        return run_demo(options.seconds)
    except KeyboardInterrupt:
        print("\nkamlab: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes stdout when it exits
        return NO_READER


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kamlab", description="Run, pause, step and look into message-passing systems.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"kamlab {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{lab,run,explore,grade,site,demo}")
    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on a copy of the notebooks",
        usage="kamlab lab [DIR] [--fresh] [JupyterLab's options]",
        description="Open JupyterLab on a copy of the notebooks, in DIR (default: kamlab-notebooks).",
        epilog="Any other option goes to JupyterLab, such as --port 8890 or --no-browser; see: jupyter lab --help",
        allow_abbrev=False,
    )
    lab.add_argument("--dir", type=Path, help=argparse.SUPPRESS)
    lab.add_argument(
        "--fresh", action="store_true", help="write all notebooks again; keep a copy of those that you changed"
    )
    run = commands.add_parser(
        "run",
        help="run a listing from the cookbook, also one for Python 2",
        description="Run a file with Axon.* and Kamaelia.* importable; Python 2 in it is rewritten.",
        allow_abbrev=False,
    )
    run.add_argument("file", type=Path, help="the listing, such as listing.py")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="what the listing finds in sys.argv")
    explore = commands.add_parser(
        "explore",
        help="play a system in every order of slices, and print one in which it goes wrong",
        description="Play a system in every order of slices, and print the shortest one in which it goes wrong.",
        epilog="Exit status: 0 if every order was covered and nothing goes wrong, 1 if something does, 2 if the system "
        "cannot be explored, 3 if nothing was found and not every order was covered, which proves nothing.",
        allow_abbrev=False,
    )
    _explore_arguments(explore)
    grade = commands.add_parser(
        "grade",
        help="give points for notebooks of the course",
        description="Run the answers of notebooks against the checks, in a fresh process with a seed of its own.",
        epilog="Exit status: 0 if all exercises are done, 1 if not, 2 if a notebook cannot be graded.",
        allow_abbrev=False,
    )
    grade.add_argument("notebooks", type=Path, nargs="+", metavar="NOTEBOOK", help="such as 03-deadlock.ipynb")
    grade.add_argument("--json", action="store_true", help="print the results as JSON")
    grade.add_argument("--checks", type=Path, help="a Python file with exercises and predictions of your own")
    grade.add_argument("--seed", type=int, help="begin with this seed, to repeat a grading (default: drawn)")
    site = commands.add_parser(
        "site",
        help="build a web site in which the notebooks run without being installed",
        description="Build a static site with JupyterLite, kamlab and notebooks in DIR. Any web server can publish it.",
        allow_abbrev=False,
    )
    site.add_argument("dir", type=Path, metavar="DIR", help="the folder for the site; a site that is there is replaced")
    site.add_argument(
        "--notebooks",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="notebooks, and folders with notebooks in them (default: all of kamlab's)",
    )
    site.add_argument("--serve", action="store_true", help="then serve it on this machine, until Ctrl-C")
    site.add_argument("--port", type=int, default=0, help="the port to serve at (default: any that is free)")
    demo = commands.add_parser("demo", help="run a time server with two clients in the terminal, and watch its boxes")
    demo.add_argument(
        "--seconds", type=_seconds, default=3.0, help="how many seconds it runs freely (default: %(default)s)"
    )
    return parser


def _explore_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``kamlab explore``; those of :func:`kamlab.explore` have the same names."""
    parser.add_argument(
        "system", metavar="FILE:FUNCTION", help="the function that activates the system, such as bank.py:system"
    )
    parser.add_argument(
        "--invariant", metavar="NAME", help="a function of the file, asked at each end with what FUNCTION returned"
    )
    parser.add_argument("--always", metavar="NAME", help="the same, asked at every state")
    ways = ("auto", "all", "traces", "random", "pct")
    parser.add_argument("--how", choices=ways, default="auto", help="the way to explore (default: %(default)s)")
    parser.add_argument("--fair", type=int, metavar="N", help="how often in a row a component may be passed over")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CLASS.NAME", help="an attribute that is no part of the state"
    )
    parser.add_argument("--states", type=int, default=200_000, help="the most states (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="the most seconds (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the seed of random numbers (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="print one sentence, and no progress")


def _seconds(text: str) -> float:
    """Parse a number of seconds from 0 to one day.

    Raises:
        argparse.ArgumentTypeError: the text is not such a number.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 86400")
    return seconds


def _lab(options: argparse.Namespace, extra: list[str]) -> int:
    """Open JupyterLab; the folder comes before the options, as in ``jupyter lab DIR``."""
    folder = options.dir or Path("kamlab-notebooks")
    if extra and not extra[0].startswith("-"):
        folder = Path(extra.pop(0))
    return open_lab(folder, options.fresh, [argument for argument in extra if argument != "--"])


def _site(options: argparse.Namespace) -> int:
    """Build a site, and serve it if that was asked for."""
    from .site import MARK, SiteError, build_site, make_server

    try:
        page = build_site(options.dir, options.notebooks or [_notebooks()])
        print(f"kamlab: the site is in {options.dir.resolve()}; its first page is {page.name}")
        if not json.loads((options.dir / MARK).read_text(encoding="utf-8"))["matplotlib"]:
            print("kamlab: matplotlib could not be had for it, so that figures show their numbers instead of a picture")
        if options.serve:
            with make_server(options.dir, options.port) as server:
                print(f"kamlab: http://127.0.0.1:{server.server_port}/ shows it; Ctrl-C ends this", flush=True)
                server.serve_forever()
    except (SiteError, OSError, OverflowError, LookupError) as error:
        print(f"kamlab: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> int:
    """Run a listing; what it raises is shown from its own first line on."""
    from . import axon
    from .axon.listing import run_listing

    axon.install()
    try:
        run_listing(options.file, options.arguments)
    except Exception as error:
        if isinstance(error, (OSError, SyntaxError)) and error.filename == str(options.file):
            print(f"kamlab: {options.file} cannot be run: {error}", file=sys.stderr)
        else:
            traceback.print_exception(error.with_traceback(_from_file_on(error.__traceback__, str(options.file))))
        return 1
    return 0


def _grade(options: argparse.Namespace) -> int:
    """Grade notebooks, and print their points."""
    import json

    from .core.errors import KamlabError
    from .teach.grading import grade_all

    try:
        reports = grade_all(options.notebooks, options.seed, options.checks)
    except KamlabError as error:
        print(f"kamlab: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([report.document() for report in reports], indent=2))
    else:
        print("\n".join(map(str, reports)))
    return 0 if all(report.passed for report in reports) else 1


def _from_file_on(trace: TracebackType | None, name: str) -> TracebackType | None:
    """Return the part of a traceback that begins in a file; the whole, if no line of the file is in it."""
    part = trace
    while part is not None and part.tb_frame.f_code.co_filename != name:
        part = part.tb_next
    return part or trace


def open_lab(folder: Path, fresh: bool, extra: Sequence[str]) -> int:
    """Copy the notebooks into a folder and replace this process by JupyterLab, whose kernels have the extension loaded.

    For that the server finds the kernel in :data:`JUPYTER` first. Nothing is written to the user's configuration.

    Args:
        folder: the folder.
        fresh: whether to overwrite existing notebooks; a copy is kept of each that differs.
        extra: further arguments for JupyterLab.

    Returns:
        The exit status, if JupyterLab cannot be started.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        print('kamlab: JupyterLab is not installed here; run: pip install "kamlab[lab]"', file=sys.stderr)
        return 1
    try:
        differ = copy_notebooks(folder, fresh)
    except (OSError, LookupError) as error:
        print(f"kamlab: the notebooks cannot be copied to {folder}: {error}", file=sys.stderr)
        return 1
    print(f"kamlab: the notebooks are in {folder.resolve()}")
    if differ:
        named = ", ".join(differ[:NAMED]) + (f" and {len(differ) - NAMED} more" if len(differ) > NAMED else "")
        if fresh:
            print(f"kamlab: your versions differed and were kept beside the new ones: {named}")
        else:
            print(f"kamlab: these differ from kamlab {__version__}'s and are kept as they are: {named}")
            print("kamlab: --fresh writes them again, and keeps yours as NAME.mine.ipynb")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    command.append(f"--LabApp.default_url=/lab/tree/{START}")
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in extra:
        print("kamlab: JupyterLab refuses to run as root by default, so it is started with --allow-root")
        command.append("--allow-root")
    paths = os.pathsep.join(filter(None, (str(JUPYTER), os.environ.get("JUPYTER_PATH"))))
    sys.stdout.flush()
    os.execve(sys.executable, [*command, *extra], {**os.environ, "JUPYTER_PATH": paths})


def copy_notebooks(folder: Path, fresh: bool = False) -> list[str]:
    """Copy the notebooks into a folder; return the names of existing files that differ.

    Args:
        folder: the folder; it is created if needed.
        fresh: whether to overwrite existing files. A file that differs is first renamed to ``NAME.mine.ipynb``, and
            that name is returned.

    Raises:
        LookupError: this installation has no notebooks.
    """
    source = _notebooks()
    differ = []
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if not path.is_file() or any(part.startswith(".") or part == "__pycache__" for part in inside.parts):
            continue
        target = folder / inside
        if target.exists():
            if target.read_bytes() == path.read_bytes():
                continue
            kept = _keep(target) if fresh else target
            differ.append(kept.relative_to(folder).as_posix())
            if not fresh:
                continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return differ


def _notebooks() -> Path:
    """Return the folder of the notebooks that come with kamlab."""
    source = next((place for place in NOTEBOOK_PLACES if any(place.glob("**/*.ipynb"))), None)
    if source is None:
        raise LookupError("this installation has no notebooks; install kamlab again")
    return source


def _keep(path: Path) -> Path:
    """Rename a file to a free name beside it, and return the new path."""
    number = 1
    while True:
        kept = path.with_name(f"{path.stem}.mine{number if number > 1 else ''}{path.suffix}")
        if not kept.exists():
            return path.rename(kept)
        number += 1


if __name__ == "__main__":
    sys.exit(main())
