# Fault: b looks at the meals of a, which is another component's variable.
class CarefulDiner(Diner):
    other = None

    async def main(self):
        if self.who == "b":
            while not self.other.meals:
                await self.tick()
        await super().main()


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    a.other, b.other = b, a
    set_table(a, b)
    return a, b
