"""The stages of a pipeline, in kamlab's own spelling: one that sends, one that passes on, one that takes."""

from kamlab import Component


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
