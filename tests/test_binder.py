"""The configuration for Binder: what repo2docker does with it, done here in a fresh environment.

repo2docker's own rules are followed: when there is a folder ``binder``, only what is in it counts; a line of
requirements.txt that begins with a dot is installed after the repository has been copied, from its root; postBuild
is made executable and run there. What differs is that this Python stands in for conda's, if the one that
runtime.txt names is not on this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sampling import FULL

ROOT = Path(__file__).parent.parent
BINDER = ROOT / "binder"
#: The hash of the inputs of the last image that worked.
KEPT = Path(__file__).with_name("binder_inputs.txt")
#: Where the links to Binder lead.
START = "notebooks/start.ipynb"
#: What repo2docker would take before requirements.txt.
STRONGER = ("environment.yml", "environment.yaml", "Pipfile", "Pipfile.lock", "Dockerfile", "install.R", "Project.toml")
#: The versions of Python that repo2docker brings an environment for, and which kamlab can be tested with.
KNOWN = ("3.11", "3.12", "3.13", "3.14")
PATIENCE = 60


class Image(NamedTuple):
    """What was built: a copy of the repository, and an environment in which it is installed."""

    root: Path
    bin: Path
    environment: dict[str, str]

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Run a command in it, and return what it prints."""
        return checked(command, cwd or self.root, self.environment)


def checked(command: tuple[str, ...], cwd: Path, environment: dict[str, str]) -> str:
    """Run a command that must go well, and return what it prints."""
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, f"{command}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def copy_of_repository(target: Path) -> Path:
    """Copy what a fresh checkout would have; files that git does not know yet are part of it."""
    if not (ROOT / ".git").exists():
        ignore = shutil.ignore_patterns(".*", "__pycache__", "venv", "dist", "build")
        return Path(shutil.copytree(ROOT, target, ignore=ignore))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        with contextlib.suppress(FileNotFoundError):  # deleted, and git does not know yet
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target


