"""The command line: ``kamlab lab`` and ``kamlab demo``."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
#: Where the notebooks are: in an installed package, and in a checkout.
NOTEBOOK_PLACES = (PACKAGE / "_notebooks", PACKAGE.parent / "notebooks")
#: The notebook that is opened first.
START = "start.ipynb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="kamlab", description="Run, pause, step and look into message-passing systems."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    lab = commands.add_parser("lab", help="open JupyterLab on a copy of the notebooks")
    lab.add_argument("--dir", type=Path, default=Path("kamlab-notebooks"), help="where to put the copy (%(default)s)")
    lab.add_argument("--fresh", action="store_true", help="write over notebooks that are there already")
    lab.add_argument("--no-browser", action="store_true", help="do not open a browser")
    lab.add_argument("jupyter", nargs="*", help="anything after -- goes to JupyterLab as it is")
    demo = commands.add_parser("demo", help="run a time server with two clients here, and watch its boxes")
    demo.add_argument("--seconds", type=float, default=3.0, help="how long it runs freely (%(default)s)")
    options = parser.parse_args(arguments)
    if options.command == "demo":
        from .demo import run_demo

        return run_demo(options.seconds)
    return open_lab(options.dir, options.fresh, options.no_browser, options.jupyter)


def open_lab(folder: Path, fresh: bool, no_browser: bool, extra: Sequence[str]) -> int:
    """Copy the notebooks into a folder and replace this process by JupyterLab."""
    if importlib.util.find_spec("jupyterlab") is None:
        print('kamlab: JupyterLab is not installed here; run: pip install "kamlab[lab]"', file=sys.stderr)
        return 1
    try:
        kept = copy_notebooks(folder, fresh)
    except (OSError, LookupError) as error:
        print(f"kamlab: the notebooks cannot be copied to {folder}: {error}", file=sys.stderr)
        return 1
    print(f"kamlab: the notebooks are in {folder.resolve()}")
    if kept:
        print(f"kamlab: {kept} of them were there already and are kept as they are; --fresh writes them anew")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    command.append(f"--LabApp.default_url=/lab/tree/{START}")
    if no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    sys.stdout.flush()
    os.execv(sys.executable, [*command, *extra])


def copy_notebooks(folder: Path, fresh: bool = False) -> int:
    """Copy the notebooks into a folder; return how many were there already and were kept.

    Raises:
        LookupError: this installation has no notebooks.
    """
    source = next((place for place in NOTEBOOK_PLACES if any(place.glob("**/*.ipynb"))), None)
    if source is None:
        raise LookupError("this installation has none; install kamlab again")
    kept = 0
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if not path.is_file() or any(part.startswith(".") or part == "__pycache__" for part in inside.parts):
            continue
        target = folder / inside
        if target.exists() and not fresh:
            kept += 1
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return kept


if __name__ == "__main__":
    sys.exit(main())
