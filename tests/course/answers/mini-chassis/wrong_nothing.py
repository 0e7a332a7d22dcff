# Fault: nothing was written.
class Pipeline(Component):
    def __init__(self, *components):
        super().__init__()
        self.components = components
        self.children = []

    def main(self):
        raise NotImplementedError("step 5, main() of Pipeline")
        yield