def python_for_image() -> str:
    """Return the Python that runtime.txt names, or this one where it is missing."""
    wanted = (BINDER / "runtime.txt").read_text().strip().replace("-", "")
    found = shutil.which(wanted)
    works = found and subprocess.run([found, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0
    return found if found and works else sys.executable


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Build it, in the order in which repo2docker does."""
    pytest.importorskip("jupyterlab", reason="without a JupyterLab here, none can be expected there")
    folder = tmp_path_factory.mktemp("binder")
    root, venv, home = copy_of_repository(folder / "repository"), folder / "environment", folder / "home"
    home.mkdir()
    unwanted = ("PYTHON", "JUPYTER", "IPYTHON", "PYTEST", "VIRTUAL_ENV", "KAMLAB", "XDG", "MPL")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    clean["PATH"] = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    checked((python_for_image(), "-m", "venv", str(venv)), folder, clean)
    checked(("pip", "install", "--quiet", "-r", "binder/requirements.txt"), root, clean)
    made = Image(root, venv / "bin", {**clean, "HOME": str(home)})
    post_build = root / "binder" / "postBuild"
    post_build.chmod(0o755)
    made.run("./binder/postBuild")
    return made


class Server(NamedTuple):
    """A Jupyter server of the image."""

    url: str
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask its API."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    async def execute(self, kernel: str, code: str) -> list[Any]:
        """Execute a cell as a page does, and return the contents of the messages that come until it is done."""
        from tornado.websocket import websocket_connect

        socket = await websocket_connect(
            f"{self.url.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?token={self.token}"
        )
        mine = uuid.uuid4().hex
        header = {"msg_id": mine, "msg_type": "execute_request", "session": "s", "username": "u", "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        await socket.write_message(json.dumps(message))
        found: list[Any] = []
        while not any(content.get("execution_state") == "idle" for content in found):
            text = await asyncio.wait_for(socket.read_message(), PATIENCE)
            assert text is not None, f"the server has closed the connection after {found}"
            answer = json.loads(text)
            if answer["parent_header"].get("msg_id") == mine and answer["channel"] == "iopub":
                found.append(answer["content"])
        socket.close()
        return found


@pytest.fixture
def server(image: Image, tmp_path: Path) -> Iterator[Server]:
    """Start one, at any port that is free, in the root of the repository as Binder does; it is ended by its id."""
    token, runtime, log = uuid.uuid4().hex, tmp_path / "runtime", tmp_path / "server.log"
    runtime.mkdir(mode=0o700)
    command = [str(image.bin / "jupyter"), "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += ["--ServerApp.port=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={image.root}"]
    environment = {**image.environment, "JUPYTER_RUNTIME_DIR": str(runtime)}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, cwd=image.root, env=environment, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL
        )
    try:
        yield Server(f"http://127.0.0.1:{port_of(process, runtime, log)}", token)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def port_of(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> int:
    """Wait until a server has said where it listens, and answers there."""
    deadline = time.monotonic() + PATIENCE
    file = runtime / f"jpserver-{process.pid}.json"
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            port = int(json.loads(file.read_text())["port"])
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5).read()
            return port
        time.sleep(0.1)
    raise AssertionError(f"the server has not started:\n{log.read_text()[-3000:]}")


def first_code(notebook: Any) -> str:
    """Return the source of the first code cell."""
    source = next(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    return "".join(source)  # in a file it is a list of lines


def inputs_of_the_image() -> str:
    """Return a hash of what decides the image: binder's files, the package's dependencies, and what is run in it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    parts = {name: project[name] for name in ("build-system", "project")}
    parts["project"]["optional-dependencies"] = parts["project"]["optional-dependencies"]["lab"]
    files = [*sorted(BINDER.iterdir()), ROOT / "notebooks" / "start.ipynb", ROOT / "kamlab" / "__main__.py"]
    texts = [json.dumps(parts, sort_keys=True), *(path.read_text() for path in files)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


#: The image takes a minute to build, so it is built only where this hash is not the one of the last image that worked.
UNCHANGED = KEPT.exists() and KEPT.read_text().strip() == inputs_of_the_image()
in_the_image = pytest.mark.skipif(
    UNCHANGED and not FULL, reason="nothing has changed since the last image that worked; .ci/full builds it"
)


def test_only_what_is_known_here_decides_the_image() -> None:
    """repo2docker takes requirements.txt only where no stronger file is beside it, and only one folder counts."""
    assert sorted(path.name for path in BINDER.iterdir()) == ["postBuild", "requirements.txt", "runtime.txt"]
    assert not [name for name in STRONGER if (BINDER / name).exists()]
    assert not (ROOT / ".binder").exists()


def test_the_package_is_installed_as_it_is_checked_out() -> None:
    """The one requirement is the repository itself, with what the notebooks need; it names no other version of it."""
    lines = [line.partition("#")[0].strip() for line in (BINDER / "requirements.txt").read_text().splitlines()]
    assert [line for line in lines if line] == [".[lab]"]


def test_the_python_is_one_that_both_take() -> None:
    """runtime.txt is needed (repo2docker's own Python is too old), and names a version that kamlab admits."""
    name, _, version = (BINDER / "runtime.txt").read_text().strip().partition("-")
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert name == "python"
    assert version in KNOWN
    assert tuple(map(int, version.split("."))) >= tuple(map(int, needed.split(".")))


def test_post_build_fails_where_one_of_its_commands_does() -> None:
    """Without `set -e` repo2docker would keep an image that does not work."""
    first, *lines = (BINDER / "postBuild").read_text().splitlines()
    assert first == "#!/bin/bash"
    assert any(line.startswith("set -e") for line in lines)
    assert os.access(BINDER / "postBuild", os.X_OK)


@in_the_image
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_installed_is_this_checkout(image: Image) -> None:
    """In a session's folder, kamlab comes from the environment, with the notebooks, and is the one that is here."""
    program = "import kamlab, pathlib; print(pathlib.Path(kamlab.__file__).resolve().parent)"
    installed = Path(image.run("python", "-c", program, cwd=image.root / "notebooks").strip())
    assert image.bin.parent.resolve() in installed.parents
    names = [path.relative_to(image.root / "kamlab") for path in (image.root / "kamlab").rglob("*.py")]
    assert names
    for name in names:
        assert (installed / name).read_bytes() == (image.root / "kamlab" / name).read_bytes()


@in_the_image
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_server_of_the_image_has_the_start_page_and_runs_its_first_cell(image: Image, server: Server) -> None:
    """Jupyter gives the page that the links lead to, and a kernel that a session starts executes its first cell."""
    page = server.ask("GET", f"/api/contents/{START}")
    assert page["content"]["nbformat"] == 4
    assert first_code(page["content"]) == first_code(json.loads((image.root / START).read_text()))
    asked = {"path": START, "type": "notebook", "name": "start.ipynb", "kernel": {"name": "python3"}}
    session = server.ask("POST", "/api/sessions", asked)
    messages = asyncio.run(server.execute(session["kernel"]["id"], first_code(page["content"])))
    assert not [content for content in messages if "ename" in content]
    answer = asyncio.run(server.execute(session["kernel"]["id"], "import kamlab, sys; print(sys.prefix)"))
    assert {content["text"].strip() for content in answer if "text" in content} == {str(image.bin.parent)}
    server.ask("DELETE", f"/api/sessions/{session['id']}")


@in_the_image
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_start_page_runs_in_the_image(image: Image) -> None:
    """With nothing but what the image has, the start page runs from top to bottom."""
    name = Path(START).name
    image.run("jupyter", "execute", name, cwd=image.root / "notebooks")


@in_the_image
def test_the_image_that_worked_is_remembered(request: pytest.FixtureRequest) -> None:
    """After the tests above have passed, ``KAMLAB_RENEW=1`` keeps the hash of what they were run with."""
    if os.environ.get("KAMLAB_RENEW") == "1" and not request.session.testsfailed:
        KEPT.write_text(inputs_of_the_image() + "\n")
    how = "KAMLAB_RENEW=1 python -m pytest tests/test_binder.py"
    assert KEPT.read_text().strip() == inputs_of_the_image(), f"the image's inputs have changed: {how}"
