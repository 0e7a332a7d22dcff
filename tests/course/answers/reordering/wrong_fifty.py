# Fault: the sender waits fifty slices after each letter, which is not enough under every schedule.
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send(letter, "right" if number % 2 else "left")
            for _ in range(50):
                await self.tick()


class NewReceiver(Receiver):
    pass


def cured():
    return wired(NewSender(), NewReceiver())
