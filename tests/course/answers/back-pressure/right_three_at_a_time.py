# Way: the consumer orders three numbers, does them, and orders the next three.
from kamlab import Graphline


class PatientProducer(Producer):
    def main(self):
        while self.made < COUNT:
            for how_many in self.messages():
                for _ in range(min(how_many, COUNT - self.made)):
                    self.send(self.make())
            self.pause()
            yield


class PoliteConsumer(Consumer):
    async def main(self):
        while True:
            self.send(3)
            for _ in range(3):
                await self.work(await self.receive())


def cured():
    producer, consumer = PatientProducer(), PoliteConsumer()
    wires = {
        ("producer", "outbox"): ("consumer", "inbox"),
        ("consumer", "outbox"): ("producer", "inbox"),
    }
    Graphline(producer=producer, consumer=consumer, linkages=wires).activate()
    return producer, consumer
