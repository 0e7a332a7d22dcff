# Way: a generator that takes the forks in the order of a list; b is given another list.
class CarefulDiner(Diner):
    def __init__(self, who, order):
        super().__init__(who)
        self.order = order

    def main(self):
        for side in self.order:
            self.send(self.who, "take " + side)
            while not self.data_ready():
                self.pause()
                yield
            self.recv()
        self.meals = self.meals + 1
        yield
        for side in self.order[::-1]:
            self.send(self.who, "back " + side)


def cured():
    a = CarefulDiner("a", ["left", "right"])
    b = CarefulDiner("b", ["right", "left"])
    set_table(a, b)
    return a, b
