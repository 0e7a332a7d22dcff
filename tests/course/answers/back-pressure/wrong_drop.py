# It says: Lost on the way:
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            try:
                self.send(self.make())
            except NoSpaceInBox:
                pass  # no room: next one
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
