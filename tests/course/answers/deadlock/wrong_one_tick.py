# Fault: b lets one slice pass first; that helps if the slices come in rounds, and not otherwise.
class CarefulDiner(Diner):
    async def main(self):
        if self.who == "b":
            await self.tick()
            await self.tick()
            await self.tick()
        await super().main()


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
