"""Within a slice there is no event loop: asyncio is refused alike in a cell, a script and the background."""

from __future__ import annotations

import asyncio
import gc
import warnings

import pytest

from kamlab import Component, Lab
from kamlab.core.errors import BadAwait

RAN = []


async def work():
    RAN.append(1)


async def sleeps():
    await asyncio.sleep(1)


async def times_out():
    async with asyncio.timeout(0.01):
        pass


async def makes_a_task():
    await asyncio.create_task(work())


async def gathers():
    await asyncio.gather(work(), work())


async def takes_from_a_queue():
    await asyncio.Queue().get()


async def goes_to_a_thread():
    await asyncio.to_thread(RAN.append, 1)


async def awaits_a_future():
    await asyncio.Future()


async def awaits_an_event():
    await asyncio.Event().wait()


PROGRAMS = [
    sleeps, times_out, makes_a_task, gathers, takes_from_a_queue, goes_to_a_thread, awaits_a_future, awaits_an_event
]  # fmt: skip


class Uses(Component):
    async def main(self):
        await self.program()


def drive(component, how):
    """Run it; return the tasks that are left on the loop."""
    left = []
    with Lab(clock="virtual") as lab:
        lab.report = lambda _text: None
        component.activate()
        if how == "script":
            lab.run()
        elif how == "background":
            lab.start()
            component_ended(lab)
        else:

            async def cell():
                if how == "cell":
                    lab.run()
                else:
                    await lab.arun()
                await asyncio.sleep(0)
                left.extend(asyncio.all_tasks() - {asyncio.current_task()})

            asyncio.run(cell())
    return left


def component_ended(lab):
    thread = lab.runtime._thread
    if thread is not None:
        thread.join(20)


@pytest.mark.parametrize("how", ["script", "background", "cell", "arun"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_asyncio_is_refused_alike_everywhere(program, how):
    """The same BadAwait with component and line; the cell goes on, no task is left, nothing ran, and nothing warns."""
    component = Uses(program=program)
    with warnings.catch_warnings(record=True) as noise:
        warnings.simplefilter("always")
        left = drive(component, how)
        gc.collect()
    assert isinstance(component.error, BadAwait), component.error
    text = str(component.error)
    assert text.startswith(f"{component.short_name} uses asyncio, at line ")
    assert f"of {program.__name__}()" in text
    assert "self.sleep()" in text
    assert "ThreadedComponent" in text
    assert not left
    assert not RAN
    assert not [str(each.message) for each in noise if "never awaited" in str(each.message)]


def test_the_loop_is_back_after_the_drive():
    """After a run the caller's loop runs as before, and its asynchronous generators belong to it."""

    async def cell():
        import sys

        loop, hooks = asyncio.get_running_loop(), sys.get_asyncgen_hooks()
        with Lab(clock="virtual") as lab:
            Component().activate()
            lab.run()
        assert asyncio.get_running_loop() is asyncio.get_event_loop() is loop
        assert sys.get_asyncgen_hooks() == hooks
        await asyncio.sleep(0)

    asyncio.run(cell())
