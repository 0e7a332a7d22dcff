# Fault: looks ten times a second whether there is room, which is polling by the clock.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            while self.outboxes["outbox"].is_full():
                await self.sleep(0.1)
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
