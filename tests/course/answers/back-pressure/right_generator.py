# Way: the same with a generator, which may fill the inbox in one slice.
class PatientProducer(Producer):
    def main(self):
        out = self.outboxes["outbox"]
        while self.made < COUNT:
            if out.is_full():
                self.pause()
                yield
            else:
                self.send(self.make())


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, consumer).activate()
    return producer, consumer
