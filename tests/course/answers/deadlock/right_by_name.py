# Way: a takes left first and b right first, so both begin with the same fork.
class CarefulDiner(Diner):
    async def main(self):
        sides = ["left", "right"]
        if self.who == "b":
            sides.reverse()
        for side in sides:
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in sides:
            self.send(self.who, f"back {side}")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
