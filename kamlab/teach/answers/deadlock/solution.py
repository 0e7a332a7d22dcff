class CarefulDiner(Diner):
    async def main(self):
        sides = ("left", "right") if self.who == "a" else ("right", "left")
        for hand in sides:  # both ask for the same fork first
            self.send(self.who, f"take {hand}")
            await self.receive()
        self.meals += 1
        for hand in sides:
            self.send(self.who, f"back {hand}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
