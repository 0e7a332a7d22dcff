# It says: waits for a fixed time
class NewSender(Sender):
    async def main(self):
        for number, letter in enumerate(WORD):
            self.send(letter, "right" if number % 2 else "left")
            await self.sleep(1)  # that should be enough


class NewReceiver(Receiver):
    pass


def cured():
    return wired(NewSender(), NewReceiver())
