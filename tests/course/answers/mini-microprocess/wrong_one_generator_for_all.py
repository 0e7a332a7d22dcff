# It says: continued the main() of another object
class Microprocess:
    """Something with a main() that runs a slice at a time.

    next(process) runs main() to its next yield.
    """

    flow = None

    def main(self):
        """What it does, with a yield wherever others may run. Subclasses write their own."""
        yield

    def __next__(self):
        """Run main() on, from where it stands to its next yield."""
        if Microprocess.flow is None:
            Microprocess.flow = self.main()
        return next(Microprocess.flow)
