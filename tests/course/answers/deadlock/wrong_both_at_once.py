# It says: a has fork 1 and waits for fork 2
class QuickDiner(Diner):
    async def main(self):
        for side in ("left", "right"):  # asks for both before it waits
            self.send(self.who, f"take {side}")
            await self.tick()  # and lets the other one come in between
        await self.receive()
        await self.receive()
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")


def cured():
    a, b = QuickDiner("a"), QuickDiner("b")
    set_table(a, b)
    return a, b
