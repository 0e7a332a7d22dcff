"""Ticks, time to live, the interpreter, appended files and services can be gone back to, and played again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kamlab import Lab, Pipeline
from kamlab.chassis import BoundedPipeline, InboxControlledCarousel, TimeToLive
from kamlab.parts import (
    Append,
    Collate,
    DataSink,
    DataSource,
    Interpreter,
    OneShot,
    PassThrough,
    PeriodicTick,
    Subscribe,
    ToService,
    register_service,
)

#: What collects the results of a system; the last one is that of the run that stands.
sinks: list[Collate] = []


def keep() -> Collate:
    sinks.append(Collate())
    return sinks[-1]


def ticks(folder: Path) -> None:
    Pipeline(TimeToLive(PeriodicTick(1), 3.5), DataSink([]), keep()).activate()


def interpreter(folder: Path) -> None:
    Pipeline(DataSource(["x = 2", "x + 1", "1/0", "x"]), Interpreter(), keep()).activate()


def appending(folder: Path) -> None:
    Pipeline(DataSource("abcd"), Append(folder / "log", hold_open=False), Append(folder / "copy"), keep()).activate()


def services(folder: Path) -> None:
    register_service(keep(), {"news": "inbox"}).activate()
    Subscribe("news", 1).activate()
    Pipeline(DataSource("ab"), ToService("news")).activate()


def bounded(folder: Path) -> None:
    BoundedPipeline(DataSource(range(6)), 1, InboxControlledCarousel(OneShot), 1, PassThrough(), keep()).activate()


@pytest.mark.parametrize("build", [ticks, interpreter, appending, services, bounded], ids=lambda build: build.__name__)
def test_each_can_be_gone_back_to(build: Any, tmp_path: Path) -> None:
    """Wherever one goes in the past, going on from there does the same again."""

    def collated() -> list[str]:
        return [str(item) for item in sinks[-1].collated]

    with Lab(build=lambda: build(tmp_path), clock="virtual") as lab:
        while lab.step().outcome.reason == "steps":
            pass
        lab.run()
        end, results = lab.snapshot().step, collated()
        assert len(results) > 2
        for step in (end // 3, end // 2, 1):
            lab.goto(step)
            lab.goto()
            assert (lab.snapshot().step, collated()) == (end, results)
        lab.goto(end // 2)
        lab.run()
        assert collated() == results
    assert (
        not (tmp_path / "log").exists() or (tmp_path / "log").read_text() == "abcd" == (tmp_path / "copy").read_text()
    )
