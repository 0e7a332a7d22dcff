"""``pip install kamlab`` without extras: what works, and what the error says where a package of an extra is needed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from environments import ROOT, Environment, build_wheel, make_environment

#: What every error about a missing package says.
REMEDY = 'pip install "kamlab[lab]"'
#: What kamlab requires in any case: the parser of HTTP, which itself requires nothing.
REQUIRED = ["h11>=0.16"]
#: The packages that kamlab imports where they are installed, and a part of the error that names each.
OPTIONAL = {
    "IPython": "%load_ext kamlab needs IPython",
    "anywidget": "needs anywidget",
    "ipywidgets": "a question with buttons needs ipywidgets",
    "matplotlib": "figures are drawn by matplotlib",
    "nbconvert": "the conversion of notebooks needs nbconvert",
    "nbgrader": "grading by nbgrader needs nbgrader",
    "nest_asyncio2": "nest_asyncio2 is not installed",
}
#: The modules of kamlab that cannot be imported without one of them, and which one.
NEED = {
    "kamlab.notebook.exploring.page": "anywidget",
    "kamlab.notebook.exploring.panel": "anywidget",
    "kamlab.notebook.extension": "IPython",
    "kamlab.notebook.magic_arguments": "IPython",
    "kamlab.notebook.nbgrader": "nbgrader",
    "kamlab.notebook.nested": "IPython",
    "kamlab.notebook.panel.page": "anywidget",
    "kamlab.notebook.panel.panel": "anywidget",
    "kamlab.notebook.question_widget": "ipywidgets",
    "kamlab.notebook.rerun": "IPython",
    "kamlab.notebook.stills": "nbconvert",
    "kamlab.notebook.system": "IPython",
}


class Bare(NamedTuple):
    """The wheel, and an environment in which only the wheel and what it requires in any case are installed."""

    wheel: Path
    environment: Environment
    folder: Path

    def value(self, program: str) -> Any:
        """Run a program in an empty folder and return what it prints as JSON."""
        return json.loads(self.environment.output("python", "-c", program, cwd=self.folder))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bare:
    """Build the wheel and install it without an extra."""
    folder = tmp_path_factory.mktemp("bare")
    wheel, environment = build_wheel(folder), make_environment(folder)
    environment.install("--no-deps", "--no-index", str(wheel))
    environment.install(*REQUIRED)
    empty = folder / "empty"
    empty.mkdir()
    return Bare(wheel, environment, empty)


def in_checkout(folder: str) -> set[str]:
    """Return the files below a folder of the checkout that belong to it, relative to the folder."""
    if not (ROOT / ".git").exists():
        ours = [path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file()]
        left_out = ("__pycache__", ".ipynb_checkpoints")
        return {path.as_posix() for path in ours if not any(part in left_out for part in path.parts)}
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT / folder, capture_output=True, check=True).stdout.decode()
    return {name for name in listed.split("\0") if name and (ROOT / folder / name).exists()}


# -- what is in the wheel ---------------------------------------------------------------------------------


def test_the_wheel_has_every_file_of_the_package_and_every_notebook(bare: Bare) -> None:
    """The wheel holds the files of the checkout's package and notebooks, byte for byte, and nothing else."""
    files = {f"kamlab/{name}": ROOT / "kamlab" / name for name in in_checkout("kamlab")}
    files |= {f"kamlab/_notebooks/{name}": ROOT / "notebooks" / name for name in in_checkout("notebooks")}
    assert {"kamlab/notebook/panel/web/graph.js", "kamlab/_notebooks/course/03-deadlock.ipynb"} <= set(files)
    with zipfile.ZipFile(bare.wheel) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
        assert packed == set(files)
        assert [name for name, path in files.items() if wheel.read(name) != path.read_bytes()] == []


