# Fault: the consumer's work takes no time any more.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            while self.outboxes["outbox"].is_full():
                self.pause()
                await self.tick()
            self.send(self.make())
            await self.tick()


class QuickConsumer(Consumer):
    async def work(self, number):
        self.done.append(number)


def cured():
    producer, consumer = PatientProducer(), QuickConsumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
