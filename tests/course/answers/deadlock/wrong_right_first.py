# It says: a has fork 2 and waits for fork 1
class CarefulDiner(Diner):
    async def main(self):
        for side in ("right", "left"):  # both of them: the circle only turns the other way
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in ("right", "left"):
            self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
