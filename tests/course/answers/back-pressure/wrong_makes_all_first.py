# Fault: makes all numbers first and holds them in a list of its own.
class PatientProducer(Producer):
    async def main(self):
        stock = [self.make() for _ in range(COUNT)]
        for number in stock:
            while self.outboxes["outbox"].is_full():
                self.pause()
                await self.tick()
            self.send(number)


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
