# Way: each subscription is a small object.
from typing import NamedTuple


class Subscription(NamedTuple):
    component: object
    box: str


class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        self.subscriptions = []
        scheduler.names[name] = self

    def subscribe(self, component, box="inbox"):
        self.subscriptions.append(Subscription(component, box))

    def main(self):
        while True:
            while self.data_ready():
                message = self.recv()
                for subscription in self.subscriptions:
                    subscription.component.send(message, subscription.box)
            yield
