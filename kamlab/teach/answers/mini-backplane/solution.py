class Backplane(Component):
    """An exchange with a name: every subscriber gets each message that comes into its inbox."""

    def __init__(self, name, scheduler):
        super().__init__()
        self.subscribers = []
        scheduler.names[name] = self

    def subscribe(self, component, box="inbox"):
        """Have every later message put into this box of a component, too."""
        self.subscribers.append((component, box))

    def main(self):
        """In every slice, for ever: take all that waits in the inbox, and send each message to each subscriber."""
        while True:
            while self.data_ready("inbox"):
                message = self.recv("inbox")
                for component, box in self.subscribers:
                    component.send(message, box)
            yield
