# Fault: after it had to wait it sends the number that was refused and makes it once more.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            number = self.make()
            while True:
                full = self.outboxes["outbox"].is_full()
                if not full:
                    self.send(number)
                    break
                self.pause()
                await self.tick()
                if not self.outboxes["outbox"].is_full():
                    self.send(number)
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
