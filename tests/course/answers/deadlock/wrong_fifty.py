# Fault: b waits fifty slices before it begins, which is not enough under every schedule.
class CarefulDiner(Diner):
    async def main(self):
        if self.who == "b":
            for _ in range(50):
                await self.tick()
        await super().main()


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
