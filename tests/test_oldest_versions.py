"""kamlab with the oldest versions that the extra ``lab`` admits: each lower bound in pyproject.toml works."""

from __future__ import annotations

import json
import re
import shutil
import tomllib

import pytest

from environments import ROOT, Environment, build_wheel, make_environment
from sampling import only_in_full

pytestmark = [only_in_full, pytest.mark.slow, pytest.mark.timeout(900)]


def lower_bounds() -> dict[str, str]:
    """Return the packages of the extra ``lab``, each with its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = {}
    for requirement in project["optional-dependencies"]["lab"]:
        match = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement)
        assert match, f"{requirement} is not of the form name>=version"
        bounds[match[1]] = match[2]
    return bounds


@pytest.fixture(scope="module")
def oldest(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Install the wheel with the lowest versions that its extra admits."""
    folder = tmp_path_factory.mktemp("oldest")
    wheel, environment = build_wheel(folder), make_environment(folder)
    pins = [f"{package}=={version}" for package, version in lower_bounds().items()]
    environment.install(f"{wheel}[lab]", *pins, "pytest", "pytest-timeout")
    return environment


def test_the_oldest_versions_are_installed(oldest: Environment) -> None:
    """What the tests of this module run with are the lower bounds themselves."""
    program = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    bounds = lower_bounds()
    found = json.loads(oldest.output("python", "-c", program, *bounds, cwd=oldest.home))
    assert {package: _parts(version) for package, version in found.items()} == {
        package: _parts(version) for package, version in bounds.items()
    }


def _parts(version: str) -> list[int]:
    """Return the numbers of a version without the zeros at its end, which do not count."""
    return [int(each) for each in re.sub(r"(\.0)+$", "", version).split(".")]


def test_the_demo_runs(oldest: Environment) -> None:
    """`kamlab demo` succeeds."""
    assert "no component, port or thread is left" in oldest.output(
        "kamlab", "demo", "--seconds", "0.2", cwd=oldest.home
    )


def test_the_extensions_of_jupyterlab_are_enabled(oldest: Environment) -> None:
    """JupyterLab finds the extensions that show widgets, and takes them to be of versions that it can load."""
    done = oldest.run("jupyter", "labextension", "list", cwd=oldest.home)
    listed = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)
    for name in ("anywidget", "@jupyter-widgets/jupyterlab-manager"):
        assert re.search(rf"{name} v\S+ enabled OK", listed), listed


@pytest.mark.parametrize("name", ["start.ipynb", "course/01-lost-update.ipynb"])
def test_a_notebook_runs(oldest: Environment, name: str) -> None:
    """A notebook runs from top to bottom."""
    copy = oldest.home / "notebooks"
    if not copy.exists():
        shutil.copytree(ROOT / "notebooks", copy)
    path = copy / name
    oldest.output("jupyter", "execute", path.name, cwd=path.parent, timeout=300)


def test_every_figure_can_be_saved(oldest: Environment) -> None:
    """Each kind of figure is drawn and written as PNG and as PDF."""
    program = """
from kamlab import Lab, Pipeline
from kamlab.parts import DataSource, PassThrough
from kamlab.views.figures import KINDS
with Lab(clock="virtual") as lab:
    Pipeline(DataSource([1, 2, 3]), PassThrough()).activate()
    lab.step(20)
    for kind in KINDS:
        for form in ("png", "pdf"):
            lab.figure(kind).savefig(f"{kind}.{form}")
print(*KINDS)
"""
    kinds = oldest.output("python", "-c", program, cwd=oldest.home).split()
    assert len(kinds) == 2
    for kind in kinds:
        assert (oldest.home / f"{kind}.png").read_bytes().startswith(b"\x89PNG")
        assert (oldest.home / f"{kind}.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("module", ["panel", "extension", "nested", "prints", "progress", "questions"])
def test_the_tests_of_the_notebook_side_pass(oldest: Environment, module: str) -> None:
    """The tests of the panel and of what needs a kernel pass, and none of them is skipped."""
    # Not in the root of the checkout, where a kernel would import the checkout's kamlab instead of the wheel's.
    path = f"notebook/test_{module}.py"
    done = oldest.run("pytest", "-q", "-p", "no:cacheprovider", path, cwd=ROOT / "tests", timeout=600)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert re.search(r"^\d+ passed in ", done.stdout, re.MULTILINE), done.stdout[-500:]
