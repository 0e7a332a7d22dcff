class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            while self.outboxes["outbox"].is_full():
                self.pause()  # woken when the consumer takes something
                await self.tick()
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
