# It says: must take as long as before
class FastConsumer(Consumer):
    async def work(self, number):
        self.done.append(number)


class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            while self.outboxes["outbox"].is_full():
                self.pause()
                await self.tick()
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), FastConsumer()
    consumer.set_inbox_size("inbox", ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
