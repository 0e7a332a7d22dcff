# Fault: the limit is one too high.
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
    consumer.set_inbox_size("inbox", size=ROOM + 1)
    Pipeline(producer, consumer).activate()
    return producer, consumer
