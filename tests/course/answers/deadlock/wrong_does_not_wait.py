# Fault: asks for both forks, and eats without waiting for an answer.
class CarefulDiner(Diner):
    async def main(self):
        for side in ("left", "right"):
            self.send(self.who, f"take {side}")
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")
        for _ in range(2):
            await self.receive()


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
