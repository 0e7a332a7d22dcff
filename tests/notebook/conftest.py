"""A kernel, and a shell, to try the notebook side in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

import pytest


@dataclass
class Result:
    """What executing a piece of code gave."""

    stdout: str = ""
    stderr: str = ""
    value: str = ""
    error: str = ""
    displayed: list[dict[str, Any]] = field(default_factory=list)


class Kernel:
    """A real ipykernel in a process of its own."""

    def __init__(self) -> None:
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager()
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def send(self, code: str, cell: str | None = None) -> str:
        """Begin to execute a cell, with this id if one is given; returns the number of the request."""
        if cell is None:
            return str(self.client.execute(code))
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": True}
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def result(self, request: str, timeout: float = 30) -> Result:
        """Wait for the end of a cell and return what it gave."""
        result = Result()
        deadline = time.monotonic() + timeout
        while True:
            assert time.monotonic() < deadline, f"the cell has not ended within {timeout} s"
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    setattr(result, content["name"], getattr(result, content["name"]) + content["text"])
                case "execute_result":
                    result.value = content["data"]["text/plain"]
                    result.displayed.append(content["data"])
                case "display_data":
                    result.displayed.append(content["data"])
                case "error":
                    result.error = f"{content['ename']}: {content['evalue']}\n" + "\n".join(content["traceback"])
                case "status" if content["execution_state"] == "idle":
                    return result

    def wait_for_output(self, text: str, timeout: float = 30) -> None:
        """Wait until a cell has printed something; what was printed until then is read and gone."""
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["msg_type"] == "stream" and text in message["content"]["text"]:
                return

    def run(self, code: str, timeout: float = 30, cell: str | None = None) -> Result:
        """Execute a cell and return what it gave."""
        return self.result(self.send(code, cell), timeout)

    def value(self, code: str) -> Any:
        """Execute a cell and return the value of its last expression, which must be a literal."""
        import ast

        result = self.run(code)
        assert not result.error, result.error
        return ast.literal_eval(result.value)

    def strays(self, seconds: float = 0.5) -> str:
        """Return what is printed within so many seconds though no cell is being executed."""
        text = ""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = self.client.get_iopub_msg(timeout=left)
            except Empty:
                break
            if message["msg_type"] == "stream":
                text += message["content"]["text"]
        return text

    def interrupt(self) -> None:
        """Press the stop button."""
        self.manager.interrupt_kernel()

    def close(self) -> None:
        """End the process."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def one_kernel() -> Iterator[Kernel]:
    """A kernel for all tests of a module."""
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    kernel = Kernel()
    yield kernel
    kernel.close()


@pytest.fixture(scope="module")
def fresh() -> Iterator[Any]:
    """A kernel as kamlab lab starts it."""
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    from kamlab.__main__ import JUPYTER

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(JUPYTER))
        kernel = Kernel()
        yield kernel
        kernel.close()


@pytest.fixture
def kernel(one_kernel: Kernel) -> Iterator[Kernel]:
    """The module's kernel, with kamlab freshly loaded; afterwards it is unloaded and the names are forgotten."""
    loaded = one_kernel.run("import time, threading, socket, gc, sys\nimport kamlab\n%load_ext kamlab")
    assert not loaded.error, loaded.error
    yield one_kernel
    one_kernel.run("%unload_ext kamlab\n%reset -f")


@pytest.fixture
def shell() -> Iterator[Any]:
    """An IPython without a kernel, as in a terminal."""
    interactive = pytest.importorskip("IPython.core.interactiveshell", reason="IPython is not installed")
    shell = interactive.InteractiveShell.instance()
    shell.reset()
    yield shell
    shell.run_line_magic("unload_ext", "kamlab")
    interactive.InteractiveShell.clear_instance()
