# Fault: gives the consumer five slices for each number, which is right only if slices come in rounds.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            self.send(self.make())
            for _ in range(5):
                await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
