# Fault: a component between the two takes all numbers, so they wait there instead.
class Store(Component):
    def main(self):
        stock = []
        while True:
            stock.extend(self.messages())
            while stock and not self.outboxes["outbox"].is_full():
                self.send(stock.pop(0))
            self.pause()
            yield


class PatientProducer(Producer):
    pass


def cured():
    producer, consumer = PatientProducer(), Consumer()
    consumer.set_inbox_size("inbox", size=ROOM)
    Pipeline(producer, Store(), consumer).activate()
    return producer, consumer
