class Microprocess:
    """Something with a main() that runs a slice at a time.

    next(process) runs main() to its next yield.
    """

    def __init__(self):
        self.flow = None

    def main(self):
        """What it does, with a yield wherever others may run. Subclasses write their own."""
        yield

    def __next__(self):
        """Run main() on, from where it stands to its next yield."""
        if self.flow is None:
            self.flow = self.main()
        return next(self.flow)
