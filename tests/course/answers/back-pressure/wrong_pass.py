# Fault: swallows NoSpaceInBox, and the number with it.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            try:
                self.send(self.make())
            except NoSpaceInBox:
                pass
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
