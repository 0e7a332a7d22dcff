# It says: waits for a time on the clock
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            self.send(self.make())
            await self.sleep(0.1)  # that should be enough for the consumer


def cured():
    producer, consumer = PatientProducer(), Consumer()
    Pipeline(producer, consumer).activate()
    return producer, consumer
