# Fault: the forks are changed: they say "yours" to both diners at once.
class SoftFork(Fork):
    async def main(self):
        while True:
            who = await self.receive("take")
            self.send("yours", f"to {who}")


class CarefulDiner(Diner):
    pass


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    global Fork
    Fork = SoftFork
    set_table(a, b)
    return a, b
