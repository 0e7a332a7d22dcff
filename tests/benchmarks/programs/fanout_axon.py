"""A TCP server that sends every message to every client, in cookbook spelling.

The same file is run by Kamaelia (through with_kamaelia.py) and by kamlab (through with_kamlab.py).
It speaks with run.py over its standard streams: it prints its port and then the number of clients it
has; after "go" it publishes its messages; after "usage" it prints the processor time used since "go".

Flat out, a component sends a message in every slice. With ``--every`` a thread sends one now and then,
as the TimeTick of the cookbook does.
"""

import argparse
import time

from Axon.Component import component
from Axon.ThreadedComponent import threadedcomponent
from fanout_server import messages, orders
from Kamaelia.Chassis.ConnectedServer import SimpleServer
from Kamaelia.Chassis.Pipeline import Pipeline
from Kamaelia.Util.Backplane import Backplane, PublishTo, SubscribeTo
from measuring import free_port, report


class Orders(threadedcomponent):
    def main(self):
        for _ in orders():
            self.send("go", "outbox")


class Ticker(threadedcomponent):
    def main(self):
        for _ in orders():
            for message in messages(self.count):
                self.send(message, "outbox")
                time.sleep(self.every)


class Source(component):
    def main(self):
        while not self.dataReady("inbox"):
            self.pause()
            yield 1
        self.recv("inbox")
        for message in messages(self.count):
            self.send(message, "outbox")
            yield 1
        while 1:
            self.pause()
            yield 1


parser = argparse.ArgumentParser()
parser.add_argument("--clients", type=int, required=True)
parser.add_argument("--messages", type=int, required=True)
parser.add_argument("--every", type=float, default=0.0, metavar="SECONDS")
options = parser.parse_args()
connected = []


def protocol():
    """Return a subscriber for a new client; say when it was the last one."""
    connected.append(1)
    if len(connected) == options.clients:
        report(connected=len(connected))
    return SubscribeTo("MESSAGES")


Backplane("MESSAGES").activate()
if options.every:
    Pipeline(Ticker(count=options.messages, every=options.every), PublishTo("MESSAGES")).activate()
else:
    Pipeline(Orders(), Source(count=options.messages), PublishTo("MESSAGES")).activate()
port = free_port()
report(port=port)
SimpleServer(protocol=protocol, port=port).run()
