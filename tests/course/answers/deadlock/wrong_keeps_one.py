# Fault: puts only one fork back, so the other diner may wait forever.
class CarefulDiner(Diner):
    async def main(self):
        order = ("left", "right") if self.who == "a" else ("right", "left")
        for side in order:
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        self.send(self.who, f"back {order[0]}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
