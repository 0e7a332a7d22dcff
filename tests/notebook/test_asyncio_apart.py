"""What a component asks of asyncio never reaches the event loop of the kernel."""

from __future__ import annotations

from typing import Any

import pytest

PROGRAMS = """
import asyncio
from kamlab import Component, Lab
async def work(): ran.append(1)
ran = []
class Uses(Component):
    async def main(self): await self.program()
async def times_out():
    async with asyncio.timeout(0.01): await asyncio.sleep(1)
async def gathers(): await asyncio.gather(work(), work())
async def makes_a_task(): await asyncio.create_task(work())
async def takes_from_a_queue(): await asyncio.Queue().get()
"""


@pytest.mark.parametrize("drive", ["lab.run()", "await lab.arun()"])
def test_the_cell_goes_on_and_no_task_is_left(kernel: Any, drive: str) -> None:
    """In a real kernel each program gives BadAwait; the cell is not cancelled; the kernel's loop gets no task."""
    kernel.run(PROGRAMS)
    result = kernel.run(
        "told = []\nbefore = len(asyncio.all_tasks())\n"
        "for program in (times_out, gathers, makes_a_task, takes_from_a_queue):\n"
        "    with Lab(clock='virtual') as lab:\n"
        "        component = Uses(program=program).activate()\n"
        f"        {drive}\n"
        "    told.append((type(component.error).__name__, f'of {program.__name__}()' in str(component.error)))\n"
        "await asyncio.sleep(0.05)\n"
        "told, ran, len(asyncio.all_tasks()) - before"
    )
    assert not result.error
    assert "".join(result.value.split()) == "(" + str([("BadAwait", True)] * 4).replace(" ", "") + ",[],0)"
    assert "never awaited" not in result.stderr
