"""Imports that a published listing lacks, and when none is added."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kamlab.axon.missing_imports import missing_imports

IMPORT_CHOOSER = "from Kamaelia.Util.Chooser import Chooser"
IMPORT_ONE_SHOT = "from Kamaelia.Util.OneShot import OneShot"
HEAD = "from Kamaelia.Chassis.Pipeline import Pipeline\n"


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        ("Pipeline(OneShot())", [IMPORT_ONE_SHOT]),
        ("Graphline(linkages={})", ["from Kamaelia.Chassis.Graphline import Graphline"]),
        ("class Mine(Axon.Component.component): pass", ["import Axon"]),
        ("Pipeline(OneShot(time.time()), socket)", [IMPORT_ONE_SHOT, "import time"]),
        ("def f():\n    return producerFinished()", ["from Axon.Ipc import producerFinished"]),
        ("Pipeline(OneShot(), Chooser())", [IMPORT_CHOOSER, IMPORT_ONE_SHOT]),
        ("from Kamaelia.Util.Chooser import *\nChooser(OneShot)", [IMPORT_ONE_SHOT]),
    ],
)
def test_what_is_missing(source: str, imports: list[str]) -> None:
    """A name that nothing defines, and that Kamaelia offers once, is imported from there."""
    assert list(missing_imports(HEAD + source)) == imports


@pytest.mark.parametrize(
    "source",
    [
        "nobody_knows_this()",
        "OneShot = 1\nOneShot",
        "def OneShot(): pass\nOneShot()",
        "class OneShot: pass\nOneShot()",
        "def f(OneShot): return OneShot",
        "for OneShot in []: OneShot",
        "import a.b as OneShot\nOneShot",
        "[OneShot for OneShot in []]",
        "try: pass\nexcept OSError as OneShot: OneShot",
        "match 1:\n    case OneShot: OneShot",
        "from somewhere import *\nOneShot",
        "x.OneShot",
        "print(len('OneShot'))",
        "OneShot(",
    ],
)
def test_what_is_not(source: str) -> None:
    """A name that the text defines, or may define, is left alone, and so is one that nobody offers."""
    assert missing_imports(HEAD + source) == ()


def test_other_code_is_left_alone() -> None:
    """Without an import from Axon or Kamaelia a text is not a listing; a name that exists already is not missing."""
    assert missing_imports("OneShot()") == ()
    assert missing_imports("Axon.nothing_of_ours()") == ()
    assert missing_imports("class Axon: Component = 1\nAxon.Component") == ()
    assert missing_imports(HEAD + "OneShot()", {"OneShot"}) == ()


def test_a_file_that_is_run_is_a_listing() -> None:
    """A text that is said to be a listing needs no import from Axon or Kamaelia, unless it is one of kamlab's own."""
    assert missing_imports("OneShot()", is_listing=True) == (IMPORT_ONE_SHOT,)
    assert missing_imports("import kamlab\nOneShot()", is_listing=True) == ()
    assert missing_imports("from kamlab.parts import Chooser\nOneShot()", is_listing=True) == ()


def test_a_module_named_in_full_makes_a_listing() -> None:
    """Where a text names a module of Axon in full, the package is imported, and so is whatever else is missing."""
    source = "class Mine(Axon.Component.component): pass\nPipeline(Mine())"
    assert missing_imports(source) == ("import Axon", "from Kamaelia.Chassis.Pipeline import Pipeline")


def test_a_listing_from_a_file(tmp_path: Path) -> None:
    """``kamlab run`` adds the import, and says so on stderr."""
    path = tmp_path / "listing.py"
    path.write_text(HEAD + "print(Pipeline(OneShot('hello'), ConsoleEchoer()).run())\n")
    done = subprocess.run(
        [sys.executable, "-m", "kamlab", "run", str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("hello")
    assert "listing.py: This listing lacks imports, which were added: from Kamaelia.Util.Console import" in done.stderr
