"""Run scenarios in Pyodide, and read what their cells have put out."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from .preparing import HERE, ROOT, find_node, prepare

#: Timeout of all scenarios together, in seconds.
PATIENCE = 120
#: How much of what node writes to stderr is shown when a scenario is missing, in characters.
LOG = 3000

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")

#: ``{"cell": code}``, or ``{"message": content}`` from the page to the panel that was displayed last.
Step = Mapping[str, Any]


class Result:
    """The result of one step: an error or none, and the outputs."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.outputs: list[dict[str, Any]] = given["outputs"]
        self.error = ""
        if given["status"] != "ok":
            kind = re.sub(r"<class '(.*)'>", r"\1", given["ename"])
            self.error = f"{kind}: {given['evalue']}"
        self.traceback = _COLOURS.sub("", "\n".join(given.get("traceback") or ()))

    @property
    def printed(self) -> str:
        """What was printed to stdout."""
        return self._stream("stdout")

    @property
    def complained(self) -> str:
        """What was printed to stderr."""
        return self._stream("stderr")

    @property
    def value(self) -> str:
        """The value of the cell's last expression, as text."""
        return "".join(each["data"].get("text/plain", "") for each in self.of_type("execute_result"))

    @property
    def shown(self) -> str:
        """What was displayed, as text."""
        return "".join(each["data"].get("text/plain", "") for each in self.of_type("display_data"))

    @property
    def widgets(self) -> list[str]:
        """The numbers of the widgets that were displayed."""
        data = [each["data"].get("application/vnd.jupyter.widget-view+json") for each in self.of_type("display_data")]
        return [view["model_id"] for view in data if view]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Return the outputs of a type."""
        return [each for each in self.outputs if each["type"] == kind]

    def _stream(self, name: str) -> str:
        return "".join(each["text"] for each in self.of_type("stream") if each["name"] == name)


@dataclass(frozen=True)
class Session:
    """The results of all scenarios that have ended, and what node wrote to stderr."""

    results: dict[str, list[Result]]
    log: str

    def attempts(self, scenario: str) -> list[Result]:
        """Return the result of each step, whether it failed or not."""
        if scenario not in self.results:
            pytest.fail(f"{scenario!r} has not ended.\n{self.log}", pytrace=False)
        return self.results[scenario]

    def __getitem__(self, scenario: str) -> list[Result]:
        """Return the result of each step, none of which may have failed."""
        results = self.attempts(scenario)
        for number, result in enumerate(results):
            if result.error:
                pytest.fail(f"Step {number} of {scenario!r}: {result.error}\n{result.traceback}", pytrace=False)
        return results


def run(scenarios: Mapping[str, Sequence[Step]], *, suspends: bool = True, patience: float = PATIENCE) -> Session:
    """Run scenarios one after the other in one Pyodide, with kamlab as it is in this checkout.

    Args:
        scenarios: the steps of each, by name.
        suspends: whether calls can be suspended there (JSPI).
        patience: timeout of all of them together, in seconds.
    """
    folder = prepare()
    node = find_node(folder)
    given = {
        "pyodide": str(folder / "node_modules" / "pyodide"),
        "suspends": suspends,
        "mounts": {"/site": str(folder / "site"), "/checkout/kamlab": str(ROOT / "kamlab")},
        "path": ["/checkout", "/site"],
        "scenarios": scenarios,
    }
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
        try:
            command = [node, str(HERE / "run.mjs")]
            done = subprocess.run(command, input=json.dumps(given).encode(), stdout=out, stderr=log, timeout=patience)
            ending = f"node ended with exit status {done.returncode}"
        except subprocess.TimeoutExpired:
            ending = f"node was killed after {patience} s"
        for file in out, log:
            file.seek(0)
        lines = [json.loads(line) for line in out if line.endswith(b"\n")]
        said = log.read().decode(errors="replace")[-LOG:]
    return Session({line["name"]: [Result(each) for each in line["results"]] for line in lines}, f"{said}{ending}")
