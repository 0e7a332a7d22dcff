"""The panel in Firefox, which is driven by the standard protocol of browsers, WebDriver BiDi."""

from __future__ import annotations

import base64
import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kamlab
from browsers import SHOTS
from kamlab import Component, Pipeline
from kamlab.notebook.panel import web
from kamlab.notebook.panel.view_model import ViewModel
from kamlab.parts import DataSource, NullSink
from sampling import only_in_full

from .themes import THEMES

pytestmark = [pytest.mark.browser, only_in_full]
PIECES = ("controls", "graph", "timeline", "inboxes", "source", "story", "watch")
#: How long, in seconds, the browser may take for anything on a busy machine.
PATIENCE = 120


class Firefox:
    """One page of a Firefox without a window.

    Args:
        profile: a folder that the browser may write to.
    """

    def __init__(self, profile: Path) -> None:
        websocket = pytest.importorskip("websocket", reason="websocket-client is not installed")
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        if program is None:
            pytest.skip("there is no Firefox here: apt-get install firefox-esr")
        self.process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stderr is not None
        address = next(filter(None, (re.search(r"ws://\S+", line) for line in self.process.stderr)))[0]
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.socket = websocket.create_connection(f"{address}/session", timeout=PATIENCE, suppress_origin=True)
        self.number = 0
        #: What went wrong in the page.
        self.errors: list[str] = []
        self.call("session.new", capabilities={})
        self.page = self.call("browsingContext.getTree")["contexts"][0]["context"]
        self.call("session.subscribe", events=["log.entryAdded"])

    def call(self, method: str, **params: Any) -> Any:
        """Send a command and return its result."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "log.entryAdded" and answer["params"]["level"] == "error":
                self.errors.append(str(answer["params"]["text"]))
            if answer.get("id") == self.number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def go(self, address: str) -> None:
        """Load a page."""
        self.call("browsingContext.navigate", context=self.page, url=address, wait="complete")

    def value(self, expression: str) -> Any:
        """Return the value of an expression, awaited if it is a promise."""
        wrapped = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        answer = self.call("script.evaluate", expression=wrapped, target={"context": self.page}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def shoot(self, name: str) -> None:
        """Take a screenshot, if screenshots are wanted."""
        if SHOTS is not None:
            SHOTS.mkdir(parents=True, exist_ok=True)
            data = self.call("browsingContext.captureScreenshot", context=self.page)["data"]
            (SHOTS / f"firefox-{name}.png").write_bytes(base64.b64decode(data))

    def close(self) -> None:
        """End the browser."""
        self.socket.close()
        self.process.terminate()
        self.process.wait(PATIENCE)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve a bare page with the panel's script and style."""
    variables = "".join(f"{name}: {value};" for name, value in THEMES["light"].items())
    style = f":root {{{variables}}} body {{margin: 8px}} {web.style()}"
    (tmp_path / "index.html").write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style><body></body>")
    (tmp_path / "panel.js").write_text(web.module(), encoding="utf-8")
    (tmp_path / "model.js").write_bytes((Path(__file__).parent / "model.js").read_bytes())

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Print nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox."""
    started = Firefox(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


class Twice(Component):
    """Sends everything two times as large."""

    async def main(self) -> None:
        while True:
            self.send(2 * await self.receive())


def test_the_panel_works_in_firefox(firefox: Firefox, address: str) -> None:
    """Toolbar, graph with chips and timeline are drawn, a click sends its command, and nothing fails."""
    lab = kamlab.Lab(build=lambda: Pipeline(DataSource([1, 2]), Twice(), NullSink()).activate(), clock="virtual")
    lab.step(5)
    with lab.lock:
        scene, now = ViewModel(lab, PIECES).look()
    traits = json.dumps({"scene": scene, "now": now, "pieces": PIECES})
    firefox.go(address)
    firefox.value(f"import('./model.js').then(() => {{ window.show('one', {traits}, 1); return 1 }})")
    firefox.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
    firefox.shoot("panel")
    names = firefox.value("[...document.querySelectorAll('g[data-node]')].map(node => node.textContent)")
    assert len(names) == 4
    assert any("Twice" in name for name in names)
    assert firefox.value("document.querySelectorAll('.kamlab-chart .event, .kamlab-chart [data-event]').length") > 3
    inside = """[...document.querySelectorAll('.kamlab-panel button')].filter(button => button.checkVisibility())
        .every(button => button.getBoundingClientRect().right <= innerWidth)"""
    assert firefox.value(inside)
    firefox.value("[...document.querySelectorAll('.kamlab-panel button')].find(b => b.textContent === 'Step').click()")
    assert firefox.value("window.models.one.sent.at(-1).do") == "step"
    assert firefox.errors == []
    lab.stop()
