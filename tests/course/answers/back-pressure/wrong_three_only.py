# Fault: makes three numbers and ends.
class PatientProducer(Producer):
    async def main(self):
        while self.made < ROOM:
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
