# Way: tries to send, and if there is no room it sleeps and tries the same number again.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            await self.give(self.make())
            await self.tick()

    async def give(self, number):
        sent = False
        while not sent:
            try:
                self.send(number)
                sent = True
            except NoSpaceInBox:
                self.pause()
                await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
