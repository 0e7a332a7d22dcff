# Fault: waits fifty slices after each number instead of for room.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            self.send(self.make())
            for _ in range(50):
                await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    Pipeline(producer, consumer).activate()
    return producer, consumer
