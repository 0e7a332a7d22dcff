# Way: a window: the consumer tells which number it has done, and at most three are not done.
from kamlab import Graphline


class PatientProducer(Producer):
    async def main(self):
        finished = 0
        while self.made < COUNT:
            if self.made - finished < 3:
                self.send(self.make())
                await self.tick()
            else:
                finished = await self.receive()
            for finished in self.messages():
                pass


class PoliteConsumer(Consumer):
    async def work(self, number):
        await super().work(number)
        self.send(number)


def cured():
    producer, consumer = PatientProducer(), PoliteConsumer()
    wires = {
        ("producer", "outbox"): ("consumer", "inbox"),
        ("consumer", "outbox"): ("producer", "inbox"),
    }
    Graphline(producer=producer, consumer=consumer, linkages=wires).activate()
    return producer, consumer
