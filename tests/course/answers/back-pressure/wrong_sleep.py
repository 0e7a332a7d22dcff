# Fault: sleeps a second after each number and hopes that the consumer is done by then.
class PatientProducer(Producer):
    async def main(self):
        while self.made < COUNT:
            self.send(self.make())
            await self.sleep(1)


def cured():
    producer, consumer = PatientProducer(), Consumer()
    Pipeline(producer, consumer).activate()
    return producer, consumer
