# Fault: puts the words of the example into its outbox.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        for word in ("GOOD", "MORNING", "ALL"):
            self.send(word)
        while True:
            yield
