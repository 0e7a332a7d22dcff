# Fault: the consumer gives two credits back for each number.
from kamlab import Graphline


class PatientProducer(Producer):
    async def main(self):
        credits = ROOM
        while self.made < COUNT:
            while credits == 0:
                credits += await self.receive()
            credits -= 1
            self.send(self.make())
            await self.tick()


class PoliteConsumer(Consumer):
    async def main(self):
        while True:
            number = await self.receive()
            self.send(1)
            await self.work(number)
            self.send(1)


def cured():
    producer, consumer = PatientProducer(), PoliteConsumer()
    wires = {
        ("producer", "outbox"): ("consumer", "inbox"),
        ("consumer", "outbox"): ("producer", "inbox"),
    }
    Graphline(producer=producer, consumer=consumer, linkages=wires).activate()
    return producer, consumer
