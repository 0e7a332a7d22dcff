# Way: one diner is left-handed: a subclass of its own.
class CarefulDiner(Diner):
    first, second = "left", "right"

    async def main(self):
        await self.take(self.first)
        await self.take(self.second)
        self.meals += 1
        self.send(self.who, f"back {self.second}")
        self.send(self.who, f"back {self.first}")

    async def take(self, side):
        self.send(self.who, f"take {side}")
        await self.receive()


class OtherDiner(CarefulDiner):
    first, second = "right", "left"


def cured():
    a, b = CarefulDiner("a"), OtherDiner("b")
    set_table(a, b)
    return a, b
