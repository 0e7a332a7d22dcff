"""Components that were activated, ran once and fell asleep: what each of them costs.

The time is the processor time of making, activating and running them; the memory is what the process
has grown by.
"""

import argparse
import gc
import os
import time

from measuring import report

from kamlab import Component, Lab


class Idle(Component):
    def main(self):
        while True:
            while self.data_ready():
                self.recv()
            self.pause()
            yield


def resident():
    """Return the bytes of memory this process holds."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


parser = argparse.ArgumentParser()
parser.add_argument("--components", type=int, required=True)
parser.add_argument("--record", action=argparse.BooleanOptionalAction, default=True)
options = parser.parse_args()

with Lab(record=options.record) as lab:
    Idle().activate()
    lab.run()
    gc.collect()
    memory, began = resident(), time.process_time()
    components = [Idle() for _ in range(options.components)]
    for component in components:
        component.activate()
    lab.run()
    used = time.process_time() - began
    grown = resident() - memory
    if not all(component.asleep for component in components):
        raise SystemExit("not all of them are asleep")
    report(
        microseconds=1e6 * used / options.components,
        bytes=grown / options.components,
    )
    os._exit(0)
