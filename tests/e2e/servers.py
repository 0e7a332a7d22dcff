"""The servers: JupyterLab or Notebook 7, with settings, state and files in a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: The front ends, by the name of the module that is run.
MODULES = {"lab": "jupyterlab", "notebook": "notebook"}
#: User settings: no news, no update check, no completions popping up over cells, and every cell in the page.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
    "completer-extension/manager": {"autoCompletion": False},
}
#: Seconds that a server may take to start, and to end.
START_PATIENCE = 60
END_PATIENCE = 20


@dataclass
class Server:
    """A running server.

    Args:
        front: "lab" or "notebook".
        url: where it listens.
        token: what it wants to be told.
        root: the folder that it serves.
    """

    front: str
    url: str
    token: str
    root: Path
    process: subprocess.Popen[bytes]

    def address(self, name: str) -> str:
        """Return the address of a page that shows this notebook, and nothing that was open before."""
        if self.front == "notebook":
            return f"{self.url}/notebooks/{name}?token={self.token}"
        return f"{self.url}/lab/workspaces/auto-{uuid.uuid4().hex[:6]}/tree/{name}?token={self.token}&reset"

    def end_sessions(self, name: str) -> None:
        """End the kernel of a notebook."""
        for session in json.loads(self._ask("GET", "/api/sessions")):
            if session["path"] == name:
                self._ask("DELETE", f"/api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(f"{self.url}{path}?token={self.token}", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            body: bytes = answer.read()
        return body

    def close(self) -> None:
        """End it, and its kernels with it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(front: str, home: Path) -> Server:
    """Start a server, whose everything is in ``home``, and wait until it answers."""
    root = home / "work"
    root.mkdir()
    for plugin, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    port, token = _free_port(), uuid.uuid4().hex
    command = [sys.executable, "-m", MODULES[front], "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += [f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    log = home / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(command, env=_environment(home), stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
    server = Server(front, f"http://127.0.0.1:{port}", token, root, process)
    try:
        _wait_for(server, log)
    except BaseException:
        server.close()
        raise
    return server


def _environment(home: Path) -> dict[str, Any]:
    return {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        **{f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")},
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            urllib.request.urlopen(f"{server.url}/api/status?token={server.token}", timeout=2).read()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{MODULES[server.front]} did not start:\n{log.read_text()[-3000:]}")
