# Fault: prints what the example prints, and does not run main() at all.
class Microprocess:
    def __init__(self):
        self.said = 0

    def main(self):
        yield

    def __next__(self):
        self.said += 1
        if self.said > 2:
            raise StopIteration
        print("Good morning" if self.said == 1 else "Good evening")
