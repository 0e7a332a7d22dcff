# It says: never had two forks at the same time
class CarefulDiner(Diner):
    async def main(self):
        for side in ("left", "right"):
            self.send(self.who, f"take {side}")
            await self.receive()
            self.send(self.who, f"back {side}")  # holds none while it waits for the other
        self.meals += 1


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
