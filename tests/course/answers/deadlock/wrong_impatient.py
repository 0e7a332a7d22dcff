# Fault: who waits too long for the right fork eats with the left one alone.
class CarefulDiner(Diner):
    async def main(self):
        self.send(self.who, "take left")
        await self.receive()
        self.send(self.who, "take right")
        await self.ready("inbox", timeout=5)
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
