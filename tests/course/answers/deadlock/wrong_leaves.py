# It says: has no fork and waits for no fork
class CarefulDiner(Diner):
    async def main(self):
        if self.who == "b":
            return  # leaves the table to the other
        for side in ("left", "right"):
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
