"""A TCP server that sends every message to every client, as one would write it with asyncio.

Protocols and transports, not streams: a stream costs a task and a coroutine for each client. A client
that does not keep up stops the broadcast until its buffer has drained, so memory stays bounded.
Flat out, the event loop runs once after each message, as the source in the other servers yields after
each. With ``--every`` there is a message now and then.
"""

import argparse
import asyncio
import threading

from fanout_server import messages, orders
from measuring import report

parser = argparse.ArgumentParser()
parser.add_argument("--clients", type=int, required=True)
parser.add_argument("--messages", type=int, required=True)
parser.add_argument("--every", type=float, default=0.0, metavar="SECONDS")
options = parser.parse_args()


class Room:
    """The clients that are connected, and whether they keep up."""

    def __init__(self):
        self.transports = set()
        self.slow = 0
        self.keeping_up = asyncio.Event()
        self.keeping_up.set()

    def joined(self, transport):
        self.transports.add(transport)
        if len(self.transports) == options.clients:
            report(connected=len(self.transports))

    def slower(self):
        self.slow += 1
        self.keeping_up.clear()

    def faster(self):
        self.slow -= 1
        if not self.slow:
            self.keeping_up.set()

    async def broadcast(self, message):
        for transport in self.transports:
            transport.write(message)
        if self.slow:
            await self.keeping_up.wait()


class Client(asyncio.Protocol):
    def __init__(self, room):
        self.room = room
        self.transport = None
        self.is_slow = False

    def connection_made(self, transport):
        self.transport = transport
        self.room.joined(transport)

    def connection_lost(self, error):
        self.room.transports.discard(self.transport)
        if self.is_slow:
            self.room.faster()

    def pause_writing(self):
        self.is_slow = True
        self.room.slower()

    def resume_writing(self):
        self.is_slow = False
        self.room.faster()


async def serve():
    """Take clients, wait for the word, broadcast, and stay."""
    loop = asyncio.get_running_loop()
    room = Room()
    told_to_go = asyncio.Event()

    def take_orders():
        for _ in orders():
            loop.call_soon_threadsafe(told_to_go.set)

    threading.Thread(target=take_orders, daemon=True).start()
    server = await loop.create_server(lambda: Client(room), "127.0.0.1", 0, backlog=128)
    report(port=server.sockets[0].getsockname()[1])
    await told_to_go.wait()
    for message in messages(options.messages):
        await room.broadcast(message)
        await asyncio.sleep(options.every)
    await asyncio.Event().wait()


asyncio.run(serve())
