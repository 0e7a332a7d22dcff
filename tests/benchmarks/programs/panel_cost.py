"""What a panel costs a free run: slices per second with one that is displayed, and without.

Both runs are in this process, in turn, a second each, so that what the machine does besides hits both.
The panel's widget talks to a comm that turns everything into JSON, as a kernel's does, and counts it.
"""

import argparse
import json
import statistics
import time

import comm
from measuring import report

from kamlab import Component, Lab, Pipeline
from kamlab.notebook.panel.panel import Panel


class Source(Component):
    def main(self):
        number = 0
        while True:
            self.send(number)
            number += 1
            yield


class Relay(Component):
    def main(self):
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Sink(Component):
    def main(self):
        while True:
            for _ in self.messages():
                pass
            self.pause()
            yield


class Counting(comm.base_comm.BaseComm):
    """Sends nowhere; counts what it is given."""

    #: How long each message was, in bytes.
    lengths: list = []

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        if msg_type == "comm_msg":
            self.lengths.append(len(json.dumps(data, default=str).encode()))


def slices_per_second(with_panel):
    """Return how many slices a second a free run takes, on the wall; and how many messages a panel sends in one."""
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
        began, step = time.perf_counter(), lab.step_number
        time.sleep(options.seconds)
        steps, taken = lab.step_number - step, time.perf_counter() - began
        messages = len(Counting.lengths) / taken
        lab.pause()
        if panel is not None:
            panel.close()
    return steps / taken, messages


parser = argparse.ArgumentParser()
parser.add_argument("--components", type=int, default=100)
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--rounds", type=int, default=7)
options = parser.parse_args()

comm.create_comm = Counting
ratios, messages, longest, without = [], [], [], []
for number in range(options.rounds):
    taken = {}
    for with_panel in (False, True) if number % 2 else (True, False):
        taken[with_panel], sent = slices_per_second(with_panel)
        if with_panel:
            messages.append(sent)
            longest.append(max(Counting.lengths, default=0))
    ratios.append(taken[True] / taken[False])
    without.append(taken[False])
report(
    value=statistics.median(ratios),
    least=min(ratios),
    most=max(ratios),
    slices=statistics.median(without),
    messages=statistics.median(messages),
    longest=max(longest),
)
