"""The cells that the tests run: small systems whose every step is known."""

LOAD = """%load_ext kamlab
import gc, threading
import kamlab
from kamlab import Component, Pipeline


class Source(Component):
    "Sends a message in every slice."

    def main(self):
        number = 0
        while True:
            number += 1
            self.send(f"message {number}")
            yield


class Clock(Component):
    "Sends a message now and then."

    def main(self):
        number = 0
        while True:
            number += 1
            self.send(f"tick {number}")
            self.pause(0.02)
            yield


class Relay(Component):
    "Sends on what comes."

    def main(self):
        while True:
            for message in self.messages():
                self.send(message)
            self.pause()
            yield


class Sink(Component):
    "Keeps what comes."

    def main(self):
        self.got = []
        while True:
            self.got += self.messages()
            self.pause()
            yield


class Slow(Component):
    "Takes one message in every fifth slice, so that others wait."

    def main(self):
        self.got = []
        while True:
            if self.data_ready():
                self.got.append(self.recv())
            for _ in range(5):
                yield


class Says(Component):
    "Sends these, all at once."

    def __init__(self, *what, **argd):
        super().__init__(**argd)
        self.what = what

    def main(self):
        for message in self.what:
            self.send(message)
        yield


class Keeps(Component):
    "Takes nothing."

    def main(self):
        while True:
            self.pause()
            yield
"""

#: A system in which messages come to wait; its time is virtual, so that it can be turned back.
QUEUE = """%%kamlab --paused --virtual
Pipeline(Source(), Relay(), Slow()).run()
"""
#: A system that has all the time in the world, in the real one.
TICKS = """%%kamlab --paused
Pipeline(Clock(), Relay(), Sink()).run()
"""
