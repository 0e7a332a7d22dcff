# Way: a semaphore as a component of its own, which counts the free places.
from kamlab import Graphline


class Semaphore(Component):
    Inboxes = ("acquire", "release")

    async def main(self):
        free = ROOM
        while True:
            await self.receive("acquire")
            while free == 0:
                await self.receive("release")
                free += 1
            free -= 1
            self.send("granted")


class PatientProducer(Producer):
    Outboxes = ("outbox", "acquire")

    async def main(self):
        while self.made < COUNT:
            self.send("please", "acquire")
            await self.receive()
            self.send(self.make())


class PoliteConsumer(Consumer):
    async def main(self):
        while True:
            number = await self.receive()
            self.send("released")
            await self.work(number)


def cured():
    producer, consumer = PatientProducer(), PoliteConsumer()
    wires = {
        ("producer", "outbox"): ("consumer", "inbox"),
        ("producer", "acquire"): ("semaphore", "acquire"),
        ("semaphore", "outbox"): ("producer", "inbox"),
        ("consumer", "outbox"): ("semaphore", "release"),
    }
    Graphline(producer=producer, consumer=consumer, semaphore=Semaphore(), linkages=wires).activate()
    return producer, consumer
