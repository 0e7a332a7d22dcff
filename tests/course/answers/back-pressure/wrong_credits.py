# It says: sleeps forever
class PatientProducer(Producer):
    async def main(self):
        credits = ROOM
        while self.made < COUNT:
            while not credits:
                credits = await self.receive()  # nobody ever sends one
            credits -= 1
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    Pipeline(producer, consumer).activate()
    return producer, consumer
