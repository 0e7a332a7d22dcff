# It says: still had it
class Fork(Component):
    Inboxes = ("take", "back")
    Outboxes = ("to a", "to b")

    async def main(self):
        while True:  # gives itself to whoever asks
            who = await self.receive("take")
            self.send("yours", f"to {who}")


def cured():
    a, b = Diner("a"), Diner("b")
    set_table(a, b)
    return a, b
