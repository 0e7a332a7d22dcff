# Fault: eats without any fork.
class CarefulDiner(Diner):
    async def main(self):
        self.meals += 1


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
