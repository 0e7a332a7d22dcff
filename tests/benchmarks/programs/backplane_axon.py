"""One publisher, many subscribers on a Backplane, in cookbook spelling: deliveries per second.

The same file is run by Kamaelia and, through with_kamlab.py, by kamlab. The time runs from the first
message to the last delivery. When every subscriber has had everything, the backplane is shut down.
"""

import argparse

from Axon.Component import component
from Axon.Ipc import producerFinished, shutdownMicroprocess
from Kamaelia.Chassis.Pipeline import Pipeline
from Kamaelia.Util.Backplane import Backplane, PublishTo, SubscribeTo
from measuring import repeat

SLICES_TO_SUBSCRIBE = 50


class Source(component):
    def main(self):
        for _ in range(SLICES_TO_SUBSCRIBE):
            yield 1
        self.stopwatch.start()
        for number in range(self.messages):
            self.send(number, "outbox")
            if self.gives_way:
                yield 1
        yield 1
        self.send(producerFinished(self), "signal")


class Sink(component):
    def main(self):
        count = 0
        while count < self.messages:
            if not self.dataReady("inbox"):
                self.pause()
                yield 1
            while self.dataReady("inbox"):
                self.recv("inbox")
                count += 1
        self.send("complete", "outbox")


class Closer(component):
    def main(self):
        waiting_for = self.subscribers
        while waiting_for:
            while self.dataReady("inbox"):
                self.recv("inbox")
                waiting_for -= 1
            if waiting_for:
                self.pause()
                yield 1
        self.stopwatch.stop()
        self.send(shutdownMicroprocess(self), "outbox")


parser = argparse.ArgumentParser()
parser.add_argument("--subscribers", type=int, required=True)
parser.add_argument("--messages", type=int, required=True)
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--gives-way", action="store_true", help="the source yields after each message")
options = parser.parse_args()


def run_once(stopwatch):
    """Wire everything anew, run it, and return the number of deliveries."""
    backplane = Backplane("NUMBERS")
    closer = Closer(subscribers=options.subscribers, stopwatch=stopwatch)
    closer.link((closer, "outbox"), (backplane, "control"))
    backplane.activate()
    closer.activate()
    for _ in range(options.subscribers):
        sink = Sink(messages=options.messages)
        subscriber = Pipeline(SubscribeTo("NUMBERS"), sink)
        subscriber.link((subscriber, "outbox"), (closer, "inbox"))
        subscriber.activate()
    source = Source(messages=options.messages, gives_way=options.gives_way, stopwatch=stopwatch)
    Pipeline(source, PublishTo("NUMBERS")).run()
    return options.messages * options.subscribers


repeat(run_once, options.seconds)