def test_the_wheel_says_whose_the_listings_are(bare: Bare) -> None:
    """The license, and the notice that attributes the page's listings to Kamaelia, are in the wheel."""
    with zipfile.ZipFile(bare.wheel) as wheel:
        (notice,) = [wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/NOTICE")]
        assert [name for name in wheel.namelist() if name.endswith("/LICENSE")]
    assert "Copyright 2010 British Broadcasting Corporation and Kamaelia Contributors" in notice


def test_the_wheel_requires_one_package_without_an_extra(bare: Bare) -> None:
    """Each requirement that the wheel states belongs to an extra, except for h11."""
    with zipfile.ZipFile(bare.wheel) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        lines = wheel.read(name).decode().splitlines()
    required = [line for line in lines if line.startswith("Requires-Dist:")]
    assert required
    assert [line for line in required if "extra ==" not in line] == [f"Requires-Dist: {name}" for name in REQUIRED]


# -- what works without an extra --------------------------------------------------------------------------


def test_the_demo_runs(bare: Bare) -> None:
    """`kamlab demo` succeeds, both clients are sent the time, and no file is left behind."""
    done = bare.environment.run("kamlab", "demo", "--seconds", "0.2", cwd=bare.folder)
    assert done.returncode == 0, done.stderr
    assert "Ada reads '" in done.stdout
    assert "Ben reads '" in done.stdout
    assert "paused at step" in done.stdout
    assert "no component, port or thread is left" in done.stdout
    assert done.stderr == ""
    assert [*bare.folder.iterdir(), *bare.environment.home.iterdir()] == []


SYSTEM = """
import json
from kamlab import Component, Lab

class Count(Component):
    def main(self):
        for number in range(3):
            self.send(number)
            yield

class Show(Component):
    async def main(self):
        while True:
            await self.receive()

def system():
    count, show = Count().activate(), Show().activate()
    count.link((count, "outbox"), (show, "inbox"))
    return count

lab = Lab(clock="virtual", build=system)
lab.step(4)
"""


def test_everything_is_shown_as_text(bare: Bare) -> None:
    """Outside a notebook, the panel and each of its pieces is text."""
    pieces = ("controls", "graph", "inboxes", "source", "timeline", "story")
    program = f"print(json.dumps([str(lab.panel())] + [str(lab.panel(each)) for each in {pieces}]))"
    whole, *parts = bare.value(SYSTEM + program)
    assert "paused at step 4" in whole
    assert "Count_1" in whole
    assert all(parts)


def test_exercises_and_questions_work(bare: Bare) -> None:
    """In a terminal, kamlab.teach checks an exercise, asks a question, judges the answer and keeps the score."""
    program = """
from kamlab.teach import Quiz, Wrong, exercise, runs, score
from kamlab.teach.exercises.lost_update import check

@exercise("three", takes="a function that builds the system")
def three(build):
    for run in runs(build, 3):
        if not isinstance(run.made, Count):
            raise Wrong("It is not a Count.", run)

drawn = Quiz(lab, seed=1).ask()
drawn.step()
question = Quiz(lab, seed=1).who_runs_next()
question.answer(question.choices[0])
said = [bool(three(system)), three(lambda: Show().activate()).sentence, check().sentence, str(question), str(score())]
print(json.dumps(said))
"""
    right, wrong, nothing, question, total = bare.value(SYSTEM + program)
    assert right
    assert wrong == "It is not a Count."
    assert "Nothing was handed in" in nothing
    assert "Step 4. " in question
    assert total


# -- what the error says where an extra is needed ---------------------------------------------------------


def test_the_lab_command_names_the_extra(bare: Bare) -> None:
    """Without JupyterLab `kamlab lab` fails, says how to install it, and copies no notebook."""
    done = bare.environment.run("kamlab", "lab", cwd=bare.folder)
    assert done.returncode == 1
    assert "JupyterLab" in done.stderr
    assert REMEDY in done.stderr
    assert list(bare.folder.iterdir()) == []


def test_a_figure_names_the_extra_and_the_numbers_are_there_without_it(bare: Bare) -> None:
    """Without matplotlib `lab.figure()` raises NoMatplotlib, which says how to install it; its numbers need nothing."""
    program = """
from kamlab.views.figures import KINDS, queue_lengths
errors = []
for kind in KINDS:
    try:
        lab.figure(kind)
    except ImportError as error:
        errors.append((type(error).__name__, str(error)))
print(json.dumps([errors, str(queue_lengths(lab))]))
"""
    errors, numbers = bare.value(SYSTEM + program)
    assert {name for name, _ in errors} == {"NoMatplotlib"}
    assert len(errors) == 2
    assert all(OPTIONAL["matplotlib"] in text and REMEDY in text for _, text in errors)
    assert "Show_2" in numbers


def test_every_module_can_be_imported_or_names_the_package_and_the_extra(bare: Bare) -> None:
    """Only modules for notebooks need a package, and the error of each names the package and the extra."""
    program = """
import importlib, json, pkgutil
import kamlab
errors = {}
for module in pkgutil.walk_packages(kamlab.__path__, "kamlab."):
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        errors[module.name] = (type(error).__name__, str(error))
try:
    kamlab.load_ipython_extension(None)
except ImportError as error:
    errors["%load_ext"] = (type(error).__name__, str(error))
print(json.dumps(errors))
"""
    errors = bare.value(program)
    need = NEED | {"%load_ext": "IPython"}
    assert sorted(errors) == sorted(need)
    for place, (error, text) in errors.items():
        assert error == "NotInstalled"
        assert OPTIONAL[need[place]] in text, place
        assert ("pip install nbgrader" if need[place] == "nbgrader" else REMEDY) in text, place


#: A notebook whose kernel has IPython, and none of the other packages.
IPYTHON_ALONE = """
import json, sys
sys.modules |= dict.fromkeys(("anywidget", "ipywidgets", "matplotlib", "nest_asyncio2"))
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
shell.kernel = object()

def tried(cell):
    with capture_output() as captured:
        result = shell.run_cell(cell, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        return f"{type(error).__name__}: {error}"
    return captured.stdout + "".join(output.data["text/plain"] for output in captured.outputs)
"""


def test_in_a_notebook_without_the_other_packages_each_use_names_its_package_and_the_extra() -> None:
    """Where a kernel has IPython alone, %load_ext works; the panel, a figure and `nested on` name what they need."""
    pytest.importorskip("IPython", reason="IPython is not installed")
    program = """
cells = {
    "load": "%load_ext kamlab",
    "anywidget": "lab.panel()",
    "system": "%%kamlab --virtual\\nfrom kamlab.parts import DataSource\\nfor _ in range(2):\\n"
              "    DataSource([1, 2]).activate()",
    "matplotlib": "lab.figure()",
    "nest_asyncio2": "async def on():\\n    get_ipython().run_line_magic('kamlab', 'nested on')\\nawait on()",
    "question": "from kamlab.teach import Quiz\\nlab.step(1)\\nQuiz(lab, seed=1).who_runs_next()",
}
print(json.dumps({name: tried(cell) for name, cell in cells.items()}))
"""
    command = [sys.executable, "-c", IPYTHON_ALONE + program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["load"] == ""
    for package in ("anywidget", "matplotlib", "nest_asyncio2"):
        assert OPTIONAL[package] in said[package], said[package]
        assert REMEDY in said[package], said[package]
    assert OPTIONAL["anywidget"] in said["system"]
    assert "Step 1. " in said["question"]


def test_no_other_package_is_imported() -> None:
    """Each package that any module of kamlab imports is one whose absence is tested here."""
    found: set[str] = set()
    for path in (ROOT / "kamlab").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {each.name.partition(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    others = found - set(sys.stdlib_module_names) - {"kamlab", "pyodide"}  # the latter is there in a browser only
    brought = {"traitlets", "nbclient", "nbformat"}  # by anywidget, and by nbgrader
    assert others == {*OPTIONAL, "h11", *brought}
