# Fault: nothing was changed.
class PatientProducer(Producer):
    async def main(self):
        """Change when it makes the next number."""
        while self.made < COUNT:
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    Pipeline(producer, consumer).activate()
    return producer, consumer
