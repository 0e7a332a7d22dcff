"""A cell is run again in a real front end, which tells cells apart by their ids."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from .panels import Panel

pytestmark = pytest.mark.browser

LOAD = "%load_ext kamlab\nimport kamlab, socket"
SERVER = """
from kamlab import Backplane, Pipeline, SimpleServer, SubscribeTo
from kamlab.parts import PassThrough
Backplane("NEWS").activate()
SimpleServer(protocol=lambda **who: SubscribeTo("NEWS"), port=PORT).run()
"""
READER = "_ = PassThrough().activate()"
NAMES = "sorted(type(component).__name__ for component in kamlab.current())"


def test_a_listing_s_cell_is_run_twice(open_notebook: Any) -> None:
    """Run twice without a magic, a cell has one server at its port and one panel; a cell of equal text is another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    notebook = open_notebook([LOAD, SERVER.replace("PORT", str(port)), READER, READER])
    notebook.run_all()
    assert notebook.errors() == []
    once = notebook.value(NAMES)
    assert once.count("PassThrough") == 2
    notebook.run_cell(1)
    notebook.run_cell(2)
    assert notebook.errors() == []
    assert notebook.value(NAMES) == once
    text = "kamlab: this cell is run again; what it made before is stopped: "
    assert f"{text}NEWS, SimpleServer_2" in notebook.output(1).inner_text()
    assert f"{text}PassThrough_" in notebook.output(2).inner_text()
    assert text not in notebook.output(3).inner_text()
    assert notebook.value(f"socket.create_connection(('127.0.0.1', {port}), timeout=10).close()") is None
    panel = Panel(notebook.page, notebook.output(1).locator(".kamlab-panel"))
    panel.wait("running")
    assert panel.root.count() == 1


def test_two_notebooks_want_one_port(open_notebook: Any) -> None:
    """The second notebook's server takes the next free port, says so in one line, and redirects its clients."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = SERVER.replace("PORT", str(port))
    first = open_notebook([LOAD, code])
    first.run_all()
    assert first.errors() == []
    client = (
        "from kamlab import TCPClient\nclient = TCPClient('localhost', PORT).activate()\n"
        "import time; deadline = time.monotonic() + 20\n"
        "while not getattr(client.adapter, 'peer', None) and time.monotonic() < deadline: time.sleep(0.01)"
    )
    second = open_notebook([LOAD, code, client.replace("PORT", str(port))])
    second.run_all()
    (said,) = second.errors()
    assert said.startswith(f"kamlab: port {port} is taken by another program; the server listens at ")
    assert said.strip().count("\n") == 0
    moved = second.value("kamlab.current()['SimpleServer'].port")
    assert moved > port
    assert second.value("client.adapter.peer").endswith(f" to 127.0.0.1:{moved}")
