# Fault: only pretends to wait: it makes the number and puts it back by counting down.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            try:
                self.send(self.make())
            except NoSpaceInBox:
                self.made -= 1
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
