"""Front ends other than Jupyter's own: marimo, Google Colab, Voila, and slides without a kernel."""

from __future__ import annotations

import re
import subprocess
import sys
import types
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from kamlab import Lab, Pipeline
from kamlab.parts import DataSource, NullSink
from kamlab.views.dashboard import Dashboard

pytest.importorskip("anywidget", reason="anywidget is not installed")

from kamlab.notebook.colab import enable_widgets
from kamlab.notebook.panel.panel import Panel

LESSON = """
from kamlab import Lab, Pipeline
from kamlab.parts import DataSource, NullSink
lab = Lab(clock="virtual")
Pipeline(DataSource([1, 2, 3]), NullSink()).activate(lab)
lab.step(2)
"""


@pytest.fixture
def marimo(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module with as much of marimo as a panel uses."""
    module: Any = types.ModuleType("marimo")
    module.running_in_notebook = lambda: True
    module.ui = types.SimpleNamespace(anywidget=lambda widget: ("element", widget))
    monkeypatch.setitem(sys.modules, "marimo", module)
    return module


def _lab() -> Lab:
    lab = Lab(clock="virtual")
    Pipeline(DataSource([1, 2, 3]), NullSink()).activate(lab)
    return lab


def test_a_panel_is_live_in_marimo(marimo: Any) -> None:
    """In a notebook of marimo lab.panel() is a panel, which displays itself as marimo's element for its widget."""
    with _lab() as lab:
        panel: Any = lab.panel()
        assert isinstance(panel, Panel)
        assert panel._display_() == ("element", panel.page)
        panel.close()


def test_a_script_that_imports_marimo_is_no_notebook(marimo: Any) -> None:
    """Run as a script, a notebook of marimo gets the static view."""
    marimo.running_in_notebook = lambda: False
    with _lab() as lab:
        assert isinstance(lab.panel(), Dashboard)


def test_colab_is_told_to_show_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Colab its manager of custom widgets is enabled, and disabled when the extension is unloaded."""
    done: list[str] = []
    output: Any = types.ModuleType("google.colab.output")
    output.enable_custom_widget_manager = lambda: done.append("on")
    output.disable_custom_widget_manager = lambda: done.append("off")
    for name in ("google", "google.colab"):
        module = types.ModuleType(name)
        module.__path__ = []
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "google.colab.output", output)
    enable_widgets()()
    assert done == ["on", "off"]


def test_elsewhere_colab_is_not_imported() -> None:
    """Outside of Colab nothing is done."""
    assert enable_widgets()() is None
    assert "google.colab" not in sys.modules


def test_the_extension_enables_widgets_in_colab(kernel: Any) -> None:
    """``%load_ext kamlab`` does it, in a kernel with a module google.colab."""
    kernel.run(
        "import sys, types\n"
        "done, names = [], ('google', 'google.colab', 'google.colab.output')\n"
        "for name in names:\n"
        "    sys.modules[name] = types.ModuleType(name)\n"
        "    sys.modules[name].__path__ = []\n"
        "sys.modules[names[-1]].enable_custom_widget_manager = lambda: done.append('on')\n"
        "sys.modules[names[-1]].disable_custom_widget_manager = lambda: done.append('off')\n"
        "%unload_ext kamlab\n%load_ext kamlab"
    )
    assert kernel.value("done") == ["on"]
    kernel.run("%unload_ext kamlab\nfor name in names: del sys.modules[name]")
    assert not kernel.run("%load_ext kamlab").error


def test_slides_have_the_still(tmp_path: Path) -> None:
    """A panel is in slides once, as a still; the slides load no script for widgets."""
    nbconvert = pytest.importorskip("nbconvert")
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    from kamlab.notebook.stills import OnlyStills

    cells = [nbformat.v4.new_code_cell(code) for code in ("%load_ext kamlab", LESSON, "lab.panel()")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=60, resources=where).execute()
    assert "widgets" in notebook.metadata
    slides, _ = nbconvert.SlidesExporter(preprocessors=[OnlyStills]).from_notebook_node(notebook)
    assert len(re.findall(r'class="[^"]*kamlab-still', slides)) == 1
    assert "application/vnd.jupyter.widget" not in slides
    assert "html-manager" not in slides


def test_voila_serves_a_page_with_the_panel(tmp_path: Path, free_port: Any) -> None:
    """Where Voila is installed, the page that it makes of a notebook has the panel's widget in it."""
    pytest.importorskip("voila", reason="Voila is not installed")
    nbformat = pytest.importorskip("nbformat")
    cells = [nbformat.v4.new_code_cell(code) for code in ("%load_ext kamlab", LESSON, "lab.panel()")]
    path, port = tmp_path / "lesson.ipynb", free_port()
    with path.open("w", encoding="utf-8") as file:
        nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    command = [sys.executable, "-m", "voila", "--no-browser", f"--port={port}", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            for said in server.stdout:
                if "running at" in said:
                    break
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=120) as answer:
                page = answer.read().decode()
        finally:
            server.terminate()
    assert "application/vnd.jupyter.widget-view+json" in page
    assert "kamlab-panel" in page or "kamlab panel" in page
