# Way: a small class for a subscription.
class Subscription:
    def __init__(self, component, box):
        self.component, self.box = component, box

    def hand_over(self, message):
        self.component.send(message, self.box)


class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.subscriptions = ()

    def subscribe(self, component, box="inbox"):
        self.subscriptions += (Subscription(component, box),)

    def main(self):
        while True:
            for message in iter(self.next_message, self):
                for subscription in self.subscriptions:
                    subscription.hand_over(message)
            yield

    def next_message(self):
        return self.recv() if self.data_ready() else self
