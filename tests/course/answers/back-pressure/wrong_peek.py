# Fault: reads how many the consumer has done in the consumer's own list.
class PatientProducer(Producer):
    consumer = None

    async def main(self):
        while self.made < COUNT:
            while self.made - len(self.consumer.done) >= 3:
                await self.tick()
            self.send(self.make())
            await self.tick()


def cured():
    producer, consumer = PatientProducer(), Consumer()
    producer.consumer = consumer
    Pipeline(producer, consumer).activate()
    return producer, consumer
