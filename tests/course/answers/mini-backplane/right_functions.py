# Way: a list of functions, each of which puts a message where it belongs.
class Backplane(Component):
    def __init__(self, name, scheduler):
        super().__init__()
        scheduler.names[name] = self
        self.outputs = []

    def subscribe(self, component, box="inbox"):
        self.outputs.append(lambda message: component.send(message, box))

    def main(self):
        while True:
            while self.data_ready():
                message = self.recv()
                for put in self.outputs:
                    put(message)
            yield
