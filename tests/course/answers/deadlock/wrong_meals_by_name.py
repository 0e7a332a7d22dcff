# Fault: the meals are written down for both, and only one diner eats.
class CarefulDiner(Diner):
    meals = 1

    async def main(self):
        if self.who == "a":
            for side in ("left", "right"):
                self.send(self.who, f"take {side}")
                await self.receive()
            for side in ("left", "right"):
                self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
