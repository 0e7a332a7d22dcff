"""A real JupyterLab, and a real Chromium that looks at it.

Chromium is the system's (Debian: ``apt-get install chromium``), not one that playwright downloads.
Set KAMLAB_CHROMIUM to use another one, and KAMLAB_SHOTS to a folder to get screenshots. Everything
is done by JupyterLab's own commands, because keystrokes get lost in a page that is still loading.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("KAMLAB_CHROMIUM") or shutil.which("chromium") or ""
#: Where screenshots go: what a test wants to show, and how each page looked at the end.
SHOTS = Path(os.environ["KAMLAB_SHOTS"]) if os.environ.get("KAMLAB_SHOTS") else None
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: User settings: no news, no update check, no completions popping up over cells, and every cell in the page.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
    "completer-extension/manager": {"autoCompletion": False},
}

_READY = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const notebook = app.shell.currentWidget;
    await notebook.context.ready;
    await notebook.sessionContext.ready;
    await notebook.sessionContext.session.kernel.info;
}"""


@dataclass
class Server:
    """A running JupyterLab."""

    url: str
    token: str
    root: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab with settings, state and files in a folder of its own."""
    if not CHROMIUM:
        pytest.skip("there is no chromium here: apt-get install chromium, or set KAMLAB_CHROMIUM")
    if SHOTS is not None:
        SHOTS.mkdir(parents=True, exist_ok=True)
    home = tmp_path_factory.mktemp("jupyter")
    root = home / "work"
    root.mkdir()
    for plugin, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        **{f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")},
    }
    port, token = _free_port(), uuid.uuid4().hex
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    log = home / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(process, f"{url}/api/status?token={token}", log)
            yield Server(url, token, root)
        finally:
            process.send_signal(signal.SIGTERM)  # it ends its kernels as well
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=2).read()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def _rgba(colour: str) -> tuple[float, ...]:
    numbers = [float(number) for number in re.findall(r"[\d.]+", colour)]
    return tuple(numbers) if len(numbers) == 4 else (*numbers, 1.0)


def _luminance(colour: tuple[float, ...]) -> float:
    shares = [part / 255 for part in colour[:3]]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class Notebook:
    """A notebook that is open in JupyterLab.

    Args:
        page: the browser's page.
        name: the first part of the names of screenshots.
    """

    def __init__(self, page: Any, name: str) -> None:
        self.page = page
        self._name = name

    def run_all(self) -> None:
        """Run all cells; returns when the last one is done."""
        self.command("notebook:run-all-cells")

    def run_cell(self, index: int) -> None:
        """Run one cell; returns when it is done."""
        self.page.evaluate(
            """async index => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = index;
                notebook.deselectAll();
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def start_cell(self, index: int) -> None:
        """Begin to run a cell; returns at once."""
        self.page.evaluate(
            """index => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = index;
                notebook.deselectAll();
                window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def contrast(self, element: Any) -> float:
        """Return the ratio of luminance between an element's text and what is behind it."""
        colours = element.evaluate(
            """element => {
                const colours = [getComputedStyle(element).color];
                for (let each = element; each; each = each.parentElement)
                    colours.push(getComputedStyle(each).backgroundColor);
                return colours;
            }"""
        )
        text, *behind = [_rgba(colour) for colour in colours]
        ground = next(colour for colour in [*behind, (255, 255, 255, 1)] if colour[3] == 1)
        lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    def command(self, name: str, **arguments: Any) -> None:
        """Carry out one of JupyterLab's commands."""
        self.page.evaluate("([name, args]) => window.jupyterapp.commands.execute(name, args)", [name, arguments])

    def theme(self, name: str) -> None:
        """Change the theme."""
        self.command("apputils:change-theme", theme=name)
        light = "false" if "Dark" in name else "true"
        self.page.wait_for_function(
            f"document.body.dataset.jpThemeLight === '{light}' && !document.querySelector('#jupyterlab-splash')"
        )

    def output(self, index: int) -> Any:
        """Return the output area of a cell."""
        return (
            self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-cell")
            .nth(index)
            .locator(".jp-Cell-outputArea")
        )

    def button(self, name: str) -> Any:
        """Return a button of a live view."""
        return self.page.get_by_role("button", name=name, exact=True).first

    def errors(self) -> list[str]:
        """Return the errors that cells have raised, and what they wrote to stderr."""
        kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
        found = self.page.locator(", ".join(f".jp-OutputArea [data-mime-type='{kind}']" for kind in kinds))
        return list(found.all_inner_texts())

    def shoot(self, name: str) -> None:
        """Take a screenshot, where screenshots are wanted."""
        if SHOTS is not None:
            self.page.screenshot(path=SHOTS / f"{self._name}-{name}.png")


@pytest.fixture
def page(server: Server, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page of the browser."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    if SHOTS is not None:
        page.screenshot(path=SHOTS / f"{request.node.name}-last.png")
    context.close()


@pytest.fixture
def open_notebook(server: Server, page: Any, request: pytest.FixtureRequest) -> Any:
    """Open a notebook, given as a file or as the code of its cells."""

    def open_it(what: Path | list[str]) -> Notebook:
        nbformat = pytest.importorskip("nbformat")
        name = f"{request.node.name[:40]}-{uuid.uuid4().hex[:6]}.ipynb"
        if isinstance(what, Path):
            shutil.copyfile(what, server.root / name)
        else:
            kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
            cells = [nbformat.v4.new_code_cell(code) for code in what]
            notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
            nbformat.write(notebook, server.root / name)
        workspace = f"auto-{uuid.uuid4().hex[:6]}"
        page.goto(f"{server.url}/lab/workspaces/{workspace}/tree/{name}?token={server.token}&reset")
        page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
        page.evaluate(_READY)
        notebook = Notebook(page, request.node.name)
        notebook.theme("JupyterLab Light")
        return notebook

    return open_it
