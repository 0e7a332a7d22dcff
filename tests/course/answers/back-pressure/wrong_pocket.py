# Fault: the consumer takes everything out of its inbox at once and keeps it in a list.
from kamlab import Graphline


class PatientProducer(Producer):
    pass


class PoliteConsumer(Consumer):
    async def main(self):
        pocket = []
        while True:
            if not pocket:
                pocket.append(await self.receive())
            for _ in range(4):
                pocket.extend(self.messages())
                await self.tick()
            self.done.append(pocket.pop(0))


def cured():
    producer, consumer = PatientProducer(), PoliteConsumer()
    wires = {
        ("producer", "outbox"): ("consumer", "inbox"),
        ("consumer", "outbox"): ("producer", "inbox"),
    }
    Graphline(producer=producer, consumer=consumer, linkages=wires).activate()
    return producer, consumer
