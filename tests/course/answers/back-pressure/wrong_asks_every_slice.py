# Fault: asks in every slice whether there is room, instead of sleeping.
class PatientProducer(Producer):
    def main(self):
        while self.made < COUNT:
            if not self.outboxes["outbox"].is_full():
                self.send(self.make())
            yield


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
