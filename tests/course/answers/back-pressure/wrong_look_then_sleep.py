# Fault: between looking and sleeping there is a slice, and then nothing may be left to wake it.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            if self.outboxes["outbox"].is_full():
                await self.tick()
                self.pause()
                await self.tick()
            if not self.outboxes["outbox"].is_full():
                self.send(self.make())
                await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
