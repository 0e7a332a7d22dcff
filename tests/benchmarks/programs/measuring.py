"""What the programs share: a stopwatch, repetition for a given time, and the one line that each prints.

Every program of this folder is run in a process of its own, by kamlab, by Axon or by plain Python.
So this module imports neither kamlab nor Axon, and a program prints its numbers as one line of JSON
past whatever the engine under test does with ``print``.
"""

import gc
import json
import os
import socket
import time


class Stopwatch:
    """The time between ``start`` and ``stop``, called from wherever the work begins and ends.

    ``elapsed`` is the time on the wall, ``used`` the processor time of this process.
    """

    def __init__(self):
        self.used = self.elapsed = None
        self._began = None

    def start(self):
        self._began = time.process_time(), time.perf_counter()

    def stop(self):
        used, elapsed = self._began
        self.used, self.elapsed = time.process_time() - used, time.perf_counter() - elapsed


def repeat(run_once, seconds):
    """Call ``run_once(stopwatch)`` until so many seconds were measured, and report units of work per second.

    ``run_once`` returns how many units it did. What happens before ``start`` and after ``stop`` does
    not count, nor does the clearing up of garbage between two runs. The bars are about time on the wall.
    Work per second of processor time is reported as well: Axon now and then sleeps while it has work.
    """
    units, used, elapsed = 0, 0.0, 0.0
    while elapsed < seconds or not units:
        gc.collect()
        stopwatch = Stopwatch()
        units += run_once(stopwatch)
        if stopwatch.elapsed is None:
            raise SystemExit("the run ended, but its work was not finished")
        used += stopwatch.used
        elapsed += stopwatch.elapsed
    report(value=units / elapsed, by_processor_time=units / used)


def report(**numbers):
    """Print one line of JSON on the process's own standard output."""
    os.write(1, (json.dumps(numbers) + "\n").encode())


def free_port():
    """Return a port of 127.0.0.1 that is free now; Kamaelia cannot tell which one port 0 gave it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
