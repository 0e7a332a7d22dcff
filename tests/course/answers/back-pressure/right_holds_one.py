# Way: makes a number and holds it until there is room; the next is made only after that.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            number = self.make()
            while self.outboxes["outbox"].is_full():
                self.pause()
                await self.tick()
            self.send(number)
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
