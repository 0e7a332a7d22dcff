# It says: did not put back before it ended
class CarefulDiner(Diner):
    async def main(self):
        sides = ("left", "right") if self.who == "a" else ("right", "left")
        for side in sides:
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1  # and puts nothing back


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
