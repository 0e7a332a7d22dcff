# It says: b has fork 2 and waits for fork 1
class PatientDiner(Diner):
    async def main(self):
        if self.who == "b":
            for _ in range(5):  # "a will be ready by then"
                await self.tick()
        for side in ("left", "right"):
            self.send(self.who, f"take {side}")
            await self.receive()
        self.meals += 1
        for side in ("left", "right"):
            self.send(self.who, f"back {side}")


def cured():
    a, b = PatientDiner("a"), PatientDiner("b")
    set_table(a, b)
    return a, b
