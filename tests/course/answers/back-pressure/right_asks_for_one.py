# Way: the consumer asks for each number, and the producer makes one for each question.
from kamlab import Graphline


class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            await self.receive()
            self.send(self.make())


class PoliteConsumer(Consumer):
    async def main(self):
        while True:
            self.send("next, please")
            await self.work(await self.receive())


def cured():
    producer, consumer = PatientProducer(), PoliteConsumer()
    wires = {
        ("producer", "outbox"): ("consumer", "inbox"),
        ("consumer", "outbox"): ("producer", "inbox"),
    }
    Graphline(producer=producer, consumer=consumer, linkages=wires).activate()
    return producer, consumer
