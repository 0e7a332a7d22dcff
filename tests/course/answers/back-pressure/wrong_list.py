# It says: somewhere else, where there may be 2
class PatientProducer(Producer):
    async def main(self):
        kept = []
        while self.made < COUNT or kept:
            if self.made < COUNT:
                kept.append(self.make())
            while kept and not self.outboxes["outbox"].is_full():
                self.send(kept.pop(0))
            if self.made == COUNT:
                self.pause()
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
