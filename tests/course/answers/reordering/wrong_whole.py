# It says: Each letter must be a message of its own
class NewSender(Sender):
    async def main(self):
        self.send(WORD, "left")


class NewReceiver(Receiver):
    pass


def cured():
    return wired(NewSender(), NewReceiver())
