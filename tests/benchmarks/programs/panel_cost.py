"""What a panel costs a free run: slices per second with one that is displayed, divided by those without.

``percent`` is what is missing to one, at least none. Both runs are in this process, in turn, a second each,
so that what the machine does besides hits both. ``value`` is by processor time, of which a panel takes
some; ``on_the_wall`` also has what the run waits for, and is only good on a machine that does nothing
else. The panel's widget talks to a comm that turns everything into JSON, as a kernel's does, and counts it.
"""

import argparse
import json
import statistics
import time

import comm
from measuring import report
from stages import Relay, Sink, Source

from kamlab import Lab, Pipeline
from kamlab.notebook.panel.panel import Panel


class Counting(comm.base_comm.BaseComm):
    """Sends nowhere; counts what it is given."""

    #: How long each message was, in bytes.
    lengths: list = []

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        if msg_type == "comm_msg":
            self.lengths.append(len(json.dumps(data, default=str).encode()))


def free_run(with_panel):
    """Return how many slices a free run takes in a second of processor time, and of the wall's; and messages in one."""
    lab = Lab()
    panel = None
    with lab:
        relays = [Relay() for _ in range(options.components - 2)]
        Pipeline(Source(), *relays, Sink()).activate()
        if with_panel:
            panel = Panel(lab)
            panel.receive({"do": "hello", "view": "page/view"})
        lab.start()
        time.sleep(options.seconds / 4)  # the start is not what is measured
        del Counting.lengths[:]
        began, used, step = time.perf_counter(), time.process_time(), lab.step_number
        time.sleep(options.seconds)
        steps, taken, used = lab.step_number - step, time.perf_counter() - began, time.process_time() - used
        messages = len(Counting.lengths) / taken
        lab.pause()
        if panel is not None:
            panel.close()
    return steps / used, steps / taken, messages


parser = argparse.ArgumentParser()
parser.add_argument("--components", type=int, default=100)
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--rounds", type=int, default=7)
options = parser.parse_args()

comm.create_comm = Counting
ratios, on_the_wall, messages, longest, without = [], [], [], [0], []
for number in range(options.rounds):
    taken = {}
    for with_panel in (False, True) if number % 2 else (True, False):
        *taken[with_panel], sent = free_run(with_panel)
        if with_panel:
            messages.append(sent)
            longest += Counting.lengths
    (by_processor, by_wall), (plain_by_processor, plain_by_wall) = taken[True], taken[False]
    ratios.append(by_processor / plain_by_processor)
    on_the_wall.append(by_wall / plain_by_wall)
    without.append(plain_by_wall)
report(
    value=statistics.median(ratios),
    percent=max(0.0, 100 * (1 - statistics.median(ratios))),
    least=min(ratios),
    most=max(ratios),
    on_the_wall=statistics.median(on_the_wall),
    slices=statistics.median(without),
    messages=statistics.median(messages),
    longest=max(longest),
)
