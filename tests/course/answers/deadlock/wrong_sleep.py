# Fault: b sleeps for a second and hopes that a has eaten by then; the clock tells nothing of a.
class CarefulDiner(Diner):
    async def main(self):
        if self.who == "b":
            await self.sleep(1)
        await super().main()


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
