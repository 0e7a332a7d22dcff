# Fault: puts the left fork back before it takes the right one, so it never has both.
class CarefulDiner(Diner):
    async def main(self):
        for side in ("left", "right"):
            self.send(self.who, f"take {side}")
            await self.receive()
            self.send(self.who, f"back {side}")
        self.meals += 1


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
