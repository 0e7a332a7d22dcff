"""Messages through a pipeline of plain components, in cookbook spelling: hops per second.

The same file is run by Axon and, through with_kamlab.py, by kamlab. A hop is one message taken over
by the next component; N messages through k components are N * (k - 1) hops.
"""

import argparse

from Axon.Component import component
from Axon.Ipc import producerFinished
from Kamaelia.Chassis.Pipeline import Pipeline
from measuring import repeat


class Source(component):
    def main(self):
        self.stopwatch.start()
        for number in range(self.messages):
            self.send(number, "outbox")
            if self.gives_way:
                yield 1
        yield 1
        self.send(producerFinished(self), "signal")


class Relay(component):
    def main(self):
        while 1:
            while self.dataReady("inbox"):
                self.send(self.recv("inbox"), "outbox")
            if self.dataReady("control"):
                self.send(self.recv("control"), "signal")
                return
            if not self.anyReady():
                self.pause()
            yield 1


class Sink(component):
    count = 0

    def main(self):
        while 1:
            while self.dataReady("inbox"):
                self.recv("inbox")
                self.count += 1
            if self.count == self.messages:
                self.stopwatch.stop()
            if self.dataReady("control"):
                self.recv("control")
                return
            if not self.anyReady():
                self.pause()
            yield 1


parser = argparse.ArgumentParser()
parser.add_argument("--components", type=int, required=True)
parser.add_argument("--messages", type=int, required=True)
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--gives-way", action="store_true", help="the source yields after each message")
options = parser.parse_args()


def run_once(stopwatch):
    """Wire everything anew, run it, and return the number of hops."""
    source = Source(messages=options.messages, gives_way=options.gives_way, stopwatch=stopwatch)
    relays = [Relay() for _ in range(options.components - 2)]
    Pipeline(source, *relays, Sink(messages=options.messages, stopwatch=stopwatch)).run()
    return options.messages * (options.components - 1)


repeat(run_once, options.seconds)
