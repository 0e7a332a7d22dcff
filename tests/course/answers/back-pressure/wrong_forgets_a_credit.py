# Fault: no credit comes back for every third number, so in the end the producer waits forever.
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
    async def work(self, number):
        await super().work(number)
        if number % 3:
            self.send(1)


def cured():
    producer, consumer = PatientProducer(), PoliteConsumer()
    wires = {
        ("producer", "outbox"): ("consumer", "inbox"),
        ("consumer", "outbox"): ("producer", "inbox"),
    }
    Graphline(producer=producer, consumer=consumer, linkages=wires).activate()
    return producer, consumer
