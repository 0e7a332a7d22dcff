# Way: a diner asks for both forks in one slice, so both forks see the diners in the same order.
class CarefulDiner(Diner):
    async def main(self):
        for side in ("left", "right"):
            self.send(self.who, f"take {side}")
        for _ in range(2):
            await self.receive()
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
