# Fault: each diner draws with which fork it begins, and they may draw a circle.
import random


class CarefulDiner(Diner):
    async def main(self):
        sides = ["left", "right"]
        random.shuffle(sides)
        for side in sides:
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in sides:
            self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
