# Fault: cured() returns one diner instead of both.
class CarefulDiner(Diner):
    async def main(self):
        for side in ("left", "right") if self.who == "a" else ("right", "left"):
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a
