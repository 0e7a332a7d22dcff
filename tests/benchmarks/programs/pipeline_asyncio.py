"""Messages through tasks joined by ``asyncio.Queue``: hops per second."""

import argparse
import asyncio
import itertools

from measuring import repeat

parser = argparse.ArgumentParser()
parser.add_argument("--components", type=int, required=True)
parser.add_argument("--messages", type=int, required=True)
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--gives-way", action="store_true", help="the source lets the others run after each message")
options = parser.parse_args()


async def source(queue):
    """Put every message into the first queue."""
    for number in range(options.messages):
        await queue.put(number)
        if options.gives_way:
            await asyncio.sleep(0)


async def relay(before, after):
    """Pass on what comes, for ever."""
    while True:
        await after.put(await before.get())


async def sink(queue):
    """Take every message out of the last queue."""
    for _ in range(options.messages):
        await queue.get()


async def pipeline(stopwatch):
    """Join the tasks by queues and time the messages through them."""
    queues = [asyncio.Queue() for _ in range(options.components - 1)]
    relays = [asyncio.create_task(relay(*pair)) for pair in itertools.pairwise(queues)]
    await asyncio.sleep(0)
    stopwatch.start()
    feeding = asyncio.create_task(source(queues[0]))
    await sink(queues[-1])
    stopwatch.stop()
    await feeding
    for task in relays:
        task.cancel()


def run_once(stopwatch):
    """Run a pipeline in an event loop of its own, and return the number of hops."""
    asyncio.run(pipeline(stopwatch))
    return options.messages * (options.components - 1)


repeat(run_once, options.seconds)
