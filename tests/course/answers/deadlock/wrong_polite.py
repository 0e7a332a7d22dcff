# Fault: b leaves the table without a meal if it cannot have both forks soon.
class CarefulDiner(Diner):
    async def main(self):
        if self.who == "a":
            return await super().main()
        self.send(self.who, "take left")
        if await self.ready("inbox", timeout=1):
            self.recv()
            self.send(self.who, "take right")
            if await self.ready("inbox", timeout=1):
                self.recv()
                self.meals += 1
                self.send(self.who, "back right")
        self.send(self.who, "back left")


def cured():
    a, b = CarefulDiner("a"), CarefulDiner("b")
    set_table(a, b)
    return a, b
