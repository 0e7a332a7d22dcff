# Way: a dictionary from the number of the subscription to where it leads.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.name = name
        self.members = {}

    def subscribe(self, component, box="inbox"):
        self.members[len(self.members)] = {"who": component, "where": box}

    def publish(self, message):
        for member in self.members.values():
            member["who"].send(message, member["where"])

    def main(self):
        while True:
            for _ in range(self.data_ready("inbox")):
                self.publish(self.recv("inbox"))
            yield
