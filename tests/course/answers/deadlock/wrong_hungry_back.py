# Fault: gives the forks back before it eats.
class CarefulDiner(Diner):
    async def main(self):
        for side in ("left", "right") if self.who == "a" else ("right", "left"):
            self.send(self.who, f"take {side}")
            await self.receive()
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")
        await self.tick()
        self.meals += 1


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
