# Fault: cured() returns the consumer only.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            while self.outboxes["outbox"].is_full():
                self.pause()
                await self.tick()
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return consumer
